"""One invented case on its way, so that whoever plays a role in a demonstration finds something to do.

The demo family's elder is assessed, a subsidy waits at the street, an application waits at the home. Twice changes nothing.
"""

from datetime import timedelta
from typing import Any

from django.db import transaction

from assessments.models import Agency, Assessment
from assessments.rules.instrument import instrument
from assessments.selectors import assessors_in_force
from assessments.services.assign import assign
from assessments.services.conclude import conclude
from assessments.services.record import record
from assessments.services.request import request_assessment
from eldercare.kernel import clock
from eldercare.people.access import elders_beside
from eldercare.people.choices import Purpose
from eldercare.people.models import Elder
from eldercare.people.rules.consent_text import current_text
from eldercare.portal.demo.cast import cast, user_of, viewer_of
from facilities.models import Facility
from facilities.services.apply_to_home import apply_to_home
from facilities.services.visits import publish_slots
from subsidies.services.apply import apply_for_subsidy

NO_CONDITIONS = {"coma": False, "dementia_or_psychiatric_diagnosis": False, "risk_events_30_days": 0}


@transaction.atomic
def load_case() -> None:
    """Bring the case to where a street officer, a home manager and the family each have a next step."""
    family = viewer_of(cast()["family"])
    elder = elders_beside(family).get()
    if Assessment.objects.filter(elder=elder).exists():
        return
    _assess(elder)
    case = cast()["case"]
    for programme in case["programmes"]:
        apply_for_subsidy(family, elder_id=elder.pk, programme=programme, **case["account"])
    home = Facility.objects.get(source_key=case["home"])
    _visit_times(home)
    apply_to_home(
        family,
        facility_id=home.pk,
        elder_id=elder.pk,
        room_type=case["room_type"],
        care_grade=case["care_grade"],
        wanted_from=clock.this_month().next().first_day,
        consent_text_version=current_text(Purpose.HOME_APPLICATION, clock.today()).version,
    )


def _visit_times(home: Facility) -> None:
    """Let the home show people round tomorrow morning."""
    manager, morning = viewer_of(cast()["manager"]), clock.now().replace(hour=9, minute=0, second=0, microsecond=0)
    publish_slots(manager, facility_id=home.pk, starts_at=morning + timedelta(days=1), minutes=30, count=6)


def _assess(elder: Elder) -> None:
    family = viewer_of(cast()["family"])
    agency = Agency.objects.get(name=cast()["agency"]["name"])
    first, second = cast()["assessors"]
    asked = request_assessment(family, elder_id=elder.pk, agency_id=agency.pk)
    assign(
        viewer_of(first),
        assessment_id=asked.pk,
        first_assessor_id=_assessor(agency, first),
        second_assessor_id=_assessor(agency, second),
    )
    record(
        viewer_of(first), assessment_id=asked.pk, answers=_answers(cast()["case"]["points"]), conditions=NO_CONDITIONS
    )
    conclude(viewer_of(second), assessment_id=asked.pk)


def _assessor(agency: Agency, member: dict[str, Any]) -> str:
    return str(assessors_in_force(clock.today()).get(agency=agency, user=user_of(member)).pk)


def _answers(points: int) -> dict[str, int]:
    """Answer every item so that the points add up: the first items full, the rest nothing."""
    left, answers = points, {}
    for item in instrument().items:
        answers[item.code] = min(item.best, left)
        left -= answers[item.code]
    return answers
