"""What is due month by month after everything that is known to have happened. The order in which it was told never matters.

A month is due when the facts say so (eligibility.py) and something asked for it: an application, or an assessment that opens
the benefit by itself (160号 四(二)). Where the sequence never speaks of applications one is supposed, as in a preview.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from eldercare.kernel.days import Month
from eldercare.kernel.sentences import Sentence, Translate, say, speak
from eldercare.kernel.verdict import Answer, Outcome, Reason
from subsidies.rules.conditions import reaches_level
from subsidies.rules.deadlines import decide_by
from subsidies.rules.eligibility import DUE, BenefitAnswer, Hearing
from subsidies.rules.events import APPLIED, CHOICE, WITHDRAWN, Event, counting, facts_after
from subsidies.rules.facts import ElderInput
from subsidies.rules.programme import Catalogue, catalogue
from subsidies.rules.terms import Benefit


@dataclass(frozen=True)
class DueMonth:
    """One benefit in one month. `due_fen` is what is to be paid: 0 for nothing, None where it can't be decided or chosen yet."""

    month: Month
    benefit: Benefit
    verdict: Answer
    monthly_fen: int | None
    due_fen: int | None
    payer_region: str | None
    missing: tuple[str, ...]
    because: Sentence

    def to_json(self, translate: Translate) -> dict[str, Any]:
        return {
            "programme": self.benefit.id,
            "verdict": self.verdict.value,
            "monthly_fen": self.monthly_fen,
            "due_fen": self.due_fen,
            "payer_region": self.payer_region,
            "missing": list(self.missing),
            "because": speak(self.because, translate),
        }


@dataclass(frozen=True)
class Claimed:
    """The months something asked for: from `first` to `last`, each None for no bound."""

    first: Month | None
    last: Month | None

    def __contains__(self, month: Month) -> bool:
        return (self.first is None or self.first <= month) and (self.last is None or month <= self.last)


def timeline(
    elder: ElderInput,
    events: Sequence[Event],
    months: Sequence[Month],
    *,
    known_by: date | None = None,
    under: Catalogue | None = None,
) -> list[list[DueMonth]]:
    """Give, for each month, what is due of every benefit.

    `known_by` leaves out what became known later. Raises FactProblem for events that can't be (`events.counting`).
    """
    told = counting(events, known_by)
    asked = any(one.kind == APPLIED for one in events)
    case = _Case(Hearing(facts_after(elder, told), under or catalogue()), told, asked)
    return [[case.due(name, month) for name in case.hearing.under.versions] for month in months]


@dataclass(frozen=True, eq=False)
class _Case:
    """One elder's facts with what was applied for and chosen."""

    hearing: Hearing
    events: Sequence[Event]
    asked: bool
    _claims: dict[str, list[Claimed]] = field(default_factory=dict)
    _answers: dict[tuple[str, Month], BenefitAnswer] = field(default_factory=dict)

    def answer(self, name: str, month: Month) -> BenefitAnswer:
        """Answer one benefit for one month, leaving applications aside."""
        found = self._answers.get((name, month))
        if found is None:
            found = self._answers[name, month] = self.hearing.answer(name, month)
        return found

    def due(self, name: str, month: Month) -> DueMonth:
        answer = self.answer(name, month)
        if answer.answer is Answer.NO:
            return _row(answer, 0, _told(answer))
        if not self.is_claimed(name, month):
            return _row(answer, 0, say("这个月还没有申请，或者已经撤回"), Answer.NO)
        other = self._other_side(name, month)
        if other is not None:
            return other
        if answer.answer is Answer.CHOICE:
            return _row(answer, self._without_choice(answer, month), _told(answer))
        return _row(answer, answer.monthly_fen, _told(answer))

    def is_claimed(self, name: str, month: Month) -> bool:
        return any(month in claimed for claimed in self.claims(name))

    def claims(self, name: str) -> list[Claimed]:
        """Give the months that were asked for, application by application."""
        found = self._claims.get(name)
        if found is None:
            found = self._claims[name] = self._find_claims(name)
        return found

    def _find_claims(self, name: str) -> list[Claimed]:
        withdrawn = [one.happened_on for one in self._about(WITHDRAWN, name)]
        if not self.asked:
            return [Claimed(None, Month.of(min(withdrawn)) if withdrawn else None)]
        applied = {one.happened_on for one in self._about(APPLIED, name)} or self._by_assessment(name)
        found = []
        for day in sorted(applied):
            after = min((other for other in withdrawn if other >= day), default=None)
            if after is not None and after <= self._decided_by(name, day):
                continue
            period = self.hearing.period(name, day)
            if period:
                found.append(Claimed(period.first_month, Month.of(after) if after else None))
        return found

    def _about(self, kind: str, name: str) -> list[Event]:
        return [one for one in self.events if one.kind == kind and name in (one.facts.get("programmes") or (name,))]

    def _by_assessment(self, name: str) -> set[date]:
        """160号 四(二): whoever is assessed 重度失能 need not apply. Where somebody did, that application says from when."""
        benefit = self.hearing.under.current[name]
        levels = {way.assessed for tier in benefit.tiers for way in tier.ways if way.assessed}
        if not benefit.programme.accounts:
            return set()
        elder = self.hearing.elder
        return {
            one.concluded_on
            for one in elder.assessments or ()
            for which in levels
            if reaches_level(which, benefit.programme, one)
        }

    def _decided_by(self, name: str, applied_on: date) -> date:
        """Until the district has decided, withdrawing undoes an application as if it had never been made."""
        programme = self.hearing.under.in_month(name, Month.of(applied_on)).programme
        return decide_by(programme, applied_on) if programme.calendar else Month.of(applied_on).last_day

    def _other_side(self, name: str, month: Month) -> DueMonth | None:
        """Of an exclusive pair: nothing where the other was chosen, and open where both were asked for and none chosen."""
        answer = self.answer(name, month)
        pair = answer.benefit.alternative
        other = self.answer(pair.benefit, month) if pair and pair.benefit in self.hearing.under.versions else None
        if other is None or not (other.is_due and self.is_claimed(other.programme, month)):
            return None
        chosen = self._chosen(name, other.programme, month)
        if chosen == other.programme:
            return _row(answer, 0, say("选了{other}，两项只能领一项", other=other.name), Answer.NO)
        if chosen == name or answer.answer is Answer.CHOICE:
            return None
        if not self.asked:
            second = bool(pair and pair.drawn_is_this)
            return _row(answer, 0 if second else answer.monthly_fen, _told(answer))
        return _row(answer, None, say("两项都申请了，只能领一项，还没有选"), Answer.CHOICE)

    def _without_choice(self, answer: BenefitAnswer, month: Month) -> int | None:
        """Until somebody chooses, what is drawn now goes on; of other allowances the higher is drawn (三3)."""
        pair = answer.benefit.alternative
        if pair and self._chosen(answer.programme, pair.benefit, month) == answer.programme:
            return answer.monthly_fen
        if pair and any(option.programme == pair.benefit for option in answer.alternatives):
            return answer.monthly_fen if pair.drawn_is_this else 0
        if any(option.monthly_fen is None for option in answer.alternatives):
            return None
        return answer.monthly_fen if _is_better(answer) else 0

    def _chosen(self, name: str, other: str, month: Month) -> str | None:
        """Give the side chosen: the first choice counts at once unless one side was drawn already, a later one from the next month."""
        chosen: str | None = None
        for event in self.events:
            if event.kind != CHOICE or event.facts["programme"] not in (name, other):
                continue
            made = Month.of(event.happened_on)
            at_once = chosen is None and not self._drew_before(name, other, made)
            if (made if at_once else made.next()) <= month:
                chosen = event.facts["programme"]
        return chosen

    def _drew_before(self, name: str, other: str, month: Month) -> bool:
        before = month.plus(-1)
        return any(self.is_claimed(side, before) and self.answer(side, before).is_due for side in (name, other))


def _is_better(answer: BenefitAnswer) -> bool:
    return not any(option.better and option.programme != answer.programme for option in answer.alternatives)


def _row(answer: BenefitAnswer, due_fen: int | None, because: Sentence, verdict: Answer | None = None) -> DueMonth:
    verdict = verdict or answer.answer
    due = verdict in DUE
    return DueMonth(
        month=answer.month,
        benefit=answer.benefit,
        verdict=verdict,
        monthly_fen=answer.monthly_fen if due else (0 if verdict is Answer.NO else None),
        due_fen=due_fen,
        payer_region=None if verdict is Answer.NO else answer.payer_region,
        missing=answer.missing if verdict is Answer.CANNOT_DECIDE else (),
        because=because,
    )


def _told(answer: BenefitAnswer) -> Sentence:
    """Say in one sentence why: what is against it, what is missing, or the line of the amount."""
    if answer.lines:
        return answer.lines[0].because
    wanted = Outcome.FAIL if answer.answer is Answer.NO else Outcome.UNKNOWN
    found: Reason | None = next((reason for reason in answer.conditions if reason.outcome is wanted), None)
    return found.text if found else answer.would_change
