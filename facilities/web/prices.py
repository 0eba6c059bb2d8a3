"""A home's prices through time: what is in force, what is coming, and the form that sets one."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from eldercare.audit.services import once
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.ui.errors import refused_in_form
from eldercare.ui.forms import request_key
from facilities.models import Facility
from facilities.rules.words import item_name
from facilities.selectors.page import price_rows
from facilities.services.announce import set_price
from facilities.web.forms import PriceForm
from facilities.web.home import FORBIDDEN, frame, my_home


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def prices(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Show the prices; set one."""
    home = my_home(request, facility_id)
    form = PriceForm(request.POST or None, initial={"since": clock.today()})
    if request.method != "POST" or not form.is_valid():
        context = {**_context(request, home), "form": form}
        return render(request, "facilities/prices.html", context, status=422 if form.errors else 200)
    price = form.price()

    def act() -> dict:
        return {"price": set_price(request.viewer, facility_id=home.pk, **price).pk}

    try:
        once(request.viewer, "facilities.price", request_key(request), [str(home.pk), price], act)
    except Refusal as refusal:
        if refusal.status == FORBIDDEN:
            raise
        return refused_in_form(request, "facilities/prices.html", form, refusal, **_context(request, home))
    messages.success(request, _("价格已公布，从您选的那天起生效。"))
    return redirect("facilities:prices", home.pk)


def _context(request: HttpRequest, home: Facility) -> dict:
    rows = price_rows(home.pk, clock.today())
    order = ("bed", "care", "meal")
    named = [(item_name(row.item, row.room_type, row.care_grade), row) for row in rows]
    return {**frame(request, home), "rows": sorted(named, key=lambda pair: order.index(pair[1].item))}
