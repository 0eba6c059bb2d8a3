"""The doors of the application form: a step a page, each saved when it is left, taken up again at any time, sent once.

A family fills it in from the elder's page; an officer of any street's window for the family who came.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from eldercare.audit.services import once, record_view
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.people.access import elders_beside, may_act_for
from eldercare.people.models import Elder
from eldercare.people.selectors import elder_card, masked_names
from eldercare.regions.selectors import full_names
from eldercare.ui.errors import refused_in_form
from eldercare.ui.forms import request_key
from eldercare.ui.kept import typed_kept
from eldercare.ui.uploads import bounded_upload, content_of
from subsidies.access import filings_visible_to, may_fill_in, papers_visible_to, windows_of
from subsidies.choices import FilingState
from subsidies.models import Filing
from subsidies.rules.accounts import looks_mistyped
from subsidies.rules.papers import no_paper_needed, papers_for
from subsidies.rules.programme import benefits
from subsidies.selectors.filings import STEPS, FilingFile, accounts_of, filing_file
from subsidies.selectors.programmes import answers_for, applicable
from subsidies.selectors.sources import sources_of
from subsidies.services.filing import begin_filing, discard_filing, save_filing, send_filing
from subsidies.services.guards import family_only
from subsidies.services.papers import add_to_form, remove_paper
from subsidies.services.window import begin_at_window
from subsidies.web.forms import TYPED_BEFORE, AccountForm, BenefitsForm, ConfirmForm, PaperForm, WindowForm
from subsidies.web.showing import Step, facts_with_sources

LABELS = {
    "benefits": say("选补贴"),
    "facts": say("核对情况"),
    "account": say("收款的卡"),
    "papers": say("材料"),
    "confirm": say("确认提交"),
}
NOT_CONTENT = ("csrfmiddlewaretoken", "request_key")


@never_cache
@typed_kept
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest, elder_id: UUID, programme: str = "") -> HttpResponse:
    """Show the first step; what is chosen begins the form. A form not finished is taken up where it was left."""
    elder = get_object_or_404(elders_beside(request.viewer).select_related("person"), pk=elder_id)
    if programme and (programme not in benefits() or not benefits()[programme].programme.accounts):
        raise Http404
    family_only(request.viewer, elder.pk)
    draft = _draft(request, elder)
    if draft and request.method != "POST":
        return redirect("subsidies:filing_step", draft.pk, "benefits")
    today = clock.today()
    _facts, answers = answers_for(elder.pk, on=today, programmes=[one.id for one in applicable()], applied_on=today)
    wanted = [programme] if programme else [one.programme for one in answers if one.is_due]
    form = BenefitsForm(request.POST or request.kept or None, answers=answers, initial={"programmes": wanted})
    context = {"elder": elder_card(elder, today), "steps": _steps("benefits"), "here": LABELS["benefits"], "number": 1}
    if request.method != "POST" or not form.is_valid():
        return _drawn(request, "benefits", form, context)
    try:
        filing = begin_filing(request.viewer, elder_id=elder_id, programmes=form.cleaned_data["programmes"])
        save_filing(request.viewer, filing_id=filing.pk, choices=form.choices())
    except Refusal as refusal:
        return refused_in_form(request, "subsidies/filing/benefits.html", form, refusal, **context)
    return redirect("subsidies:filing_step", filing.pk, "benefits" if _lacks(request, filing) else "facts")


@never_cache
@login_required
@require_safe
def filing(request: HttpRequest, filing_id: UUID) -> HttpResponse:
    """Take a form up where it was left; a sent one shows what was sent and where it went."""
    found = _found(request, filing_id)
    if found.filing.is_draft and may_fill_in(request.viewer, found.filing):
        return redirect("subsidies:filing_step", filing_id, found.next_step)
    record_view(request.viewer, found.filing.elder_id, "subsidy_form", "page")
    streets = full_names(one.street_id for one in found.applications)
    sent = [(one, benefits()[one.programme], streets.get(one.street_id, "")) for one in found.applications]
    context = {"file": found, "sent": sent, "is_family": may_act_for(request.viewer, found.filing.elder_id)}
    return render(request, "subsidies/filing/sent.html", context)


@bounded_upload
@never_cache
@typed_kept
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def filing_step(request: HttpRequest, filing_id: UUID, step: str) -> HttpResponse:
    """Show one step of a form; a POST saves it and goes on, or stops here for today."""
    if step not in STEPS:
        raise Http404
    found = _found(request, filing_id)
    if not may_fill_in(request.viewer, found.filing):
        raise Http404
    if not found.filing.is_draft:
        return redirect("subsidies:filing", filing_id)
    if request.method != "POST":
        record_view(request.viewer, found.filing.elder_id, "subsidy_form", "page")
    return DOORS[step](request, found, _frame(request, found, step))


@require_POST
@login_required
def discard(request: HttpRequest, filing_id: UUID) -> HttpResponse:
    """Give a form up."""
    given_up = discard_filing(request.viewer, filing_id=filing_id)
    messages.success(request, _("申请表已经放弃，填过的内容和材料都已删除。"))
    return _home(request, given_up)


@require_POST
@login_required
def remove(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    """Take a paper out of a form or an answer."""
    paper = papers_visible_to(request.viewer).filter(pk=paper_id).first()
    if paper is None:
        raise Http404
    remove_paper(request.viewer, paper_id=paper_id)
    messages.success(request, _("材料已经取出。"))
    if paper.filing_id:
        return redirect("subsidies:filing_step", paper.filing_id, "papers")
    return redirect("subsidies:inquiry", paper.inquiry_id)


@never_cache
@typed_kept
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def window(request: HttpRequest) -> HttpResponse:
    """Begin a form at a street's window for the family who came; below, the forms this officer has not finished."""
    codes = windows_of(request.viewer)
    if not codes:
        raise PermissionDenied
    names = full_names(codes)
    form = WindowForm(request.POST or request.kept or None, windows=[(code, names[code]) for code in codes])
    drafts = Filing.objects.filter(begun_by=request.viewer.user_id, window__in=codes, state=FilingState.DRAFT)
    context = {"drafts": _named(drafts.order_by("-touched_at")[:20]), "sent": _named(_sent_here(request, codes))}
    if request.method != "POST" or not form.is_valid():
        return render(
            request, "subsidies/filing/window.html", {"form": form, **context}, status=422 if form.errors else 200
        )
    try:
        begun = begin_at_window(request.viewer, **form.cleaned_data)
    except Refusal as refusal:
        return refused_in_form(request, "subsidies/filing/window.html", form, refusal, **context)
    return redirect("subsidies:filing", begun.pk)


def _benefits(request: HttpRequest, found: FilingFile, context: dict[str, Any]) -> HttpResponse:
    initial = {
        "programmes": found.programmes or [one.programme for one in found.answers if one.is_due],
        **{f"choice:{name}": chosen for name, chosen in found.choices.items()},
    }
    form = BenefitsForm(request.POST or request.kept or None, answers=found.answers, initial=initial)
    if request.method != "POST" or not form.is_valid():
        return _drawn(request, "benefits", form, context)
    saved = {"programmes": form.cleaned_data["programmes"], "choices": form.choices()}
    return _saved(request, found, "benefits", form, context, **saved)


def _facts(request: HttpRequest, found: FilingFile, context: dict[str, Any]) -> HttpResponse:
    if request.method == "POST":
        return _onward(request, found.filing.pk, "facts")
    facts = facts_with_sources(found.facts, sources_of(found.filing.elder_id)) if context["is_family"] else None
    return _drawn(request, "facts", Form(), {**context, "facts": facts})


def _account(request: HttpRequest, found: FilingFile, context: dict[str, Any]) -> HttpResponse:
    known = accounts_of(found.filing.elder_id) if context["is_family"] else []
    named = (found.filing.contents.get("account") or {}).get("known", "")
    typed = f"{found.account.label} {found.account.masked}" if found.account and not named else ""
    form = AccountForm(
        request.POST or request.kept or None,
        kinds=_kinds(found),
        known=known,
        typed=typed,
        initial={"account": named or (TYPED_BEFORE if typed else (str(known[0].pk) if known else ""))},
    )
    if request.method != "POST" or not form.is_valid():
        return _drawn(request, "account", form, context)
    said = form.account_said()
    return _saved(request, found, "account", form, context, **({"account": said} if said else {}))


def _papers(request: HttpRequest, found: FilingFile, context: dict[str, Any]) -> HttpResponse:
    note, cite = no_paper_needed()
    open_ones = [one.id for answer in found.asked for one in answer.conditions if one.outcome != "pass"]
    context = {**context, "note": note, "cite": cite, "useful": papers_for(open_ones)}
    if request.method == "POST" and "upload" not in request.POST:
        return _onward(request, found.filing.pk, "papers")
    uploading = request.method == "POST"
    form = PaperForm(request.POST if uploading else None, request.FILES if uploading else None)
    if not uploading or not form.is_valid():
        return _drawn(request, "papers", form, context)
    file = form.cleaned_data["file"]
    try:
        add_to_form(
            request.viewer,
            filing_id=found.filing.pk,
            kind=form.cleaned_data["kind"],
            name=file.name,
            content=content_of(file),
        )
    except Refusal as refusal:
        return refused_in_form(request, "subsidies/filing/papers.html", form, refusal, **context)
    messages.success(request, _("材料已经收到，加密保存了。"))
    return redirect("subsidies:filing_step", found.filing.pk, "papers")


def _confirm(request: HttpRequest, found: FilingFile, context: dict[str, Any]) -> HttpResponse:
    form = ConfirmForm(request.POST or None)
    context = {
        **context,
        "lacks": None if found.next_step == "confirm" else LABELS[found.next_step],
        "lacking": found.next_step,
        "mistyped": bool(found.account and looks_mistyped(found.account.number)),
    }
    if request.method != "POST" or not form.is_valid():
        return _drawn(request, "confirm", form, context)

    def act() -> dict[str, Any]:
        return {"ids": [str(one.pk) for one in send_filing(request.viewer, filing_id=found.filing.pk, agreed=True)]}

    try:
        once(request.viewer, "subsidies.send", request_key(request), [request.path, _typed(request)], act)
    except Refusal as refusal:
        return refused_in_form(request, "subsidies/filing/confirm.html", form, refusal, **context)
    messages.success(request, _("申请已经送到户籍所在的街道。有结果会马上告诉您。"))
    return redirect("subsidies:filing", found.filing.pk)


DOORS = {"benefits": _benefits, "facts": _facts, "account": _account, "papers": _papers, "confirm": _confirm}


def _saved(
    request: HttpRequest, found: FilingFile, step: str, form: Form, context: dict[str, Any], **parts: Any
) -> HttpResponse:
    """Save a step and go on; what the service refuses comes back into the form."""
    try:
        saved = save_filing(request.viewer, filing_id=found.filing.pk, **parts)
    except Refusal as refusal:
        return refused_in_form(request, f"subsidies/filing/{step}.html", form, refusal, **context)
    if step == "benefits" and not request.POST.get("later") and (lacking := _lacks(request, saved)):
        return refused_in_form(request, "subsidies/filing/benefits.html", form, lacking, **context)
    return _onward(request, found.filing.pk, step)


def _onward(request: HttpRequest, filing_id: UUID, step: str) -> HttpResponse:
    if request.POST.get("later"):
        messages.success(request, _("已经保存。以后从“补贴”页面接着填，填过的都在。"))
        return _home(request, Filing.objects.get(pk=filing_id))
    return redirect("subsidies:filing_step", filing_id, STEPS[STEPS.index(step) + 1])


def _lacks(request: HttpRequest, saved: Filing) -> Refusal | None:
    """Say what the first step still lacks."""
    found = filing_file(filings_visible_to(request.viewer), saved.pk)
    if not found.programmes:
        sentence = say("请至少选一项补贴。")
        return Refusal("programmes_missing", sentence, fields={"programmes": sentence})
    if found.undecided:
        sentence = say("请在两项里选一项，再继续。")
        fields = {f"choice:{one.programme}": sentence for one in found.undecided}
        return Refusal("choice_missing", sentence, fields=fields)
    if not found.asked:
        sentence = say("您选的都是另外的待遇，请向户籍所在街道申请那一项；想在这里申请，请改选。")
        return Refusal("nothing_left", sentence, fields={"programmes": sentence})
    return None


def _found(request: HttpRequest, filing_id: UUID) -> FilingFile:
    found = filing_file(filings_visible_to(request.viewer), filing_id)
    if found is None:
        raise Http404
    return found


def _draft(request: HttpRequest, elder: Elder) -> Filing | None:
    mine = filings_visible_to(request.viewer).filter(elder=elder, begun_by=request.viewer.user_id)
    return mine.filter(state=FilingState.DRAFT).first()


def _frame(request: HttpRequest, found: FilingFile, step: str) -> dict[str, Any]:
    before = STEPS[STEPS.index(step) - 1] if step != STEPS[0] else None
    return {
        "file": found,
        "elder": found.elder,
        "steps": _steps(step),
        "here": LABELS[step],
        "number": STEPS.index(step) + 1,
        "before": before,
        "kept": bool(request.kept),
        "is_family": may_act_for(request.viewer, found.filing.elder_id),
    }


def _steps(here: str) -> list[Step]:
    at = STEPS.index(here)
    return [
        Step(LABELS[name], "done" if place < at else ("current" if place == at else "todo"))
        for place, name in enumerate(STEPS)
    ]


def _drawn(request: HttpRequest, step: str, form: Form, context: dict[str, Any]) -> HttpResponse:
    status = 422 if form.errors and request.method == "POST" else 200
    return render(request, f"subsidies/filing/{step}.html", {"form": form, **context}, status=status)


def _kinds(found: FilingFile) -> tuple[str, ...]:
    """Give the cards that every benefit asked for may be paid to."""
    allowed = [answer.benefit.programme.accounts for answer in found.asked or found.answers]
    return tuple(kind for kind in allowed[0] if all(kind in kinds for kinds in allowed))


def _typed(request: HttpRequest) -> dict[str, list[str]]:
    return {name: values for name, values in request.POST.lists() if name not in NOT_CONTENT}


def _home(request: HttpRequest, filing: Filing) -> HttpResponse:
    if filing.window_id:
        return redirect("subsidies:window")
    return redirect("subsidies:elder", filing.elder_id)


def _sent_here(request: HttpRequest, codes: list[str]) -> Any:
    mine = Filing.objects.filter(begun_by=request.viewer.user_id, window__in=codes, state=FilingState.SENT)
    return mine.order_by("-pk")[:20]


def _named(filings: Any) -> list[tuple[Filing, str]]:
    """Give forms with the elder's masked name, in two queries."""
    rows = list(filings)
    names = masked_names(row.elder_id for row in rows)
    return [(row, names[row.elder_id]) for row in rows]
