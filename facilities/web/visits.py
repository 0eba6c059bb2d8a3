"""Visits: a family books, moves, cancels and says what it found; a home publishes times and notes who came."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from eldercare.audit.services import once
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.people.access import elders_beside, may_act_for
from eldercare.people.selectors import elder_cards
from eldercare.ui.errors import refused_in_form
from eldercare.ui.forms import request_key
from eldercare.ui.templatetags.ui import when
from facilities.access import may_change_visit, visits_visible_to
from facilities.choices import FacilityKind, VisitState
from facilities.models import Facility, Visit, VisitSlot
from facilities.selectors.visits import open_slots, visit_cards
from facilities.services import visits as acts
from facilities.web.forms import BookForm, FoundForm, SlotsForm
from facilities.web.home import frame, my_home

SHOWN = 60
BOOK = "facilities/book_visit.html"
CALENDAR = "facilities/visits.html"


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def book(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Book a time at a home; with `?instead_of=` the visit booked before is moved."""
    home = get_object_or_404(Facility, pk=facility_id, kind=FacilityKind.HOME)
    before = _before(request, home)
    form = BookForm(
        request.POST or None,
        slots=[(str(slot.pk), when(slot.starts_at)) for slot in open_slots([home.pk])[:SHOWN]],
        elders=_elders(request),
        initial={"elder": str(before.elder_id) if before and before.elder_id else ""},
    )
    context = {"home": home, "before": before}
    if request.method != "POST" or not form.is_valid():
        return render(request, BOOK, {"form": form, **context}, status=422 if form.errors else 200)
    said = form.cleaned_data
    elder_id = UUID(said["elder"]) if said["elder"] else None
    moved = before.pk if before else None

    def act() -> dict:
        made = acts.book_visit(request.viewer, slot_id=UUID(said["slot"]), elder_id=elder_id, instead_of=moved)
        return {"visit": str(made.pk)}

    try:
        answer, _repeated = once(request.viewer, "facilities.visit", request_key(request), [said, str(moved)], act)
    except Refusal as refusal:
        return refused_in_form(request, BOOK, form, refusal, **context)
    messages.success(request, _("约好了。参观前一天会提醒您。"))
    return redirect("facilities:visit", answer["visit"])


@never_cache
@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """List the visits the family booked, next ones first."""
    rows = visits_visible_to(request.viewer).exclude(facility__in=request.viewer.places("facility"))
    ahead = rows.filter(state=VisitState.BOOKED).order_by("slot__starts_at")
    over = rows.exclude(state=VisitState.BOOKED).order_by("-slot__starts_at")
    context = {"ahead": visit_cards(ahead), "over": visit_cards(over, most=20)}
    return render(request, "facilities/my_visits.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def visit(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Show one visit to the family; after it, ask what was found."""
    row = _of_family(request, visit_id)
    (card,) = visit_cards(Visit.objects.filter(pk=row.pk))
    known = {"found_free": row.found_free}
    if row.number_right is not None:
        known["number_right"] = "yes" if row.number_right else "no"
    form = FoundForm(request.POST or None, initial=known)
    context = {"card": card, "visit": row, "may_change": _may_change(request, row)}
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "facilities/my_visit.html", {"form": form, **context}, status=status)

    def act() -> dict:
        return {"visit": str(acts.say_what_was_found(request.viewer, visit_id=row.pk, **form.cleaned_data).pk)}

    try:
        once(request.viewer, "facilities.found", request_key(request), [str(row.pk), form.cleaned_data], act)
    except Refusal as refusal:
        return refused_in_form(request, "facilities/my_visit.html", form, refusal, **context)
    messages.success(request, _("谢谢，这会算进这家机构床位数的准确度。"))
    return redirect("facilities:visit", row.pk)


@login_required
@require_POST
def cancel(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Cancel a visit."""
    row = _of_family(request, visit_id)
    acts.cancel_visit(request.viewer, visit_id=row.pk)
    messages.success(request, _("已取消，时间让给了别的家庭。"))
    return redirect("facilities:visit", row.pk)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Show a home who comes when; publish times."""
    home = my_home(request, facility_id)
    form = SlotsForm(request.POST or None, initial={"day": clock.today(), "at": "09:00"})
    if request.method != "POST" or not form.is_valid():
        context = {**_calendar(request, home), "form": form}
        return render(request, CALENDAR, context, status=422 if form.errors else 200)
    said = {"starts_at": form.starts_at(), "minutes": form.cleaned_data["minutes"], "count": form.cleaned_data["count"]}

    def act() -> dict:
        return {"slots": len(acts.publish_slots(request.viewer, facility_id=home.pk, **said))}

    try:
        answer, _repeated = once(request.viewer, "facilities.slots", request_key(request), [str(home.pk), said], act)
    except Refusal as refusal:
        return refused_in_form(request, CALENDAR, form, refusal, **_calendar(request, home))
    messages.success(request, _("公布了 %(count)s 个参观时段。") % {"count": answer["slots"]})
    return redirect("facilities:visits", home.pk)


@login_required
@require_POST
def outcome(request: HttpRequest, facility_id: UUID, visit_id: UUID) -> HttpResponse:
    """Note whether the family came."""
    home = my_home(request, facility_id)
    row = get_object_or_404(Visit, pk=visit_id, facility=home)
    acts.record_visit(request.viewer, visit_id=row.pk, came=request.POST.get("came") == "yes")
    messages.success(request, _("已记下。"))
    return redirect("facilities:visits", home.pk)


@login_required
@require_POST
def withdraw(request: HttpRequest, facility_id: UUID, slot_id: UUID) -> HttpResponse:
    """Take a time back."""
    home = my_home(request, facility_id)
    slot = get_object_or_404(VisitSlot, pk=slot_id, facility=home)
    acts.withdraw_slot(request.viewer, slot_id=slot.pk, reason=request.POST.get("reason", ""))
    messages.success(request, _("这个时段已收回。"))
    return redirect("facilities:visits", home.pk)


def _calendar(request: HttpRequest, home: Facility) -> dict:
    rows = Visit.objects.filter(facility=home)
    booked = visit_cards(rows.filter(state=VisitState.BOOKED).order_by("slot__starts_at"))
    now = clock.now()
    return {
        **frame(request, home),
        "due": [card for card in booked if card.visit.slot.starts_at <= now],
        "ahead": [card for card in booked if card.visit.slot.starts_at > now],
        "over": visit_cards(rows.exclude(state=VisitState.BOOKED).order_by("-slot__starts_at"), most=20),
        "slots": list(open_slots([home.pk])[:SHOWN]),
    }


def _of_family(request: HttpRequest, visit_id: UUID) -> Visit:
    """A home's staff see visits on their own calendar; this page is the family's."""
    row = get_object_or_404(visits_visible_to(request.viewer).select_related("slot", "facility"), pk=visit_id)
    beside = row.elder_id is not None and str(row.elder_id) in request.viewer.places("elder")
    if row.by_person_id != request.viewer.person_id and not beside:
        raise Http404
    return row


def _may_change(request: HttpRequest, row: Visit) -> bool:
    return row.state in (VisitState.BOOKED, VisitState.CAME) and may_change_visit(request.viewer, row)


def _before(request: HttpRequest, home: Facility) -> Visit | None:
    """Give the visit that is moved: the viewer's own, booked, at this home."""
    named = request.POST.get("instead_of") or request.GET.get("instead_of") or ""
    try:
        wanted = UUID(named)
    except ValueError:
        return None
    rows = visits_visible_to(request.viewer).filter(pk=wanted, facility=home, state=VisitState.BOOKED)
    return rows.select_related("slot").first()


def _elders(request: HttpRequest) -> list[tuple[str, str]]:
    cards = elder_cards(elders_beside(request.viewer), clock.today())
    return [(str(card.elder_id), card.name) for card in cards if may_act_for(request.viewer, card.elder_id)]
