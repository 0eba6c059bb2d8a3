"""The doors by which somebody signs in and out: an address, a code, in."""

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from eldercare.accounts.models import SignInCode, User
from eldercare.accounts.selectors import holds_post
from eldercare.accounts.services.posts import invitations_to, open_ones
from eldercare.accounts.services.sign_in import prove_code, send_again, send_code
from eldercare.accounts.session import begin_session, client_of
from eldercare.accounts.web.forms import AddressForm, CodeForm
from eldercare.kernel.refusal import Refusal
from eldercare.people.rules.masks import mask_address
from eldercare.ui.context import ELDER, NORMAL, VIEW_COOKIE
from eldercare.ui.errors import refused_in_form

CODE, NEXT = "sign_in_code", "sign_in_next"
A_YEAR = 365 * 24 * 60 * 60


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for an address and send a code to it."""
    form = AddressForm(request.POST or None)
    context = {"next": _own_address(request)}
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/sign_in.html", {"form": form, **context}, status=422 if form.errors else 200)
    try:
        code = send_code(address=form.cleaned_data["address"], client=client_of(request))
    except Refusal as refusal:
        return refused_in_form(request, "accounts/sign_in.html", form, refusal, **context)
    request.session[CODE], request.session[NEXT] = str(code.pk), context["next"]
    return redirect("accounts:code")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Ask for the code; the right one signs in."""
    sent = SignInCode.objects.filter(pk=request.session.get(CODE)).first()
    if sent is None:
        return redirect("accounts:sign_in")
    form = CodeForm(request.POST or None)
    context = {"address": mask_address(sent.address)}
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/code.html", {"form": form, **context}, status=422 if form.errors else 200)
    try:
        user = prove_code(code_id=sent.pk, digits=form.cleaned_data["code"])
    except Refusal as refusal:
        return refused_in_form(request, "accounts/code.html", form, refusal, **context)
    return _let_in(request, user)


@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """Send another code to the same address."""
    try:
        sent = send_again(code_id=request.session.get(CODE), client=client_of(request))
    except Refusal as refusal:
        return refused_in_form(request, "accounts/code.html", CodeForm(), refusal, address="")
    request.session[CODE] = str(sent.pk)
    return redirect("accounts:code")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("/")


def _let_in(request: HttpRequest, user: User) -> HttpResponse:
    wanted = request.session.pop(NEXT, "")
    begin_session(request, user)
    request.session.pop(CODE, None)
    response = redirect(_landing(request, user, wanted))
    _bring_preferences(request, response, user)
    return response


def _landing(request: HttpRequest, user: User, wanted: str) -> str:
    """An offered post first, then the second factor of who holds one, then where they wanted to go."""
    offer = open_ones(invitations_to(user)).first()
    if offer:
        return reverse("accounts:invitation", args=[offer.pk])
    if holds_post(user.pk):
        request.session[NEXT] = wanted
        return reverse("accounts:second_factor")
    return wanted or resolve_url(settings.LOGIN_REDIRECT_URL)


def _bring_preferences(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Bring the account's language and view to a browser that has none of its own."""
    kept = {
        settings.LANGUAGE_COOKIE_NAME: user.language,
        VIEW_COOKIE: ELDER if user.elder_view else NORMAL,
    }
    for cookie, value in kept.items():
        if value and cookie not in request.COOKIES:
            response.set_cookie(cookie, value, max_age=A_YEAR, samesite="Lax", secure=request.is_secure())


def _own_address(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next") or ""
    own = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if own and target.startswith("/") else ""
