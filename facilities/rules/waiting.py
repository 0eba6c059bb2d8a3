"""The waiting list's published rule: classes in their order, and why a family is passed over for a bed.

Implements data/waiting_list.yaml. Whether an elder fits the home is `rules/fit.py`; who asks whom is a service's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from eldercare.kernel.sentences import Sentence
from eldercare.kernel.verdict import Cite
from eldercare.regions.rules.codes import covers
from facilities.rules.settings import in_force, read

ORDINARY = "ordinary"
DIRECTED = "directed"
DOCUMENT, RESIDENT = "document", "resident"


@dataclass(frozen=True)
class PriorityClass:
    """One class of the list. `example`: no public rule says so; it is a setting, shown as 示例.

    `proof`: what the home must have before the class counts (`document`, `resident`, or nothing); `proof_text` tells the
    family what to do for it.
    """

    id: str
    name: Sentence
    because: Sentence
    how: str
    cite: Cite
    example: bool
    proof: str = ""
    proof_text: Sentence | str = ""

    @property
    def by_staff(self) -> bool:
        return self.how == "by_staff"


@dataclass(frozen=True)
class ListSettings:
    """The version of the rule in force on a day; classes are in their order."""

    classes: tuple[PriorityClass, ...]
    hours_more: int
    later_days: int
    declines_keep_place: int
    lapses_then_pause: int
    pause_days: int

    def named(self, class_id: str) -> PriorityClass:
        """Give a class; one that is no longer in the rule counts as ordinary."""
        return next((one for one in self.classes if one.id == class_id), self.classes[-1])

    def first_of(self, *class_ids: str) -> str:
        """Give the class that stands before the others; one that is no longer in the rule stands last."""
        order = [one.id for one in self.classes]
        return min(class_ids, key=lambda one: order.index(one) if one in order else len(order))

    def proven_by(self, proof: str) -> tuple[str, ...]:
        """Give the classes that need this kind of proof."""
        return tuple(one.id for one in self.classes if one.proof == proof)

    def claimable(self) -> tuple[PriorityClass, ...]:
        """Give the classes a family can ask for; the home confirms them."""
        return tuple(one for one in self.classes if one.by_staff)


@dataclass(frozen=True)
class Wishes:
    """What a waiting family wants. `paused_until` is the first day on the list again; `wanted_until` the first day after
    a short stay, None for one that has no end."""

    rooms: frozenset[str]
    bed_type: str
    wanted_from: date
    paused_until: date | None
    wanted_until: date | None = None


@dataclass(frozen=True)
class OpenBed:
    """A bed that is free from a day on."""

    room_type: str
    bed_type: str
    from_day: date


def list_settings(on: date) -> ListSettings:
    """Give the rule in force on a day. Raises LookupError when there is none."""
    return _settings(in_force(read("waiting_list.yaml")["versions"], on)["valid_from"])


@cache
def _settings(valid_from: date) -> ListSettings:
    version = next(row for row in read("waiting_list.yaml")["versions"] if row["valid_from"] == valid_from)
    classes = tuple(
        PriorityClass(
            row["id"],
            Sentence(row["name"]),
            Sentence(row["because"]),
            row["how"],
            Cite(row.get("document") or row["source"], row.get("article", "")),
            row["example"],
            row.get("proof", ""),
            Sentence(row["proof_text"]) if row.get("proof") else "",
        )
        for row in version["classes"]
    )
    numbers = ("hours_more", "later_days", "declines_keep_place", "lapses_then_pause", "pause_days")
    return ListSettings(classes, **{name: version[name] for name in numbers})


def class_by_hukou(hukou_code: str | None, directed_to: Iterable[str]) -> str:
    """Give the class that follows from the 户籍 alone."""
    known = hukou_code is not None and any(covers(scope, hukou_code) for scope in directed_to)
    return DIRECTED if known else ORDINARY


def passed_over(wishes: Wishes, bed: OpenBed, rule: ListSettings) -> str:
    """Give the reason for which this family is not asked about this bed (a SkipReason), or nothing."""
    if wishes.paused_until is not None and bed.from_day < wishes.paused_until:
        return "paused"
    if wishes.wanted_until is not None and bed.from_day >= wishes.wanted_until:
        return "past"
    if bed.room_type not in wishes.rooms:
        return "other_room"
    if wishes.bed_type and wishes.bed_type != bed.bed_type:
        return "other_bed"
    if wishes.wanted_from > bed.from_day + timedelta(days=rule.later_days):
        return "later"
    return ""
