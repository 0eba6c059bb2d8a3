"""The consent page of routing: plain words of what happens each month, agree, take back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.people.access import elders_beside, may_act_for
from eldercare.people.choices import Purpose
from eldercare.people.models import Elder
from eldercare.people.rules.consent_text import ConsentText, current_text
from eldercare.ui.errors import refused_in_form
from eldercare.ui.forms import add_refusal
from facilities.choices import StayState
from facilities.models import Facility, Stay
from subsidies.access import routings_visible_to
from subsidies.choices import RoutingState
from subsidies.models import Routing
from subsidies.rules.programme import Benefit, benefit
from subsidies.selectors.left_behind import left_behind
from subsidies.services.guards import family_only
from subsidies.services.reroute import move_routing
from subsidies.services.route import Proposal, proposals, revoke_routing, route_subsidy
from subsidies.web.family import do_once
from subsidies.web.forms import MoveRoutingForm, RouteForm

TEMPLATE = "subsidies/routing.html"


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def route(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Show what is routed and what could be; a POST agrees to one routing."""
    file = get_object_or_404(elders_beside(request.viewer).select_related("person"), pk=elder_id)
    words = current_text(Purpose.SUBSIDY_ROUTING, clock.today())
    context = _context(request, file, words)
    form = RouteForm(request.POST or None, initial=_initial(context["proposal"], words.version))
    if request.method != "POST" or not form.is_valid():
        return render(request, TEMPLATE, {"form": form, **context}, status=422 if form.errors else 200)
    agreed = form.cleaned_data
    try:
        do_once(
            request,
            "subsidies.route",
            lambda: route_subsidy(
                request.viewer,
                entitlement_id=agreed["entitlement"],
                facility_id=agreed["facility"],
                text_version=agreed["text_version"],
            ),
        )
    except Refusal as refusal:
        return refused_in_form(request, TEMPLATE, form, refusal, **context)
    messages.success(request, _("转付已经生效。每月付了多少，您都能在这里看到。"))
    return redirect("subsidies:route", elder_id)


@never_cache
@login_required
@require_POST
def move(request: HttpRequest, routing_id: UUID) -> HttpResponse:
    """Let a routing follow the elder to the home they moved to."""
    routing = get_object_or_404(routings_visible_to(request.viewer), pk=routing_id)
    file = elders_beside(request.viewer).select_related("person").filter(pk=routing.elder_id).first()
    if file is None:
        family_only(request.viewer, routing.elder_id)
    words = current_text(Purpose.SUBSIDY_ROUTING, clock.today())
    form, context = MoveRoutingForm(request.POST), _context(request, file, words)
    context = {**context, "form": RouteForm(initial=_initial(context["proposal"], words.version)), "move_form": form}
    if not form.is_valid():
        return render(request, TEMPLATE, context, status=422)
    version = form.cleaned_data["text_version"]
    try:
        do_once(
            request,
            "subsidies.move_routing",
            lambda: move_routing(request.viewer, routing_id=routing_id, text_version=version),
        )
    except Refusal as refusal:
        add_refusal(form, refusal)
        return render(request, TEMPLATE, context, status=refusal.status)
    messages.success(request, _("补贴已经改到新的养老院。以前的账单仍按原来的办。"))
    return redirect("subsidies:route", routing.elder_id)


@never_cache
@login_required
@require_POST
def revoke(request: HttpRequest, routing_id: UUID) -> HttpResponse:
    """Take a routing back from next month on."""
    routing = revoke_routing(request.viewer, routing_id=routing_id)
    messages.success(request, _("转付已经撤回，从下一个月起补贴留在老人的账户里。"))
    return redirect("subsidies:route", routing.elder_id)


def benefit_of(proposal: Proposal):  # type: ignore[no-untyped-def]
    return benefit(proposal.entitlement.programme)


def _context(request: HttpRequest, file: Elder, words: ConsentText) -> dict[str, Any]:
    language = get_language() or ""
    found = _proposals(request, file.pk)
    routings = _routings(request, file.pk)
    behind = left_behind([row for row, _benefit in routings], clock.this_month())
    return {
        "elder": file,
        "may_act": may_act_for(request.viewer, file),
        "routings": [(row, due, behind.get(row.pk)) for row, due in routings],
        "move_form": MoveRoutingForm(initial={"text_version": words.version}),
        "title": words.title_in(language),
        "paragraphs": words.paragraphs_in(language),
        "stands": _homes(file.pk),
        "proposal": next((one for one in found if one.verdict.is_yes), None),
        "refused": [one for one in found if not one.verdict.is_yes and benefit_of(one).spendable_at_home],
        "from_month": clock.this_month().next(),
    }


def _routings(request: HttpRequest, elder_id: UUID) -> list[tuple[Routing, Benefit]]:
    rows = routings_visible_to(request.viewer).filter(elder=elder_id, state=RoutingState.ACTIVE)
    return [(row, benefit(row.entitlement.programme)) for row in rows.select_related("facility", "entitlement")]


def _proposals(request: HttpRequest, elder_id: UUID) -> list[Proposal]:
    homes = Facility.objects.filter(pk__in=_homes(elder_id))
    return [one for home in homes for one in proposals(request.viewer, elder_id, home)]


def _homes(elder_id: UUID) -> list[UUID]:
    live = Stay.objects.filter(elder=elder_id, state__in=[StayState.EXPECTED, StayState.IN])
    return list(live.values_list("facility_id", flat=True))


def _initial(proposal: Proposal | None, version: str) -> dict[str, object]:
    if proposal is None:
        return {}
    return {"entitlement": proposal.entitlement.pk, "facility": proposal.facility.pk, "text_version": version}
