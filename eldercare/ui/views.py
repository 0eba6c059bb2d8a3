"""The frame's own doors: the reader's preferences, and the gallery of components (demo only)."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from eldercare.ui import gallery as samples
from eldercare.ui.context import ELDER, NORMAL, VIEW_COOKIE

A_YEAR = 365 * 24 * 60 * 60


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Remember the view and the language in the browser and go back to where the reader was."""
    response = HttpResponseRedirect(_safe_way_back(request))
    offered = {
        VIEW_COOKIE: (request.POST.get("view"), {ELDER, NORMAL}),
        settings.LANGUAGE_COOKIE_NAME: (request.POST.get("language"), {code for code, _ in settings.LANGUAGES}),
    }
    for cookie, (wanted, allowed) in offered.items():
        if wanted in allowed:
            response.set_cookie(cookie, wanted, max_age=A_YEAR, samesite="Lax", secure=request.is_secure())
    return response


@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    """Show every component in every state."""
    if not settings.DEMO:
        raise Http404
    return render(request, "ui/gallery.html", samples.context())


def _safe_way_back(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    own = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if own and target.startswith("/") else "/"
