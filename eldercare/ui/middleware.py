"""Turns a `Refusal` that no view caught into the same sentence and reasons, as a page or a page part. Hides no bug."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from eldercare.kernel.refusal import Refusal
from eldercare.ui.errors import refused


class RefusalMiddleware:
    """Answer for pages; the API's own handler answers for the API before this is asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return refused(request, exception) if isinstance(exception, Refusal) else None
