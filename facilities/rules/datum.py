"""Chinese map coordinates to WGS-84. GCJ-02 shifts a point by some hundred metres, BD-09 shifts that again.

The shift is the published formula on the Krasovsky ellipsoid; going back is by correction until it no longer moves
(better than a metre). Not a survey: good enough to find a home's door.
"""

from math import atan2, cos, hypot, pi, radians, sin, sqrt

AXIS = 6_378_245.0
ECCENTRICITY_SQUARED = 0.00669342162296594323
BAIDU = pi * 3000 / 180
ROUNDS = 6


def to_wgs84(latitude: float, longitude: float, datum: str) -> tuple[float, float]:
    """Give a point in WGS-84, to six decimals; `datum` is gcj02, bd09, or anything that needs no shift.

    >>> to_wgs84(39.908823, 116.39747, "wgs84")
    (39.908823, 116.39747)
    >>> to_wgs84(*_gcj02(39.908823, 116.39747), "gcj02")
    (39.908823, 116.39747)
    """
    if datum == "bd09":
        latitude, longitude = _without_baidu(latitude, longitude)
    if datum in ("gcj02", "bd09"):
        latitude, longitude = _unshifted(latitude, longitude)
    return round(latitude, 6), round(longitude, 6)


def _unshifted(latitude: float, longitude: float) -> tuple[float, float]:
    lat, lng = latitude, longitude
    for _round in range(ROUNDS):
        shifted_lat, shifted_lng = _gcj02(lat, lng)
        lat, lng = lat + latitude - shifted_lat, lng + longitude - shifted_lng
    return lat, lng


def _without_baidu(latitude: float, longitude: float) -> tuple[float, float]:
    x, y = longitude - 0.0065, latitude - 0.006
    far = hypot(x, y) - 0.00002 * sin(y * BAIDU)
    angle = atan2(y, x) - 0.000003 * cos(x * BAIDU)
    return far * sin(angle), far * cos(angle)


def _gcj02(latitude: float, longitude: float) -> tuple[float, float]:
    x, y = longitude - 105.0, latitude - 35.0
    common = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + common
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3 + (
        160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)
    ) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + common
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3 + (
        150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)
    ) * 2 / 3
    flat = radians(latitude)
    bent = 1 - ECCENTRICITY_SQUARED * sin(flat) ** 2
    north = north * 180 / (AXIS * (1 - ECCENTRICITY_SQUARED) / (bent * sqrt(bent)) * pi)
    east = east * 180 / (AXIS / sqrt(bent) * cos(flat) * pi)
    return latitude + north, longitude + east
