"""For whom a home may hold a bed, and for whom it does: the families that wait, by masked name. Holds nothing itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from eldercare.people.selectors import masked_names
from facilities.choices import ApplicationState, ClaimKind
from facilities.models import Application, Bed
from facilities.selectors.beds import live_claims
from facilities.selectors.waiting import waiting_list

SHOWN = 100


@dataclass(frozen=True)
class Waiting:
    """A family that waits for a bed and was not asked yet; the name is masked."""

    application_id: UUID
    elder_name: str
    room: str
    wanted_from: date


def who_waits(facility_id: UUID, on: date) -> list[Waiting]:
    """Give the families a bed can be held for, first one first: two queries."""
    rows = list(waiting_list(facility_id, on).filter(state=ApplicationState.SUBMITTED)[:SHOWN])
    names = masked_names(row.elder_id for row in rows)
    return [Waiting(row.pk, names[row.elder_id], str(row.get_room_type_display()), row.wanted_from) for row in rows]


def beds_held_for(application: Application) -> QuerySet[Bed]:
    """Give the beds its home holds for an application at this moment."""
    holds = live_claims().filter(bed=OuterRef("pk"), kind=ClaimKind.HOLD, noun=str(application))
    beds = Bed.objects.filter(Exists(holds), room__facility=application.facility_id)
    return beds.select_related("room").order_by("room__name", "name")


def names_of_applications(application_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Give the masked name of the elder of each application: two queries, none without any."""
    wanted = [pk for pk in application_ids if pk]
    if not wanted:
        return {}
    elders = dict(Application.objects.filter(pk__in=wanted).values_list("pk", "elder"))
    names = masked_names(elders.values())
    return {pk: names[elder] for pk, elder in elders.items()}
