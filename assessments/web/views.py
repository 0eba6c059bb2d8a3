"""The agency's doors: its list, who goes, the record in four parts, the conclusion. Every look at a file is kept."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments.access import (
    assessments_visible_to,
    may_assign,
    may_conclude,
    may_record,
    may_see_answers,
)
from assessments.models import Assessment
from assessments.rules.instrument import instrument
from assessments.selectors import agency_page, assessors_in_force, score_shown, validity_rule_of, whole
from assessments.services.assign import assign as assign_two
from assessments.services.conclude import conclude as conclude_record
from assessments.services.conclude import send_back as send_record_back
from assessments.services.record import record as hand_in
from assessments.services.record import save_draft
from assessments.web.forms import AssignForm, RecordForm, kept
from assessments.web.showing import answers_shown, progress_of
from eldercare.audit.services import once, record_view
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.ui.errors import refused_in_form
from eldercare.ui.forms import request_key
from eldercare.ui.htmx import wants_part

NOT_CONTENT = ("csrfmiddlewaretoken", "request_key")


@never_cache
@login_required
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show the work of the viewer's agencies, newest first, with what the viewer does next."""
    cards, following = agency_page(request.viewer, before=_key(request))
    works = bool(request.viewer.places("agency"))
    return render(request, "assessments/list.html", {"cards": cards, "next": following, "works": works})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: HttpRequest, assessment_id: UUID) -> HttpResponse:
    """Show one assessment; a POST says who goes."""
    assessment = look(request, assessment_id)
    assigning = may_assign(request.viewer, assessment)
    form = None
    if assigning:
        working = assessors_in_force(clock.today()).filter(agency=assessment.agency_id).select_related("user")
        form = AssignForm(request.POST or None, assessors=list(working.order_by("valid_from", "pk")))
    context = _shown(request, assessment)
    if form is None or request.method != "POST" or not form.is_valid():
        bad = form is not None and bool(form.errors)
        return render(request, "assessments/detail.html", {"form": form, **context}, status=422 if bad else 200)
    two = {f"{name}_id": form.cleaned_data[name] for name in ("first_assessor", "second_assessor")}
    try:
        do_once(request, "assessments.assign", lambda: assign_two(request.viewer, assessment_id=assessment_id, **two))
    except Refusal as refusal:
        return refused_in_form(request, "assessments/detail.html", form, refusal, **context)
    messages.success(request, _("已派两位评估员，家属会收到通知。"))
    return redirect("assessments:detail", assessment_id)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, assessment_id: UUID) -> HttpResponse:
    """Show the 26 items in four parts. Every button keeps everything filled in so far; the last hands it in."""
    assessment = look(request, assessment_id)
    if not may_record(request.viewer, assessment) and request.method != "POST":
        return redirect("assessments:detail", assessment_id)
    scale = instrument(assessment.instrument)
    initial = kept(assessment.answers, assessment.conditions)
    form = RecordForm(request.POST or None, initial=initial, scale=scale)
    if request.method == "POST" and form.is_valid():
        try:
            return _keep(request, assessment_id, form)
        except Refusal as refusal:
            if not refusal.fields:
                raise
            form.add_refused(refusal)
    context = {"assessment": assessment, "form": form, "progress": progress_of(scale, assessment.answers)}
    return render(request, "assessments/record.html", context, status=422 if form.errors else 200)


def _keep(request: HttpRequest, assessment_id: UUID, form: RecordForm) -> HttpResponse:
    filled: dict[str, Any] = {"answers": form.answers(), "conditions": form.conditions()}
    saved = save_draft(request.viewer, assessment_id=assessment_id, **filled)
    if wants_part(request):
        return render(request, "assessments/_running.html", {"progress": progress_of(form.scale, saved.answers)})
    if "hand_in" not in request.POST:
        messages.success(request, _("这部分已经保存。"))
        here = reverse("assessments:record", args=[assessment_id])
        return redirect(f"{here}#part-{request.POST.get('save', '')}")
    hand_in(request.viewer, assessment_id=assessment_id, **filled)
    messages.success(request, _("记录已提交，请第二位评估员审定。"))
    return redirect("assessments:detail", assessment_id)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def conclude(request: HttpRequest, assessment_id: UUID) -> HttpResponse:
    """Show the second assessor the answers and the level they lead to; a POST concludes."""
    assessment = look(request, assessment_id)
    if request.method == "POST":
        do_once(
            request,
            "assessments.conclude",
            lambda: conclude_record(request.viewer, assessment_id=assessment_id),
        )
        messages.success(request, _("评估已出结果，家属会收到通知。"))
        return redirect("assessments:detail", assessment_id)
    if not may_conclude(request.viewer, assessment):
        return redirect("assessments:detail", assessment_id)
    return render(request, "assessments/conclude.html", _shown(request, assessment))


@require_POST
@login_required
def send_back(request: HttpRequest, assessment_id: UUID) -> HttpResponse:
    """Give the record back to the first assessor."""
    do_once(request, "assessments.send_back", lambda: send_record_back(request.viewer, assessment_id=assessment_id))
    messages.success(request, _("已退回第一位评估员修改，填好的内容都在。"))
    return redirect("assessments:detail", assessment_id)


def look(request: HttpRequest, assessment_id: UUID) -> Assessment:
    """Find an assessment the viewer may see, and keep that somebody not of the family looked at it."""
    assessment = get_object_or_404(whole(assessments_visible_to(request.viewer)), pk=assessment_id)
    if str(assessment.elder_id) not in request.viewer.places("elder"):
        record_view(request.viewer, assessment.elder_id, "assessment", _("办理或查看能力评估"))
    return assessment


def do_once(request: HttpRequest, door: str, act: Callable[[], Assessment]) -> None:
    """Do an act once per drawn form: a second click does nothing more."""
    body = [request.path, {name: values for name, values in request.POST.lists() if name not in NOT_CONTENT}]
    once(request.viewer, door, request_key(request), body, lambda: {"id": str(act().pk)})


def _shown(request: HttpRequest, assessment: Assessment) -> dict[str, Any]:
    coming = score_shown(assessment)
    answered = may_see_answers(request.viewer, assessment) and assessment.recorded_at is not None
    return {
        "assessment": assessment,
        "result": assessment.result or (coming and coming.to_json()),
        "rule": validity_rule_of(assessment),
        "answers": answers_shown(assessment) if answered else None,
        "may_record": may_record(request.viewer, assessment),
        "may_conclude": may_conclude(request.viewer, assessment),
        "beside": str(assessment.elder_id) in request.viewer.places("elder"),
    }


def _key(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.GET.get("before", ""))
    except ValueError:
        return None
