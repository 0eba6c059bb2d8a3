"""What a family can ask of a home, each thing as one number: a home carries the marks of all that is true of it.

Unknown is no mark, so it is never found by a filter and never read as a no. Places and 户籍 are numbers of their codes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eldercare.regions.rules.codes import ancestors_of

KINDS = ("home", "complex", "day_care", "meal_point", "centre", "station")
ROOMS = ("single", "double", "triple", "multi")
LEVELS = (0, 1, 2, 3, 4)
STARS = (1, 2, 3, 4, 5)
PROVINCES = ("110000", "120000", "130000")
TICKS = ("medical_insurance", "dementia", "subsidy_payable", "inclusive", "short_stay")
HUKOU = 1_000_000_000  # 户籍 codes lie above this, places below

# The order is kept in the tables: a new mark is put at the end.
NUMBERED = (
    *(("kind", kind) for kind in KINDS[:4]),
    *(("stars", stars) for stars in STARS),
    *(("capability_level", level) for level in LEVELS),
    *(("room_type", room) for room in ROOMS),
    *(("province", code) for code in PROVINCES),
    *(("accepts_hukou", code) for code in PROVINCES),
    *((tick, True) for tick in TICKS),
    *(("kind", kind) for kind in KINDS[4:]),
)
NUMBER = {mark: number for number, mark in enumerate(NUMBERED, start=1)}


@dataclass(frozen=True)
class Offer:
    """What is known about a home, as far as it can be asked for. None: nobody said."""

    region: str
    kind: str
    stars: int | None
    levels: Sequence[int] | None
    hukou: Sequence[str] | None
    rooms: Iterable[str]
    ticks: Iterable[str]


def mark_of(name: str, value: str | int | bool = True) -> int:
    """Give the number of one thing that can be asked for; more stars include fewer."""
    return NUMBER[(name, value)]


def bit_of(name: str, value: str | int | bool = True) -> int:
    """Give the same thing as a bit."""
    return 1 << NUMBER[(name, value)]


def marks_of(offer: Offer) -> list[int]:
    """Give all a home carries, in order: what is numbered, then its places, then the 户籍 it takes."""
    numbered = [
        ("kind", offer.kind),
        ("province", offer.region[:2] + "0000"),
        *(("stars", stars) for stars in STARS if stars <= (offer.stars or 0)),
        *(("capability_level", level) for level in offer.levels or ()),
        *(("room_type", room) for room in offer.rooms),
        *(("accepts_hukou", code) for code in offer.hukou or () if code in PROVINCES),
        *((tick, True) for tick in offer.ticks),
    ]
    known = {NUMBER[mark] for mark in numbered if mark in NUMBER}
    places = {int(code) for code in ancestors_of(offer.region)}
    return [*sorted(known), *sorted(places), *sorted(HUKOU + int(code) for code in set(offer.hukou or ()))]


def traits_of(marks: Iterable[int]) -> int:
    """Give the numbered marks as bits of one number."""
    return sum(1 << mark for mark in marks if mark <= len(NUMBERED))


def hukou_marks(code: str) -> list[int]:
    """Give the marks of homes that take elders with this 户籍: a home names any division it lies in."""
    return [HUKOU + int(scope) for scope in ancestors_of(code)]
