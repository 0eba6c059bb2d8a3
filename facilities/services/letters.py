"""Tells families and homes what happened: short letters that name the home and the next step, never a health fact."""

from uuid import UUID

from eldercare.kernel import clock
from eldercare.kernel.sentences import Sentence
from eldercare.people.choices import MAY_ACT
from eldercare.people.models import Elder
from eldercare.people.selectors import circle_of
from eldercare.people.services.letters import write_letter
from facilities.models import Application
from facilities.selectors.staff import employments_in_force


def tell_family(application: Application, *, kind: str, subject: Sentence, body: Sentence) -> None:
    """Write to the person who applied; where they no longer act for the elder, to everybody who does today."""
    for person_id in _speakers(application.elder_id, application.by_person_id):
        write_letter(to_person_id=person_id, kind=kind, subject=subject, body=body)


def _speakers(elder_id: UUID, person_id: UUID) -> list[UUID]:
    acting = [row.person_id for row in circle_of(elder_id, clock.today()) if row.kind in MAY_ACT]
    if person_id in acting:
        return [person_id]
    return acting or [Elder.objects.values_list("person", flat=True).get(pk=elder_id)]


def tell_home(facility_id: UUID, *, kind: str, subject: Sentence, body: Sentence) -> None:
    """Write to everybody who works for the home today."""
    persons = employments_in_force(clock.today()).filter(facility=facility_id).values_list("user__person", flat=True)
    for person_id in persons:
        write_letter(to_person_id=person_id, kind=kind, subject=subject, body=body)
