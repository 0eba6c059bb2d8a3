"""Times for visits and booked visits. What families found there the accuracy reads from the visits themselves."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from eldercare.kernel.clock import ClockNow
from eldercare.people.selectors import masked_names, names_of_persons
from facilities.choices import VisitState
from facilities.models import Visit, VisitSlot
from facilities.rules.licence import NOT_OPEN

TAKES_THE_TIME = [VisitState.BOOKED, VisitState.CAME, VisitState.NO_SHOW]


@dataclass(frozen=True)
class VisitCard:
    """A visit as the home's calendar and the family's list show it: who comes by name, for whom masked."""

    visit: Visit
    visitor: str
    elder_name: str

    @property
    def is_ahead(self) -> bool:
        return self.visit.state == VisitState.BOOKED


def open_slots(facility_ids: Iterable[UUID]) -> QuerySet[VisitSlot]:
    """Give the times that can be booked, by the one clock, earliest first; a home that is not open shows nobody round."""
    taken = Visit.objects.filter(slot=OuterRef("pk"), state__in=TAKES_THE_TIME)
    ahead = VisitSlot.objects.filter(
        facility__in=list(facility_ids), withdrawn_at__isnull=True, starts_at__gt=ClockNow()
    )
    return ahead.filter(~Exists(taken)).exclude(facility__operating__in=NOT_OPEN).order_by("starts_at")


def visit_cards(visits: QuerySet[Visit], *, most: int = 100) -> list[VisitCard]:
    """Give visits in the order asked for, in a constant number of queries."""
    rows = list(visits.select_related("slot", "facility")[:most])
    elders = masked_names(row.elder_id for row in rows if row.elder_id)
    persons = names_of_persons(row.by_person_id for row in rows)
    return [VisitCard(row, persons.get(row.by_person_id, ""), elders.get(row.elder_id, "")) for row in rows]
