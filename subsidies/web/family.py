"""The family's doors: what the elder is due, apply, follow an application, take it back."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from eldercare.audit.services import once, record_view
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.viewer import Viewer
from eldercare.people.access import elders_beside, may_act_for
from eldercare.people.models import Elder
from eldercare.ui.errors import refused_in_form
from eldercare.ui.forms import request_key
from subsidies.access import applications_visible_to, entitlements_visible_to
from subsidies.rules.eligibility import BenefitAnswer
from subsidies.rules.programme import benefits
from subsidies.selectors.applications import ApplicationCard, application_cards, application_file
from subsidies.selectors.entitlements import entitlement_cards
from subsidies.selectors.programmes import answers_for, applicable, open_readings
from subsidies.services.apply import apply_for_subsidy, withdraw_application
from subsidies.web.forms import ApplyForm
from subsidies.web.showing import against, steps_of

NOT_CONTENT = ("csrfmiddlewaretoken", "request_key")


@never_cache
@login_required
@require_safe
def elder(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Show every benefit an elder could draw: drawn, applied for, or what the rule answers today."""
    file = get_object_or_404(elders_beside(request.viewer).select_related("person"), pk=elder_id)
    rows = _benefits(request.viewer, file)
    context = {
        "elder": file,
        "may_act": may_act_for(request.viewer, file),
        "rows": rows,
        "next": _mark_next(rows),
        "readings": open_readings(applicable()[0]),
    }
    return render(request, "subsidies/elder.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest, elder_id: UUID, programme: str) -> HttpResponse:
    """Apply for one benefit: the rule's answer above, the account below."""
    file = get_object_or_404(elders_beside(request.viewer).select_related("person"), pk=elder_id)
    benefit = benefits().get(programme)
    if benefit is None or not benefit.programme.accounts:
        raise Http404
    _facts, (answer,) = answers_for(file.pk, on=clock.today(), programmes=[programme], applied_on=clock.today())
    form = ApplyForm(request.POST or None, kinds=benefit.programme.accounts)
    context = {"elder": file, "benefit": benefit, "answer": answer, "against": against(answer.conditions)}
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "subsidies/apply.html", {"form": form, **context}, status=status)
    try:
        do_once(
            request,
            "subsidies.apply",
            lambda: apply_for_subsidy(request.viewer, elder_id=elder_id, programme=programme, **form.cleaned_data),
        )
    except Refusal as refusal:
        return refused_in_form(request, "subsidies/apply.html", form, refusal, **context)
    messages.success(request, _("申请已经送到户籍所在的街道。有结果会马上告诉您。"))
    return redirect("subsidies:elder", elder_id)


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
    context = {
        "file": found,
        "steps": steps_of(found.card),
        "may_act": may_act_for(request.viewer, found.application.elder_id),
    }
    return render(request, "subsidies/application.html", context)


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
