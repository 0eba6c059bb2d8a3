"""Puts the viewer on the request, and keeps a signed-in reader's language and view with the account."""

from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from eldercare.accounts.services.preferences import keep_preferences
from eldercare.accounts.session import viewer_of
from eldercare.ui.context import ELDER, VIEW_COOKIE


class ViewerMiddleware:
    """`request.viewer` is built when first asked for: a page that asks nobody costs no query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.viewer = SimpleLazyObject(lambda: viewer_of(request))
        response = self.get_response(request)
        self._remember(request, response)
        self._back_to_the_page(request, response)
        return response

    def _back_to_the_page(self, request: HttpRequest, response: HttpResponse) -> None:
        """Who was signed out before sending a form signs in and comes back to the page the form stands on.

        The address it was sent to often only takes forms: opened after the sign-in it would show nothing.
        """
        if request.method != "POST" or "?next=" not in response.get("Location", ""):
            return
        if not response["Location"].startswith(f"{reverse(settings.LOGIN_URL)}?next="):
            return
        page = urlsplit(request.headers.get("Referer", ""))
        if page.netloc == request.get_host() and page.path:
            response["Location"] = redirect_to_login(urlunsplit(("", "", page.path, page.query, ""))).url

    def _remember(self, request: HttpRequest, response: HttpResponse) -> None:
        """A preference just put into the browser is also kept with the account, for the next device."""
        language = response.cookies.get(settings.LANGUAGE_COOKIE_NAME)
        view = response.cookies.get(VIEW_COOKIE)
        if (language or view) and request.user.is_authenticated:
            keep_preferences(
                request.user.pk,
                language=language.value if language else None,
                elder_view=view.value == ELDER if view else None,
            )
