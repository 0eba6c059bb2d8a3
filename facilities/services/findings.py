"""What an application met at a home that showed free beds: a bed, or a full house. It counts for the home's accuracy."""

from uuid import UUID

from eldercare.kernel import clock
from facilities.models import AdmissionFinding, Application
from facilities.selectors.beds import Vacancy, vacancies


def shown_free(facility_id: UUID) -> int:
    """Give the number of free beds a home's page shows now."""
    return vacancies([facility_id], clock.today()).get(facility_id, Vacancy()).free


def keep_finding(application: Application, *, shown: int, as_shown: bool) -> None:
    """Keep what the first answer to an application said about the number shown; a home that showed none is not judged."""
    if not shown:
        return
    row = AdmissionFinding(
        application=application,
        facility_id=application.facility_id,
        found_at=clock.now(),
        shown_free=shown,
        as_shown=as_shown,
    )
    AdmissionFinding.objects.bulk_create([row], ignore_conflicts=True)
