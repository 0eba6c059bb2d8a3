"""The waiting list: the home's own page, the rule everybody can read, and who was passed over for those who oversee it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from eldercare.audit.services import once
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import speak
from eldercare.ui.errors import refused_in_form
from eldercare.ui.forms import request_key
from facilities.access import OVERSEERS, skips_visible_to
from facilities.choices import FacilityKind
from facilities.models import Application, Facility, Opening, Skip
from facilities.rules.waiting import ORDINARY, list_settings
from facilities.selectors.admission import cards_in_order
from facilities.selectors.waiting import (
    directed_to,
    hours_to_answer,
    list_rule,
    openings_of,
    residents_to_name,
    skips_shown,
    waiting_list,
)
from facilities.services.waiting_list import pass_over_proposed, set_list_rule, set_priority, stop_opening
from facilities.web.forms import ListRuleForm, PriorityForm, ReasonForm
from facilities.web.home import FORBIDDEN, frame, my_home

SHOWN = 100
MOST = 1000
TEMPLATE = "facilities/waiting.html"


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def waiting(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Show who waits, in order, and the beds being offered; say how the list moves."""
    home = my_home(request, facility_id)
    rule = list_rule(home.pk)
    form = ListRuleForm(request.POST or None, initial={"mode": rule.mode, "hours": rule.hours})
    if request.method != "POST" or not form.is_valid():
        context = {**_context(request, home), "rule_form": form}
        return render(request, TEMPLATE, context, status=422 if form.errors else 200)
    said = form.cleaned_data

    def act() -> dict:
        return {"mode": set_list_rule(request.viewer, facility_id=home.pk, **said).mode}

    try:
        once(request.viewer, "facilities.list_rule", request_key(request), [str(home.pk), said], act)
    except Refusal as refusal:
        if refusal.status == FORBIDDEN:
            raise
        return refused_in_form(request, TEMPLATE, form, refusal, **{**_context(request, home), "rule_form": form})
    messages.success(request, _("已保存。"))
    return redirect("facilities:waiting", home.pk)


@login_required
@require_POST
def pass_over(request: HttpRequest, facility_id: UUID, opening_id: UUID) -> HttpResponse:
    """Pass the family over whose turn it is, with the reason; or stop asking about the bed."""
    home = my_home(request, facility_id)
    opening = get_object_or_404(Opening, pk=opening_id, facility=home)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请写明原因，被跳过的家庭会看到。"))
        return redirect("facilities:waiting", home.pk)

    def act() -> dict:
        reason = form.cleaned_data["reason"]
        meant = _meant(request.GET.get("application", ""))
        facts = {"opening_id": opening.pk, "reason": reason, "application_id": meant}
        return {"state": pass_over_proposed(request.viewer, **facts).state}

    body = [str(opening.pk), str(opening.proposed_id), form.cleaned_data]
    once(request.viewer, "facilities.pass_over", request_key(request), body, act)
    messages.success(request, _("已记下原因，这个家庭会看到。"))
    return redirect("facilities:waiting", home.pk)


def _meant(application: str) -> UUID | None:
    """Read which family the page showed."""
    try:
        return UUID(application)
    except ValueError:
        return None


@login_required
@require_POST
def stop(request: HttpRequest, facility_id: UUID, opening_id: UUID) -> HttpResponse:
    """Ask nobody further about a bed."""
    home = my_home(request, facility_id)
    stop_opening(request.viewer, opening_id=get_object_or_404(Opening, pk=opening_id, facility=home).pk)
    messages.success(request, _("不再按名单询问这张床。"))
    return redirect("facilities:waiting", home.pk)


@login_required
@require_POST
def priority(request: HttpRequest, facility_id: UUID, application_id: UUID) -> HttpResponse:
    """Confirm a family's class, or put it back among the ordinary."""
    home = my_home(request, facility_id)
    row = get_object_or_404(Application, pk=application_id, facility=home)
    form = PriorityForm(request.POST, classes=classes_to_confirm(), residents=residents_to_choose(row))
    if not form.is_valid():
        messages.error(request, _("请选类别，并写明核实的情况。"))
        return redirect("facilities:home_application", home.pk, row.pk)
    said = form.cleaned_data

    def act() -> dict:
        return {"priority": set_priority(request.viewer, application_id=row.pk, **said).priority}

    body = [str(row.pk), {**said, "resident": said["resident"] and str(said["resident"])}]
    try:
        once(request.viewer, "facilities.priority", request_key(request), body, act)
    except Refusal as refusal:
        if refusal.code != "proof_missing":
            raise
        messages.error(request, " ".join(speak(one, gettext) for one in refusal.fields.values()))
        return redirect("facilities:home_application", home.pk, row.pk)
    messages.success(request, _("已认定，家属会看到类别和原因。"))
    return redirect("facilities:home_application", home.pk, row.pk)


@require_safe
def rule(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Publish how a home's list is ordered and moved, and how many families wait."""
    home = get_object_or_404(Facility, pk=facility_id, kind=FacilityKind.HOME)
    today = clock.today()
    directed = directed_to(home.pk, today)
    settings = list_settings(today)
    context = {
        "home": home,
        "rule": settings,
        "more": settings.hours_more,
        "classes": [one for one in settings.classes if one.how != "by_hukou" or directed],
        "directed": directed,
        "hours": hours_to_answer(home.pk, today),
        "waiting": waiting_list(home.pk, today).order_by()[:MOST].count(),
        "most": MOST,
        "mode": list_rule(home.pk).get_mode_display(),
    }
    return render(request, "facilities/waiting_rule.html", context)


@never_cache
@login_required
@require_safe
def passed_over(request: HttpRequest) -> HttpResponse:
    """List who was passed over at homes in the regions of the viewer's posts; conditions and names are not shown."""
    if not request.viewer.places("region", *OVERSEERS):
        raise Http404
    context = {"skips": skips_shown(skips_visible_to(request.viewer), SHOWN)}
    return render(request, "facilities/passed_over.html", context)


def classes_to_confirm() -> list[tuple[str, str]]:
    """Give the classes a home may confirm, with the ordinary one to take a class back."""
    rule_now = list_settings(clock.today())
    rows = [*rule_now.claimable(), rule_now.named(ORDINARY)]
    return [(one.id, speak(one.name, gettext)) for one in rows]


def residents_to_choose(application: Application) -> list[tuple[str, str]]:
    """Give who lives in the home, to be named as the spouse; whom the family's words name stands first and says so."""
    case: dict[str, Any] = application.priority_case or {}
    words = (case.get("asked") or {}).get("words", "")
    return [
        (
            str(one.stay_id),
            _("%(name)s · %(bed)s · 家属说明里的姓名") % {"name": one.name, "bed": one.bed_name}
            if one.named
            else f"{one.name} · {one.bed_name}",
        )
        for one in residents_to_name(application.facility_id, words, but=application.elder_id)
    ]


def _context(request: HttpRequest, home: Facility) -> dict:
    today = clock.today()
    cards = cards_in_order(waiting_list(home.pk, today)[:SHOWN], today)
    by_id = {card.application.pk: card for card in cards}
    openings = [(row, by_id.get(row.proposed_id)) for row in openings_of(home.pk)]
    return {
        **frame(request, home),
        "cards": cards,
        "openings": openings,
        "reason_form": ReasonForm(),
        "skips": skips_shown(Skip.objects.filter(opening__facility=home), 20),
        "directed": directed_to(home.pk, today),
        "list_rule": list_rule(home.pk),
        "hours": hours_to_answer(home.pk, today),
    }
