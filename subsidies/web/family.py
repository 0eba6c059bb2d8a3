"""The family's doors: what the elder is due, follow an application, take it back. Applying is web/filing.py."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from eldercare.audit.services import once, record_view
from eldercare.kernel import clock
from eldercare.kernel.viewer import Viewer
from eldercare.people.access import elders_beside, may_act_for
from eldercare.people.models import Elder
from eldercare.ui.forms import request_key
from subsidies.access import applications_visible_to, changes_visible_to, entitlements_visible_to, filings_visible_to
from subsidies.choices import FilingState
from subsidies.models import Application
from subsidies.rules.eligibility import BenefitAnswer
from subsidies.selectors.applications import ApplicationCard, application_cards, application_file
from subsidies.selectors.entitlements import entitlement_cards
from subsidies.selectors.filings import inquiry_cards, open_inquiries, paper_cards, waiting_change
from subsidies.selectors.programmes import answers_for, applicable, open_readings
from subsidies.services.accounts import why_failed
from subsidies.services.apply import withdraw_application
from subsidies.web.showing import against, moments_of, steps_of

NOT_CONTENT = ("csrfmiddlewaretoken", "request_key")


@never_cache
@login_required
@require_safe
def elder(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Show every benefit an elder could draw: drawn, applied for, or what the rule answers today."""
    file = get_object_or_404(elders_beside(request.viewer).select_related("person"), pk=elder_id)
    rows = _benefits(request.viewer, file)
    mine = filings_visible_to(request.viewer).filter(elder=file, begun_by=request.viewer.user_id)
    context = {
        "draft": mine.filter(state=FilingState.DRAFT).first(),
        "asked": open_inquiries(applications_visible_to(request.viewer).filter(elder=file)),
        "change": waiting_change(changes_visible_to(request.viewer).filter(elder=file)),
        "elder": file,
        "may_act": may_act_for(request.viewer, file),
        "rows": rows,
        "drawn_any": any(row["drawn"] for row in rows),
        "has_account": any(row["is_open"] or row["drawn"] for row in rows),
        "next": _mark_next(rows),
        "readings": open_readings(applicable()[0]),
    }
    return render(request, "subsidies/elder.html", context)


@never_cache
@login_required
@require_safe
def application(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Show one application to the family: how far it is, each condition, each decision with its reason and remedy."""
    mine = applications_visible_to(request.viewer).filter(elder__in=request.viewer.places("elder"))
    found = application_file(mine, application_id)
    if found is None:
        raise Http404
    record_view(request.viewer, found.application.elder_id, "subsidy_application", "family")
    asked = inquiry_cards([found.application])
    filing = found.application.filing
    context = {
        "file": found,
        "steps": steps_of(found.card),
        "moments": moments_of(found, asked),
        "waiting": next((one for one in asked if one.inquiry.is_open), None),
        "papers": paper_cards(filing.papers.all()) if filing else (),
        "why_failed": why_failed(found.application.account) if _failed(found.application) else None,
        "may_act": may_act_for(request.viewer, found.application.elder_id),
    }
    return render(request, "subsidies/application.html", context)


def _failed(application: Application) -> bool:
    return application.account is not None and bool(application.account.check_reason)


@require_POST
@login_required
def withdraw(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Take an application back."""
    withdrawn = withdraw_application(request.viewer, application_id=application_id)
    messages.success(request, _("申请已经撤回。以后可以随时再申请。"))
    return redirect("subsidies:elder", withdrawn.elder_id)


def do_once(request: HttpRequest, door: str, act: Callable[[], Any]) -> None:
    """Do an act once per drawn form: a second click does nothing more."""
    body = [request.path, {name: values for name, values in request.POST.lists() if name not in NOT_CONTENT}]
    once(request.viewer, door, request_key(request), body, lambda: {"id": str(act().pk)})


def _benefits(viewer: Viewer, file: Elder) -> list[dict[str, Any]]:
    """Give each benefit with what stands: the right, the newest application, or the rule's answer of today."""
    offered = applicable()
    _facts, answers = answers_for(file.pk, on=clock.today(), programmes=[benefit.id for benefit in offered])
    mine = applications_visible_to(viewer).filter(elder=file).select_related("account").order_by("pk")
    applied = {card.application.programme: card for card in application_cards(mine)}
    rights = entitlement_cards(entitlements_visible_to(viewer).filter(elder=file))
    drawn = {card.entitlement.programme: card for card in reversed(rights)}
    return [_row(answer, applied.get(answer.programme), drawn.get(answer.programme)) for answer in answers]


def _row(answer: BenefitAnswer, applied: ApplicationCard | None, drawn: Any) -> dict[str, Any]:
    is_open = applied is not None and applied.application.is_open
    account_missing = is_open and applied.application.account_id is None
    return {
        "answer": answer,
        "applied": applied,
        "is_open": is_open,
        "steps": steps_of(applied) if is_open else None,
        "drawn": drawn,
        "account_missing": account_missing,
        "may_apply": drawn is None and (not is_open or account_missing),
        "could_be_next": account_missing or (answer.is_due and drawn is None and not is_open),
        "against": against(answer.conditions),
    }


def _mark_next(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Mark the one thing to do next, the larger amount first: a page has one primary act."""
    could = [row for row in rows if row["could_be_next"]]
    found = max(could, key=lambda row: (row["account_missing"], row["answer"].monthly_fen or 0), default=None)
    for row in rows:
        row["is_next"] = row is found
    return found
