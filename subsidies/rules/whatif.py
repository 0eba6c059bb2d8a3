"""What a changed programme would mean, elder by elder and month by month, before anything applies. Plain values; keeps nothing.

A draft is an amendment as data (data/programmes/schema.yaml): its document, the day it holds from, amounts and settings. The
same data, once published, is what the catalogue of programmes is amended with.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from eldercare.kernel.days import Month
from eldercare.kernel.verdict import Answer
from subsidies.rules.eligibility import DUE, Hearing
from subsidies.rules.facts import ElderInput
from subsidies.rules.programme import Catalogue, catalogue

DRAFT = "draft"


@dataclass(frozen=True)
class Subject:
    """One entitlement (or one elder who may have none yet): its facts as stored. `key` is the caller's own.

    `applied_on` None supposes an application in each month. `region` is the district that pays where the facts tell none.
    """

    key: str
    benefit: str
    elder: ElderInput
    applied_on: date | None = None
    region: str | None = None


@dataclass(frozen=True)
class Difference:
    """One subject's month that would come out differently. Fen is None where it can't be decided, 0 for a no."""

    key: str
    benefit: str
    month: Month
    region: str | None
    before: Answer
    before_fen: int | None
    after: Answer
    after_fen: int | None

    @property
    def change_fen(self) -> int | None:
        """Give what would be paid more (less than zero: less); None where one side can't be decided."""
        if self.before_fen is None or self.after_fen is None:
            return None
        return self.after_fen - self.before_fen


@dataclass(frozen=True)
class Total:
    """What a draft means for one district, month and benefit. `undecided` are elders of whom nobody can tell how much."""

    region: str | None
    month: Month
    benefit: str
    elders: int
    gain: int
    lose: int
    undecided: int
    change_fen: int


def under_draft(draft: Mapping[str, Any], under: Catalogue | None = None) -> Catalogue:
    """Give the programmes as a draft would leave them. Raises ProgrammeProblem naming every wrong field."""
    return (under or catalogue()).with_amendment(draft, DRAFT)


def touched(draft: Mapping[str, Any], under: Catalogue | None = None) -> list[str]:
    """Give the ids of the benefits a draft can touch: those it names, or all of its programme when it changes a setting."""
    named = [row["benefit"] for row in draft.get("amounts", ())]
    if not draft.get("settings"):
        return list(dict.fromkeys(named))
    current = (under or catalogue()).current
    return [name for name, one in current.items() if one.programme.id == draft["amends"]]


def differences(
    subjects: Iterable[Subject], months: Sequence[Month], *, before: Catalogue, after: Catalogue
) -> Iterator[Difference]:
    """Give every month of every subject that comes out differently under the changed programmes, in order."""
    for subject in subjects:
        was, would = Hearing(subject.elder, before), Hearing(subject.elder, after)
        for month in months:
            found = _compared(subject, month, was, would)
            if (found.before, found.before_fen) != (found.after, found.after_fen):
                yield found


def _compared(subject: Subject, month: Month, was: Hearing, would: Hearing) -> Difference:
    old = was.answer(subject.benefit, month, subject.applied_on)
    new = would.answer(subject.benefit, month, subject.applied_on)
    region = old.payer_region or new.payer_region or subject.region
    fens = [one.monthly_fen if one.answer in (*DUE, Answer.NO) else None for one in (old, new)]
    return Difference(subject.key, subject.benefit, month, region, old.answer, fens[0], new.answer, fens[1])


def totals(found: Collection[Difference]) -> list[Total]:
    """Add the differences up by district, month and benefit, in that order."""
    groups: dict[tuple[str, str, str], list[Difference]] = {}
    for one in found:
        groups.setdefault((one.region or "", str(one.month), one.benefit), []).append(one)
    return [_total(rows) for _key, rows in sorted(groups.items())]


def _total(rows: Sequence[Difference]) -> Total:
    changes = [row.change_fen for row in rows]
    known = [change for change in changes if change is not None]
    return Total(
        region=rows[0].region,
        month=rows[0].month,
        benefit=rows[0].benefit,
        elders=len({row.key for row in rows}),
        gain=sum(change > 0 for change in known),
        lose=sum(change < 0 for change in known),
        undecided=changes.count(None),
        change_fen=sum(known),
    )
