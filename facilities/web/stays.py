"""A home's staff check elders in, note changes and leave, and check them out."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from eldercare.audit.services import once, record_view
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.people.models import Elder
from eldercare.ui.errors import refused_in_form
from eldercare.ui.forms import request_key
from facilities.access import stays_visible_to, transfers_visible_to
from facilities.choices import ContractState, StayState
from facilities.models import Facility, Stay, Transfer
from facilities.selectors.admission import stay_cards
from facilities.selectors.contracts import transfers_shown
from facilities.services import stay as acts
from facilities.services.contract import RUNNING, draw_up_contract
from facilities.services.leaving import plan_leaving
from facilities.web.forms import BackForm, CheckInForm, DepositForm, EndStayForm, GradeForm, LeaveForm, LeavingForm
from facilities.web.home import frame, my_home

ACTS: dict[str, tuple[type[forms.Form], Callable[..., Any], str]] = {
    "check-in": (CheckInForm, acts.check_in, "check_in_form"),
    "end": (EndStayForm, acts.end_stay, "end_form"),
    "leaving": (LeavingForm, plan_leaving, "leaving_form"),
    "grade": (GradeForm, acts.change_grade, "grade_form"),
    "leave": (LeaveForm, acts.record_leave, "leave_form"),
    "back": (BackForm, acts.come_back, "back_form"),
    "contract": (DepositForm, draw_up_contract, "contract_form"),
}
SHOWN = 200


@never_cache
@login_required
@require_safe
def stays(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """List who is expected, who lives here, and who left last."""
    home = my_home(request, facility_id)
    rows = stays_visible_to(request.viewer).filter(facility=home)
    today = clock.today()
    gone = (
        rows.filter(state__in=[StayState.ENDED, StayState.NO_SHOW, StayState.DROPPED])
        .order_by("-created_at")
        .values("pk")[:20]
    )
    context = {
        "expected": stay_cards(rows.filter(state=StayState.EXPECTED), today),
        "residents": stay_cards(rows.filter(state=StayState.IN), today)[:SHOWN],
        "gone": stay_cards(rows.filter(pk__in=gone), today),
        "leaving": [move for move in transfers_shown(Transfer.objects.filter(old_stay__facility=home)) if move.is_open],
    }
    return render(request, "facilities/stays.html", {**frame(request, home), **context})


@never_cache
@login_required
@require_safe
def stay(request: HttpRequest, facility_id: UUID, stay_id: UUID) -> HttpResponse:
    """Show one stay with what can be done; the look at the elder's name is written down."""
    home = my_home(request, facility_id)
    row = _of_home(request, home, stay_id)
    record_view(request.viewer, row.elder_id, "stay", _("办理入住和离院"))
    return render(request, "facilities/stay.html", _context(request, home, row))


@login_required
@require_POST
def act(request: HttpRequest, facility_id: UUID, stay_id: UUID, word: str) -> HttpResponse:
    """Check in, end, change grade or note leave: the form named by the address."""
    home = my_home(request, facility_id)
    row = _of_home(request, home, stay_id)
    form_class, service, name = ACTS[word]
    form = form_class(request.POST, prefix=word)
    if not form.is_valid():
        return render(request, "facilities/stay.html", {**_context(request, home, row), name: form}, status=422)
    body = [str(row.pk), word, form.cleaned_data]

    def perform() -> dict:
        service(request.viewer, stay_id=row.pk, **form.cleaned_data)
        return {"stay": str(row.pk)}

    try:
        once(request.viewer, "facilities.stay", request_key(request), body, perform)
    except Refusal as refusal:
        context = {**_context(request, home, row), name: form}
        return refused_in_form(request, "facilities/stay.html", form, refusal, **context)
    messages.success(request, _("已办好。"))
    return redirect("facilities:home_stay", home.pk, row.pk)


@login_required
@require_POST
def nobody_came(request: HttpRequest, facility_id: UUID, stay_id: UUID) -> HttpResponse:
    """Close an expected stay to which nobody came."""
    home = my_home(request, facility_id)
    acts.no_show(request.viewer, stay_id=_of_home(request, home, stay_id).pk)
    messages.success(request, _("已记为未入住，床位已放开。"))
    return redirect("facilities:stays", home.pk)


@login_required
@require_POST
def drop(request: HttpRequest, facility_id: UUID, stay_id: UUID) -> HttpResponse:
    """Call an expected stay off, as the family asked by telephone."""
    home = my_home(request, facility_id)
    acts.drop_stay(request.viewer, stay_id=_of_home(request, home, stay_id).pk)
    messages.success(request, _("入住已取消，床位已放开。"))
    return redirect("facilities:stays", home.pk)


def _of_home(request: HttpRequest, home: Facility, stay_id: UUID) -> Stay:
    return get_object_or_404(stays_visible_to(request.viewer).filter(facility=home), pk=stay_id)


def _context(request: HttpRequest, home: Facility, row: Stay) -> dict:
    today = clock.today()
    (card,) = stay_cards(Stay.objects.filter(pk=row.pk), today)
    elder = Elder.objects.select_related("person").get(pk=row.elder_id)
    contracts = list(row.contracts.order_by("-drawn_at"))
    return {
        **frame(request, home),
        "card": card,
        "elder_name": elder.person.name,
        "leaves": list(row.leaves.order_by("days")),
        "bills": list(row.bills.order_by("-bill_month")),
        "check_in_form": CheckInForm(prefix="check-in", initial={"on": today}),
        "end_form": EndStayForm(prefix="end", initial={"until": today}),
        "leaving_form": LeavingForm(prefix="leaving", initial={"on": row.claim.days.upper}),
        "grade_form": GradeForm(prefix="grade"),
        "leave_form": LeaveForm(prefix="leave"),
        "back_form": BackForm(prefix="back", initial={"on": today}),
        "contract_form": DepositForm(prefix="contract"),
        "contracts": contracts,
        "can_draw": row.state in RUNNING and all(one.state == ContractState.VOID for one in contracts),
        "moves": transfers_shown(
            transfers_visible_to(request.viewer).filter(Q(old_stay=row) | Q(application__stay=row))
        ),
    }
