"""The street reviews, another officer of the district decides (160号 五); a re-check is decided by a third.

The rule's answer of that moment is kept with every conclusion. The paper of a final one is `document.py`'s.
"""

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.days import Month
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.verdict import Answer
from eldercare.kernel.viewer import Viewer
from subsidies.access import desk_applications, may_decide, may_review
from subsidies.choices import ApplicationState, CheckState, DecisionOutcome, Stage
from subsidies.models import Appeal, Application, Decision, Entitlement
from subsidies.rules.eligibility import BenefitAnswer
from subsidies.rules.facts import ElderInput
from subsidies.rules.programme import Programme, benefit
from subsidies.rules.transitions import DISTRICT, STREET, state_after
from subsidies.selectors.programmes import answers_for
from subsidies.services.apply import snapshot
from subsidies.services.cross_check import cross_check
from subsidies.services.document import issue_document
from subsidies.services.four_eyes import refuse_own_case, refuse_who_took_part
from subsidies.services.guards import locked, not_found
from subsidies.services.inquiries import settle_before_concluding
from subsidies.services.letters import tell_family
from subsidies.services.open_entitlement import end_entitlements, open_entitlement
from subsidies.services.publicity import post_publicly, refuse_while_posted
from subsidies.services.steps import step

OUTCOMES = {
    STREET: (DecisionOutcome.PASS, DecisionOutcome.OBJECT),
    DISTRICT: (DecisionOutcome.APPROVE, DecisionOutcome.REFUSE),
}


@transaction.atomic
def review_at_street(
    viewer: Viewer, *, application_id: UUID, outcome: str, reason: str = "", in_bulk: bool = False
) -> Decision:
    """Pass an application on to the district, without or with an objection; an objection states its reason.

    Where the programme asks for 公示, passing begins it. Raises Refusal `not_found` (404), `own_case` (403),
    `wrong_stage` (409), `still_waiting` (409), `unknown_outcome`, `reason_missing`.
    """
    application = locked(desk_applications(viewer), application_id)
    if not may_review(viewer, application):
        raise not_found()
    refuse_own_case(viewer, application)
    objects = outcome == DecisionOutcome.OBJECT
    is_posted = _programme(application).procedure.posted_days is not None and not objects
    state = _next_state(application, STREET, outcome, act="pass_and_post" if is_posted else outcome)
    reason = _reason(objects, reason)
    settle_before_concluding(application, against=objects)
    facts, answer = judged(application)
    decision = Decision.objects.create(
        application=application,
        stage=Stage.STREET_REVIEW,
        outcome=outcome,
        reason=reason or None,
        in_bulk=in_bulk,
        by_id=viewer.user_id,
        **snapshot(facts, answer),
    )
    posting = post_publicly(viewer, application=application, answer=answer) if is_posted else None
    step(application, state, posted_until=posting and posting.until)
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
    in_bulk: bool = False,
) -> Decision:
    """Approve or refuse, for the first time or in a re-check. A refusal states its reason, the remedy and the last day
    of it; an approval needs the rule's yes.

    Raises Refusal `not_found` (404), `own_case` (403), `reviewed_by_you` (403), `raised_by_you` (403), `wrong_stage`
    (409), `still_waiting` (409), `still_posted` (409), `unknown_outcome`, `reason_missing`, `remedy_missing`,
    `appeal_day`, `account_missing`, `account_failed`, `rule_says_no`, `facts_missing`, `flags_open`.
    """
    application = locked(desk_applications(viewer), application_id)
    if not may_decide(viewer, application):
        raise not_found()
    refuse_own_case(viewer, application)
    appeal = _open_appeal(application)
    state = _next_state(application, DISTRICT, outcome)
    refuse_who_took_part(viewer, application)
    refused = outcome == DecisionOutcome.REFUSE
    reason = _reason(refused, reason)
    if refused:
        _check_remedy(remedy, appeal_until)
    else:
        refuse_while_posted(application)
        remedy, appeal_until = _remedy_of_an_approval(application, remedy, appeal_until)
    settle_before_concluding(application, against=refused)
    facts, answer = judged(application)
    if not refused:
        _check_approval(application, answer)
    decision = Decision.objects.create(
        application=application,
        stage=Stage.RECHECK if appeal else Stage.DISTRICT_DECISION,
        outcome=outcome,
        reason=reason or None,
        remedy=remedy.strip(),
        appeal_until=appeal_until,
        answers=appeal,
        upholds=_upholds(appeal, outcome, answer) if appeal else None,
        in_bulk=in_bulk,
        by_id=viewer.user_id,
        **snapshot(facts, answer),
    )
    step(application, state)
    _settle_right(viewer, decision, answer)
    record(viewer, f"subsidy.{state}", _noun(application), place=application.district_id)
    issue_document(viewer, decision=decision, facts=facts, answer=answer)
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


def _next_state(application: Application, role: str, outcome: str, *, act: str | None = None) -> str:
    if outcome not in OUTCOMES[role]:
        sentence = say("请选择一个结论。")
        raise Refusal("unknown_outcome", sentence, fields={"outcome": sentence})
    state = state_after(role, act or outcome, application.state)
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
    if cross_check(application):
        raise Refusal(
            "flags_open",
            say("交叉核对有发现，还没有人处理，现在不能批准。"),
            next_step=say("请先核实每一条发现并写明结果；确实不符合的，请作出不予批准的决定。"),
        )
    if application.account_id is None:
        raise Refusal(
            "account_missing",
            say("家属还没有填写收款账户，现在不能批准。"),
            next_step=say("请联系家属在“补贴”页面填写收款账户。"),
        )
    if application.account.check_state == CheckState.FAILED:
        raise Refusal(
            "account_failed",
            say("银行核对收款账户没有通过，现在不能批准。"),
            next_step=say("请用“请家属补充”让家属换一张老人本人的卡；银行核对通过以后再批准。"),
        )


def _remedy_of_an_approval(application: Application, remedy: str, appeal_until: date | None) -> tuple[str, date | None]:
    """An approval, too, can be disagreed with (its amount, its first month): the programme's remedy, where it has one."""
    programme = _programme(application)
    if programme.remedy is None or programme.procedure.appeal_days is None:
        return "", None
    return remedy.strip() or str(remedy_of(application)), appeal_until or appeal_day(programme)


def remedy_of(application: Application) -> Sentence | None:
    """Give the remedy a decision of this step is told with; a re-check has another one than a first decision."""
    programme = _programme(application)
    after = programme.procedure.remedy_after_recheck
    return after if after and application.state == ApplicationState.RECHECK else programme.remedy


def appeal_day(programme: Programme) -> date | None:
    """Give the last day that is filled in for a decision of today; None where no number of days is set."""
    days = programme.procedure.appeal_days
    return clock.today() + timedelta(days=days) if days is not None else None


def _open_appeal(application: Application) -> Appeal | None:
    """Give the appeal that waits for its answer, when a re-check is under way."""
    if application.state != ApplicationState.RECHECK:
        return None
    return Appeal.objects.select_related("decision").get(decision__application=application, answer__isnull=True)


def _upholds(appeal: Appeal, outcome: str, answer: BenefitAnswer) -> bool:
    """Tell whether the new decision says what the old one said: the same outcome and, of a yes, amount and months."""
    old = appeal.decision
    if old.outcome != outcome:
        return False
    kept, now = old.verdict, answer.to_json()
    said = ("monthly_fen", "first_month", "last_month") if outcome == DecisionOutcome.APPROVE else ()
    return all(kept.get(name) == now[name] for name in said)


def _settle_right(viewer: Viewer, decision: Decision, answer: BenefitAnswer) -> None:
    """An approval opens the right where none stands yet; a re-check that refuses ends the one that stands."""
    stands = Entitlement.objects.filter(decision__application=decision.application_id)
    if decision.outcome == DecisionOutcome.REFUSE:
        end_entitlements(viewer, stands)
    elif not stands.exists():
        open_entitlement(viewer, decision=decision, answer=answer)


def _programme(application: Application) -> Programme:
    return benefit(application.programme).programme


def _tell_decided(application: Application, decision: Decision, answer: BenefitAnswer) -> None:
    name = benefit(application.programme)
    if decision.upholds:
        subject = say("{benefit}的决定重新核对过，维持不变", benefit=name.name)
        body = say("请登录查看新的决定书和其他办法。")
    elif decision.outcome == DecisionOutcome.APPROVE:
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
