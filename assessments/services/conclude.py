"""The second assessor, another person, checks the record and concludes it, or sends it back to the first."""

from uuid import UUID

from django.db import transaction

from assessments.access import works_at
from assessments.choices import State
from assessments.models import Assessment
from assessments.rules.instrument import instrument
from assessments.rules.scoring import score
from assessments.rules.settings import setting
from assessments.rules.validity import last_valid_day, rule_for
from assessments.services.opening import not_yours, open_assessment, require_next
from eldercare.audit.services import record as remember
from eldercare.kernel import clock
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer
from eldercare.people.services.letters import write_letter
from eldercare.regions.rules.codes import province_of


@transaction.atomic
def conclude(viewer: Viewer, *, assessment_id: UUID | str) -> Assessment:
    """Conclude a recorded assessment: the level by the standard, valid by its rule-maker's rule, from today.

    The family is told that there is a result, not which: that is read after signing in. Raises Refusal `not_found`,
    `not_yours_to_do`, `assessment_has_moved_on`.
    """
    assessment = _for_the_second(viewer, assessment_id)
    require_next(assessment, State.CONCLUDED)
    today = clock.today()
    mode = setting("clause_mode", today)
    result = score(instrument(assessment.instrument), assessment.answers, assessment.conditions, mode)
    rule = rule_for(assessment.instrument, province_of(assessment.agency.region_id), today)
    assessment.result, assessment.level = result.to_json(), result.level
    assessment.concluded_on, assessment.valid_until = today, last_valid_day(today, rule.months)
    assessment.validity_rule, assessment.state = rule.id, State.CONCLUDED
    assessment.save(
        update_fields=["result", "level", "concluded_on", "valid_until", "validity_rule", "state"],
    )
    remember(viewer, "assessment.concluded", str(assessment), place=f"agency:{assessment.agency_id}")
    write_letter(
        to_person_id=assessment.requested_by_id,
        kind="assessment.concluded",
        subject=say("能力评估已出结果"),
        body=say("老人的能力评估已出结果，有效期到 {day}（含当天）。请登录后查看。", day=assessment.valid_until),
    )
    return assessment


@transaction.atomic
def send_back(viewer: Viewer, *, assessment_id: UUID | str) -> Assessment:
    """Give a record back to the first assessor; the answers stay as a draft. Raises the Refusals of `conclude`."""
    assessment = _for_the_second(viewer, assessment_id)
    require_next(assessment, State.ASSIGNED)
    assessment.state = State.ASSIGNED
    assessment.save(update_fields=["state"])
    remember(viewer, "assessment.sent_back", str(assessment), place=f"agency:{assessment.agency_id}")
    return assessment


def _for_the_second(viewer: Viewer, assessment_id: UUID | str) -> Assessment:
    assessment = open_assessment(viewer, assessment_id)
    if viewer.user_id != assessment.second_assessor_id or not works_at(viewer, assessment.agency_id):
        raise not_yours(say("只有派定的第二位评估员可以审定。"))
    return assessment
