"""Pages about how far a number can be trusted: the report anybody can send, the home's answers, the link, the desk."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from eldercare.accounts.session import client_of
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.regions.selectors import full_names
from eldercare.ui.errors import refused_in_form
from facilities.access import OFFICERS, facilities_of
from facilities.models import Facility
from facilities.rules.settings import setting
from facilities.selectors.beds import Confirmation, Vacancy, confirmations, vacancies
from facilities.selectors.trust import accuracy_of, reports_of, stale_homes
from facilities.services.bed_reminders import send_link_again
from facilities.services.board_link import LATE, OPEN, WHY, confirm_by_link, open_link
from facilities.services.number_reports import answer_report, report_number
from facilities.web.forms import NumberReportForm, ReportAnswerForm
from facilities.web.home import frame, my_home

SHOWN = 100


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """这个数字不对: say what was found, without signing in."""
    home = get_object_or_404(Facility, pk=facility_id)
    now = clock.now()
    form = NumberReportForm(request.POST if request.method == "POST" else None)
    context = {
        "home": home,
        "beds": vacancies([home.pk], now.date()).get(home.pk, Vacancy()),
        "confirmed": confirmations([home.pk], now).get(home.pk, Confirmation()),
        "rule": setting("accuracy", now.date()),
    }
    template = "facilities/number_report.html"
    if request.method != "POST" or not form.is_valid():
        return render(request, template, {**context, "form": form}, status=422 if form.errors else 200)
    try:
        report_number(request.viewer, facility_id=home.pk, client=client_of(request), **form.cleaned_data)
    except Refusal as refusal:
        return refused_in_form(request, template, form, refusal, **context)
    messages.success(request, _("谢谢，已经转给机构核对。"))
    return redirect(f"/homes/{home.pk}")


@never_cache
@login_required
@require_safe
def reports(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """List what people said is wrong at a home, and how accurate its number is."""
    home = my_home(request, facility_id)
    now = clock.now()
    rows = list(reports_of(home.pk)[:SHOWN])
    days = setting("accuracy", now.date())["unanswered_days"]
    context = {
        "waiting": [(row, row.reported_at + timedelta(days=days)) for row in rows if not row.answer],
        "answered": [row for row in rows if row.answer],
        "form": ReportAnswerForm(),
        "accuracy": accuracy_of(home.pk, now),
    }
    return render(request, "facilities/number_reports.html", {**frame(request, home), **context})


@login_required
@require_POST
def answer(request: HttpRequest, facility_id: UUID, report_id: UUID) -> HttpResponse:
    """Answer one report."""
    home = my_home(request, facility_id)
    form = ReportAnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请选一个答复。"))
        return redirect("facilities:number_reports", home.pk)
    answer_report(request.viewer, facility_id=home.pk, report_id=report_id, **form.cleaned_data)
    messages.success(request, _("已答复。数目不对，请到“床位”里改正。"))
    return redirect("facilities:number_reports", home.pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, text: str) -> HttpResponse:
    """A reminder's link: show the number every visitor sees, and confirm it with one button."""
    found = open_link(text)
    if found is None:
        raise Refusal("not_found", say("没有这个链接。"), next_step=say("请从提醒信里重新打开。"), status=404)
    board = reverse("facilities:board", args=[found.home.pk])
    stranger = request.user.is_authenticated and not facilities_of(request.viewer).filter(pk=found.home.pk).exists()
    ways = {"link": found, "stranger": stranger, "board": redirect_to_login(board).url if stranger else board}
    refusal = None
    if request.method == "POST":
        try:
            if request.POST.get("act") == "again":
                send_link_again(text=text)
                return render(request, "facilities/board_link.html", {**ways, "sent": True})
            confirm_by_link(text=text, seen=request.POST.get("seen", ""))
            return render(request, "facilities/board_link.html", {**ways, "done": True})
        except Refusal as refused:
            refusal = refused
            found = open_link(text)
    confirmed = confirmations([found.home.pk], clock.now()).get(found.home.pk, Confirmation())
    context = {
        **ways,
        "link": found,
        "is_open": found.state == OPEN,
        "is_late": found.state == LATE,
        "hours": setting("bed_reminders", clock.today())["link_hours"],
        "why": WHY.get(found.state),
        "refusal": refusal,
        "confirmed": confirmed,
        "text": text,
    }
    status = refusal.status if refusal else 200
    answer = render(request, "facilities/board_link.html", context, status=status)
    answer["X-Robots-Tag"] = "noindex"
    return answer


@never_cache
@login_required
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """List the homes of the officer's regions whose number of beds nobody confirmed for too long."""
    if not request.viewer.places("region", *OFFICERS):
        raise Http404
    homes = list(stale_homes(request.viewer)[:SHOWN])
    places = full_names(home.region_id for home in homes)
    now = clock.now()
    confirmed = confirmations([home.pk for home in homes], now)
    rows = [(home, places.get(home.region_id, ""), confirmed.get(home.pk, Confirmation())) for home in homes]
    hours = setting("bed_reminders", now.date())["district_hours"]
    return render(request, "facilities/stale_beds.html", {"rows": rows, "hours": hours})
