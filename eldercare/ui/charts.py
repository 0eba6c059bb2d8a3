"""Where the bars and points of a small figure lie, in hundredths of its box. Draws nothing and knows no noun."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

WHOLE = 100
HEADROOM = 92


@dataclass(frozen=True)
class Bar:
    """One row with its length; what is missing has none, and says so."""

    label: str
    shown: str
    width: float


@dataclass(frozen=True)
class Point:
    """One place on the curve, from the top left; `y` is None where the value is missing."""

    label: str
    shown: str
    x: float
    y: float | None


@dataclass(frozen=True)
class Curve:
    """Points in order and the strokes between neighbours. A missing value is a gap, never a zero."""

    points: tuple[Point, ...]
    strokes: tuple[tuple[Point, Point], ...]
    most: str


def bars(rows: Sequence[Sequence[Any]]) -> tuple[Bar, ...]:
    """Lay out (label, value) or (label, value, shown) rows; values are 0 or more, the longest fills the width.

    >>> [(bar.shown, bar.width) for bar in bars([("北京", 50), ("天津", 25), ("河北", None)])]
    [('50', 100.0), ('25', 50.0), ('—', 0.0)]
    """
    most = _most(rows)
    return tuple(Bar(str(row[0]), _shown(row), round(WHOLE * (row[1] or 0) / most, 1)) for row in rows)


def curve(rows: Sequence[Sequence[Any]]) -> Curve:
    """Lay out (label, value) or (label, value, shown) rows from left to right, from zero up.

    >>> [(point.x, point.y) for point in curve([("1月", 0), ("2月", 10)]).points]
    [(25.0, 100.0), (75.0, 8.0)]
    """
    most = _most(rows)
    points = tuple(
        Point(
            str(row[0]),
            _shown(row),
            round(WHOLE * (index + 0.5) / len(rows), 1),
            None if row[1] is None else round(WHOLE - HEADROOM * row[1] / most, 1),
        )
        for index, row in enumerate(rows)
    )
    strokes = tuple((a, b) for a, b in pairwise(points) if a.y is not None and b.y is not None)
    highest = max((row for row in rows if row[1] is not None), key=lambda row: row[1], default=("", None))
    return Curve(points, strokes, _shown(highest))


def _most(rows: Sequence[Sequence[Any]]) -> Any:
    return max((row[1] or 0 for row in rows), default=0) or 1


def _shown(row: Sequence[Any]) -> str:
    if len(row) > 2:
        return str(row[2])
    return "—" if row[1] is None else f"{row[1]:,}"
