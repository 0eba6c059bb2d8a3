"""A page is whole, a fragment is a part of it: same address, same view, same template folder."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def wants_part(request: HttpRequest) -> bool:
    """Tell whether only a part of the page is asked for: htmx, but neither a boosted link nor a restored history."""
    htmx = getattr(request, "htmx", None)
    return bool(htmx and not htmx.boosted and not htmx.history_restore_request)


def page_or_part(request: HttpRequest, template: str, *, part: str, status: int = 200, **context: Any) -> HttpResponse:
    """Answer with `folder/page.html`, or for htmx with `folder/_part.html`, which the page itself includes."""
    folder, _, _ = template.rpartition("/")
    name = f"{folder}/_{part}.html" if wants_part(request) else template
    response = render(request, name, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
