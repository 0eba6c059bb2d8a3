"""The officers' desk: the queue of the own street or district on the left, the file with the rule's answers on the right."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say, speak
from eldercare.kernel.verdict import Outcome
from eldercare.people.access import elders_visible_to
from eldercare.people.selectors import elder_cards
from eldercare.ui.errors import refused, refused_in_form
from subsidies.access import (
    DISTRICT_OFFICER,
    STREET_OFFICER,
    desk_applications,
    flags_visible_to,
    may_decide,
    may_review,
)
from subsidies.choices import FINAL_STAGES, ApplicationState, DecisionOutcome
from subsidies.models import Application
from subsidies.rules.clean import is_clean
from subsidies.rules.programme import benefit
from subsidies.rules.reasons import reason_from_conditions
from subsidies.rules.transitions import DECIDED, DISTRICT, STREET, acts_of
from subsidies.selectors.applications import ApplicationFile, application_file
from subsidies.selectors.cross_checks import flag_cards
from subsidies.selectors.filings import handed_in
from subsidies.selectors.programmes import applicable
from subsidies.selectors.queue import QueueRow, Wanted, narrowed, open_flags, queue_page, queue_rows, ready_rows
from subsidies.selectors.shown_facts import facts_shown
from subsidies.services.appeal import changed_since, reopen_for_facts
from subsidies.services.bulk import MOST_AT_ONCE, conclude_in_bulk, conditions_of
from subsidies.services.cross_check import cross_check
from subsidies.services.decide import appeal_day, decide_at_district, judged, remedy_of, review_at_street
from subsidies.services.look import look_at_case
from subsidies.services.publicity import answer_objection
from subsidies.services.steps import clock_for
from subsidies.web.desk_forms import AnswerForm, ConclusionForm, ObjectForm, RefuseForm
from subsidies.web.family import do_once
from subsidies.web.showing import against

TEMPLATE = "subsidies/file.html"
REVIEWS = ("pass_form", "object_form")
KEYS = (
    ("j / k", say("下一份 / 上一份")),
    ("a", say("批准（街道：没有异议）")),
    ("r", say("不予批准（街道：有异议）")),
    ("m", say("请家属补充")),
    ("b", say("批量办理")),
    ("?", say("快捷键说明")),
)
TABS = {"open": gettext_lazy("待办"), "done": gettext_lazy("已办"), "streets": gettext_lazy("街道过期")}
ONLY = {
    "": gettext_lazy("全部"),
    "overdue": gettext_lazy("已过期"),
    "soon": gettext_lazy("三天内到期"),
    "flagged": gettext_lazy("核对有发现"),
    "objected": gettext_lazy("街道有异议"),
    "recheck": gettext_lazy("重新核对"),
    "unseen": gettext_lazy("我还没看过"),
}
SORTS = {"due": gettext_lazy("先到期的在前"), "applied": gettext_lazy("先申请的在前")}


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
    found = _find(request, application_id)
    waiting = _queue(request)
    neighbours = _neighbours(waiting["rows"], application_id)
    context = {**waiting, **_shown(request, found), **neighbours, "current": application_id}
    if request.method != "POST":
        look_at_case(request.viewer, found.application, context["answer"])
        return render(request, TEMPLATE, {**_forms(request, found, context), **context})
    return _conclude(request, found, context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def bulk(request: HttpRequest) -> HttpResponse:
    """Show the clean cases the officer has looked at; a POST concludes those that are ticked and lists what became of each."""
    _require_desk(request)
    rows = ready_rows(request.viewer, clock.today(), MOST_AT_ONCE)
    if request.method != "POST":
        return render(request, "subsidies/bulk.html", {"rows": rows, "keys": (("a", say("办理勾选的")),)})
    try:
        results = conclude_in_bulk(request.viewer, application_ids=_ticked(request))
    except Refusal as refusal:
        return refused(request, refusal)
    rows = Application.objects.filter(pk__in=[one.application_id for one in results]).select_related("account")
    names = {row.application.pk: row for row in queue_rows(request.viewer, list(rows), clock.today())}
    done = [(names[one.application_id], one) for one in results if one.decision]
    left = [(names.get(one.application_id), one) for one in results if one.refusal]
    return render(request, "subsidies/bulk_done.html", {"done": done, "left": left})


@require_POST
@login_required
def reopen(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Lead a decided case whose facts changed to a re-check."""
    _find(request, application_id)
    reopen_for_facts(request.viewer, application_id=application_id)
    messages.success(request, _("已经转为重新核对，要由没有参加过的同事来决定。"))
    return redirect("subsidies:file", application_id)


@require_POST
@login_required
def answer(request: HttpRequest, objection_id: UUID) -> HttpResponse:
    """Answer an objection to a case on show."""
    form = AnswerForm(request.POST)
    form.is_valid()
    holds = form.cleaned_data.get("holds") if "holds" not in form.errors else None
    said = form.cleaned_data.get("answer", "")
    answered = answer_objection(request.viewer, objection_id=objection_id, answer=said, holds=holds)
    messages.success(request, _("异议已经答复。"))
    return redirect("subsidies:file", answered.posting.application_id)


def _find(request: HttpRequest, application_id: UUID) -> ApplicationFile:
    found = application_file(desk_applications(request.viewer), application_id)
    if found is None:
        raise Http404
    return found


def _conclude(request: HttpRequest, found: ApplicationFile, context: dict[str, Any]) -> HttpResponse:
    """Take the conclusion of a form and go on to the next file; what can't be taken comes back into that form."""
    forms = _forms(request, found, context)
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
    following = context["following"]
    where = reverse("subsidies:file", args=[following]) if following else reverse("subsidies:desk")
    return redirect(f"{where}?{context['query']}")


def _require_desk(request: HttpRequest) -> None:
    if not request.viewer.places("region", STREET_OFFICER, DISTRICT_OFFICER):
        raise PermissionDenied


def _queue(request: HttpRequest) -> dict[str, Any]:
    _require_desk(request)
    wanted = _wanted(request)
    rows, after = queue_page(request.viewer, wanted, clock.today())
    kept = {"show": wanted.show, "programme": wanted.programme, "only": wanted.only, "sort": wanted.sort}
    return {
        "rows": rows,
        "wanted": wanted,
        "narrowed": narrowed(wanted),
        "tabs": [(TABS[name], f"?show={name}", name == wanted.show) for name in _tabs(request)],
        "only": ONLY.items(),
        "sorts": SORTS.items(),
        "programmes": applicable(),
        "query": urlencode({**kept, "after": wanted.after}),
        "next": f"?{urlencode({**kept, 'after': after})}" if after else "",
        "keys": KEYS,
        "calendar": applicable()[0].programme.calendar,
    }


def _tabs(request: HttpRequest) -> list[str]:
    """Give the tabs of the desk; what its streets left lying is the district's to see."""
    at_district = request.viewer.places("region", DISTRICT_OFFICER)
    return [name for name in TABS if name != "streets" or at_district]


def _wanted(request: HttpRequest) -> Wanted:
    """Read what is asked for; a word that is not known asks for everything."""
    said = {name: request.GET.get(name, "") for name in ("show", "programme", "only", "sort", "after")}
    return Wanted(
        show=said["show"] if said["show"] in TABS else "open",
        programme=said["programme"] if said["programme"] in {one.id for one in applicable()} else "",
        only=said["only"] if said["only"] in ONLY else "",
        sort=said["sort"] if said["sort"] in SORTS else "due",
        after=said["after"][:60],
    )


def _neighbours(rows: list[QueueRow], application_id: UUID) -> dict[str, UUID | None]:
    """Give the files before and after this one in the page of the queue that is shown; from elsewhere, its first."""
    ids = [row.application.pk for row in rows]
    if application_id not in ids:
        return {"preceding": None, "following": ids[0] if ids else None}
    here = ids.index(application_id)
    return {
        "preceding": ids[here - 1] if here > 0 else None,
        "following": ids[here + 1] if here + 1 < len(ids) else None,
    }


def _ticked(request: HttpRequest) -> list[UUID]:
    """Read the ticked cases; what is no id names no case."""
    ids = []
    for typed in request.POST.getlist("application"):
        try:
            ids.append(UUID(typed))
        except ValueError:
            continue
    return ids


def _forms(request: HttpRequest, found: ApplicationFile, context: dict[str, Any]) -> dict[str, ConclusionForm]:
    """Give the forms of the step that is the viewer's to take; none when there is none."""
    application = found.application
    asked: dict[str, tuple[type[ConclusionForm], dict[str, Any]]] = {}
    drafted = reason_from_conditions(context["answer"].conditions)
    reason = speak(drafted, _) if drafted else ""
    if may_review(request.viewer, application) and "object" in acts_of(STREET, application.state):
        asked = {
            "pass_form": (ConclusionForm, {"outcome": DecisionOutcome.PASS}),
            "object_form": (ObjectForm, {"outcome": DecisionOutcome.OBJECT, "reason": reason}),
        }
    if may_decide(request.viewer, application) and "approve" in acts_of(DISTRICT, application.state):
        programme = benefit(application.programme).programme
        offered = remedy_of(application)
        remedy = speak(offered, _) if offered else ""
        told = {"reason": reason, "remedy": remedy, "appeal_until": appeal_day(programme)}
        asked = {
            "approve_form": (ConclusionForm, {"outcome": DecisionOutcome.APPROVE}),
            "refuse_form": (RefuseForm, {"outcome": DecisionOutcome.REFUSE, **told}),
        }
    said = request.POST.get("outcome")
    return {
        name: form(request.POST if said == initial["outcome"] else None, initial=initial)
        for name, (form, initial) in asked.items()
    }


def _shown(request: HttpRequest, found: ApplicationFile) -> dict[str, Any]:
    application: Application = found.application
    facts, answer = judged(application)
    if application.is_open:
        cross_check(application)
    visible = elders_visible_to(request.viewer, also=[application.elder_id]).filter(pk=application.elder_id)
    (card,) = elder_cards(visible, clock.today())
    last = next((one for one in reversed(found.decisions) if one.stage in FINAL_STAGES), None)
    posting = getattr(application, "posting", None)
    conditions = conditions_of(application, answer)
    return {
        "file": found,
        "elder": card,
        "facts": facts_shown(facts),
        "answer": answer,
        "against": against(answer.conditions),
        "clean": is_clean(conditions),
        "not_clean": [one for one in conditions if one.outcome is not Outcome.PASS],
        "clock": clock_for(application, posting and posting.until),
        "handed_in": handed_in(application),
        "objection": next((one for one in found.decisions if one.outcome == DecisionOutcome.OBJECT), None),
        "appeal": getattr(last.decision, "appeal", None) if last else None,
        "flags": flag_cards(flags_visible_to(request.viewer).filter(pk__in=open_flags(application)).order_by("pk")),
        "posting": posting,
        "still_posted": posting is not None and application.is_open and clock.today() < posting.until,
        "objections": [(one, AnswerForm()) for one in posting.objections.order_by("pk")] if posting else [],
        "changed": application.is_open and answer.answer.value != found.card.verdict.answer,
        "reopen": _may_reopen(request, application) and changed_since(last.decision) if last else False,
        "appeal_note": benefit(application.programme).programme.procedure.appeal_note,
        "waits": application.state not in (*DECIDED, ApplicationState.WITHDRAWN),
    }


def _may_reopen(request: HttpRequest, application: Application) -> bool:
    return may_decide(request.viewer, application) and "reopen" in acts_of(DISTRICT, application.state)
