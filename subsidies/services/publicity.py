"""公示: a passed case of a programme that asks for it is shown to everybody for some days; anybody may object.

Shown are the masked name, the benefit, the place and the amount. Whoever decides answers every objection before.
"""

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer
from eldercare.people.selectors import masked_names
from subsidies.access import desk_applications, may_decide, postings_on_show
from subsidies.models import Application, Objection, Posting
from subsidies.rules.eligibility import BenefitAnswer
from subsidies.rules.programme import benefit
from subsidies.services.four_eyes import refuse_own_case
from subsidies.services.guards import locked, not_found

MOST_WORDS = 2000


def post_publicly(viewer: Viewer, *, application: Application, answer: BenefitAnswer) -> Posting:
    """Show a case from tomorrow on for the programme's days. Raises Refusal `not_a_clear_yes`: only a yes is shown."""
    days = benefit(application.programme).programme.procedure.posted_days
    if days is None:
        raise ValueError("this programme asks for no publicity")
    if answer.monthly_fen is None or not answer.is_due:
        raise Refusal(
            "not_a_clear_yes",
            say("规则的答复还不是“可以领”，不能公示。"),
            next_step=say("请先补全资料，或者列入异议名单并写明理由。"),
            reasons=answer.conditions,
        )
    from_day = clock.today() + timedelta(days=1)
    name = masked_names([application.elder_id])[application.elder_id]
    posting = Posting.objects.create(
        application=application,
        shown_name=name if "*" in name else f"{name}*",
        place_id=application.street_id,
        monthly_fen=answer.monthly_fen,
        from_day=from_day,
        until=from_day + timedelta(days=days),
        by_id=viewer.user_id,
    )
    record(viewer, "subsidy.posted", f"subsidy_posting:{posting.pk}", place=application.street_id)
    return posting


@transaction.atomic
def object_to_posting(viewer: Viewer, *, posting_id: UUID, said: str, name: str = "", contact: str = "") -> Objection:
    """Object to a case on show; nobody needs to sign in or to give a name. Raises Refusal `not_found` (404) when it is not
    on show, `said_missing`, `too_long`.
    """
    posting = postings_on_show(clock.today()).filter(pk=posting_id).first()
    if posting is None:
        raise not_found()
    said, name, contact = said.strip(), name.strip(), contact.strip()
    if not said:
        sentence = say("请写明您有什么不同意见。")
        raise Refusal("said_missing", sentence, fields={"said": sentence})
    if len(said) > MOST_WORDS:
        sentence = say("最多 {most} 个字。", most=MOST_WORDS)
        raise Refusal("too_long", sentence, fields={"said": sentence})
    objection = Objection.objects.create(posting=posting, said=said, name=name or None, contact=contact or None)
    record(viewer, "subsidy.objected", f"subsidy_posting:{posting.pk}", place=posting.place_id)
    return objection


@transaction.atomic
def answer_objection(viewer: Viewer, *, objection_id: UUID, answer: str, holds: bool | None) -> Objection:
    """Answer an objection, as an officer of the district: whether it holds, and why.

    Raises Refusal `not_found` (404), `own_case` (403), `answered` (409), `answer_missing`, `holds_missing`.
    """
    objection = locked(Objection.objects.filter(posting__application__in=desk_applications(viewer)), objection_id)
    application = objection.posting.application
    if not may_decide(viewer, application):
        raise not_found()
    refuse_own_case(viewer, application)
    if objection.answered_at:
        raise Refusal("answered", say("这条异议已经答复过。"), next_step=say("请刷新页面看答复的内容。"), status=409)
    if holds is None:
        sentence = say("请选择异议是否成立。")
        raise Refusal("holds_missing", sentence, fields={"holds": sentence})
    if not answer.strip():
        sentence = say("请写明核实的情况，提出异议的人会读到。")
        raise Refusal("answer_missing", sentence, fields={"answer": sentence})
    objection.answer, objection.holds = answer.strip()[:MOST_WORDS], holds
    objection.answered_by_id, objection.answered_at = viewer.user_id, clock.now()
    objection.save(update_fields=["answer", "holds", "answered_by", "answered_at"])
    record(
        viewer,
        "subsidy.objection_answered",
        f"subsidy_posting:{objection.posting_id}",
        place=application.district_id,
        facts={"holds": holds},
    )
    return objection


def refuse_while_posted(application: Application) -> None:
    """Refuse `still_posted` (409) before the days of a 公示 are over or while an objection is unanswered."""
    posting = Posting.objects.filter(application=application).first()
    if posting is None:
        return
    if clock.today() < posting.until:
        raise Refusal(
            "still_posted",
            say("公示到 {day} 才结束，现在还不能批准。", day=posting.until - timedelta(days=1)),
            next_step=say("公示结束以后再来决定。"),
            status=409,
        )
    if posting.objections.filter(answered_at__isnull=True).exists():
        raise Refusal(
            "still_posted",
            say("还有公示异议没有答复，现在还不能批准。"),
            next_step=say("请先核实并答复每一条异议。"),
            status=409,
        )
