"""Clean cases concluded in bulk: each was looked at by this officer, each is its own transaction, what fails is named."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.verdict import Outcome
from eldercare.kernel.viewer import Viewer
from subsidies.access import desk_applications, may_review
from subsidies.choices import ApplicationState, DecisionOutcome
from subsidies.models import Application, Decision, Look
from subsidies.models.inquiry import OPEN as OPEN_INQUIRY
from subsidies.rules.clean import CaseFacts, clean_conditions
from subsidies.rules.eligibility import BenefitAnswer
from subsidies.selectors.queue import open_flags
from subsidies.services.decide import decide_at_district, judged, review_at_street
from subsidies.services.guards import locked
from subsidies.services.look import fingerprint

MOST_AT_ONCE = 100


@dataclass(frozen=True)
class BulkResult:
    """What became of one case: a decision, or the sentence why not."""

    application_id: UUID
    decision: Decision | None = None
    refusal: Refusal | None = None


def conclude_in_bulk(viewer: Viewer, *, application_ids: Sequence[UUID]) -> list[BulkResult]:
    """Pass on (street) or approve (district) cases that are clean and were looked at, each by itself, in the order given.

    Raises Refusal `nothing_chosen`, `too_many`. A case that can't be concluded is in the results with its sentence.
    """
    chosen = list(dict.fromkeys(application_ids))
    if not chosen:
        sentence = say("请先勾选要办的申请。")
        raise Refusal("nothing_chosen", sentence, fields={"applications": sentence})
    if len(chosen) > MOST_AT_ONCE:
        sentence = say("一次最多办 {most} 份，请分几次。", most=MOST_AT_ONCE)
        raise Refusal("too_many", sentence, fields={"applications": sentence})
    return [_conclude(viewer, application_id) for application_id in chosen]


def _conclude(viewer: Viewer, application_id: UUID) -> BulkResult:
    try:
        with transaction.atomic():
            application = locked(desk_applications(viewer), application_id)
            _refuse_unless_clean_and_seen(viewer, application)
            if application.state == ApplicationState.SUBMITTED and may_review(viewer, application):
                act, outcome = review_at_street, DecisionOutcome.PASS
            else:
                act, outcome = decide_at_district, DecisionOutcome.APPROVE
            decision = act(viewer, application_id=application_id, outcome=outcome, in_bulk=True)
            return BulkResult(application_id, decision=decision)
    except Refusal as refusal:
        return BulkResult(application_id, refusal=refusal)


def _refuse_unless_clean_and_seen(viewer: Viewer, application: Application) -> None:
    _facts, answer = judged(application)
    look = Look.objects.filter(application=application, by=viewer.user_id).first()
    if look is None:
        raise Refusal(
            "not_looked_at",
            say("您还没有打开看过这份申请，不能批量办理。"),
            next_step=say("请先打开案卷看一遍。"),
        )
    if look.fingerprint != fingerprint(application, answer):
        raise Refusal(
            "changed_since_look",
            say("您看过以后，这份申请有了变化。"),
            next_step=say("请重新打开案卷看一遍，再决定。"),
            status=409,
        )
    failed = tuple(one for one in conditions_of(application, answer) if one.outcome is not Outcome.PASS)
    if failed:
        raise Refusal(
            "not_clean",
            say("这份申请需要单独办理：{why}。", why=failed[0].text),
            next_step=say("请打开案卷，单独作出决定。"),
            reasons=failed,
        )


def conditions_of(application: Application, answer: BenefitAnswer) -> tuple:
    """Answer, for one case as it stands, each condition of a clean case."""
    posting = getattr(application, "posting", None)
    return clean_conditions(
        CaseFacts(
            answer=answer.answer.value,
            answered_before=application.verdict.get("verdict", ""),
            state=application.state,
            has_account=application.account_id is not None,
            open_flags=open_flags(application).count(),
            is_asked_more=application.inquiries.filter(OPEN_INQUIRY).exists(),
            open_objections=posting.objections.filter(answered_at__isnull=True).count() if posting else 0,
            is_publicly_shown=posting is not None and clock.today() < posting.until,
        )
    )
