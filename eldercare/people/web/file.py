"""The doors of an elder's file that this floor owns: declared facts, 户籍, consents, those beside, who looked."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from eldercare.audit.services import once, record_view
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.people.access import (
    consents_visible_to,
    elders_beside,
    elders_visible_to,
    guardianships_visible_to,
    letters_visible_to,
    may_act_for,
    may_declare_for,
)
from eldercare.people.choices import CERTIFICATE_CATEGORIES, CERTIFICATE_LEVELS, CIRCUMSTANCES
from eldercare.people.models import Elder, Person
from eldercare.people.selectors import (
    ElderFacts,
    circle_of,
    consent_rows,
    elder_card,
    elder_facts,
    guardianships_in_force,
    invitations_of,
    invitations_to,
    letters_to,
    looks_at,
)
from eldercare.people.services.circle import accept_beside, end_guardianship, invite_beside, withdraw_invitation
from eldercare.people.services.consents import revoke_consent
from eldercare.people.services.declare import declare_certificate, declare_facts, move_hukou
from eldercare.people.services.the_file import writer_only
from eldercare.people.web.forms import FactsForm, IntroduceForm, InviteForm, MoveForm, about_certificate
from eldercare.people.web.paths import file_of
from eldercare.regions.selectors import full_names
from eldercare.ui.errors import refused_in_form
from eldercare.ui.forms import request_key
from eldercare.ui.keyset import key_of


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def facts(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Show what is declared about an elder; whoever may write can change it."""
    elder = get_object_or_404(elders_visible_to(request.viewer), pk=elder_id)
    if request.method == "POST":
        writer_only(request.viewer, elder)
    known = elder_facts(elder.pk, clock.today())
    form = FactsForm(request.POST or None, initial=_as_declared(known))
    context = {**_frame(elder), **_told(known), "may_write": may_declare_for(request.viewer, elder)}
    if request.method != "POST":
        record_view(request.viewer, elder.pk, "facts", "page")
    if request.method != "POST" or not form.is_valid():
        return render(request, "people/facts.html", {"form": form, **context}, status=422 if form.errors else 200)
    declared, certificate = form.declared(), form.certificate()

    def act() -> dict:
        declare_facts(request.viewer, elder_id=elder_id, facts=declared)
        if certificate:
            declare_certificate(request.viewer, elder_id=elder_id, certificate=certificate)
        return {}

    try:
        once(request.viewer, f"people.declare:{elder_id}", request_key(request), [declared, certificate], act)
    except Refusal as refusal:
        return refused_in_form(request, "people/facts.html", form, about_certificate(refusal), **context)
    messages.success(request, _("情况已经保存，补贴会按新的情况计算。"))
    return redirect(file_of(elder_id))


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Write down that the 户籍 moved."""
    elder = get_object_or_404(elders_visible_to(request.viewer), pk=elder_id)
    writer_only(request.viewer, elder)
    form = MoveForm(request.POST or None)
    context = _frame(elder)
    if request.method != "POST" or not form.is_valid():
        return render(request, "people/move.html", {"form": form, **context}, status=422 if form.errors else 200)
    try:
        move_hukou(request.viewer, elder_id=elder_id, **form.cleaned_data)
    except Refusal as refusal:
        return refused_in_form(request, "people/move.html", form, refusal, **context)
    messages.success(request, _("户籍已经改好，从迁入那天起算。"))
    return redirect("people:facts", elder_id)


@never_cache
@login_required
@require_safe
def consents(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """List what was agreed to for an elder, with the words, and what was taken back."""
    elder = get_object_or_404(elders_beside(request.viewer), pk=elder_id)
    record_view(request.viewer, elder.pk, "consents", "page")
    rows = consent_rows(consents_visible_to(request.viewer).filter(elder=elder), get_language())
    return render(
        request,
        "people/consents.html",
        {"rows": rows, "may_act": may_act_for(request.viewer, elder), **_frame(elder)},
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, consent_id: UUID) -> HttpResponse:
    """Take a consent back, after saying what that does."""
    consent = get_object_or_404(consents_visible_to(request.viewer).select_related("elder__person"), pk=consent_id)
    if request.method != "POST":
        return render(request, "people/revoke.html", {"consent": consent, **_frame(consent.elder)})
    revoke_consent(request.viewer, consent_id=consent_id)
    messages.success(request, _("同意已经撤回，马上生效。"))
    return _to_what_is_left(request, "people:consents", consent.elder_id)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def circle(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Show who stands beside an elder; whoever may act invites another by the same page."""
    elder = get_object_or_404(elders_beside(request.viewer), pk=elder_id)
    form = InviteForm(request.POST or None, initial={"kind": "kin"})
    context = {
        "rows": circle_of(elder.pk, clock.today()),
        "invitations": invitations_of(elder.pk),
        "may_act": may_act_for(request.viewer, elder),
        **_frame(elder),
    }
    if request.method != "POST":
        record_view(request.viewer, elder.pk, "circle", "page")
    if request.method != "POST" or not form.is_valid():
        return render(request, "people/circle.html", {"form": form, **context}, status=422 if form.errors else 200)
    typed = form.cleaned_data

    def act() -> dict:
        return {"id": str(invite_beside(request.viewer, elder_id=elder_id, **typed).pk)}

    try:
        once(request.viewer, f"people.invite:{elder_id}", request_key(request), typed, act)
    except Refusal as refusal:
        return refused_in_form(request, "people/circle.html", form, refusal, **context)
    messages.success(request, _("邀请已经发出。家人用这个手机号或邮箱登录，就能在“我的老人”里看到。"))
    return redirect("people:circle", elder_id)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, guardianship_id: UUID) -> HttpResponse:
    """End that somebody stands beside an elder, after saying what that does."""
    visible = guardianships_visible_to(request.viewer).select_related("elder__person", "guardian")
    row = get_object_or_404(visible, pk=guardianship_id)
    if request.method != "POST":
        own = row.guardian_id == request.viewer.person_id
        return render(request, "people/end.html", {"row": row, "own": own, **_frame(row.elder)})
    end_guardianship(request.viewer, guardianship_id=guardianship_id)
    messages.success(request, _("已经移除，马上生效。"))
    return _to_what_is_left(request, "people:circle", row.elder_id)


@require_POST
@login_required
def withdraw(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Take an invitation back."""
    elder_id = withdraw_invitation(request.viewer, invitation_id=invitation_id).elder_id
    messages.success(request, _("邀请已经撤回。"))
    return redirect("people:circle", elder_id)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Join beside an elder; who has not given their own name and number yet gives them here."""
    waiting = invitations_to(request.viewer.person_id)
    row = next((one for one in waiting if one.invitation_id == invitation_id), None)
    if row is None:
        raise Http404
    introduced = Person.objects.filter(pk=request.viewer.person_id, id_number__isnull=False).exists()
    form = None if introduced else IntroduceForm(request.POST or None)
    if request.method != "POST" or (form and not form.is_valid()):
        answer = {"form": form, "row": row}
        return render(request, "people/accept.html", answer, status=422 if form and form.errors else 200)
    try:
        typed = form.cleaned_data if form else {}
        joined = accept_beside(request.viewer, invitation_id=invitation_id, **typed)
    except Refusal as refusal:
        if form is None:
            raise
        return refused_in_form(request, "people/accept.html", form, refusal, row=row)
    messages.success(request, _("您已经加入，可以看到这位老人的资料了。"))
    return redirect(file_of(joined.elder_id))


@never_cache
@login_required
@require_safe
def views(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Show who looked at an elder's file."""
    elder = get_object_or_404(elders_beside(request.viewer), pk=elder_id)
    rows, following = looks_at(elder.pk, request.viewer, before=key_of(request))
    return render(request, "people/views.html", {"rows": rows, "next": following, **_frame(elder)})


@never_cache
@login_required
@require_safe
def letters(request: HttpRequest) -> HttpResponse:
    """Show what was written to the viewer."""
    rows, following = letters_to(letters_visible_to(request.viewer), before=key_of(request))
    return render(request, "people/letters.html", {"rows": rows, "next": following})


def _frame(elder: Elder) -> dict[str, Any]:
    return {"elder": elder_card(elder, clock.today()), "file": file_of(elder.pk)}


def _told(known: ElderFacts) -> dict[str, Any]:
    """Put declared facts into words: those that are so, whether the others are known, 户籍 and certificates."""
    places = full_names(code for code, _start, _until in known.hukou)
    categories, levels = dict(CERTIFICATE_CATEGORIES), dict(CERTIFICATE_LEVELS)
    return {
        "circumstances": [(label, known.circumstances[name]) for name, label in CIRCUMSTANCES],
        "hukou": [(places.get(code, code), start, until) for code, start, until in known.hukou],
        "certificates": [
            (categories.get(one["category"]), levels.get(one["level"]), one["from"], one["until"])
            for one in known.certificates
        ],
    }


def _as_declared(known: ElderFacts) -> dict[str, Any]:
    said = known.circumstances
    return {
        "circumstances": [name for name, value in said.items() if value is True],
        "no_others": False in said.values() and None not in said.values(),
    }


def _to_what_is_left(request: HttpRequest, page: str, elder_id: UUID) -> HttpResponse:
    """Go back to the page, or to one's list when one no longer stands beside the elder."""
    beside = guardianships_in_force(clock.today()).filter(guardian=request.viewer.person_id, elder=elder_id)
    return redirect(page, elder_id) if beside.exists() else redirect("people:elders")
