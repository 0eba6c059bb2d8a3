"""A few doors that refuse or break, so that the frame's answers can be tested without any noun."""

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import HttpResponse
from django.urls import include, path

from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.verdict import Cite, Outcome, Reason
from eldercare.ui.errors import csrf_failure
from eldercare.ui.htmx import page_or_part


def ways_round(request):
    return [("一条路", "/outcome", request.path == "/outcome", "search")]


def lapsed(request, status=409):
    reason = Reason("in_time", Outcome.FAIL, say("在 {day} 前接受", day="11月20日"), Cite("示例办法", "第三条"))
    raise Refusal(
        "offer_lapsed",
        say("这张床位的保留期过了。"),
        next_step=say("请给养老院打电话，请他们重新为您留床。"),
        status=status,
        reasons=[reason],
        retry_after=30 if status == 429 else None,
    )


def broken(request):
    raise ZeroDivisionError("secret detail")


class Deadlock(Exception):
    pgcode = "40P01"


def in_the_way(request):
    raise OperationalError("secret detail") from Deadlock()


def forbidden(request):
    raise PermissionDenied


def suspicious(request):
    raise SuspiciousOperation("secret detail")


def outcome(request):
    return page_or_part(request, "ui/refusal.html", part="refusal", refusal=Refusal("x", say("只是一句话。")))


urlpatterns = [
    path("lapsed/<int:status>", lapsed),
    path("broken", broken),
    path("in-the-way", in_the_way),
    path("forbidden", forbidden),
    path("suspicious", suspicious),
    path("csrf", csrf_failure),
    path("outcome", outcome),
    path("empty", lambda request: HttpResponse()),
    path("", include("eldercare.ui.urls")),
]
handler400 = "eldercare.ui.errors.bad_request"
handler403 = "eldercare.ui.errors.permission_denied"
handler404 = "eldercare.ui.errors.page_not_found"
handler500 = "eldercare.ui.errors.server_error"
