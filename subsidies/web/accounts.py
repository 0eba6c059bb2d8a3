"""The doors of the card benefits are paid to: see which it is and what the bank said, ask for another, take that back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from eldercare.audit.services import once, record_view
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sealed import blind_index
from eldercare.people.access import elders_beside, may_act_for
from eldercare.people.selectors import elder_card
from eldercare.ui.errors import refused_in_form
from eldercare.ui.forms import request_key
from eldercare.ui.kept import typed_kept
from subsidies.access import applications_visible_to, changes_visible_to
from subsidies.choices import OPEN_STATES, ApplicationState
from subsidies.models import Application
from subsidies.rules.programme import benefit
from subsidies.selectors.filings import waiting_change
from subsidies.selectors.programmes import applicable
from subsidies.services.accounts import change_account, why_failed, withdraw_change
from subsidies.web.forms import AccountForm

TEMPLATE = "subsidies/account.html"


@never_cache
@typed_kept
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Show which card each benefit is paid to; a POST asks for another."""
    elder = get_object_or_404(elders_beside(request.viewer).select_related("person"), pk=elder_id)
    may_act = may_act_for(request.viewer, elder)
    form = AccountForm(request.POST or request.kept or None, kinds=applicable()[0].programme.accounts)
    context: dict[str, Any] = {
        "elder": elder_card(elder, clock.today()),
        "rows": _in_use(request, elder.pk),
        "change": waiting_change(changes_visible_to(request.viewer).filter(elder=elder)),
        "may_act": may_act,
        "kept": bool(request.kept),
    }
    if request.method != "POST":
        record_view(request.viewer, elder.pk, "payments", "page")
    if request.method != "POST" or not form.is_valid():
        return render(request, TEMPLATE, {"form": form, **context}, status=422 if request.method == "POST" else 200)
    said = form.account_said()

    def act() -> dict[str, Any]:
        asked = change_account(
            request.viewer, elder_id=elder_id, account_kind=said["kind"], account_number=said["number"]
        )
        return {"id": str(asked.pk)}

    try:
        once(
            request.viewer, "subsidies.change_account", request_key(request), blind_index(f"{request.path}{said}"), act
        )
    except Refusal as refusal:
        return refused_in_form(request, TEMPLATE, form, refusal, **context)
    messages.success(request, _("已经请银行核对新卡。核对好以前，补贴仍发到原来的卡。"))
    return redirect("subsidies:change_account", elder_id)


@require_POST
@login_required
def withdraw(request: HttpRequest, change_id: UUID) -> HttpResponse:
    """Take a change back while it waits."""
    taken = withdraw_change(request.viewer, change_id=change_id)
    messages.success(request, _("更换已经取消，补贴仍发到原来的卡。"))
    return redirect("subsidies:change_account", taken.elder_id)


def _in_use(request: HttpRequest, elder_id: UUID) -> list[tuple[Application, Any, Any]]:
    """Give what is applied for or drawn, each with its card and why the bank did not verify it, if it did not."""
    standing = applications_visible_to(request.viewer).filter(
        elder=elder_id, state__in=[*OPEN_STATES, ApplicationState.APPROVED]
    )
    rows = standing.select_related("account").order_by("-pk")
    return [
        (row, benefit(row.programme), why_failed(row.account) if row.account and row.account.check_reason else None)
        for row in rows
    ]
