"""The contract of a stay: read and signed by both sides, and printed. Drawing up is on the stay's page."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from eldercare.audit.services import once, record_view
from eldercare.people.access import may_act_for
from eldercare.ui.forms import request_key
from facilities.access import contracts_visible_to, manages, works_for
from facilities.models import Contract
from facilities.selectors.contracts import contract_shown
from facilities.services.contract import sign_for_family, sign_for_home, void_contract
from facilities.web.forms import ReasonForm


@never_cache
@login_required
@require_safe
def contract(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    """Show a contract with what this reader can do about it; it prints as a paper."""
    row = _visible(request, contract_id)
    is_staff = works_for(request.viewer, row.stay.facility_id)
    if is_staff:
        record_view(request.viewer, row.stay.elder_id, "contract", _("查看入住合同"))
    shown = contract_shown(row)
    context = {
        "shown": shown,
        "deposit": (shown.deposit,),
        "contract": row,
        "home": row.stay.facility,
        "is_staff": is_staff,
        "is_manager": manages(request.viewer, row.stay.facility_id),
        "may_act": may_act_for(request.viewer, row.stay.elder_id),
        "reason_form": ReasonForm(),
    }
    return render(request, "facilities/contract.html", context)


@login_required
@require_POST
def sign(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    """Sign, as the home's manager or for the elder; the form names the side."""
    row = _visible(request, contract_id)
    content = request.POST.get("content", "")

    def act() -> dict:
        if request.POST.get("side") == "home":
            return {"state": sign_for_home(request.viewer, contract_id=row.pk).state}
        return {"state": sign_for_family(request.viewer, contract_id=row.pk, content=content).state}

    once(request.viewer, "facilities.sign", request_key(request), [str(row.pk), content, request.POST.get("side")], act)
    messages.success(request, _("已签字。"))
    return redirect("facilities:contract", row.pk)


@login_required
@require_POST
def void(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    """Void a contract that is not signed by both."""
    row = _visible(request, contract_id)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    void_contract(request.viewer, contract_id=row.pk, reason=reason)
    messages.success(request, _("合同已作废，可以重新拟一份。"))
    return redirect("facilities:contract", row.pk)


def _visible(request: HttpRequest, contract_id: UUID) -> Contract:
    return get_object_or_404(contracts_visible_to(request.viewer).select_related("stay__facility"), pk=contract_id)
