"""Who works for a home. Whether they may do a thing is asked in `access.py`."""

from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from eldercare.kernel.viewer import Grant
from facilities.choices import EmploymentState
from facilities.models import Employment


def staff_grants(user_id: UUID, person_id: UUID | None, on: date) -> set[Grant]:
    """Give a user's roles over homes on a day: one query."""
    rows = employments_in_force(on).filter(user=user_id).values_list("role", "facility_id")
    return {Grant(role, "facility", str(facility_id)) for role, facility_id in rows}


def employments_in_force(on: date) -> QuerySet[Employment]:
    """Give the approved employments that hold on a day; one that ends on it is over."""
    ends_later = Q(valid_until__isnull=True) | Q(valid_until__gt=on)
    return Employment.objects.filter(ends_later, state=EmploymentState.APPROVED, valid_from__lte=on)


def team(facility_id: UUID, on: date) -> list[Employment]:
    """Give those who work for a home on a day, managers first."""
    rows = employments_in_force(on).filter(facility=facility_id).select_related("user")
    return list(rows.order_by("role", "valid_from", "pk"))
