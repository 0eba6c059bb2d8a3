"""The landing of people who work here: what waits, and until when. A family lands with its elders."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from eldercare.accounts.selectors import post_grants
from eldercare.kernel import clock
from eldercare.kernel.viewer import Viewer
from eldercare.portal.journeys.officer_desk import Door, Queue, queues
from facilities.access import OVERSEERS, import_scope
from facilities.services.staff import invitations_to

ADDRESSES = {
    Door.REVIEW: "subsidies:desk",
    Door.DECIDE: "subsidies:desk",
    Door.RUNS: "subsidies:runs",
    Door.CHANGES: "subsidies:changes",
    Door.VERSIONS: "subsidies:versions",
    Door.WINDOW: "subsidies:window",
    Door.HOME_CLAIMS: "facilities:home_claims",
    Door.STALE_BEDS: "facilities:stale_beds",
    Door.ASSESSMENTS: "assessments:list",
}


@never_cache
@login_required
@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """Send whoever signed in to where they work: their one home, the desk, their one elder, or the list of elders.

    Who is asked to join a home lands where they can.
    """
    viewer = request.viewer
    if invitations_to([address for address in (request.user.phone, request.user.email) if address]).exists():
        return redirect("facilities:my_homes")
    homes, elsewhere = viewer.places("facility"), viewer.places("region") or viewer.places("agency")
    if len(homes) == 1 and not elsewhere and not _needs_second_factor(viewer):
        return redirect("facilities:today", next(iter(homes)))
    if homes or elsewhere or _needs_second_factor(viewer):
        return redirect("portal:desk")
    elders = viewer.places("elder")
    return redirect("portal:elder", next(iter(elders))) if len(elders) == 1 else redirect("people:elders")


@never_cache
@login_required
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Show the viewer's queues; somebody without any work here is shown the way to their elders."""
    viewer = request.viewer
    found = [(queue, _address(queue)) for queue in queues(viewer)]
    context = {
        "queues": found,
        "today": clock.today(),
        "needs_second_factor": _needs_second_factor(viewer),
        "keeps_directory": import_scope(viewer) is not None,
        "oversees_lists": bool(viewer.places("region", *OVERSEERS)),
    }
    return render(request, "portal/desk.html", context)


def _needs_second_factor(viewer: Viewer) -> bool:
    """Tell whether posts are withheld in this session until the second factor is given."""
    return not viewer.second_factor and bool(post_grants(viewer.user_id, viewer.person_id, clock.today()))


def _address(queue: Queue) -> str:
    if queue.door is Door.HOME:
        return reverse("facilities:today", args=[queue.place])
    return reverse(ADDRESSES[queue.door])
