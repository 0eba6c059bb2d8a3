"""How many of a home's beds are free on a day, from what is known of each bed. Counts; reads nothing and keeps nothing.

A bed is free when nothing claims it from that day on without end, it takes people in, and it will not be closed. An
empty bed that takes nobody in is told apart, with the reason; so is a bed that becomes free on a later day.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from eldercare.kernel.sentences import Sentence, say

NEVER = date(9999, 12, 31)
UNSAID, BLOCKED, CLOSING = "unsaid", "blocked", "closing"

WHY: dict[str, Sentence] = {
    "staffing": say("护理人手不够"),
    "repair": say("维修"),
    "cleaning": say("消毒、隔离"),
    "reserved": say("机构自己要用"),
    "other": say("其他原因"),
    UNSAID: say("机构没有写原因"),
    BLOCKED: say("暂停使用"),
    CLOSING: say("床位将要撤销"),
}


class BedFacts(NamedTuple):
    """Beds that are alike on a day, and how many. `free_from`: the first day from which nothing claims them (NEVER: none).

    `why` is one of WHY where they take nobody in, else empty; `blocked`: out of use on that day.
    """

    bed_type: str
    room_type: str
    why: str
    blocked: bool
    free_from: date
    beds: int = 1


@dataclass(frozen=True)
class Vacancy:
    """A home's beds on a day.

    `types` and `rooms` count free beds by bed type and room type, `why` the empty ones that take nobody in, by reason;
    `later` lists (day, beds) that become free after it. A home without beds in the system has `total` 0: nobody
    published its vacancy.
    """

    total: int = 0
    free: int = 0
    not_admittable: int = 0
    types: dict[str, int] = field(default_factory=dict)
    rooms: dict[str, int] = field(default_factory=dict)
    later: tuple[tuple[date, int], ...] = ()
    why: dict[str, int] = field(default_factory=dict)

    @property
    def is_published(self) -> bool:
        return self.total > 0

    @property
    def claimed(self) -> int:
        return self.total - self.free - self.not_admittable

    @property
    def next_free_on(self) -> date | None:
        return self.later[0][0] if self.later else None

    @property
    def reasons(self) -> list[tuple[Sentence, int]]:
        """Why empty beds take nobody in, in words, in a fixed order."""
        return [(WHY[code], self.why[code]) for code in WHY if code in self.why]

    def to_json(self) -> dict[str, int]:
        """Give what is kept beside a confirmation, for a recount to be held against."""
        return {"total": self.total, "free": self.free, "not_admittable": self.not_admittable}


def count(beds: Iterable[BedFacts], on: date) -> Vacancy:
    """Count a home's beds on a day."""
    total = 0
    types: Counter[str] = Counter()
    rooms: Counter[str] = Counter()
    later: Counter[date] = Counter()
    why: Counter[str] = Counter()
    for bed in beds:
        total += bed.beds
        if bed.blocked:
            why[BLOCKED] += bed.beds
        elif bed.free_from <= on and bed.why:
            why[bed.why] += bed.beds
        elif bed.free_from <= on:
            types[bed.bed_type] += bed.beds
            rooms[bed.room_type] += bed.beds
        if bed.free_from > on and bed.free_from < NEVER and not bed.why:
            later[bed.free_from] += bed.beds
    return Vacancy(total, types.total(), why.total(), dict(types), dict(rooms), tuple(sorted(later.items())), dict(why))
