"""A home's prices through time: what is in force, what is coming, the forms that announce, and the public's history."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from eldercare.audit.services import once
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.ui.errors import refused_in_form
from eldercare.ui.forms import request_key
from facilities.models import Facility
from facilities.rules.settings import setting
from facilities.rules.words import item_name
from facilities.selectors.page import price_rows
from facilities.selectors.prices import price_history, prices_on
from facilities.services.announce import set_fee, set_price, set_season
from facilities.web.forms import DayForm, FeeForm, PriceForm, SeasonForm
from facilities.web.home import FORBIDDEN, frame, my_home

FORMS = {"price": (PriceForm, set_price), "season": (SeasonForm, set_season), "fee": (FeeForm, set_fee)}


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def prices(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Show the prices; announce one: a monthly price, a season, a deposit or a one-off fee."""
    home = my_home(request, facility_id)
    kind = request.POST.get("announce", "price")
    if request.method != "POST" or kind not in FORMS:
        return render(request, "facilities/prices.html", _context(request, home))
    form_class, announce = FORMS[kind]
    form = form_class(request.POST)
    context = _context(request, home, **{f"{kind}_form": form, "opened": kind})
    if not form.is_valid():
        return render(request, "facilities/prices.html", context, status=422)
    said = form.said()

    def act() -> dict[str, Any]:
        return {"price": announce(request.viewer, facility_id=home.pk, **said).pk}

    try:
        once(request.viewer, f"facilities.{kind}", request_key(request), [str(home.pk), said], act)
    except Refusal as refusal:
        if refusal.status == FORBIDDEN:
            raise
        return refused_in_form(request, "facilities/prices.html", form, refusal, **context)
    messages.success(request, _("价格已公布，从您选的那天起生效。"))
    return redirect("facilities:prices", home.pk)


@require_safe
def public(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Show everybody what a home charges on a day, and all it ever announced."""
    home = get_object_or_404(Facility, pk=facility_id)
    form = DayForm(request.GET if "on" in request.GET else None, initial={"on": clock.today()})
    on = form.cleaned_data["on"] if form.is_bound and form.is_valid() else clock.today()
    context = {
        "home": home,
        "form": form,
        "on": on,
        "today": clock.today(),
        "in_force": prices_on(home.pk, on),
        "history": price_history(home.pk),
        "deposit_rule": _deposit_rule(on),
    }
    return render(request, "facilities/public_prices.html", context, status=422 if form.errors else 200)


def _context(request: HttpRequest, home: Facility, **more: Any) -> dict[str, Any]:
    today = clock.today()
    rows = price_rows(home.pk, today)
    order = ("bed", "care", "meal")
    named = [(item_name(row.item, row.room_type, row.care_grade), row) for row in rows]
    history = price_history(home.pk)
    return {
        **frame(request, home),
        "rows": sorted(named, key=lambda pair: order.index(pair[1].item)),
        "seasons": [one for one in history.seasons if one.until is None or one.until > today],
        "fees": [one for one in history.fees if one.until is None or one.until > today],
        "price_form": PriceForm(initial={"since": today}),
        "season_form": SeasonForm(initial={"since": today}),
        "fee_form": FeeForm(initial={"since": today}),
        "deposit_rule": _deposit_rule(today),
        **more,
    }


def _deposit_rule(on: date) -> dict[str, Any] | None:
    try:
        return setting("prepayment", on)
    except LookupError:
        return None
