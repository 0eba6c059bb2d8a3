"""Applications as the family, the street and the district see them. Every read is handed a queryset from `access.py`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from eldercare.kernel.sentences import Sentence, restored
from eldercare.kernel.verdict import Answer, Line, Reason, line_from, reason_from
from eldercare.people.selectors import masked_names
from eldercare.regions.selectors import full_names
from subsidies.choices import OPEN_STATES, ApplicationState, DecisionOutcome, Stage
from subsidies.models import Application, Decision, Entitlement
from subsidies.rules.deadlines import Clock, clock_of
from subsidies.rules.programme import Benefit, benefit

WAITING = (*OPEN_STATES, ApplicationState.RECHECK)


@dataclass(frozen=True)
class KeptVerdict:
    """The rule's answer as it was kept with an application or a decision."""

    answer: str
    monthly_fen: int | None
    first_month: str | None
    last_month: str | None
    back_pay_months: int | None
    payer_region: str | None
    reasons: tuple[Reason, ...]
    lines: tuple[Line, ...]
    would_change: Sentence | None

    @property
    def amount_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines)

    @property
    def is_yes(self) -> bool:
        return self.answer in (Answer.YES, Answer.CHOICE)


@dataclass(frozen=True)
class ApplicationCard:
    """An application as lists show it. Names are masked; `due_on` is the day by which its next step should be done,
    `because` why it is that day."""

    application: Application
    benefit: Benefit
    elder_name: str
    street_name: str
    verdict: KeptVerdict
    due_on: date | None
    because: Sentence | None

    @property
    def state(self) -> ApplicationState:
        return ApplicationState(self.application.state)


@dataclass(frozen=True)
class ApplicationFile:
    """One application whole, with its decisions, oldest first, and what an approval opened."""

    card: ApplicationCard
    decisions: tuple["DecisionCard", ...]
    entitlement: Entitlement | None

    @property
    def application(self) -> Application:
        return self.card.application


@dataclass(frozen=True)
class DecisionCard:
    """A decision with the rule's answer of that moment."""

    decision: Decision
    stage: Stage
    outcome: DecisionOutcome
    verdict: KeptVerdict


def kept_verdict(stored: Mapping[str, Any]) -> KeptVerdict:
    """Read back an answer that was kept; of an empty one nothing is known."""
    return KeptVerdict(
        answer=stored.get("verdict", Answer.CANNOT_DECIDE.value),
        monthly_fen=stored.get("monthly_fen"),
        first_month=stored.get("first_month"),
        last_month=stored.get("last_month"),
        back_pay_months=stored.get("back_pay_months"),
        payer_region=stored.get("payer_region"),
        reasons=tuple(reason_from(reason) for reason in stored.get("conditions", ())),
        lines=tuple(line_from(line) for line in stored.get("lines", ())),
        would_change=restored(stored["would_change"]) if stored.get("would_change") else None,
    )


def application_cards(applications: QuerySet[Application]) -> list[ApplicationCard]:
    """Give the applications of a queryset in its order, in three queries."""
    rows = list(applications)
    names = masked_names(row.elder_id for row in rows)
    streets = full_names(row.street_id for row in rows)
    return [_card(row, names[row.elder_id], streets.get(row.street_id, row.street_id)) for row in rows]


def application_file(applications: QuerySet[Application], application_id: UUID) -> ApplicationFile | None:
    """Give one application whole, or None when the queryset does not hold it."""
    decided = Prefetch("decisions", Decision.objects.select_related("by", "document", "appeal").order_by("pk"))
    cards = application_cards(
        applications.filter(pk=application_id).select_related("account").prefetch_related(decided)
    )
    if not cards:
        return None
    decisions = list(cards[0].application.decisions.all())
    return ApplicationFile(
        card=cards[0],
        decisions=tuple(
            DecisionCard(row, Stage(row.stage), DecisionOutcome(row.outcome), kept_verdict(row.verdict))
            for row in decisions
        ),
        entitlement=Entitlement.objects.filter(decision__in=decisions).order_by("-first_month").first(),
    )


def _card(row: Application, elder_name: str, street_name: str) -> ApplicationCard:
    applied = benefit(row.programme)
    counted = _clock(row, applied)
    due_on = row.due_on or (counted and counted.due_on)
    because = counted.because if counted and counted.due_on == due_on else None
    waits = row.state in WAITING
    return ApplicationCard(
        row, applied, elder_name, street_name, kept_verdict(row.verdict), due_on if waits else None, because
    )


def _clock(row: Application, applied: Benefit) -> Clock | None:
    """Count the running step's clock from the row alone; the days of a 公示 are not in it."""
    began_on = row.step_began_on or row.applied_on
    return clock_of(applied.programme, row.state, applied_on=row.applied_on, began_on=began_on)
