"""The family's doors: ask for an assessment, read the result and where it counts, doubt it, take a request back."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from assessments.access import assessments_visible_to
from assessments.choices import OPEN, WITH_RESULT, State
from assessments.models import Assessment
from assessments.selectors import agencies, fact_of, recognised_in, validity_rule_of, whole
from assessments.services.request import cancel as cancel_request
from assessments.services.request import contest as contest_result
from assessments.services.request import request_assessment
from assessments.web.forms import ContestForm, RequestForm
from assessments.web.showing import answers_shown
from assessments.web.steps import steps_of
from assessments.web.views import do_once, look
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.people.access import elders_beside, may_act_for
from eldercare.people.models import Elder
from eldercare.people.selectors import hukou_codes
from eldercare.regions.rules.codes import province_of
from eldercare.ui.errors import refused_in_form

TEMPLATE = "assessments/family.html"


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def elder(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Show where an elder's assessment stands; a POST asks for one."""
    file = get_object_or_404(elders_beside(request.viewer).select_related("person"), pk=elder_id)
    form = RequestForm(request.POST or None, agencies=list(agencies(clock.today())))
    context = _shown(request, file)
    if request.method != "POST" or not form.is_valid():
        return render(request, TEMPLATE, {"form": form, **context}, status=422 if form.errors else 200)
    asked = {"elder_id": elder_id, "agency_id": form.cleaned_data["agency"], "reason": form.cleaned_data["reason"]}
    try:
        do_once(request, "assessments.request", lambda: request_assessment(request.viewer, **asked))
    except Refusal as refusal:
        return refused_in_form(request, TEMPLATE, form, refusal, **context)
    messages.success(request, _("申请已送到评估机构。机构安排好评估员后会通知您。"))
    return redirect("assessments:elder", elder_id)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def contest(request: HttpRequest, assessment_id: UUID) -> HttpResponse:
    """Ask for a review of a result, with the doubt in one's own words."""
    doubted = look(request, assessment_id)
    if not may_act_for(request.viewer, doubted.elder_id):
        raise Http404
    if request.method != "POST" and doubted.state != State.CONCLUDED:
        return redirect("assessments:elder", doubted.elder_id)
    form = ContestForm(request.POST or None, agencies=list(agencies(clock.today())))
    context = {"assessment": doubted}
    if request.method != "POST" or not form.is_valid():
        return render(
            request, "assessments/contest.html", {"form": form, **context}, status=422 if form.errors else 200
        )
    said = {"agency_id": form.cleaned_data["agency"], "doubt": form.cleaned_data["doubt"]}
    try:
        do_once(
            request,
            "assessments.contest",
            lambda: contest_result(request.viewer, assessment_id=assessment_id, **said),
        )
    except Refusal as refusal:
        return refused_in_form(request, "assessments/contest.html", form, refusal, **context)
    messages.success(request, _("复评申请已送到评估机构。新结果出来以前，原结果仍然有效。"))
    return redirect("assessments:elder", doubted.elder_id)


@require_POST
@login_required
def cancel(request: HttpRequest, assessment_id: UUID) -> HttpResponse:
    """Take a request back."""
    assessment = look(request, assessment_id)
    do_once(request, "assessments.cancel", lambda: cancel_request(request.viewer, assessment_id=assessment_id))
    messages.success(request, _("这次评估申请已经取消。"))
    return redirect("assessments:elder", assessment.elder_id)


def _shown(request: HttpRequest, file: Elder) -> dict[str, Any]:
    today = clock.today()
    rows = list(whole(assessments_visible_to(request.viewer).filter(elder=file)).order_by("-id"))
    latest = _latest_result(rows)
    return {
        "elder": file,
        "may_act": may_act_for(request.viewer, file),
        "open": next((row for row in rows if row.state in OPEN), None),
        "steps": steps_of(next((row for row in rows if row.state in OPEN), None)),
        "latest": latest,
        "result": latest and latest.result,
        "rule": latest and validity_rule_of(latest),
        "answers": answers_shown(latest) if latest else None,
        "is_valid": latest is not None and latest.valid_until >= today,
        "recognitions": recognised_in(fact_of(latest), today) if latest else [],
        "hukou_province": _hukou_province(file, today) if latest else "",
        "earlier": [row for row in rows if row.state in WITH_RESULT and row is not latest],
    }


def _hukou_province(file: Elder, on: date) -> str:
    code = hukou_codes([file.pk], on).get(file.pk)
    return province_of(code) if code else ""


def _latest_result(rows: list[Assessment]) -> Assessment | None:
    concluded = [row for row in rows if row.state in WITH_RESULT]
    return max(concluded, key=lambda row: (row.concluded_on, row.pk), default=None)
