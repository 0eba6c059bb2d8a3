"""Who may see which applications, offers, stays and bills, and who runs which home. The directory itself is public."""

from uuid import UUID

from django.db.models import Q, QuerySet

from eldercare.kernel.viewer import Viewer
from eldercare.people.access import may_act_for
from eldercare.regions.rules.codes import covers, scope_prefix
from facilities.choices import StaffRole
from facilities.models import (
    Application,
    Bill,
    Contract,
    DirectoryImport,
    Employment,
    Facility,
    Offer,
    Skip,
    Stay,
    Transfer,
    Visit,
)

OFFICERS = ("district_officer", "city_officer")
OVERSEERS = (*OFFICERS, "auditor")


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


def visits_visible_to(viewer: Viewer) -> QuerySet[Visit]:
    """Give the visits to the viewer's homes, those they booked, and those booked for elders they stand beside."""
    booked = Q(by_person=viewer.person_id) if viewer.person_id else Q(pk__in=[])
    return Visit.objects.filter(_mine(viewer) | booked)


def may_change_visit(viewer: Viewer, visit: Visit) -> bool:
    """Tell whether the viewer booked the visit or may act for the elder it is for."""
    return visit.by_person_id == viewer.person_id or (
        visit.elder_id is not None and may_act_for(viewer, visit.elder_id)
    )


def contracts_visible_to(viewer: Viewer) -> QuerySet[Contract]:
    """Give the contracts of the viewer's homes and of the elders the viewer stands beside."""
    return Contract.objects.filter(_mine(viewer, "stay__"))


def transfers_visible_to(viewer: Viewer) -> QuerySet[Transfer]:
    """Give the moves from or to the viewer's homes, and those of the elders the viewer stands beside."""
    homes = viewer.places("facility")
    either = Q(old_stay__facility__in=homes) | Q(application__facility__in=homes)
    return Transfer.objects.filter(either | Q(elder__in=viewer.places("elder")))


def skips_visible_to(viewer: Viewer) -> QuerySet[Skip]:
    """Give who was passed over: to the home, to the family concerned, and to officers and auditors over the home's region."""
    inside = _mine(viewer, "application__")
    for code in viewer.places("region", *OVERSEERS):
        inside |= Q(application__facility__region__code__startswith=scope_prefix(code))
    return Skip.objects.filter(inside)


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


def import_scope(viewer: Viewer) -> list[str] | None:
    """Give the regions whose homes the viewer may import (none named: everywhere); None: may not import at all."""
    if viewer.is_system:
        return []
    return sorted(viewer.places("region", *OFFICERS)) or None


def imports_visible_to(viewer: Viewer) -> QuerySet[DirectoryImport]:
    """Give the imports of the regions the viewer is an officer of: whoever covers all of an import's regions sees it."""
    scope = import_scope(viewer)
    if scope is None:
        return DirectoryImport.objects.none()
    if not scope:
        return DirectoryImport.objects.all()
    scopes = DirectoryImport.objects.exclude(scope=[]).values_list("scope", flat=True).distinct()
    mine = Q(pk__in=[])
    for one in scopes:
        if all(any(covers(code, inner) for code in scope) for inner in one):
            mine |= Q(scope=one)
    return DirectoryImport.objects.filter(mine)


def _mine(viewer: Viewer, through: str = "") -> Q:
    return Q(**{f"{through}facility__in": viewer.places("facility")}) | Q(
        **{f"{through}elder__in": viewer.places("elder")}
    )
