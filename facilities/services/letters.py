"""Tells families and homes what happened: short letters that name the home and the next step, never a health fact."""

from uuid import UUID

from eldercare.kernel import clock
from eldercare.kernel.sentences import Sentence
from eldercare.people.services.letters import write_letter
from facilities.models import Application
from facilities.selectors.staff import employments_in_force


def tell_family(application: Application, *, kind: str, subject: Sentence, body: Sentence) -> None:
    """Write to the person who applied."""
    write_letter(to_person_id=application.by_person_id, kind=kind, subject=subject, body=body)


def tell_home(facility_id: UUID, *, kind: str, subject: Sentence, body: Sentence) -> None:
    """Write to everybody who works for the home today."""
    persons = employments_in_force(clock.today()).filter(facility=facility_id).values_list("user__person", flat=True)
    for person_id in persons:
        write_letter(to_person_id=person_id, kind=kind, subject=subject, body=body)
