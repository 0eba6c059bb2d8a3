"""Who may see which applications, offers, stays and bills, and who runs which home. The directory itself is public."""

from uuid import UUID

from django.db.models import Q, QuerySet

from eldercare.kernel.viewer import Viewer
from eldercare.regions.rules.codes import covers, scope_prefix
from facilities.choices import StaffRole
from facilities.models import Application, Bill, Employment, Facility, Offer, Stay

OFFICERS = ("district_officer", "city_officer")


def facilities_of(viewer: Viewer, *roles: str) -> QuerySet[Facility]:
    """Give the homes the viewer works for (in one of the roles, when named)."""
    return Facility.objects.filter(pk__in=viewer.places("facility", *roles))


def works_for(viewer: Viewer, facility_id: UUID) -> bool:
    return any(viewer.has(role, "facility", facility_id) for role in StaffRole.values)


def manages(viewer: Viewer, facility_id: UUID) -> bool:
    return viewer.has(StaffRole.MANAGER, "facility", facility_id)


def applications_visible_to(viewer: Viewer) -> QuerySet[Application]:
    """Give the applications to the viewer's homes and those of the elders the viewer stands beside."""
    return Application.objects.filter(_mine(viewer))


def offers_visible_to(viewer: Viewer) -> QuerySet[Offer]:
    return Offer.objects.filter(_mine(viewer, "application__"))


def stays_visible_to(viewer: Viewer) -> QuerySet[Stay]:
    return Stay.objects.filter(_mine(viewer))


def applications_to_answer(viewer: Viewer) -> QuerySet[Application]:
    """Give the applications to the viewer's homes."""
    return Application.objects.filter(facility__in=viewer.places("facility"))


def stays_to_run(viewer: Viewer) -> QuerySet[Stay]:
    """Give the stays at the viewer's homes."""
    return Stay.objects.filter(facility__in=viewer.places("facility"))


def bills_visible_to(viewer: Viewer) -> QuerySet[Bill]:
    return Bill.objects.filter(_mine(viewer))


def home_claims_for(viewer: Viewer) -> QuerySet[Employment]:
    """Give the claims to homes that lie in a region of one of the viewer's posts."""
    inside = Q(pk__in=[])
    for code in viewer.places("region", *OFFICERS):
        inside |= Q(facility__region__code__startswith=scope_prefix(code))
    return Employment.objects.filter(inside)


def may_approve_claims_to(viewer: Viewer, facility: Facility) -> bool:
    return any(covers(code, facility.region_id) for code in viewer.places("region", *OFFICERS))


def _mine(viewer: Viewer, through: str = "") -> Q:
    return Q(**{f"{through}facility__in": viewer.places("facility")}) | Q(
        **{f"{through}elder__in": viewer.places("elder")}
    )
