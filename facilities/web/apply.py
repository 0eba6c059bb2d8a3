"""A family applies to a home and follows the application. Answering an offer is the portal's page."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from eldercare.audit.services import once
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.people.access import elders_beside, may_act_for
from eldercare.people.choices import Purpose
from eldercare.people.rules.consent_text import ConsentText, current_text
from eldercare.people.selectors import elder_cards
from eldercare.ui.errors import refused_in_form
from eldercare.ui.forms import request_key
from facilities.access import applications_visible_to
from facilities.choices import FacilityKind
from facilities.models import Application, Facility
from facilities.rules.settings import setting
from facilities.selectors.admission import application_cards, offer_state
from facilities.services.apply_to_home import apply_to_home, withdraw_application
from facilities.web.forms import ApplyForm


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
        initial={"wanted_from": today, "care_grade": request.GET.get("care_grade"), **_only_elder(request)},
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
        "hours": setting("offers", now.date())["hours"],
    }
    return render(request, "facilities/my_application.html", context)


@login_required
@require_POST
def withdraw(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Take an application back."""
    row = _of_family(request, application_id)
    withdraw_application(request.viewer, application_id=row.pk)
    messages.success(request, _("申请已撤回。您随时可以再申请。"))
    return redirect("facilities:application", row.pk)


def _apply(request: HttpRequest, home: Facility, form: ApplyForm, text: ConsentText) -> str:
    said = form.cleaned_data
    body = [str(home.pk), said["elder"], said["room_type"], said["care_grade"], str(said["wanted_from"])]

    def act() -> dict:
        made = apply_to_home(
            request.viewer,
            facility_id=home.pk,
            elder_id=UUID(said["elder"]),
            room_type=said["room_type"],
            care_grade=said["care_grade"],
            wanted_from=said["wanted_from"],
            consent_text_version=text.version,
        )
        return {"application": str(made.pk)}

    answer, _repeated = once(request.viewer, "facilities.apply", request_key(request), body, act)
    return answer["application"]


def _of_family(request: HttpRequest, application_id: UUID) -> Application:
    row = get_object_or_404(applications_visible_to(request.viewer), pk=application_id)
    if str(row.elder_id) not in request.viewer.places("elder"):
        raise Http404
    return row


def _elders(request: HttpRequest) -> list[tuple[str, str]]:
    """Give the elders the viewer may act for."""
    cards = elder_cards(elders_beside(request.viewer), clock.today())
    return [(str(card.elder_id), card.name) for card in cards if may_act_for(request.viewer, card.elder_id)]


def _only_elder(request: HttpRequest) -> dict[str, str]:
    elders = _elders(request)
    wanted = request.GET.get("elder", "")
    known = dict(elders)
    if wanted in known:
        return {"elder": wanted}
    return {"elder": elders[0][0]} if len(elders) == 1 else {}
