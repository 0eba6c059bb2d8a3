"""The landing of people who work here: what waits, and until when. A family is sent to its elders."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from eldercare.accounts.selectors import post_grants
from eldercare.kernel import clock
from eldercare.kernel.viewer import Viewer
from eldercare.portal.journeys.officer_desk import Door, Queue, queues

ADDRESSES = {
    Door.REVIEW: "subsidies:desk",
    Door.DECIDE: "subsidies:desk",
    Door.RUNS: "subsidies:runs",
    Door.HOME_CLAIMS: "facilities:home_claims",
    Door.ASSESSMENTS: "assessments:list",
}


@never_cache
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Show the viewer's queues; somebody without any work here is shown the way to their elders."""
    viewer = request.viewer
    if not viewer.is_known:
        return redirect(f"{reverse('accounts:sign_in')}?{urlencode({'next': request.path})}")
    found = [(queue, _address(queue)) for queue in queues(viewer)]
    context = {"queues": found, "today": clock.today(), "needs_second_factor": _needs_second_factor(viewer)}
    return render(request, "portal/desk.html", context)


def _needs_second_factor(viewer: Viewer) -> bool:
    """Tell whether posts are withheld in this session until the second factor is given."""
    return not viewer.second_factor and bool(post_grants(viewer.user_id, viewer.person_id, clock.today()))


def _address(queue: Queue) -> str:
    if queue.door is Door.HOME:
        return reverse("facilities:board", args=[queue.place])
    return reverse(ADDRESSES[queue.door])
