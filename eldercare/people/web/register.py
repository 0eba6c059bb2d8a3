"""The doors by which a family registers an elder, and its list of elders."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from eldercare.audit.services import once
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sealed import blind_index
from eldercare.kernel.sentences import say
from eldercare.people.access import elders_beside
from eldercare.people.choices import RELATION_ROLES, ROLE_PURPOSES, Relation
from eldercare.people.models import Person
from eldercare.people.rules.consent_text import current_text
from eldercare.people.selectors import elder_cards, invitations_to
from eldercare.people.services.register import refusals_remembered, register_elder
from eldercare.people.web.forms import RegisterForm, about_certificate
from eldercare.people.web.paths import file_of
from eldercare.regions.selectors import full_names
from eldercare.ui.errors import refused_in_form
from eldercare.ui.forms import request_key

STEPS = (say("您和老人的关系"), say("老人的资料"), say("完成"))


@never_cache
@login_required
@require_safe
def elders(request: HttpRequest) -> HttpResponse:
    """List the elders the viewer stands beside, and the invitations that wait."""
    cards = elder_cards(elders_beside(request.viewer), clock.today())
    places = full_names(card.hukou_code for card in cards if card.hukou_code)
    return render(
        request,
        "people/elders.html",
        {
            "rows": [(card, places.get(card.hukou_code, ""), file_of(card.elder_id)) for card in cards],
            "invitations": invitations_to(request.viewer.person_id),
        },
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Ask for the relation, then for the elder; every fault comes back beside its field and nothing typed is lost."""
    relation = request.GET.get("relation", "")
    if relation not in Relation.values:
        return render(request, "people/relation.html", {"steps": _steps(0), "relations": Relation.choices})
    purpose = ROLE_PURPOSES[RELATION_ROLES[Relation(relation)]]
    text = current_text(purpose, clock.today())
    introduced = Person.objects.filter(pk=request.viewer.person_id, id_number__isnull=False).exists()
    form = RegisterForm(
        request.POST or None,
        relation=relation,
        introduced=introduced,
        initial={"consent_text_version": text.version},
    )
    context = {
        "steps": _steps(1),
        "relation": relation,
        "consent": {"title": text.title_in(get_language()), "paragraphs": text.paragraphs_in(get_language())},
    }
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "people/register.html", {"form": form, **context}, status=status)
    typed = {**form.typed(), "relation": relation}
    try:
        with refusals_remembered(request.viewer):
            answer, _repeated = once(
                request.viewer,
                "people.register",
                request_key(request),
                _as_sent(request),
                lambda: {"elder_id": str(register_elder(request.viewer, **typed).pk)},
            )
    except Refusal as refusal:
        return refused_in_form(request, "people/register.html", form, about_certificate(refusal), **context)
    return redirect(file_of(answer["elder_id"]))


def _as_sent(request: HttpRequest) -> str:
    """Give a keyed digest of the form as it was sent: a second click sends the same, whatever the first one changed."""
    sent = [(name, request.POST.getlist(name)) for name in sorted(request.POST) if name != "csrfmiddlewaretoken"]
    return blind_index(f"{request.get_full_path()}{sent}")


def _steps(current: int) -> list[dict]:
    states = ["done"] * current + ["current"] + ["todo"] * (len(STEPS) - current - 1)
    return [{"label": label, "state": state} for label, state in zip(STEPS, states, strict=True)]
