"""Who works for a home, invitations, and the keys of its own system. And joining a home one was invited to."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.people.rules.masks import mask_address
from eldercare.ui.errors import refused_in_form
from facilities.models import Facility, HomeToken, StaffInvitation
from facilities.selectors.staff import team as team_of
from facilities.services.staff import accept_staff_invitation, end_employment, invite_staff
from facilities.services.tokens import make_home_token, revoke_home_token
from facilities.web.forms import InviteForm, TokenForm
from facilities.web.home import FORBIDDEN, addresses_of, frame, my_home

TEMPLATE = "facilities/team.html"


@never_cache
@login_required
@require_safe
def team(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """List the team; a manager also sees invitations and keys."""
    return render(request, TEMPLATE, _context(request, my_home(request, facility_id)))


@login_required
@require_POST
def invite(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Invite somebody by phone or e-mail."""
    home = my_home(request, facility_id)
    form = InviteForm(request.POST)
    context = _context(request, home)
    if not form.is_valid():
        return render(request, TEMPLATE, {**context, "invite_form": form}, status=422)
    try:
        invite_staff(request.viewer, facility_id=home.pk, **form.cleaned_data)
    except Refusal as refusal:
        if refusal.status == FORBIDDEN:
            raise
        context["invite_form"] = form
        return refused_in_form(request, TEMPLATE, form, refusal, **context)
    messages.success(request, _("邀请已发出。对方用这个手机号或邮箱登录后就能接受。"))
    return redirect("facilities:team", home.pk)


@login_required
@require_POST
def end(request: HttpRequest, facility_id: UUID, employment_id: UUID) -> HttpResponse:
    """End somebody's work for the home."""
    home = my_home(request, facility_id)
    end_employment(request.viewer, facility_id=home.pk, employment_id=employment_id)
    messages.success(request, _("已办理离岗，对方马上不能再进入机构的页面。"))
    return redirect("facilities:team", home.pk)


@login_required
@require_POST
def join(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Accept an invitation to a home."""
    employment = accept_staff_invitation(request.viewer, invitation_id=invitation_id, addresses=addresses_of(request))
    messages.success(request, _("您已加入。"))
    return redirect("facilities:today", employment.facility_id)


@never_cache
@login_required
@require_POST
def new_token(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Make a key for the home's own system and show it this once."""
    home = my_home(request, facility_id)
    form = TokenForm(request.POST)
    if not form.is_valid():
        return render(request, TEMPLATE, {**_context(request, home), "token_form": form}, status=422)
    _token, text = make_home_token(request.viewer, facility_id=home.pk, name=form.cleaned_data["name"])
    return render(request, TEMPLATE, {**_context(request, home), "new_token": text}, status=201)


@login_required
@require_POST
def revoke_token(request: HttpRequest, facility_id: UUID, token_id: UUID) -> HttpResponse:
    """Revoke a key."""
    home = my_home(request, facility_id)
    revoke_home_token(request.viewer, facility_id=home.pk, token_id=token_id)
    messages.success(request, _("这把钥匙已作废。"))
    return redirect("facilities:team", home.pk)


def _context(request: HttpRequest, home: Facility) -> dict:
    now = clock.now()
    invited = StaffInvitation.objects.filter(
        facility=home, accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=now
    ).order_by("invited_at")
    return {
        **frame(request, home),
        "members": team_of(home.pk, now.date()),
        "invited": [(invitation, mask_address(invitation.address)) for invitation in invited],
        "api": settings.SITE_URL + reverse("facilities_api:beds", args=[home.pk]),
        "schema": settings.SITE_URL + "/api/schema/",
        "tokens": list(HomeToken.objects.filter(facility=home, revoked_at__isnull=True).order_by("made_at")),
        "invite_form": InviteForm(),
        "token_form": TokenForm(),
    }
