"""A family reads an offered bed, accepts or declines it. The acts are the journey's and the facility floor's."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from eldercare.audit.services import once
from eldercare.kernel import clock
from eldercare.people.access import may_act_for
from eldercare.portal.journeys import move_in
from eldercare.ui.forms import request_key
from facilities.access import offers_visible_to
from facilities.models import Offer
from facilities.selectors.admission import offer_lines, offer_state
from facilities.services.accept_offer import decline_offer


@login_required
@never_cache
@require_safe
def offer(request: HttpRequest, offer_id: UUID) -> HttpResponse:
    """Show the bed, the price as it was offered, and until when it is held."""
    found = _offer(request, offer_id)
    lines = offer_lines(found)
    context = {
        "offer": found,
        "state": offer_state(found, clock.now()),
        "lines": lines,
        "gross_fen": sum(line.amount_fen for line in lines),
        "may_act": may_act_for(request.viewer, found.application.elder_id),
    }
    return render(request, "portal/offer.html", context)


@login_required
@require_POST
def accept(request: HttpRequest, offer_id: UUID) -> HttpResponse:
    """Accept; then the elder's page shows the next step."""
    found = _offer(request, offer_id)
    viewer, body = request.viewer, {"offer": str(offer_id)}
    once(viewer, move_in.DOOR, request_key(request), body, lambda: move_in.accept(viewer, offer_id=offer_id).to_json())
    messages.success(request, _("床位定下来了。下一步写在下面。"))
    return redirect("portal:elder", found.application.elder_id)


@login_required
@require_POST
def decline(request: HttpRequest, offer_id: UUID) -> HttpResponse:
    """Say no; the bed is free for others at once."""
    found = _offer(request, offer_id)
    decline_offer(request.viewer, offer_id=offer_id)
    messages.success(request, _("已告诉机构您不要这张床。"))
    return redirect("portal:elder", found.application.elder_id)


def _offer(request: HttpRequest, offer_id: UUID) -> Offer:
    rows = offers_visible_to(request.viewer).select_related("application__facility", "bed__room")
    found = rows.filter(pk=offer_id).first()
    if found is None:
        raise Http404
    return found
