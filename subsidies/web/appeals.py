"""The family asks for a re-check of a decision."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.people.access import may_act_for
from eldercare.ui.errors import refused_in_form
from subsidies.access import applications_visible_to
from subsidies.choices import FINAL_STAGES
from subsidies.rules.programme import benefit
from subsidies.selectors.applications import application_file
from subsidies.services.appeal import appeal_decision, other_remedies
from subsidies.web.desk_forms import AppealForm
from subsidies.web.family import do_once

TEMPLATE = "subsidies/appeal.html"


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Say why the family disagrees; after the last day the page says what remains."""
    mine = applications_visible_to(request.viewer).filter(elder__in=request.viewer.places("elder"))
    found = application_file(mine, application_id)
    if found is None:
        raise Http404
    decided = next((one for one in reversed(found.decisions) if one.stage in FINAL_STAGES), None)
    last_day = decided.decision.appeal_until if decided else None
    context = {
        "file": found,
        "decided": decided,
        "last_day": last_day,
        "in_time": last_day is not None and clock.today() <= last_day,
        "other_remedies": other_remedies(found.application),
        "name": benefit(found.application.programme).name,
        "may_act": may_act_for(request.viewer, found.application.elder_id),
    }
    form = AppealForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, TEMPLATE, {"form": form, **context}, status=422 if form.errors else 200)
    try:
        do_once(
            request,
            "subsidies.appeal",
            lambda: appeal_decision(request.viewer, application_id=application_id, said=form.cleaned_data["said"]),
        )
    except Refusal as refusal:
        return refused_in_form(request, TEMPLATE, form, refusal, **context)
    messages.success(request, _("已经收到。会由没有参加过的工作人员重新核对。"))
    return redirect("subsidies:application", application_id)
