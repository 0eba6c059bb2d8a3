"""Homes by distance and direction around a point, drawn without a map: north is up, rings say how far. A schematic picture.

No boundary of any region is drawn. Every dot has its number in the list, which says the same in words.
"""

import math
from dataclasses import dataclass

from eldercare.portal.rules.travel import Point, straight_km

RINGS = (5, 10, 25, 50, 100, 200, 400, 1000, 3000, 10_000, 25_000)
RADIUS = 100.0
SHOWN_RINGS = 3


@dataclass(frozen=True)
class Dot:
    """A home with its number in the list and its (latitude, longitude)."""

    number: int
    name: str
    point: Point


@dataclass(frozen=True)
class Placed:
    """A dot in the picture: x to the east and y to the south of the middle, both within RADIUS."""

    number: int
    name: str
    x: float
    y: float
    km: int


@dataclass(frozen=True)
class Ring:
    km: int
    radius: float


@dataclass(frozen=True)
class Chart:
    dots: tuple[Placed, ...]
    rings: tuple[Ring, ...]


def chart(dots: list[Dot], middle: Point | None) -> Chart | None:
    """Place dots around a point, or around the middle of them all; None without dots.

    >>> drawn = chart([Dot(1, "北", (40.0, 116.0))], (39.0, 116.0))
    >>> drawn.dots[0].x, drawn.dots[0].y < 0, [ring.km for ring in drawn.rings]
    (0.0, True, [50, 100, 200])
    """
    if not dots:
        return None
    around = middle or _middle(dots)
    far = max(straight_km(around, dot.point) for dot in dots)
    outer = next(number for number, km in enumerate(RINGS) if km >= far)
    shown = RINGS[max(0, outer + 1 - SHOWN_RINGS) : outer + 1]
    scale = RADIUS / shown[-1]
    return Chart(
        tuple(_placed(dot, around, scale) for dot in dots), tuple(Ring(km, round(km * scale, 1)) for km in shown)
    )


def _middle(dots: list[Dot]) -> Point:
    return sum(dot.point[0] for dot in dots) / len(dots), sum(dot.point[1] for dot in dots) / len(dots)


def _placed(dot: Dot, around: Point, scale: float) -> Placed:
    north = math.radians(dot.point[0] - around[0])
    east = math.radians(dot.point[1] - around[1]) * math.cos(math.radians((dot.point[0] + around[0]) / 2))
    km, length = straight_km(around, dot.point), math.hypot(north, east) or 1
    return Placed(
        dot.number, dot.name, round(east / length * km * scale, 1), round(-north / length * km * scale, 1), round(km)
    )
