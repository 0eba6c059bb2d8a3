"""How long the drive to a home may take, one way: a rough estimate to compare homes by, never a route."""

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

EARTH_KM = 6371.0
DATA = Path(__file__).resolve().parent.parent / "data" / "travel.yaml"
Point = tuple[float, float]


@dataclass(frozen=True)
class Figures:
    """The estimate's parameters, from data/travel.yaml."""

    detour: float
    slow_km: float
    slow_kmh: float
    fast_kmh: float
    ready_minutes: float
    round_to_minutes: int
    centres: dict[str, Point]


@cache
def figures() -> Figures:
    raw = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    centres = {code: (lat, lon) for code, (lat, lon) in raw["centres"].items()}
    names = ("detour", "slow_km", "slow_kmh", "fast_kmh", "ready_minutes", "round_to_minutes")
    return Figures(**{name: raw[name] for name in names}, centres=centres)


def centre_of(code: str) -> Point | None:
    """Give about where a division's centre lies: of a street its district's, of a county in Hebei its city's."""
    centres = figures().centres
    return next((centres[c] for c in (code[:6], f"{code[:4]}00") if c in centres), None)


def straight_km(a: Point, b: Point) -> float:
    """Give the great-circle distance.

    >>> round(straight_km((39.92, 116.44), (39.38, 117.04)))
    79
    """
    (lat_a, lon_a), (lat_b, lon_b) = (tuple(map(math.radians, point)) for point in (a, b))
    h = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(h))


def minutes_for(straight_km: float) -> int:
    """Estimate the minutes of a drive over a distance as the crow flies, rounded up.

    >>> minutes_for(79.0)
    130
    """
    f = figures()
    road_km = straight_km * f.detour
    slow, fast = min(road_km, f.slow_km), max(road_km - f.slow_km, 0)
    minutes = f.ready_minutes + 60 * (slow / f.slow_kmh + fast / f.fast_kmh)
    return math.ceil(minutes / f.round_to_minutes) * f.round_to_minutes
