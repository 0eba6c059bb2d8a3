"""Where the bars and points of a small figure lie, in the units of its SVG. Draws nothing and knows no noun."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

WIDTH = 640
BAR_HEIGHT = 28
BAR_STEP = 48
CURVE_HEIGHT = 220
MARGIN = 24


@dataclass(frozen=True)
class Bar:
    """One horizontal bar with its label above it."""

    label: str
    shown: str
    y: int
    width: int


@dataclass(frozen=True)
class Bars:
    """A column of bars; the longest fills the width."""

    height: int
    rows: tuple[Bar, ...]


@dataclass(frozen=True)
class Point:
    label: str
    shown: str
    x: int
    y: int


@dataclass(frozen=True)
class Curve:
    """Points in order, joined by a line. A missing value is a gap, never a zero."""

    height: int
    points: tuple[Point, ...]
    strokes: tuple[tuple[Point, Point], ...]


def bars(rows: Sequence[Sequence[Any]]) -> Bars:
    """Lay out (label, value) or (label, value, shown) rows; values are 0 or more, None has no bar.

    >>> [bar.width for bar in bars([("北京", 50), ("天津", 25), ("河北", None)]).rows]
    [640, 320, 0]
    """
    most = max((row[1] or 0 for row in rows), default=0) or 1
    drawn = tuple(
        Bar(str(row[0]), _shown(row), BAR_STEP * index + 18, round(WIDTH * (row[1] or 0) / most))
        for index, row in enumerate(rows)
    )
    return Bars(BAR_STEP * len(drawn), drawn)


def curve(rows: Sequence[Sequence[Any]]) -> Curve:
    """Lay out (label, value) or (label, value, shown) rows from left to right, from zero up.

    >>> [(point.x, point.y) for point in curve([("1月", 0), ("2月", 10)]).points]
    [(24, 196), (616, 24)]
    """
    most = max((row[1] or 0 for row in rows), default=0) or 1
    step = (WIDTH - 2 * MARGIN) / max(len(rows) - 1, 1)
    reach = CURVE_HEIGHT - 2 * MARGIN
    placed = [
        Point(str(row[0]), _shown(row), round(MARGIN + step * index), round(CURVE_HEIGHT - MARGIN - reach * row[1] / most))
        if row[1] is not None
        else None
        for index, row in enumerate(rows)
    ]
    strokes = tuple((a, b) for a, b in pairwise(placed) if a and b)
    return Curve(CURVE_HEIGHT, tuple(point for point in placed if point), strokes)


def _shown(row: Sequence[Any]) -> str:
    if len(row) > 2:
        return str(row[2])
    return "—" if row[1] is None else f"{row[1]:,}"
