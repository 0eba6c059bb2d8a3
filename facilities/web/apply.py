"""A family applies to a home and follows the application. Answering an offer is the portal's page."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from eldercare.audit.services import once
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import speak
from eldercare.people.access import elders_beside, may_act_for
from eldercare.people.choices import Purpose
from eldercare.people.rules.consent_text import ConsentText, current_text
from eldercare.people.selectors import elder_cards
from eldercare.ui.errors import refused_in_form
from eldercare.ui.forms import request_key
from facilities.access import applications_visible_to
from facilities.choices import ApplicationState, FacilityKind, StayState
from facilities.models import Application, Contract, Facility, Skip, Stay, Transfer
from facilities.models.admission import OPEN
from facilities.rules.waiting import list_settings
from facilities.selectors.admission import ApplicationCard, application_cards, offer_state
from facilities.selectors.contracts import transfers_shown
from facilities.selectors.waiting import hours_to_answer, skips_shown
from facilities.services.apply_to_home import apply_to_home, change_wishes, withdraw_application
from facilities.services.guards import no_longer
from facilities.services.stay import drop_stay
from facilities.services.transfer import request_transfer
from facilities.services.waiting_list import pause_place
from facilities.web.forms import ApplyForm, PauseForm, WishesForm

SHOWN = 20


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Apply for a place at a home for one of one's elders."""
    home = get_object_or_404(Facility, pk=facility_id, kind=FacilityKind.HOME)
    today = clock.today()
    text = current_text(Purpose.HOME_APPLICATION, today)
    form = ApplyForm(
        request.POST or None,
        elders=_elders(request),
        consent_title=text.title_in(get_language()),
        classes=claimable(today),
        may_move=bool(_residents(request, home)),
        initial={"wanted_from": today, **_asked_before(request), **_only_elder(request)},
    )
    context = {"home": home, "paragraphs": text.paragraphs_in(get_language())}
    if request.method != "POST" or not form.is_valid():
        return render(request, "facilities/apply.html", {"form": form, **context}, status=422 if form.errors else 200)
    try:
        made = _apply(request, home, form, text)
    except Refusal as refusal:
        return refused_in_form(request, "facilities/apply.html", form, refusal, reasons=refusal.reasons, **context)
    messages.success(request, _("申请已交给机构。机构答复后，您会收到通知。"))
    return redirect("facilities:application", made)


@never_cache
@login_required
@require_safe
def application(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Show the family its application and what comes next."""
    row = _of_family(request, application_id)
    now = clock.now()
    (card,) = application_cards(Application.objects.filter(pk=row.pk), now.date())
    context = {
        "card": card,
        "offer_state": offer_state(card.offer, now) if card.offer else "",
        "may_act": may_act_for(request.viewer, row.elder_id),
        "hours": hours_to_answer(row.facility_id, now.date()),
        "skips": skips_shown(Skip.objects.filter(application=row)),
        "transfers": transfers_shown(Transfer.objects.filter(application=row)),
        "stay": Stay.objects.filter(application=row).first(),
        "contracts": list(Contract.objects.filter(stay__application=row).order_by("-drawn_at")),
        "priority": card.asked_class,
        "others": _other_lists(row, now.date()) if row.state == ApplicationState.ACCEPTED else (),
        "pause_form": PauseForm(initial={"until": now.date() + timedelta(days=30)}),
        "pause_days": list_settings(now.date()).pause_days,
    }
    return render(request, "facilities/my_application.html", context)


def _other_lists(row: Application, today: date) -> list[ApplicationCard]:
    """Give the lists an elder is still on who has accepted a bed: to wait on or to leave is the family's choice."""
    return application_cards(Application.objects.filter(elder=row.elder_id, state__in=OPEN), today)


@never_cache
@login_required
@require_safe
def applications(request: HttpRequest) -> HttpResponse:
    """List the family's applications: what waits, with its place, and what is over."""
    today = clock.today()
    mine = Application.objects.filter(elder__in=request.viewer.places("elder"))
    over = mine.exclude(state__in=OPEN).order_by("-submitted_at")[:SHOWN].values("pk")
    context = {
        "waiting": application_cards(mine.filter(state__in=OPEN), today),
        "over": application_cards(mine.filter(pk__in=over), today)[::-1],
        "transfers": transfers_shown(Transfer.objects.filter(elder__in=request.viewer.places("elder"))),
    }
    return render(request, "facilities/my_applications.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def wishes(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Change what is wanted; the place on the list stays."""
    row = _of_family(request, application_id)
    case: dict[str, Any] = row.priority_case or {}
    asked = case.get("asked", {})
    known = {
        "room_type": row.room_type,
        "also_rooms": row.also_rooms,
        "bed_type": row.bed_type,
        "care_grade": row.care_grade,
        "wanted_from": row.wanted_from,
        "priority_asked": asked.get("priority", ""),
        "priority_words": asked.get("words", ""),
    }
    form = WishesForm(request.POST or None, classes=claimable(clock.today()), initial=known)
    context = {"application": row, "home": row.facility}
    if request.method != "POST" or not form.is_valid():
        return render(request, "facilities/wishes.html", {"form": form, **context}, status=422 if form.errors else 200)
    said = form.wishes()
    body = [str(row.pk), {**said, "wanted_from": str(said["wanted_from"])}]

    def act() -> dict:
        return {"application": str(change_wishes(request.viewer, application_id=row.pk, **said).pk)}

    try:
        once(request.viewer, "facilities.wishes", request_key(request), body, act)
    except Refusal as refusal:
        return refused_in_form(request, "facilities/wishes.html", form, refusal, reasons=refusal.reasons, **context)
    messages.success(request, _("已改好，轮候位置不变。"))
    return redirect("facilities:application", row.pk)


@login_required
@require_POST
def pause(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Pause until a day, or be asked again from now on (an empty form)."""
    row = _of_family(request, application_id)
    form = PauseForm(request.POST)
    until = form.cleaned_data["until"] if "until" in request.POST and form.is_valid() else None
    if "until" in request.POST and form.errors:
        messages.error(request, _("请按“年-月-日”填写，例如 2026-07-15。"))
        return redirect("facilities:application", row.pk)
    pause_place(request.viewer, application_id=row.pk, until=until)
    messages.success(request, _("已暂停，位置给您留着。") if until else _("又开始轮候了，有合适的床位会通知您。"))
    return redirect("facilities:application", row.pk)


@login_required
@require_POST
def drop(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Call an agreed move-in off."""
    row = _of_family(request, application_id)
    stay = Stay.objects.filter(application=row).first()
    if stay is None:
        raise no_longer(row)
    drop_stay(request.viewer, stay_id=stay.pk)
    messages.success(request, _("入住已取消，床位已放开。"))
    return redirect("facilities:application", row.pk)


@login_required
@require_POST
def withdraw(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Take an application back."""
    row = _of_family(request, application_id)

    def act() -> dict:
        return {"state": withdraw_application(request.viewer, application_id=row.pk).state}

    once(request.viewer, "facilities.withdraw", request_key(request), [str(row.pk)], act)
    messages.success(request, _("申请已撤回。您随时可以再申请。"))
    return redirect("facilities:application", _asked_from(request) or row.pk)


def _asked_from(request: HttpRequest) -> UUID | None:
    """Give the family's application on whose page it left another list."""
    try:
        return _of_family(request, UUID(request.POST.get("asked_from", ""))).pk
    except (ValueError, Http404):
        return None


def _apply(request: HttpRequest, home: Facility, form: ApplyForm, text: ConsentText) -> str:
    said = form.cleaned_data
    wishes = form.wishes()
    until = said["wanted_until"]
    wanted = {**wishes, "wanted_from": str(said["wanted_from"]), "wanted_until": until and str(until)}
    body = [str(home.pk), said["elder"], said.get("moving", False), wanted]
    asked = {**wishes, "facility_id": home.pk, "consent_text_version": text.version}

    def act() -> dict:
        stay_id = _residents(request, home).get(said["elder"]) if said.get("moving") else None
        if stay_id:
            return {"application": str(request_transfer(request.viewer, stay_id=stay_id, **asked).application_id)}
        return {
            "application": str(
                apply_to_home(request.viewer, elder_id=UUID(said["elder"]), wanted_until=until, **asked).pk
            )
        }

    answer, _repeated = once(request.viewer, "facilities.apply", request_key(request), body, act)
    return answer["application"]


def claimable(on: date) -> list[tuple[str, str]]:
    """Give the classes a family can ask for, in the reader's language."""
    return [(one.id, speak(one.name, gettext)) for one in list_settings(on).claimable()]


def _residents(request: HttpRequest, home: Facility) -> dict[str, UUID]:
    """Give the running stays elsewhere of the elders the viewer may act for."""
    rows = Stay.objects.filter(elder__in=request.viewer.places("elder"), state=StayState.IN).exclude(facility=home)
    return {str(elder_id): pk for elder_id, pk in rows.values_list("elder_id", "pk")}


def _of_family(request: HttpRequest, application_id: UUID) -> Application:
    row = get_object_or_404(applications_visible_to(request.viewer), pk=application_id)
    if str(row.elder_id) not in request.viewer.places("elder"):
        raise Http404
    return row


def _elders(request: HttpRequest) -> list[tuple[str, str]]:
    """Give the elders the viewer may act for."""
    cards = elder_cards(elders_beside(request.viewer), clock.today())
    return [(str(card.elder_id), card.name) for card in cards if may_act_for(request.viewer, card.elder_id)]


def _asked_before(request: HttpRequest) -> dict[str, str]:
    """Take over what the family asked for where it found the home."""
    return {name: request.GET[name] for name in ("care_grade", "wanted_from", "wanted_until") if request.GET.get(name)}


def _only_elder(request: HttpRequest) -> dict[str, str]:
    elders = _elders(request)
    wanted = request.GET.get("elder", "")
    known = dict(elders)
    if wanted in known:
        return {"elder": wanted}
    return {"elder": elders[0][0]} if len(elders) == 1 else {}
