"""The doors of a question: the officer asks the family for more, the family answers, nothing starts over."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from eldercare.audit.services import record_view
from eldercare.kernel.refusal import Refusal
from eldercare.people.access import may_act_for
from eldercare.ui.errors import refused_in_form
from eldercare.ui.forms import add_refusal
from eldercare.ui.kept import typed_kept
from eldercare.ui.uploads import bounded_upload, content_of
from subsidies.access import applications_visible_to, desk_applications, inquiries_visible_to, may_conclude_now
from subsidies.models import Application
from subsidies.rules.programme import benefit
from subsidies.selectors.applications import application_file
from subsidies.selectors.filings import InquiryCard, inquiry_cards
from subsidies.services.inquiries import answer_more, ask_more, take_back_question
from subsidies.services.papers import add_to_answer
from subsidies.web.forms import AnswerForm, AskForm, PaperForm

ANSWER = "subsidies/inquiry.html"
ASK = "subsidies/ask.html"


@bounded_upload
@never_cache
@typed_kept
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def inquiry(request: HttpRequest, inquiry_id: UUID) -> HttpResponse:
    """Show the family what is asked and until when; a POST uploads a paper or gives the answer."""
    card, application = _asked_of_family(request, inquiry_id)
    uploading = request.method == "POST" and "upload" in request.POST
    wanted = [one.id for one in card.items if one.is_paper]
    paper_form = PaperForm(request.POST if uploading else None, request.FILES if uploading else None, wanted=wanted)
    typed = None if uploading else (request.POST or request.kept or None)
    form = AnswerForm(typed)
    context: dict[str, Any] = {
        "card": card,
        "application": application,
        "benefit": benefit(application.programme),
        "may_act": may_act_for(request.viewer, application.elder_id),
        "wants": {one.id for one in card.items},
        "kept": bool(request.kept),
        "paper_form": paper_form,
        "form": form,
    }
    if request.method != "POST":
        record_view(request.viewer, application.elder_id, "subsidy_application", "family")
        return render(request, ANSWER, context)
    if uploading:
        return _upload(request, inquiry_id, paper_form, context)
    if not form.is_valid():
        return render(request, ANSWER, context, status=422)
    try:
        answer_more(request.viewer, inquiry_id=inquiry_id, text=form.cleaned_data["text"])
    except Refusal as refusal:
        return refused_in_form(request, ANSWER, form, refusal, **{k: v for k, v in context.items() if k != "form"})
    messages.success(request, _("补充的资料已经交上去了，申请接着办，不用重新申请。"))
    return redirect("subsidies:application", application.pk)


@never_cache
@typed_kept
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Ask the family for more, as the officer whose turn it is."""
    found = application_file(desk_applications(request.viewer), application_id)
    if found is None or not may_conclude_now(request.viewer, found.application):
        raise Http404
    form = AskForm(request.POST or request.kept or None)
    cards = inquiry_cards([found.application])
    context = {"file": found, "cards": cards, "waiting": any(card.inquiry.is_open for card in cards)}
    if request.method != "POST":
        record_view(request.viewer, found.application.elder_id, "subsidy_application", "desk")
    if request.method != "POST" or not form.is_valid():
        return render(request, ASK, {"form": form, **context}, status=422 if form.errors else 200)
    try:
        ask_more(request.viewer, application_id=application_id, **form.cleaned_data)
    except Refusal as refusal:
        return refused_in_form(request, ASK, form, refusal, **context)
    messages.success(request, _("已经通知家属补充。"))
    return redirect("subsidies:file", application_id)


@require_POST
@login_required
def take_back(request: HttpRequest, inquiry_id: UUID) -> HttpResponse:
    """Take a question back."""
    taken = take_back_question(request.viewer, inquiry_id=inquiry_id)
    messages.success(request, _("通知已经收回，家属会知道不用再补。"))
    return redirect("subsidies:file", taken.application_id)


def _asked_of_family(request: HttpRequest, inquiry_id: UUID) -> tuple[InquiryCard, Application]:
    """Find a question to a family the viewer belongs to."""
    mine = inquiries_visible_to(request.viewer).filter(application__elder__in=request.viewer.places("elder"))
    row = mine.filter(pk=inquiry_id).select_related("application").first()
    if row is None:
        raise Http404
    applications = applications_visible_to(request.viewer).filter(pk=row.application_id)
    card = next(one for one in inquiry_cards(applications) if one.inquiry.pk == inquiry_id)
    return card, row.application


def _upload(request: HttpRequest, inquiry_id: UUID, form: PaperForm, context: dict[str, Any]) -> HttpResponse:
    if not form.is_valid():
        return render(request, ANSWER, context, status=422)
    file = form.cleaned_data["file"]
    try:
        add_to_answer(
            request.viewer,
            inquiry_id=inquiry_id,
            kind=form.cleaned_data["kind"],
            name=file.name,
            content=content_of(file),
        )
    except Refusal as refusal:
        add_refusal(form, refusal)
        return render(request, ANSWER, context, status=refusal.status)
    messages.success(request, _("材料已经收到，加密保存了。都传完以后，请按“交上去”。"))
    return redirect("subsidies:inquiry", inquiry_id)
