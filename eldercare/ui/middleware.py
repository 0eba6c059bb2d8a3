"""The frame around every answer: its language, and a `Refusal` that no view caught as a page or a part. Hides no bug."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from eldercare.kernel.locks import busy
from eldercare.kernel.refusal import Refusal
from eldercare.ui.errors import refused

Answer = Callable[[HttpRequest], HttpResponse]


class LanguageMiddleware:
    """Pages speak Chinese until the reader switches; the API speaks what `Accept-Language` asks for."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        for_machines = request.path.startswith("/api/")
        translation.activate(translation.get_language_from_request(request) if for_machines else _chosen(request))
        request.LANGUAGE_CODE = translation.get_language()
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        patch_vary_headers(response, ["Accept-Language" if for_machines else "Cookie"])
        return response


class RefusalMiddleware:
    """Answer for pages; the API's own handler answers for the API before this is asked."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        refusal = exception if isinstance(exception, Refusal) else busy(exception)
        return refused(request, refusal) if refusal else None


def _chosen(request: HttpRequest) -> str:
    cookie = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    return cookie if cookie in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
