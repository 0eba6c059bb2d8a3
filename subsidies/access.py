"""Who may see which rows of the subsidy floor, and who may do which act. Always over a place; 404 is the door's business."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from eldercare.kernel.viewer import Viewer
from eldercare.people.access import may_act_for
from eldercare.regions.rules.codes import scope_prefix
from subsidies.choices import ApplicationState, FilingState
from subsidies.models import (
    AccountChange,
    Application,
    Change,
    CrossCheckFlag,
    Debt,
    Document,
    Entitlement,
    FactList,
    Filing,
    Inquiry,
    Paper,
    Posting,
    ProgrammeVersion,
    Routing,
    Run,
)
from subsidies.rules.programme import benefits

STREET_OFFICER = "street_officer"
DISTRICT_OFFICER = "district_officer"
CITY_OFFICER = "city_officer"
SEES_RUNS = ("district_officer", "city_officer", "auditor")
LISTS_FACTS = ("street_officer", "district_officer")


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


def may_conclude_now(viewer: Viewer, application: Application) -> bool:
    """Tell whether it is the viewer's turn: the street's while it reviews, the district's afterwards."""
    if application.state == ApplicationState.SUBMITTED:
        return may_review(viewer, application)
    return may_decide(viewer, application)


def windows_of(viewer: Viewer) -> list[str]:
    """Give the streets at whose window the viewer may fill in forms for the families who come."""
    return sorted(viewer.places("region", STREET_OFFICER))


def filings_visible_to(viewer: Viewer) -> QuerySet[Filing]:
    """Give the forms the viewer fills in or filled in, and those that were sent for the elders the viewer stands beside."""
    sent = Q(elder__in=viewer.places("elder"), state=FilingState.SENT)
    own = Q(window__isnull=True, elder__in=viewer.places("elder")) | Q(window__in=windows_of(viewer))
    return Filing.objects.filter(sent | Q(own, begun_by=viewer.user_id))


def may_fill_in(viewer: Viewer, filing: Filing) -> bool:
    """Tell whether the viewer fills in this form: its author, who may act for the elder or serves at its window."""
    if filing.begun_by_id != viewer.user_id:
        return False
    if filing.window_id:
        return viewer.has(STREET_OFFICER, "region", filing.window_id)
    return may_act_for(viewer, filing.elder_id)


def inquiries_visible_to(viewer: Viewer) -> QuerySet[Inquiry]:
    """Give what was asked about the elders the viewer stands beside, and about the cases on the viewer's desk."""
    beside = Q(application__elder__in=viewer.places("elder"))
    return Inquiry.objects.filter(beside | Q(application__in=desk_applications(viewer)))


def desk_inquiries(viewer: Viewer) -> QuerySet[Inquiry]:
    """Give what was asked about the cases on the viewer's desk."""
    return Inquiry.objects.filter(application__in=desk_applications(viewer))


def papers_visible_to(viewer: Viewer) -> QuerySet[Paper]:
    """Give the papers of the elders the viewer stands beside, those handed in with the cases on the viewer's desk, and those
    of a form the viewer fills in. Nobody else finds one; a draft of somebody else's is not theirs yet.
    """
    cases = desk_applications(viewer)
    handed_in = Q(filing__state=FilingState.SENT) | Q(inquiry__answered_at__isnull=False)
    own = Q(filing__in=filings_visible_to(viewer)) | Q(inquiry__application__elder__in=viewer.places("elder"))
    on_desk = Q(filing__applications__in=cases) | Q(inquiry__application__in=cases)
    found = Paper.objects.filter(own | (handed_in & on_desk))
    return Paper.objects.filter(pk__in=found.values("pk"))


def changes_visible_to(viewer: Viewer) -> QuerySet[AccountChange]:
    """Give the changes of the payout account of the elders the viewer stands beside."""
    return AccountChange.objects.filter(elder__in=viewer.places("elder"))


def postings_on_show(day: date) -> QuerySet[Posting]:
    """Give the cases on public view on a day: they are for everybody to see."""
    return Posting.objects.filter(from_day__lte=day, until__gt=day)


def documents_visible_to(viewer: Viewer) -> QuerySet[Document]:
    """Give the decision papers of the applications the viewer may see."""
    return Document.objects.filter(decision__application__in=applications_visible_to(viewer))


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


def routings_paid_in(viewer: Viewer) -> QuerySet[Routing]:
    """Give the routings of benefits the districts of the viewer's posts pay, with the homes they are routed to."""
    paid = _inside("entitlement__payer_region__code", viewer.places("region", *SEES_RUNS))
    return Routing.objects.filter(paid).select_related("entitlement", "facility")


def flags_visible_to(viewer: Viewer) -> QuerySet[CrossCheckFlag]:
    """Give the cross-check flags of the districts inside the viewer's posts; families, streets and homes see none."""
    return CrossCheckFlag.objects.filter(_inside("district__code", viewer.places("region", *SEES_RUNS)))


def may_clear(viewer: Viewer, flag: CrossCheckFlag) -> bool:
    """Tell whether the viewer is an officer of the district that handles a flag."""
    return viewer.has(DISTRICT_OFFICER, "region", flag.district_id)


def right_changes_visible_to(viewer: Viewer) -> QuerySet[Change]:
    """Give the changes of the elders the viewer stands beside, and those that either paying district may see."""
    codes = viewer.places("region", *SEES_RUNS)
    paid = _inside("payer_before__code", codes) | _inside("payer_after__code", codes)
    return Change.objects.filter(Q(elder__in=viewer.places("elder")) | paid)


def debts_visible_to(viewer: Viewer) -> QuerySet[Debt]:
    """Give what is owed to or by the districts of the viewer's posts, and by the elders the viewer stands beside."""
    codes = viewer.places("region", *SEES_RUNS)
    own = Q(elder__in=viewer.places("elder"), owed_by_region__isnull=True)
    return Debt.objects.filter(own | _inside("payer_region__code", codes) | _inside("owed_by_region__code", codes))


def fact_lists_visible_to(viewer: Viewer) -> QuerySet[FactList]:
    """Give the lists of facts that the officers of the viewer's own posts brought."""
    return FactList.objects.filter(region__in=viewer.places("region", *LISTS_FACTS))


def versions_visible_to(viewer: Viewer) -> QuerySet[ProgrammeVersion]:
    """Give the drafts and published versions of programmes to the officers of a whole region."""
    if not viewer.places("region", CITY_OFFICER):
        return ProgrammeVersion.objects.none()
    return ProgrammeVersion.objects.filter(_of_regions(viewer.places("region", CITY_OFFICER)))


def _of_regions(codes: Iterable[str]) -> Q:
    programmes = {one.id.rpartition("/")[0]: one.programme.region for one in benefits().values()}
    return Q(programme__in=[name for name, region in programmes.items() if region in set(codes)])


def _inside(column: str, codes: Iterable[str]) -> Q:
    inside = Q(pk__in=())
    for code in codes:
        inside |= Q(**{f"{column}__startswith": scope_prefix(code)})
    return inside
