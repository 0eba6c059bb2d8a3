"""Who may see which rows of the subsidy floor, and who may do which act. Always over a place; 404 is the door's business."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from eldercare.kernel.viewer import Viewer
from eldercare.regions.rules.codes import scope_prefix
from subsidies.models import Application, Entitlement, Routing, Run

STREET_OFFICER = "street_officer"
DISTRICT_OFFICER = "district_officer"
SEES_RUNS = ("district_officer", "city_officer", "auditor")


def runs_visible_to(viewer: Viewer) -> QuerySet[Run]:
    """Give the runs funded inside the regions of the viewer's posts; streets and homes see none."""
    inside = Q(pk__in=())
    for code in viewer.places("region", *SEES_RUNS):
        inside |= Q(region__code__startswith=scope_prefix(code))
    return Run.objects.filter(inside)


def may_settle(viewer: Viewer, region_code: str) -> bool:
    """Tell whether the viewer may open, propose or approve the runs of a funding district: its own officers only."""
    return viewer.has("district_officer", "region", region_code)


def applications_visible_to(viewer: Viewer) -> QuerySet[Application]:
    """Give the applications of the elders the viewer stands beside, and those of the streets inside the viewer's posts."""
    return Application.objects.filter(
        Q(elder__in=viewer.places("elder")) | _inside("street__code", viewer.places("region"))
    )


def desk_applications(viewer: Viewer) -> QuerySet[Application]:
    """Give the applications that come to the viewer's own desk: of exactly the streets and districts of the posts."""
    at_street = Q(street__in=viewer.places("region", STREET_OFFICER))
    return Application.objects.filter(at_street | Q(district__in=viewer.places("region", DISTRICT_OFFICER)))


def may_review(viewer: Viewer, application: Application) -> bool:
    """Tell whether the viewer is an officer of the street the application went to."""
    return viewer.has(STREET_OFFICER, "region", application.street_id)


def may_decide(viewer: Viewer, application: Application) -> bool:
    """Tell whether the viewer is an officer of the district the application went to."""
    return viewer.has(DISTRICT_OFFICER, "region", application.district_id)


def entitlements_visible_to(viewer: Viewer) -> QuerySet[Entitlement]:
    """Give the entitlements of the elders the viewer stands beside, and those paid inside the regions of the posts."""
    return Entitlement.objects.filter(
        Q(elder__in=viewer.places("elder")) | _inside("payer_region__code", viewer.places("region"))
    )


def routings_visible_to(viewer: Viewer) -> QuerySet[Routing]:
    """Give the routings of the elders the viewer stands beside, to the viewer's homes, and those paid in the posts' regions."""
    return Routing.objects.filter(
        Q(elder__in=viewer.places("elder"))
        | Q(facility__in=viewer.places("facility"))
        | _inside("entitlement__payer_region__code", viewer.places("region"))
    )


def _inside(column: str, codes: Iterable[str]) -> Q:
    inside = Q(pk__in=())
    for code in codes:
        inside |= Q(**{f"{column}__startswith": scope_prefix(code)})
    return inside
