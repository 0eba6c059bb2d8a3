"""A decision is looked at again: the family disagrees within the time limit, or an officer sees that the facts changed.

The old decision stays as it is; the new one is linked to it and made by somebody who took no part.
"""

from uuid import UUID

from django.db import transaction

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.viewer import Viewer
from eldercare.people.access import elders_beside
from subsidies.access import desk_applications, may_decide
from subsidies.choices import FINAL_STAGES, AppealOrigin, DecisionOutcome, Stage
from subsidies.models import Appeal, Application, Decision
from subsidies.rules.programme import benefit
from subsidies.rules.transitions import DISTRICT, FAMILY, state_after
from subsidies.services.decide import judged
from subsidies.services.guards import family_only, locked, not_found
from subsidies.services.letters import tell_family
from subsidies.services.steps import step

MOST_WORDS = 2000


@transaction.atomic
def appeal_decision(viewer: Viewer, *, application_id: UUID, said: str) -> Appeal:
    """Ask for a re-check of the district's decision, as the family, up to its last day (the database's clock).

    Raises Refusal `not_found` (404), `may_not_act` (403), `nothing_to_appeal` (409), `rechecked_already` (409),
    `too_late` (with the other remedies), `said_missing`, `too_long`.
    """
    application = locked(Application.objects.filter(elder__in=elders_beside(viewer)), application_id)
    family_only(viewer, application.elder_id)
    decision = _last_decision(application)
    state = state_after(FAMILY, "appeal", application.state)
    if decision is None or state is None:
        raise _nothing_to_appeal()
    if decision.stage == Stage.RECHECK:
        raise Refusal(
            "rechecked_already",
            say("这项决定已经重新核对过一次。"),
            next_step=other_remedies(application),
            status=409,
        )
    _check_words(said)
    if decision.appeal_until is None or clock.today() > decision.appeal_until:
        raise Refusal("too_late", _too_late(decision), next_step=other_remedies(application))
    appeal = _raise(viewer, application, decision, AppealOrigin.FAMILY, said, state)
    tell_family(
        application.elder_id,
        kind="subsidy.appealed",
        subject=say("重新核对的请求已收到"),
        body=say("会由没有参加过这项决定的工作人员重新核对，有结果会马上告诉您。原来的决定在此期间仍然有效。"),
    )
    return appeal


@transaction.atomic
def reopen_for_facts(viewer: Viewer, *, application_id: UUID) -> Appeal:
    """Lead to a new decision because the facts of the decided month are others now; the old one stays as it was stored.

    Raises Refusal `not_found` (404), `nothing_to_appeal` (409), `nothing_changed`.
    """
    application = locked(desk_applications(viewer), application_id)
    if not may_decide(viewer, application):
        raise not_found()
    decision = _last_decision(application)
    state = state_after(DISTRICT, "reopen", application.state)
    if decision is None or state is None:
        raise _nothing_to_appeal()
    if not changed_since(decision):
        raise Refusal(
            "nothing_changed",
            say("决定以后，规则的答复没有变化，不需要重新核对。"),
            next_step=say("如果资料有误，请先更正资料。"),
        )
    return _raise(viewer, application, decision, AppealOrigin.FACTS, str(FACTS_CHANGED), state)


FACTS_CHANGED = say("决定以后资料有更正，规则的答复和决定时不同。")


def changed_since(decision: Decision) -> bool:
    """Tell whether the rule, asked again about the decided month, answers otherwise than the decision has stored."""
    _facts, answer = judged(decision.application)
    now, kept = answer.to_json(), decision.verdict
    if decision.outcome == DecisionOutcome.REFUSE and not answer.is_due:
        return False
    return any(kept.get(name) != now[name] for name in ("verdict", "monthly_fen", "first_month", "last_month"))


def other_remedies(application: Application) -> Sentence:
    """Give what remains when a re-check can't be asked for any more."""
    late = benefit(application.programme).programme.procedure.late_remedy
    return late or say("您仍然可以依法申请行政复议或者提起行政诉讼。")


def _raise(viewer: Viewer, application: Application, decision: Decision, origin: str, said: str, state: str) -> Appeal:
    appeal = Appeal.objects.create(decision=decision, origin=origin, said=said.strip(), by_id=viewer.user_id)
    step(application, state)
    record(
        viewer,
        f"subsidy.{'appealed' if origin == AppealOrigin.FAMILY else 'reopened'}",
        f"subsidy_application:{application.pk}",
        place=application.district_id,
        facts={"decision": str(decision.pk)},
    )
    return appeal


def _last_decision(application: Application) -> Decision | None:
    return application.decisions.filter(stage__in=FINAL_STAGES).order_by("-at", "-pk").first()


def _check_words(said: str) -> None:
    if not said.strip():
        sentence = say("请写明您为什么不同意，写一两句就可以。")
        raise Refusal("said_missing", sentence, fields={"said": sentence})
    if len(said) > MOST_WORDS:
        sentence = say("最多 {most} 个字。", most=MOST_WORDS)
        raise Refusal("too_long", sentence, fields={"said": sentence})


def _too_late(decision: Decision) -> Sentence:
    if decision.appeal_until is None:
        return say("这项决定没有写明请求重新核对的日期。")
    return say("请求重新核对的最后一天是 {day}，已经过了。", day=decision.appeal_until)


def _nothing_to_appeal() -> Refusal:
    return Refusal(
        "nothing_to_appeal",
        say("这份申请现在没有可以重新核对的决定。"),
        next_step=say("可能还没有决定，或者正在重新核对，请看办到了哪一步。"),
        status=409,
    )
