"""The doors of those who manage posts: see them, offer one, hand one over, end one. And of those who are offered one."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from eldercare.accounts.access import invitations_visible_to, is_manager, posts_visible_to
from eldercare.accounts.models import Invitation
from eldercare.accounts.selectors import post_rows
from eldercare.accounts.services import posts
from eldercare.accounts.web.forms import ColleagueForm, OfferForm
from eldercare.audit.services import once
from eldercare.kernel.refusal import Refusal
from eldercare.regions.selectors import full_name, full_names
from eldercare.ui.errors import refused_in_form
from eldercare.ui.forms import request_key
from eldercare.ui.keyset import key_of


@never_cache
@login_required
@require_safe
def team(request: HttpRequest) -> HttpResponse:
    """List the posts the viewer manages and the offers that still wait."""
    _managers_only(request)
    rows, following = post_rows(posts_visible_to(request.viewer), before=key_of(request))
    offers = list(posts.open_ones(invitations_visible_to(request.viewer)).order_by("-id")[:50])
    names = full_names(offer.region_id for offer in offers)
    return render(
        request,
        "accounts/team.html",
        {"rows": rows, "next": following, "offers": [(offer, names.get(offer.region_id, "")) for offer in offers]},
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest) -> HttpResponse:
    """Offer a post to a colleague."""
    _managers_only(request)
    form = OfferForm(request.POST or None, viewer=request.viewer)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/offer.html", {"form": form}, status=422 if form.errors else 200)
    role, region = form.role_and_region()
    typed = {"name": form.cleaned_data["name"], "address": form.cleaned_data["address"]}

    def act() -> dict:
        return {"id": str(posts.invite_officer(request.viewer, role=role, region_code=region, **typed).pk)}

    try:
        once(request.viewer, "accounts.offer", request_key(request), [role, region, typed], act)
    except Refusal as refusal:
        return refused_in_form(request, "accounts/offer.html", form, refusal)
    messages.success(request, _("邀请已经发出。同事用这个手机号或邮箱登录后就能接受。"))
    return redirect("accounts:team")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def replace(request: HttpRequest, post_id: UUID) -> HttpResponse:
    """Offer a held post to somebody else; the holder stays until it is taken."""
    post = get_object_or_404(posts_visible_to(request.viewer).select_related("user"), pk=post_id)
    form = ColleagueForm(request.POST or None)
    context = {"post": post, "place": full_name(post.region_id)}
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/replace.html", {"form": form, **context}, status=422 if form.errors else 200)
    try:
        posts.replace_post(request.viewer, post_id=post_id, **form.cleaned_data)
    except Refusal as refusal:
        return refused_in_form(request, "accounts/replace.html", form, refusal, **context)
    messages.success(request, _("邀请已经发出。新同事接受以前，原来的同事还在岗。"))
    return redirect("accounts:team")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, post_id: UUID) -> HttpResponse:
    """End a post, after saying what that does."""
    post = get_object_or_404(posts_visible_to(request.viewer).select_related("user"), pk=post_id)
    if request.method == "POST":
        posts.end_post(request.viewer, post_id=post_id)
        messages.success(request, _("岗位已经结束，这位同事马上不能再办理业务。"))
        return redirect("accounts:team")
    return render(request, "accounts/end.html", {"post": post, "place": full_name(post.region_id)})


@require_POST
@login_required
def reset(request: HttpRequest, post_id: UUID) -> HttpResponse:
    """Let a colleague set the second factor up anew."""
    posts.reset_second_factor(request.viewer, post_id=post_id)
    messages.success(request, _("验证器已经清除，这位同事下次登录时重新设置。"))
    return redirect("accounts:team")


@require_POST
@login_required
def withdraw(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Take an offer back."""
    posts.withdraw_invitation(request.viewer, invitation_id=invitation_id)
    messages.success(request, _("邀请已经撤回。"))
    return redirect("accounts:team")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Show an offered post to whom it was offered, and take it."""
    offered: Invitation = get_object_or_404(posts.invitations_to(request.user), pk=invitation_id)
    if request.method == "POST":
        posts.accept_invitation(request.viewer, invitation_id=invitation_id)
        messages.success(request, _("您已经上岗。经办公务要多验证一步，请按下面的办法设置。"))
        return redirect("accounts:second_factor")
    is_open = posts.open_ones(posts.invitations_to(request.user)).filter(pk=invitation_id).exists()
    context = {"offered": offered, "place": full_name(offered.region_id), "is_open": is_open}
    return render(request, "accounts/invitation.html", context)


def _managers_only(request: HttpRequest) -> None:
    if not is_manager(request.viewer):
        raise Http404
