"""A family asks an agency for an assessment, doubts a result, or takes a request back."""

from uuid import UUID

from django.db import transaction

from assessments.choices import OPEN, Reason, Role, State
from assessments.models import Agency, Assessment
from assessments.rules.instrument import CURRENT
from assessments.selectors import agencies, assessors_in_force
from assessments.services.opening import open_assessment, require_next
from eldercare.audit.services import record as remember
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer
from eldercare.people.services.letters import write_letter
from eldercare.people.services.the_file import elder_to_act_for

LONGEST_DOUBT = 500


@transaction.atomic
def request_assessment(
    viewer: Viewer, *, elder_id: UUID, agency_id: UUID | str, reason: str = Reason.FIRST
) -> Assessment:
    """Ask an agency to assess an elder by GB/T 42195-2022.

    Raises Refusal `not_found`, `may_not_act`, `agency_not_available`, `unknown_reason`, `assessment_already_open` (409).
    """
    elder = elder_to_act_for(viewer, elder_id)
    if reason not in Reason.values or reason == Reason.REVIEW:
        raise Refusal("unknown_reason", say("请选择评估原因。"), fields={"reason": say("请选择列出的一项。")})
    return _ask(viewer, elder.pk, agency_id, Reason(reason))


@transaction.atomic
def contest(viewer: Viewer, *, assessment_id: UUID | str, agency_id: UUID | str, doubt: str) -> Assessment:
    """Doubt a result: it is marked contested and keeps its force until the new assessment, the review, concludes.

    Raises Refusal `not_found`, `may_not_act`, `doubt_is_empty`, `assessment_has_moved_on`, and those of a request.
    """
    contested = open_assessment(viewer, assessment_id)
    elder_to_act_for(viewer, contested.elder_id)
    require_next(contested, State.CONTESTED)
    if not doubt.strip() or len(doubt) > LONGEST_DOUBT:
        text = say("请写明对结果的疑问，不超过 {most} 字。", most=LONGEST_DOUBT)
        raise Refusal("doubt_is_empty", text, fields={"doubt": text})
    review = _ask(viewer, contested.elder_id, agency_id, Reason.REVIEW, contested, doubt.strip())
    Assessment.objects.filter(pk=contested.pk).update(state=State.CONTESTED)
    remember(viewer, "assessment.contested", str(contested), place=f"agency:{contested.agency_id}")
    return review


@transaction.atomic
def cancel(viewer: Viewer, *, assessment_id: UUID | str) -> Assessment:
    """Take a request back before it is recorded. Raises Refusal `not_found`, `may_not_act`, `assessment_has_moved_on`."""
    assessment = open_assessment(viewer, assessment_id)
    elder_to_act_for(viewer, assessment.elder_id)
    require_next(assessment, State.CANCELLED)
    assessment.state = State.CANCELLED
    assessment.save(update_fields=["state"])
    remember(viewer, "assessment.cancelled", str(assessment), place=f"agency:{assessment.agency_id}")
    return assessment


def _ask(
    viewer: Viewer,
    elder_id: UUID,
    agency_id: UUID | str,
    reason: Reason,
    reviews: Assessment | None = None,
    doubt: str | None = None,
) -> Assessment:
    agency = agencies(clock.today()).filter(pk=agency_id).first()
    if agency is None:
        raise Refusal(
            "agency_not_available",
            say("这家评估机构现在不能接受申请。"),
            next_step=say("请从列表中另选一家。"),
            fields={"agency": say("请从列表中选择一家评估机构。")},
        )
    if Assessment.objects.filter(elder=elder_id, state__in=OPEN).exists():
        raise Refusal(
            "assessment_already_open",
            say("这位老人已经有一次评估正在进行。"),
            next_step=say("请等这次评估出结果；还没有上门的，可以先取消再换机构。"),
            status=409,
        )
    assessment = Assessment.objects.create(
        elder_id=elder_id,
        agency=agency,
        instrument=CURRENT,
        reason=reason,
        requested_by_id=viewer.person_id,
        reviews=reviews,
        doubt=doubt,
    )
    remember(
        viewer, "assessment.requested", str(assessment), place=f"agency:{agency.pk}", facts={"reason": reason.value}
    )
    _tell_the_agency(agency)
    return assessment


def _tell_the_agency(agency: Agency) -> None:
    leads = assessors_in_force(clock.today()).filter(agency=agency, role=Role.LEAD).select_related("user")
    for lead in leads:
        write_letter(
            to_person_id=lead.user.person_id,
            kind="assessment.requested",
            subject=say("有一份新的能力评估申请"),
            body=say("请登录后在“能力评估”里安排两位评估员上门。"),
        )
