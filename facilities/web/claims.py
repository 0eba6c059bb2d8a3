"""Claiming a home's account, and the district's answer."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from eldercare.kernel.refusal import Refusal
from eldercare.regions.selectors import full_name, full_names
from eldercare.ui.errors import refused_in_form
from facilities.access import OFFICERS, home_claims_for
from facilities.choices import EmploymentState
from facilities.models import Facility
from facilities.services.staff import claim_home, decide_home_claim
from facilities.web.forms import AnswerForm, ClaimForm

SHOWN = 100


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Say that one manages a home."""
    home = get_object_or_404(Facility, pk=facility_id)
    form = ClaimForm(request.POST or None)
    context = {"home": home, "region_name": full_name(home.region_id)}
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "facilities/claim.html", {"form": form, **context}, status=status)
    try:
        claim_home(request.viewer, facility_id=home.pk, evidence=form.cleaned_data["evidence"])
    except Refusal as refusal:
        return refused_in_form(request, "facilities/claim.html", form, refusal, **context)
    messages.success(request, _("已交到机构所在区的民政局。核准后您会收到通知，在“我的机构”里管理。"))
    return redirect("facilities:my_homes")


@never_cache
@login_required
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """List the claims of the officer's regions: those that wait first, then the latest answered ones."""
    if not request.viewer.places("region", *OFFICERS):
        raise Http404
    rows = home_claims_for(request.viewer).select_related("facility", "user").order_by("claimed_at")
    waiting = list(rows.filter(state=EmploymentState.CLAIMED)[:SHOWN])
    answered = list(rows.filter(evidence__gt="").exclude(state=EmploymentState.CLAIMED).reverse()[:20])
    places = full_names(row.facility.region_id for row in (*waiting, *answered))
    context = {
        "waiting": [(row, places.get(row.facility.region_id, "")) for row in waiting],
        "answered": [(row, places.get(row.facility.region_id, "")) for row in answered],
    }
    return render(request, "facilities/home_claims.html", context)


@login_required
@require_POST
def decide(request: HttpRequest, employment_id: UUID) -> HttpResponse:
    """Approve a claim, or refuse it with a reason."""
    form = AnswerForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    approve = request.POST.get("answer") == "approve"
    decide_home_claim(request.viewer, employment_id=employment_id, approve=approve, reason=reason)
    messages.success(request, _("已核准，对方已收到通知。") if approve else _("已回绝，对方会看到原因。"))
    return redirect("facilities:home_claims")
