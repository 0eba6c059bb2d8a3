"""Does a stored decision, worked out again from its own facts and the law known then, come to the same fen? Reads only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from eldercare.kernel.days import Month
from subsidies.models import Change, Decision
from subsidies.rules.eligibility import BenefitAnswer, Hearing
from subsidies.rules.facts import FactProblem, elder_from
from subsidies.rules.schedule import Schedule
from subsidies.selectors.law import law

# What must come out the same; the words of a sentence may have been put better since.
EXACT = ("verdict", "monthly_fen", "payer_region", "first_month", "last_month", "back_pay_months", "missing")


@dataclass(frozen=True)
class Replay:
    """One stored answer beside the same worked out again. `differs` is (where, stored, worked out again)."""

    noun: str
    at: datetime
    benefit: str
    month: str
    stored: Mapping[str, Any]
    again: Mapping[str, Any] | None
    differs: tuple[tuple[str, Any, Any], ...]

    @property
    def agrees(self) -> bool:
        return not self.differs


def find_decision(text: str) -> Decision | None:
    """Find a decision by its id, by the number of its document, or by the id of its application (the last one)."""
    rows = Decision.objects.select_related("application")
    try:
        key = UUID(text)
    except ValueError:
        return rows.filter(document__number=text).first()
    return rows.filter(Q(pk=key) | Q(application=key)).order_by("-pk").first()


def replay(decision: Decision) -> list[Replay]:
    """Work a decision out again from the facts kept with it and the law as known then, and each later change likewise."""
    return [_decision(decision), *(_change(change) for change in decision.changes.order_by("pk"))]


def _decision(decision: Decision) -> Replay:
    application, stored = decision.application, decision.verdict
    name = application.programme
    applied = Month.of(application.applied_on)

    def again() -> BenefitAnswer:
        hearing = Hearing(elder_from(decision.facts), law(known_at=decision.at))
        answer = hearing.answer(name, applied, application.applied_on)
        if answer.period and answer.period.first_month > applied:
            return hearing.answer(name, answer.period.first_month, application.applied_on)
        return answer

    return _compared(f"decision:{decision.pk}", decision.at, name, str(applied), stored, decision.facts, again)


def _change(change: Change) -> Replay:
    application = change.decision.application
    month = Month.of(change.from_month)

    def again() -> BenefitAnswer:
        schedule = Schedule(
            change.programme,
            elder_from(change.facts),
            law(known_at=change.recorded_at),
            applied_on=application.applied_on,
            district=application.district_id,
        )
        return schedule.answer(month)

    return _compared(
        f"change:{change.pk}", change.recorded_at, change.programme, str(month), change.verdict, change.facts, again
    )


def _compared(noun: str, at: datetime, name: str, month: str, stored: Any, facts: Any, again: Any) -> Replay:
    if not stored or not facts:
        return Replay(noun, at, name, month, stored, None, (("facts", "no facts were kept", None),))
    try:
        worked = again().to_json()
    except (FactProblem, KeyError) as problem:
        return Replay(
            noun, at, name, month, stored, None, (("facts", "the facts that were kept can't be read", repr(problem)),)
        )
    return Replay(noun, at, name, month, stored, worked, tuple(_differences(stored, worked)))


def _differences(stored: Mapping[str, Any], again: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for name in EXACT:
        if stored.get(name) != again.get(name):
            yield name, stored.get(name), again.get(name)
    for name, parts in (("lines", ("amount_fen", "cite")), ("conditions", ("id", "outcome", "cite"))):
        was = [{part: row.get(part) for part in parts} for row in stored.get(name, ())]
        now = [{part: row.get(part) for part in parts} for row in again.get(name, ())]
        if was != now:
            yield name, was, now
