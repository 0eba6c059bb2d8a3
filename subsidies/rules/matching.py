"""Our payment beside the bank's bookings of the same key: do they agree, and if not, what is the difference called?

Pure: it names breaks; it neither opens nor closes one. Domain rules 8 lists the classes.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

EXECUTED, RETURNED, REFUSED = "executed", "returned", "refused"


@dataclass(frozen=True)
class Ours:
    """A payment as we know it: its state, and the day the bank told us it was booked (None: not told)."""

    amount_fen: int
    state: str
    booked_on: date | None


@dataclass(frozen=True)
class Theirs:
    """One booking on a statement: `executed`, or `returned` for money that came back."""

    line: int
    movement: str
    amount_fen: int
    booked_on: date


@dataclass(frozen=True)
class Finding:
    """One difference. `line` is the booking it shows on (None when the bank has none); `settled` needs nobody's act."""

    break_class: str
    amount_fen: int
    day: date
    line: int | None = None
    settled: bool = False


def compare(ours: Ours | None, theirs: Sequence[Theirs], *, days_known: Collection[date]) -> tuple[Finding, ...]:
    """Name every difference between one payment and the bookings under its key.

    `days_known` are the days whose statement we hold: a payment is missed only on a day we could have seen it.
    """
    if ours is None:
        return tuple(Finding("theirs_only", line.amount_fen, line.booked_on, line.line) for line in theirs)
    executed = [line for line in theirs if line.movement == EXECUTED]
    returned = [line for line in theirs if line.movement == RETURNED]
    findings = [
        *(Finding("duplicate", line.amount_fen, line.booked_on, line.line) for line in executed[1:]),
        *(Finding("returned_after_success", line.amount_fen, line.booked_on, line.line) for line in returned),
    ]
    if executed and ours.state == REFUSED:
        findings.append(Finding("theirs_only", executed[0].amount_fen, executed[0].booked_on, executed[0].line))
    elif executed:
        findings += _differences(ours, executed[0])
    elif ours.state in (EXECUTED, RETURNED) and ours.booked_on and ours.booked_on in days_known:
        findings.append(Finding("ours_only", ours.amount_fen, ours.booked_on))
    return tuple(findings)


def agrees(ours: Ours, theirs: Sequence[Theirs]) -> bool:
    """Tell whether the bank booked this payment exactly once, in full, and kept it."""
    return ours.state == EXECUTED and [(line.movement, line.amount_fen) for line in theirs] == [
        (EXECUTED, ours.amount_fen)
    ]


def _differences(ours: Ours, booked: Theirs) -> list[Finding]:
    found = []
    if booked.amount_fen != ours.amount_fen:
        found.append(Finding("amount_differs", booked.amount_fen - ours.amount_fen, booked.booked_on, booked.line))
    if ours.booked_on not in (None, booked.booked_on):
        found.append(Finding("other_day", booked.amount_fen, booked.booked_on, booked.line, settled=True))
    return found
