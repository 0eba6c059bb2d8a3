"""The officers' desk: the queue of the own street or district on the left, the file with the rule's answers on the right."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from eldercare.audit.services import record_view
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say, speak
from eldercare.people.access import elders_visible_to
from eldercare.people.selectors import elder_cards
from eldercare.ui.errors import refused_in_form
from subsidies.access import DISTRICT_OFFICER, STREET_OFFICER, desk_applications, may_decide, may_review
from subsidies.choices import ApplicationState, DecisionOutcome
from subsidies.models import Application
from subsidies.rules.programme import benefit
from subsidies.rules.transitions import DISTRICT, STREET, acts_of
from subsidies.selectors.applications import (
    PAGE,
    ApplicationCard,
    ApplicationFile,
    application_cards,
    application_file,
    queue,
)
from subsidies.selectors.programmes import applicable
from subsidies.selectors.shown_facts import facts_shown
from subsidies.services.decide import decide_at_district, judged, review_at_street
from subsidies.web.family import do_once
from subsidies.web.forms import ConclusionForm, ObjectForm, RefuseForm
from subsidies.web.showing import against

TO_REVIEW = (ApplicationState.SUBMITTED,)
TO_DECIDE = (ApplicationState.STREET_PASSED, ApplicationState.STREET_OBJECTED)
DONE = (ApplicationState.APPROVED, ApplicationState.REFUSED)
TEMPLATE = "subsidies/file.html"
REVIEWS = ("pass_form", "object_form")
KEYS = (("j", say("下一份")), ("k", say("上一份")))
TABS = {"open": gettext_lazy("待办"), "done": gettext_lazy("已办")}


@never_cache
@login_required
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Show the queue; the first file is only opened by a click, because every look is remembered."""
    return render(request, "subsidies/desk.html", _queue(request))


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def file(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Show one file with the rule's answer as the facts stand now; a POST reviews or decides it."""
    found = application_file(desk_applications(request.viewer), application_id)
    if found is None:
        raise Http404
    waiting = _queue(request)
    context = {**waiting, **_shown(request, found), **_neighbours(waiting["cards"], application_id)}
    if request.method != "POST":
        record_view(request.viewer, found.application.elder_id, "subsidy_application", "desk")
        return render(request, TEMPLATE, {**_forms(request, found), **context})
    return _conclude(request, found, context)


def _conclude(request: HttpRequest, found: ApplicationFile, context: dict[str, Any]) -> HttpResponse:
    """Take the conclusion of a form; what can't be taken comes back into that form."""
    forms = _forms(request, found)
    name = next((name for name, form in forms.items() if form.initial["outcome"] == request.POST.get("outcome")), None)
    if name is None:
        raise PermissionDenied
    form = forms[name]
    if not form.is_valid():
        return render(request, TEMPLATE, {**forms, **context}, status=422)
    act = review_at_street if name in REVIEWS else decide_at_district
    try:
        do_once(
            request,
            "subsidies.conclude",
            lambda: act(request.viewer, application_id=found.application.pk, **form.cleaned_data),
        )
    except Refusal as refusal:
        return refused_in_form(request, TEMPLATE, form, refusal, **forms, **context)
    messages.success(request, _("已经报区民政局。") if name in REVIEWS else _("已经办好，家属会收到通知。"))
    return redirect("subsidies:desk")


def _queue(request: HttpRequest) -> dict[str, Any]:
    viewer = request.viewer
    if not viewer.places("region", STREET_OFFICER, DISTRICT_OFFICER):
        raise PermissionDenied
    tab = request.GET.get("show") if request.GET.get("show") in TABS else "open"
    rows = queue(_waiting(request, tab), _after(request))
    cards = application_cards(rows)
    return {
        "cards": cards,
        "today": clock.today(),
        "show": tab,
        "tabs": [(label, f"?show={name}", name == tab) for name, label in TABS.items()],
        "next": f"?show={tab}&after={cards[-1].application.pk}" if len(cards) == PAGE else "",
        "keys": KEYS,
        "calendar": applicable()[0].programme.calendar,
    }


def _neighbours(cards: list[ApplicationCard], application_id: UUID) -> dict[str, UUID | None]:
    """Give the files before and after this one in the page of the queue that is shown."""
    ids = [card.application.pk for card in cards]
    here = ids.index(application_id) if application_id in ids else -1
    return {
        "preceding": ids[here - 1] if here > 0 else None,
        "following": ids[here + 1] if here + 1 < len(ids) else None,
    }


def _waiting(request: HttpRequest, tab: str) -> Any:
    """Give what waits for the viewer: at the street what is submitted, at the district what the street passed on."""
    viewer, rows = request.viewer, desk_applications(request.viewer)
    if tab == "done":
        return rows.filter(state__in=DONE)
    at_street = rows.filter(street__in=viewer.places("region", STREET_OFFICER), state__in=TO_REVIEW)
    at_district = rows.filter(district__in=viewer.places("region", DISTRICT_OFFICER), state__in=TO_DECIDE)
    return at_street | at_district


def _after(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.GET["after"])
    except (KeyError, ValueError):
        return None


def _forms(request: HttpRequest, found: ApplicationFile) -> dict[str, ConclusionForm]:
    """Give the forms of the step that is the viewer's to take; none when there is none."""
    application = found.application
    asked: dict[str, tuple[type[ConclusionForm], dict[str, str]]] = {}
    if may_review(request.viewer, application) and "pass" in acts_of(STREET, application.state):
        asked = {
            "pass_form": (ConclusionForm, {"outcome": DecisionOutcome.PASS}),
            "object_form": (ObjectForm, {"outcome": DecisionOutcome.OBJECT}),
        }
    if may_decide(request.viewer, application) and "approve" in acts_of(DISTRICT, application.state):
        remedy = speak(benefit(application.programme).programme.remedy, _)
        asked = {
            "approve_form": (ConclusionForm, {"outcome": DecisionOutcome.APPROVE}),
            "refuse_form": (RefuseForm, {"outcome": DecisionOutcome.REFUSE, "remedy": remedy}),
        }
    said = request.POST.get("outcome")
    return {
        name: form(request.POST if said == initial["outcome"] else None, initial=initial)
        for name, (form, initial) in asked.items()
    }


def _shown(request: HttpRequest, found: ApplicationFile) -> dict[str, Any]:
    application: Application = found.application
    facts, answer = judged(application)
    visible = elders_visible_to(request.viewer, also=[application.elder_id]).filter(pk=application.elder_id)
    (card,) = elder_cards(visible, clock.today())
    objection = next((one for one in found.decisions if one.outcome == DecisionOutcome.OBJECT), None)
    return {
        "file": found,
        "elder": card,
        "facts": facts_shown(facts),
        "answer": answer,
        "against": against(answer.conditions),
        "objection": objection,
        "changed": answer.answer.value != found.card.verdict.answer,
    }
