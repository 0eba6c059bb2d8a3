"""A home bills months that are over; each bill is read by the home and by the family."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from eldercare.audit.services import once, record_view
from eldercare.kernel import clock
from eldercare.kernel.days import Month
from eldercare.kernel.refusal import Refusal
from eldercare.people.selectors import masked_names
from eldercare.ui.errors import refused_in_form
from eldercare.ui.forms import request_key
from facilities.access import bills_visible_to, works_for
from facilities.models import Bill, Facility
from facilities.selectors.admission import facts_of, stays_to_bill
from facilities.services.bills import issue_bills
from facilities.web.forms import BillForm
from facilities.web.home import frame, my_home

SHOWN = 100


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def bills(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """List a home's bills; issue those of a month."""
    home = my_home(request, facility_id)
    last_month = clock.this_month().plus(-1)
    form = BillForm(request.POST or None, initial={"bill_month": last_month})
    if request.method != "POST" or not form.is_valid():
        context = _context(request, home, last_month)
        return render(request, "facilities/bills.html", {**context, "form": form}, status=422 if form.errors else 200)
    month = form.cleaned_data["bill_month"]

    def act() -> dict:
        return {"issued": len(issue_bills(request.viewer, facility_id=home.pk, bill_month=month))}

    try:
        answer, _repeated = once(
            request.viewer, "facilities.bills", request_key(request), [str(home.pk), str(month)], act
        )
    except Refusal as refusal:
        return refused_in_form(request, "facilities/bills.html", form, refusal, **_context(request, home, last_month))
    messages.success(request, _("出了 %(count)s 份账单，家属已收到通知。") % {"count": answer["issued"]})
    return redirect("facilities:bills", home.pk)


@never_cache
@login_required
@require_safe
def bill(request: HttpRequest, bill_id: UUID) -> HttpResponse:
    """Show one bill line by line, to the family and to the home."""
    row = get_object_or_404(bills_visible_to(request.viewer).select_related("facility"), pk=bill_id)
    is_staff = works_for(request.viewer, row.facility_id)
    if is_staff:
        record_view(request.viewer, row.elder_id, "bill", _("查看账单"))
    facts = facts_of(row)
    context = {
        "bill": row,
        "facts": facts,
        "lines": [line.as_line() for line in facts.lines],
        "elder_name": masked_names([row.elder_id])[row.elder_id],
        "is_staff": is_staff,
    }
    return render(request, "facilities/bill.html", context)


def _context(request: HttpRequest, home: Facility, month: Month) -> dict:
    rows = list(Bill.objects.filter(facility=home).order_by("-bill_month", "-issued_at")[:SHOWN])
    names = masked_names(row.elder_id for row in rows)
    return {
        **frame(request, home),
        "rows": [(row, names[row.elder_id]) for row in rows],
        "last_month": month,
        "to_bill": stays_to_bill(home.pk, month)[:SHOWN].count(),
    }
