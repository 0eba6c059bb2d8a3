"""Two sides of the same money: a family sees every payment of its elder, a home what it is paid. Thin doors."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from eldercare.audit.services import record_view
from eldercare.kernel import clock
from eldercare.kernel.days import Month
from eldercare.people.access import elders_visible_to
from facilities.web.home import frame, my_home
from subsidies.selectors.left_behind import behind_at
from subsidies.selectors.payments import payments_of
from subsidies.selectors.statements import home_statement


@never_cache
@login_required
@require_safe
def elder_payments(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Show every payment of an elder and its reason; somebody not of the family leaves a trace."""
    elder = get_object_or_404(elders_visible_to(request.viewer).select_related("person"), pk=elder_id)
    if str(elder_id) not in request.viewer.places("elder"):
        record_view(request.viewer, elder.pk, "payments", _("查看补贴发放"))
    payments = payments_of(elder.pk, before=_month(request.GET.get("before")))
    return render(request, "subsidies/payments.html", {"elder": elder, "payments": payments})


@never_cache
@login_required
@require_safe
def statement(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Show a home's own people what benefits pay of a month's bills; the month just over, unless another is named."""
    home = my_home(request, facility_id)
    this = clock.this_month()
    month = _month(request.GET.get("month")) or this.plus(-1)
    context = {
        **frame(request, home),
        "statement": home_statement(home.pk, month),
        "earlier": month.plus(-1),
        "later": month.next() if month < this else None,
        "behind": behind_at(home.pk, this),
    }
    return render(request, "subsidies/statement.html", context)


def home_tabs(request: HttpRequest, facility_id: UUID) -> list[tuple[str, str]]:
    """Give the tab this floor hangs on a home's own pages (settings.HOME_TAB_SOURCES)."""
    return [(_("补贴到账"), reverse("subsidies:statement", args=[facility_id]))]


def _month(text: str | None) -> Month | None:
    try:
        return Month.parse(text) if text else None
    except ValueError:
        return None
