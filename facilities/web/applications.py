"""A home's staff answer applications: see who fits, offer a bed, take an offer back, refuse with a reason."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
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
from facilities.access import applications_visible_to
from facilities.models import Application, Bed, Facility, Skip
from facilities.models.admission import OPEN
from facilities.selectors.admission import application_cards, cards_in_order, offer_state
from facilities.selectors.beds import free_beds
from facilities.selectors.holds import beds_held_for
from facilities.selectors.waiting import hours_to_answer, skips_shown
from facilities.services.offer_bed import offer_bed, refuse_application, withdraw_offer
from facilities.web.forms import OfferForm, PriorityForm, RefuseForm
from facilities.web.home import frame, my_home
from facilities.web.waiting import classes_to_confirm, residents_to_choose

SHOWN = 100


@never_cache
@login_required
@require_safe
def queue(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """List the open applications, oldest first, and the latest answered ones."""
    home = my_home(request, facility_id)
    rows = applications_visible_to(request.viewer).filter(facility=home)
    today = clock.today()
    answered = rows.exclude(state__in=OPEN).order_by("-submitted_at").values("pk")[:20]
    waiting = cards_in_order(rows.filter(state__in=OPEN).order_by("submitted_at", "pk")[: SHOWN + 1], today)
    context = {
        "waiting": waiting[:SHOWN],
        "shown": SHOWN,
        "more": len(waiting) > SHOWN,
        "answered": application_cards(rows.filter(pk__in=answered), today)[::-1],
    }
    return render(request, "facilities/applications.html", {**frame(request, home), **context})


@never_cache
@login_required
@require_safe
def application(request: HttpRequest, facility_id: UUID, application_id: UUID) -> HttpResponse:
    """Show one application; the look at the elder's file is written down."""
    home = my_home(request, facility_id)
    row = _of_home(request, home, application_id)
    if row.state in OPEN:
        record_view(request.viewer, row.elder_id, "home_application", _("答复入住申请"))
    return render(request, "facilities/application.html", _context(request, home, row))


@login_required
@require_POST
def offer(request: HttpRequest, facility_id: UUID, application_id: UUID) -> HttpResponse:
    """Offer a bed."""
    home = my_home(request, facility_id)
    row = _of_home(request, home, application_id)
    context = _context(request, home, row)
    form = OfferForm(request.POST, beds=context["bed_choices"])
    if not form.is_valid():
        return render(request, "facilities/application.html", {**context, "offer_form": form}, status=422)
    said = form.cleaned_data
    body = [str(row.pk), said["bed"], str(said["from_day"]), said["hours"], said["out_of_turn"]]

    def act() -> dict:
        made = offer_bed(
            request.viewer,
            application_id=row.pk,
            bed_id=UUID(said["bed"]),
            from_day=said["from_day"],
            hours=said["hours"],
            out_of_turn=said["out_of_turn"],
        )
        return {"offer": str(made.pk)}

    try:
        once(request.viewer, "facilities.offer", request_key(request), body, act)
    except Refusal as refusal:
        context["offer_form"] = form
        return refused_in_form(request, "facilities/application.html", form, refusal, **context)
    messages.success(request, _("床位已留好，家属已收到通知。"))
    return redirect("facilities:home_application", home.pk, row.pk)


@login_required
@require_POST
def withdraw(request: HttpRequest, facility_id: UUID, application_id: UUID, offer_id: UUID) -> HttpResponse:
    """Take a live offer back."""
    home = my_home(request, facility_id)

    def act() -> dict:
        return {"state": withdraw_offer(request.viewer, offer_id=offer_id).state}

    once(request.viewer, "facilities.withdraw_offer", request_key(request), [str(offer_id)], act)
    messages.success(request, _("留床通知已收回，床位已放开。"))
    return redirect("facilities:home_application", home.pk, application_id)


@login_required
@require_POST
def refuse(request: HttpRequest, facility_id: UUID, application_id: UUID) -> HttpResponse:
    """Refuse with a reason."""
    home = my_home(request, facility_id)
    row = _of_home(request, home, application_id)
    form = RefuseForm(request.POST)
    context = {**_context(request, home, row), "refuse_form": form}
    if not form.is_valid():
        return render(request, "facilities/application.html", context, status=422)
    refuse_application(request.viewer, application_id=row.pk, **form.cleaned_data)
    messages.success(request, _("已回绝，家属会看到原因。"))
    return redirect("facilities:applications", home.pk)


def _of_home(request: HttpRequest, home: Facility, application_id: UUID) -> Application:
    return get_object_or_404(applications_visible_to(request.viewer).filter(facility=home), pk=application_id)


def _beds_for(row: Application, today: date) -> QuerySet[Bed]:
    """Give the beds that are free for as long as the family would stay."""
    since = max(row.wanted_from, today)
    if row.wanted_until is not None and row.wanted_until <= since:
        return Bed.objects.none()
    beds = free_beds(since, row.wanted_until).filter(room__facility=row.facility_id)
    return beds.select_related("room").order_by("room__name", "name")


def _context(request: HttpRequest, home: Facility, row: Application) -> dict:
    now = clock.now()
    (card,) = application_cards(Application.objects.filter(pk=row.pk), now.date())
    choices = [(str(bed.pk), _bed_name(bed)) for bed in _beds_for(row, now.date())]
    held = [(str(bed.pk), _("%(bed)s · 已为这份申请先留着") % {"bed": _bed_name(bed)}) for bed in beds_held_for(row)]
    wanted_first = [*held, *sorted(choices, key=lambda choice: str(card.room) not in choice[1])]
    initial = {
        "bed": request.GET.get("bed") or (held[0][0] if held else ""),
        "from_day": max(row.wanted_from, now.date()),
        "hours": hours_to_answer(home.pk, now.date()),
    }
    case: dict[str, Any] = row.priority_case or {}
    asked: dict[str, Any] = case.get("asked") or {}
    return {
        **frame(request, home),
        "card": card,
        # The consent of the family opens the name while the application is open, and no longer.
        "elder_name": _name(row) if card.is_open else card.elder_name,
        "offer_state": offer_state(card.offer, now) if card.offer else "",
        "bed_choices": wanted_first,
        "offer_form": OfferForm(beds=wanted_first, initial=initial),
        "refuse_form": RefuseForm(),
        "case": case,
        "priority": card.asked_class,
        "priority_form": PriorityForm(
            classes=classes_to_confirm(),
            residents=residents_to_choose(row),
            initial={"priority": asked.get("priority", "")},
        ),
        "skips": skips_shown(Skip.objects.filter(application=row), 20),
    }


def _bed_name(bed: Bed) -> str:
    return f"{bed.room.name}-{bed.name} · {bed.room.get_room_type_display()}"


def _name(row: Application) -> str:
    return Elder.objects.select_related("person").get(pk=row.elder_id).person.name
