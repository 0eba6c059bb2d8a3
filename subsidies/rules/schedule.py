"""What an approved application brings, month by month, by all the facts known: who pays, which tier, how much, until when.

Pure, and the same whatever the order in which the facts became known. A gain learnt later than the months of back pay
(160号 六) counts from the month it was learnt; a loss counts from the month after it happened, whenever it is learnt (七(二)).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from eldercare.kernel.days import Month
from eldercare.kernel.verdict import Answer
from subsidies.rules.eligibility import DUE, BenefitAnswer, Hearing
from subsidies.rules.facts import ElderInput
from subsidies.rules.programme import Catalogue


@dataclass(frozen=True)
class Share:
    """What one month brings: the district that pays, the tier and the fen."""

    payer: str
    tier: str
    fen: int


# None: nothing is due. UNDECIDED: a fact is missing, so nothing may change.
UNDECIDED = "undecided"
State = Share | None | str


@dataclass(frozen=True)
class Stretch:
    """Months, both due, in which nothing changes; `last` None: no end is known."""

    first: Month
    last: Month | None
    share: Share


class Schedule:
    """One elder's answers for one benefit and application, under a catalogue of programmes."""

    def __init__(self, name: str, elder: ElderInput, under: Catalogue, *, applied_on: date, district: str) -> None:
        self.name, self.applied_on, self.district = name, applied_on, district
        self.hearing = Hearing(elder, under)
        self.turning = self.hearing.turning(name, Month.of(applied_on))
        period = self.hearing.period(name, applied_on)
        self.first: Month | None = period.first_month if period else None

    def answer(self, month: Month) -> BenefitAnswer:
        """Give the whole answer for a month, with its reasons."""
        return self.hearing.answer(self.name, month, self.applied_on)

    def state(self, month: Month) -> State:
        """Give what a month brings."""
        if self.first is None or month < self.first:
            return None
        answer = self.hearing.answer(self.name, month)
        if answer.answer is Answer.CANNOT_DECIDE:
            return UNDECIDED
        if answer.answer not in DUE or not answer.monthly_fen or answer.tier is None:
            return None
        return Share(answer.payer_region or self.district, answer.tier, answer.monthly_fen)

    def until(self, first: Month, last: Month) -> dict[Month, State]:
        """Give every month of a span; only months in which something may turn are asked."""
        asked = {first, *(month for month in self.turning if first <= month <= last)}
        if self.first and first < self.first <= last:
            asked.add(self.first)
        found: dict[Month, State] = {}
        state: State = None
        for month in span(first, last):
            state = self.state(month) if month in asked else state
            found[month] = state
        return found

    def end_after(self, month: Month) -> Month | None:
        """Give the last month due of the stretch of the same payer that holds a month, or None while no end is known."""
        here = self.state(month)
        for later in self.turning:
            if later > month and not _same_payer(here, self.state(later)):
                return later.plus(-1)
        return None


def span(first: Month, last: Month) -> list[Month]:
    """Give the months from one to another, both included."""
    return [first.plus(number) for number in range(last.minus(first) + 1)]


def in_time(epochs: Sequence[tuple[Month, dict[Month, State]]], back_pay_months: int | None) -> dict[Month, State]:
    """Give what each month brings when facts became known one after the other.

    `epochs` are (month in which the facts were learnt, what they make of each month), oldest first. A run of months that
    comes out better than believed counts as far back as it begins when that is within `back_pay_months`; otherwise only
    from the month it was learnt (160号 六). What comes out worse or elsewhere counts as it is.
    """
    (_, believed), *later = epochs
    believed = dict(believed)
    for learnt, found in later:
        late = set(_too_late(believed, found, learnt, back_pay_months or 0))
        believed = {month: believed.get(month) if month in late else state for month, state in found.items()}
    return believed


def _too_late(believed: dict[Month, State], found: dict[Month, State], learnt: Month, within: int) -> Iterable[Month]:
    run: list[Month] = []
    for month in [*sorted(found), None]:
        if month is not None and _better(found[month], believed.get(month)):
            run.append(month)
            continue
        if run and learnt.minus(run[0]) > within:
            yield from (one for one in run if one < learnt)
        run = []


def _better(state: State, than: State) -> bool:
    if not isinstance(state, Share):
        return False
    return state.fen > (than.fen if isinstance(than, Share) else 0)


def stretches(months: dict[Month, State]) -> list[Stretch]:
    """Join neighbouring months that bring the same."""
    found: list[Stretch] = []
    for month in sorted(months):
        state = months[month]
        if not isinstance(state, Share):
            continue
        last = found[-1] if found else None
        if last and last.share == state and last.last and last.last.next() == month:
            found[-1] = Stretch(last.first, month, state)
        else:
            found.append(Stretch(month, month, state))
    return found


def _same_payer(one: State, other: State) -> bool:
    if isinstance(one, Share) and isinstance(other, Share):
        return one.payer == other.payer
    return other == UNDECIDED
