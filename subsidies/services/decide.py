"""The street reviews, another officer of the district decides (160号 五). The rule's answer of that moment is kept with it."""

from datetime import date
from uuid import UUID

from django.db import transaction

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.days import Month
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.verdict import Answer
from eldercare.kernel.viewer import Viewer
from eldercare.people.models import Elder
from subsidies.access import desk_applications, may_decide, may_review
from subsidies.choices import DecisionOutcome, Stage
from subsidies.models import Application, Decision
from subsidies.rules.eligibility import BenefitAnswer
from subsidies.rules.facts import ElderInput
from subsidies.rules.programme import Benefit, benefit
from subsidies.rules.transitions import DISTRICT, STREET, state_after
from subsidies.selectors.programmes import answers_for
from subsidies.services.apply import snapshot
from subsidies.services.guards import locked, not_found
from subsidies.services.letters import tell_family
from subsidies.services.open_entitlement import open_entitlement

OUTCOMES = {
    STREET: (DecisionOutcome.PASS, DecisionOutcome.OBJECT),
    DISTRICT: (DecisionOutcome.APPROVE, DecisionOutcome.REFUSE),
}


@transaction.atomic
def review_at_street(viewer: Viewer, *, application_id: UUID, outcome: str, reason: str = "") -> Decision:
    """Pass an application on to the district, without or with an objection; an objection states its reason.

    Raises Refusal `not_found` (404), `own_case` (403), `wrong_stage` (409), `unknown_outcome`, `reason_missing`.
    """
    application = locked(desk_applications(viewer), application_id)
    if not may_review(viewer, application):
        raise not_found()
    _not_ones_own(viewer, application)
    state = _next_state(application, STREET, outcome)
    reason = _reason(outcome == DecisionOutcome.OBJECT, reason)
    facts, answer = judged(application)
    decision = Decision.objects.create(
        application=application,
        stage=Stage.STREET_REVIEW,
        outcome=outcome,
        reason=reason or None,
        by_id=viewer.user_id,
        **snapshot(facts, answer),
    )
    _step(application, state)
    record(viewer, f"subsidy.{state}", _noun(application), place=application.street_id)
    return decision


@transaction.atomic
def decide_at_district(
    viewer: Viewer,
    *,
    application_id: UUID,
    outcome: str,
    reason: str = "",
    remedy: str = "",
    appeal_until: date | None = None,
) -> Decision:
    """Approve or refuse. A refusal states its reason, the remedy and the last day of it; an approval needs the rule's yes.

    Raises Refusal `not_found` (404), `own_case` (403), `reviewed_by_you` (403), `wrong_stage` (409), `unknown_outcome`,
    `reason_missing`, `remedy_missing`, `appeal_day`, `account_missing`, `rule_says_no`, `facts_missing`.
    """
    application = locked(desk_applications(viewer), application_id)
    if not may_decide(viewer, application):
        raise not_found()
    _not_ones_own(viewer, application)
    _not_the_reviewer(viewer, application)
    state = _next_state(application, DISTRICT, outcome)
    refused = outcome == DecisionOutcome.REFUSE
    reason = _reason(refused, reason)
    if refused:
        _check_remedy(remedy, appeal_until)
    facts, answer = judged(application)
    if not refused:
        _check_approval(application, answer)
    decision = Decision.objects.create(
        application=application,
        stage=Stage.DISTRICT_DECISION,
        outcome=outcome,
        reason=reason or None,
        remedy=remedy.strip() if refused else "",
        appeal_until=appeal_until if refused else None,
        by_id=viewer.user_id,
        **snapshot(facts, answer),
    )
    _step(application, state)
    if not refused:
        open_entitlement(viewer, decision=decision, answer=answer)
    record(viewer, f"subsidy.{state}", _noun(application), place=application.district_id)
    _tell_decided(application, decision, answer)
    return decision


def judged(application: Application) -> tuple[ElderInput, BenefitAnswer]:
    """Ask the rule about an application as the facts stand now, for the month it counts from.

    Where the conditions were met only after applying, that is the first month they bring.
    """
    applied = Month.of(application.applied_on)
    wanted = {"programmes": [application.programme], "applied_on": application.applied_on}
    facts, (answer,) = answers_for(application.elder_id, on=applied, **wanted)
    if answer.period and answer.period.first_month > applied:
        facts, (answer,) = answers_for(application.elder_id, on=answer.period.first_month, **wanted)
    return facts, answer


def _next_state(application: Application, role: str, outcome: str) -> str:
    if outcome not in OUTCOMES[role]:
        sentence = say("请选择一个结论。")
        raise Refusal("unknown_outcome", sentence, fields={"outcome": sentence})
    state = state_after(role, outcome, application.state)
    if state is None:
        raise Refusal(
            "wrong_stage",
            say("这份申请现在不在这一步。"),
            next_step=say("可能已经有人办了，请刷新页面看最新情况。"),
            status=409,
        )
    return state


def _reason(wanted: bool, reason: str) -> str:
    reason = reason.strip()
    if wanted and not reason:
        sentence = say("请写明理由，家属会读到。")
        raise Refusal("reason_missing", sentence, fields={"reason": sentence})
    return reason


def _check_remedy(remedy: str, appeal_until: date | None) -> None:
    if not remedy.strip():
        sentence = say("请写明家属可以怎样提出不同意见。")
        raise Refusal("remedy_missing", sentence, fields={"remedy": sentence})
    if appeal_until is None or appeal_until <= clock.today():
        sentence = say("请写明提出不同意见的最后一天，应当在今天以后。")
        raise Refusal("appeal_day", sentence, fields={"appeal_until": sentence})


def _check_approval(application: Application, answer: BenefitAnswer) -> None:
    if answer.answer is Answer.CANNOT_DECIDE:
        raise Refusal(
            "facts_missing",
            say("资料还不全，现在不能批准。"),
            next_step=say("请先在老人资料里补上缺少的事实，再来决定。"),
            reasons=answer.conditions,
        )
    if not answer.is_due:
        raise Refusal(
            "rule_says_no",
            say("按现有资料不符合条件，不能批准。"),
            next_step=say("如果资料有误，请先更正资料；否则请作出不予批准的决定并写明理由。"),
            reasons=answer.conditions,
        )
    if application.account_id is None:
        raise Refusal(
            "account_missing",
            say("家属还没有填写收款账户，现在不能批准。"),
            next_step=say("请联系家属在“补贴”页面填写收款账户。"),
        )


def _not_ones_own(viewer: Viewer, application: Application) -> None:
    elder_person = Elder.objects.values_list("person_id", flat=True).get(pk=application.elder_id)
    if viewer.person_id and viewer.person_id in (application.applied_by_id, elder_person):
        raise Refusal(
            "own_case",
            say("自己的或自己代办的申请，不能由自己来办。"),
            next_step=say("请交给同事办理。"),
            status=403,
        )


def _not_the_reviewer(viewer: Viewer, application: Application) -> None:
    if application.decisions.filter(by=viewer.user_id).exists():
        raise Refusal(
            "reviewed_by_you",
            say("您已经初审过这份申请，审定要由另一位工作人员来办。"),
            next_step=say("请交给同事办理。"),
            status=403,
        )


def _step(application: Application, state: str) -> None:
    application.state = state
    application.save(update_fields=["state"])


def _tell_decided(application: Application, decision: Decision, answer: BenefitAnswer) -> None:
    name: Benefit = benefit(application.programme)
    if decision.outcome == DecisionOutcome.APPROVE:
        subject = say("{benefit}批准了", benefit=name.name)
        first = answer.period.first_month if answer.period else Month.of(application.applied_on)
        body = say("从 {month} 起按月发放。请登录查看每一项条件和发放情况。", month=first)
    else:
        subject = say("{benefit}没有批准", benefit=name.name)
        body = say(
            "理由和提出不同意见的办法请登录查看。{remedy}（最迟 {day}）",
            remedy=Sentence(decision.remedy),
            day=decision.appeal_until,
        )
    tell_family(application.elder_id, kind=f"subsidy.{decision.outcome}", subject=subject, body=body)


def _noun(application: Application) -> str:
    return f"subsidy_application:{application.pk}"
