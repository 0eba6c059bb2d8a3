"""Who may see which assessments, and who may do the next act on one. An agency's people, the family, the region's officers."""

from django.db.models import Q, QuerySet

from assessments.choices import Role, State
from assessments.models import Assessment
from eldercare.kernel.viewer import Viewer
from eldercare.people.access import elders_visible_to

AT_AN_AGENCY = (Role.ASSESSOR, Role.LEAD)


def assessments_visible_to(viewer: Viewer) -> QuerySet[Assessment]:
    """Give the assessments of the viewer's agencies, and those of elders the viewer stands beside or is an officer for."""
    own = Q(agency__in=viewer.places("agency", *AT_AN_AGENCY))
    return Assessment.objects.filter(own | Q(elder__in=elders_visible_to(viewer).values("pk")))


def assessments_to_work_on(viewer: Viewer) -> QuerySet[Assessment]:
    """Give the assessments of the viewer's agencies: the assessor's own list."""
    return Assessment.objects.filter(agency__in=viewer.places("agency", *AT_AN_AGENCY))


def works_at(viewer: Viewer, agency_id: object) -> bool:
    """Tell whether the viewer works for an agency today."""
    return any(viewer.has(role, "agency", agency_id) for role in AT_AN_AGENCY)


def may_assign(viewer: Viewer, assessment: Assessment) -> bool:
    """Tell whether the viewer may say who assesses: anybody of the agency, until it is recorded."""
    return works_at(viewer, assessment.agency_id) and assessment.state in (State.REQUESTED, State.ASSIGNED)


def may_record(viewer: Viewer, assessment: Assessment) -> bool:
    """Tell whether the viewer is the first assessor of an assessment that waits for its record."""
    return _is_at_work(viewer, assessment, assessment.first_assessor_id) and assessment.state == State.ASSIGNED


def may_conclude(viewer: Viewer, assessment: Assessment) -> bool:
    """Tell whether the viewer is the second assessor of an assessment that waits for its conclusion."""
    return _is_at_work(viewer, assessment, assessment.second_assessor_id) and assessment.state == State.RECORDED


def may_see_answers(viewer: Viewer, assessment: Assessment) -> bool:
    """Tell whether the single answers are shown: to the agency at work, and to the family once there is a result."""
    beside = str(assessment.elder_id) in viewer.places("elder")
    return works_at(viewer, assessment.agency_id) or (beside and assessment.level is not None)


def _is_at_work(viewer: Viewer, assessment: Assessment, user_id: object) -> bool:
    return viewer.is_known and viewer.user_id == user_id and works_at(viewer, assessment.agency_id)
