"""The frame of a home's own pages: whose home it is, and the ways between its pages. Other homes' are not found."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from eldercare.kernel import clock
from facilities.access import facilities_of, manages
from facilities.models import Facility
from facilities.rules.freshness import FRESH
from facilities.selectors.admission import queue_counts
from facilities.selectors.beds import Confirmation, Vacancy, board, confirmations, mark_of, vacancies
from facilities.selectors.licence import licence_of
from facilities.selectors.trust import open_reports
from facilities.services.staff import invitations_to

FORBIDDEN = 403


def my_home(request: HttpRequest, facility_id: UUID) -> Facility:
    """Give the home if the viewer works for it; else 404."""
    return get_object_or_404(facilities_of(request.viewer), pk=facility_id)


def frame(request: HttpRequest, home: Facility) -> dict[str, Any]:
    """Give what every page of a home needs: the home, its tabs, whether the viewer manages it, what its licence says."""
    return {
        "home": home,
        "tabs": _tabs(request, home),
        "is_manager": manages(request.viewer, home.pk),
        "licence": licence_of(home, clock.today()),
    }


def _tabs(request: HttpRequest, home: Facility) -> list[tuple[str, str, bool]]:
    names = [
        (_("今天"), "today"),
        (_("床位"), "board"),
        (pgettext("机构的页面", "申请"), "applications"),
        (_("轮候"), "waiting"),
        (pgettext("机构的页面", "参观"), "visits"),
        (pgettext("机构的页面", "入住"), "stays"),
        (_("账单"), "bills"),
        (_("收费"), "prices"),
        (_("资料"), "facts"),
        (_("人员"), "team"),
    ]
    own = [(label, reverse(f"facilities:{name}", args=[home.pk])) for label, name in names]
    # What floors above know about a home (its statement) hangs its own tab here.
    more = [tab for source in settings.HOME_TAB_SOURCES for tab in import_string(source)(request, home.pk)]
    here = request.path
    today = own[0][1]
    return [(label, url, here == url if url == today else here.startswith(url)) for label, url in (*own, *more)]


def addresses_of(request: HttpRequest) -> list[str]:
    """Give the addresses the signed-in account proved."""
    return [address for address in (request.user.phone, request.user.email) if address]


@never_cache
@login_required
@require_safe
def my_homes(request: HttpRequest) -> HttpResponse:
    """List the homes the viewer works for, and the invitations that wait for them."""
    homes = list(facilities_of(request.viewer).order_by("name", "pk"))
    invitations = invitations_to(addresses_of(request)).select_related("facility").order_by("invited_at")
    return render(request, "facilities/my_homes.html", {"homes": homes, "invitations": list(invitations)})


@never_cache
@login_required
@require_safe
def today(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Show what to do next at a home."""
    home = my_home(request, facility_id)
    now = clock.now()
    waiting, wrong = queue_counts(home.pk), open_reports(home.pk)
    confirmed = confirmations([home.pk], now).get(home.pk, Confirmation())
    busy = wrong or any(waiting.values())
    context = {
        "waiting": waiting,
        "wrong": wrong,
        "asked": not busy and confirmed.level != FRESH,
        "mark": mark_of(board(home.pk, now.date())),
        "beds": vacancies([home.pk], now.date()).get(home.pk, Vacancy()),
        "confirmed": confirmed,
    }
    return render(request, "facilities/today.html", {**frame(request, home), **context})
