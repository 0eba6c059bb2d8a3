"""A family reads an offered bed, accepts or declines it. The acts are the journey's and the facility floor's."""

from datetime import timedelta
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
from eldercare.kernel.sentences import Sentence, say
from eldercare.people.access import may_act_for
from eldercare.portal.journeys import move_in
from eldercare.ui.forms import request_key
from facilities.access import offers_visible_to
from facilities.models import Offer
from facilities.rules.waiting import list_settings
from facilities.selectors.admission import offer_lines, offer_state
from facilities.services.accept_offer import decline_offer, extend_offer


@login_required
@never_cache
@require_safe
def offer(request: HttpRequest, offer_id: UUID) -> HttpResponse:
    """Show the bed, the price as it was offered, and until when it is held."""
    found = _offer(request, offer_id)
    lines = offer_lines(found)
    now = clock.now()
    context = {
        "offer": found,
        "state": offer_state(found, now),
        "lines": lines,
        "gross_fen": sum(line.amount_fen for line in lines),
        "may_act": may_act_for(request.viewer, found.application.elder_id),
        "left": time_left(found.lapses_at - now),
        "hours_more": list_settings(now.date()).hours_more,
    }
    return render(request, "portal/offer.html", context)


def time_left(left: timedelta) -> Sentence:
    """Say how long there is still: nobody has to reckon from the clock."""
    minutes = max(int(left.total_seconds()) // 60, 0)
    if minutes >= 60:
        return say("还有 {hours} 小时 {minutes} 分钟", hours=minutes // 60, minutes=minutes % 60)
    return say("还有 {minutes} 分钟", minutes=minutes)


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
    waits_on = request.POST.get("stay_on_list") == "yes"

    def act() -> dict:
        return {"state": decline_offer(request.viewer, offer_id=offer_id, stay_on_list=waits_on).state}

    once(request.viewer, "offer.decline", request_key(request), [str(offer_id), waits_on], act)
    if waits_on:
        messages.success(request, _("已告诉机构您不要这张床，您继续轮候。"))
        return redirect("facilities:application", found.application_id)
    messages.success(request, _("已告诉机构您不要这张床。"))
    return redirect("portal:elder", found.application.elder_id)


@login_required
@require_POST
def extend(request: HttpRequest, offer_id: UUID) -> HttpResponse:
    """Take more time to answer, once."""
    _offer(request, offer_id)

    def act() -> dict:
        return {"lapses_at": extend_offer(request.viewer, offer_id=offer_id).lapses_at.isoformat()}

    once(request.viewer, "offer.extend", request_key(request), [str(offer_id)], act)
    messages.success(request, _("时间延长了，请在新的时间前答复。"))
    return redirect("portal:offer", offer_id)


def _offer(request: HttpRequest, offer_id: UUID) -> Offer:
    rows = offers_visible_to(request.viewer).select_related("application__facility", "bed__room")
    found = rows.filter(pk=offer_id).first()
    if found is None:
        raise Http404
    return found
