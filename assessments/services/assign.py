"""An agency says which two of its assessors go. The agency may not also serve the assessed (京民养老发〔2019〕42号)."""

from uuid import UUID

from django.db import transaction

from assessments.access import works_at
from assessments.choices import State
from assessments.models import Assessment, Assessor
from assessments.rules.settings import setting
from assessments.selectors import assessors_in_force
from assessments.services.opening import not_yours, open_assessment, require_next
from eldercare.audit.services import record as remember
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer
from eldercare.people.services.letters import write_letter


@transaction.atomic
def assign(
    viewer: Viewer,
    *,
    assessment_id: UUID | str,
    first_assessor_id: UUID | str,
    second_assessor_id: UUID | str,
    operator_credit_code: str | None = None,
) -> Assessment:
    """Send two assessors of the agency, or others instead while nothing is recorded.

    `operator_credit_code` is that of the home the elder lives in, when the caller knows it. Raises Refusal `not_found`,
    `not_yours_to_do`, `assessment_has_moved_on`, `assessors_must_be_two`, `assessor_not_available`,
    `agency_runs_the_home`, `medical_background_needed`.
    """
    assessment = open_assessment(viewer, assessment_id)
    if not works_at(viewer, assessment.agency_id):
        raise not_yours(say("只有评估机构自己的人员可以派评估员。"))
    if assessment.state != State.ASSIGNED:
        require_next(assessment, State.ASSIGNED)
    first, second = _two(assessment, first_assessor_id, second_assessor_id)
    _judge(assessment, first, second, operator_credit_code)
    assessment.first_assessor_id, assessment.second_assessor_id = first.user_id, second.user_id
    assessment.state = State.ASSIGNED
    assessment.save(update_fields=["first_assessor", "second_assessor", "state"])
    remember(viewer, "assessment.assigned", str(assessment), place=f"agency:{assessment.agency_id}")
    write_letter(
        to_person_id=assessment.requested_by_id,
        kind="assessment.assigned",
        subject=say("能力评估已安排评估员"),
        body=say("{agency}已安排两位评估员，会与您约定上门时间。", agency=assessment.agency.name),
    )
    return assessment


def _two(assessment: Assessment, first_id: UUID | str, second_id: UUID | str) -> tuple[Assessor, Assessor]:
    working = assessors_in_force(clock.today()).filter(agency=assessment.agency_id)
    found = {str(row.pk): row for row in working.filter(pk__in=[first_id, second_id])}
    missing = {
        name: say("请选择本机构现在在岗的评估员。")
        for name, wanted in (("first_assessor", first_id), ("second_assessor", second_id))
        if str(wanted) not in found
    }
    if missing:
        raise Refusal("assessor_not_available", say("有评估员现在不在岗。"), fields=missing)
    return found[str(first_id)], found[str(second_id)]


def _judge(assessment: Assessment, first: Assessor, second: Assessor, operator_credit_code: str | None) -> None:
    if first.user_id == second.user_id:
        text = say("两位评估员必须是两个人。")
        raise Refusal("assessors_must_be_two", text, fields={"second_assessor": text})
    if operator_credit_code and operator_credit_code == assessment.agency.credit_code:
        raise Refusal(
            "agency_runs_the_home",
            say("这家机构也在照护这位老人，不能同时评估。"),
            next_step=say("请家属改选另一家评估机构。"),
        )
    needed = setting("assessor_with_medical_background", clock.today())
    if needed and not (first.medical_background or second.medical_background):
        text = say("两位评估员中至少一位要有医护背景。")
        raise Refusal("medical_background_needed", text, fields={"first_assessor": text})
