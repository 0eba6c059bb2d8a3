"""The doors for proof, open only under DEMO: the one clock and the outbox. In production they don't exist (404)."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from eldercare.audit.selectors import clock_offset
from eldercare.audit.services import move_clock
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.portal.demo import outbox as kept
from eldercare.portal.demo.cast import officers_with_codes

LONGEST_OFFSET = timedelta(days=3660)
View = Callable[[HttpRequest], HttpResponse]


def demo_only(view: View) -> View:
    """Hide a door wherever DEMO is off."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request)

    return guarded


class ClockForm(forms.Form):
    """Where to set the clock, in China's time."""

    to = forms.DateTimeField(
        label=gettext_lazy("把“现在”调到"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"],
    )


# A program has no form and so no CSRF token; it sends JSON, which no foreign page's form can.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@demo_only
def clock_door(request: HttpRequest) -> HttpResponse:
    """GET shows the clock; POST {"to": instant} or {"offset_seconds": n} moves it."""
    if request.content_type == "application/json" and request.method == "POST":
        try:
            _move(request, _offset_from(request.body))
        except Refusal as refusal:
            problem = {"code": refusal.code, "title": str(refusal.sentence), "status": refusal.status}
            return JsonResponse(problem, status=refusal.status, content_type="application/problem+json")
        return JsonResponse(_clock_as_json())
    return _clock_page(request)


@csrf_protect
def _clock_page(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return redirect("portal:outbox") if _wants_page(request) else JsonResponse(_clock_as_json())
    if "back" in request.POST:
        _move(request, timedelta(0))
        messages.success(request, _("时钟已恢复为真实时间。"))
        return redirect("portal:outbox")
    form = ClockForm(request.POST)
    if not form.is_valid():
        return render(request, "portal/outbox.html", _outbox(form), status=400)
    _move(request, _offset_to(form.cleaned_data["to"]))
    messages.success(request, _("时钟已调整。"))
    return redirect("portal:outbox")


@never_cache
@require_safe
@demo_only
def outbox(request: HttpRequest) -> HttpResponse:
    """Show the last letters and codes that were sent, and the demo officers' second-factor codes of this moment."""
    if not _wants_page(request):
        return JsonResponse(
            {"clock": _clock_as_json(), "letters": kept.letters(), "second_factor": officers_with_codes()}
        )
    return render(request, "portal/outbox.html", _outbox(ClockForm(initial={"to": clock.now().replace(tzinfo=None)})))


def _outbox(form: ClockForm) -> dict[str, Any]:
    offset = clock_offset()
    return {
        "clock_form": form,
        "letters": kept.letters(),
        "second_factors": officers_with_codes(),
        "is_moved": bool(offset),
    }


def _wants_page(request: HttpRequest) -> bool:
    return request.GET.get("format") != "json" and request.get_preferred_type(["text/html", "application/json"]) != (
        "application/json"
    )


def _clock_as_json() -> dict[str, Any]:
    return {"now": clock.now().isoformat(), "offset_seconds": int(clock_offset().total_seconds())}


def _move(request: HttpRequest, offset: timedelta) -> None:
    if abs(offset) > LONGEST_OFFSET:
        raise Refusal("clock_too_far", say("时钟最多能前后调整十年。"), next_step=say("请换一个近一些的时间。"))
    move_clock(request.viewer, offset)


def _offset_to(moment: datetime) -> timedelta:
    return moment - (clock.now() - clock_offset())


def _offset_from(body: bytes) -> timedelta:
    """Read the wanted offset. Raises Refusal `unreadable_clock` (400)."""
    try:
        wanted = json.loads(body)
        if set(wanted) == {"to"}:
            moment = datetime.fromisoformat(wanted["to"])
            return _offset_to(moment if moment.tzinfo else moment.replace(tzinfo=clock.CHINA))
        if set(wanted) == {"offset_seconds"}:
            return timedelta(seconds=int(wanted["offset_seconds"]))
    except (ValueError, TypeError, OverflowError):
        pass
    raise Refusal(
        "unreadable_clock",
        say("没有看懂要把时钟调到什么时候。"),
        next_step=say("请提交 {example}。", example='{"to": "2026-12-25T09:00:00+08:00"}'),
        status=400,
    )
