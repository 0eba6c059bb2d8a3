"""The doors of the second factor: prove it, or set it up."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from eldercare.accounts.services import second_factor as factor
from eldercare.accounts.session import pass_second_factor
from eldercare.accounts.web.forms import AppCodeForm
from eldercare.accounts.web.sign_in import NEXT
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sealed import CannotOpen
from eldercare.ui.errors import refused_in_form

WAITING = "second_factor_secret"


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Ask for the app's digits, or a recovery code; who has no app yet is led to set one up."""
    if not factor.has_second_factor(request.user.pk):
        return redirect("accounts:enrol")
    form = AppCodeForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/second_factor.html", {"form": form}, status=422 if form.errors else 200)
    try:
        factor.check(request.viewer, user=request.user, digits=form.cleaned_data["code"])
    except Refusal as refusal:
        return refused_in_form(request, "accounts/second_factor.html", form, refusal)
    return _passed(request)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """Show the secret as picture and text; the app's first digits prove that it has it."""
    if factor.has_second_factor(request.user.pk):
        return redirect("accounts:second_factor")
    secret = _waiting_secret(request)
    context = {"picture": factor.picture(request.user, secret), "secret": _in_fours(factor.shown_secret(secret))}
    form = AppCodeForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        answer = {"form": form, **context}
        return render(request, "accounts/enrol.html", answer, status=422 if form.errors else 200)
    try:
        digits = form.cleaned_data["code"]
        codes = factor.enrol(request.viewer, user=request.user, sealed_secret=secret, digits=digits)
    except Refusal as refusal:
        return refused_in_form(request, "accounts/enrol.html", form, refusal, **context)
    del request.session[WAITING]
    pass_second_factor(request)
    return render(request, "accounts/recovery_codes.html", {"codes": codes, "next": _way_on(request)})


def _waiting_secret(request: HttpRequest) -> str:
    """Give the secret this session waits to see proven; a new one when there is none that can still be opened."""
    secret = request.session.get(WAITING)
    try:
        factor.shown_secret(secret or "")
    except (CannotOpen, IndexError):
        secret = request.session[WAITING] = factor.new_secret()
    return secret


def _passed(request: HttpRequest) -> HttpResponse:
    pass_second_factor(request)
    messages.success(request, _("身份已经验证。"))
    return redirect(_way_on(request))


def _way_on(request: HttpRequest) -> str:
    """Give where somebody was going before they were asked."""
    return request.session.pop(NEXT, "") or resolve_url(settings.LOGIN_REDIRECT_URL)


def _in_fours(secret: str) -> str:
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
