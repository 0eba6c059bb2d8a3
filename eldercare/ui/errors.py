"""The pages for a "no" and for a fault: calm, in the reader's language, with the way out. Nothing about the inside."""

from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from eldercare.kernel.refusal import Refusal
from eldercare.ui.forms import add_refusal
from eldercare.ui.htmx import wants_part


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Show a refusal with its reasons and its next step, under its own status."""
    template = "ui/_refusal.html" if wants_part(request) else "ui/refusal.html"
    return _under_its_status(request, template, refusal, refusal=refusal)


def refused_in_form(
    request: HttpRequest, template: str, form: BaseForm, refusal: Refusal, **context: Any
) -> HttpResponse:
    """Draw a form again with what was typed and why it was refused, under the refusal's own status."""
    add_refusal(form, refusal)
    return _under_its_status(request, template, refusal, form=form, **context)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request can't be read."""
    return _explained(
        request,
        400,
        title=_("我们没能看懂这次提交"),
        because=_("可能是网址不完整，或者页面打开得太久了。没有任何资料被改动。"),
        next_step=_("请返回上一页，重新打开后再试一次。"),
    )


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: known, but not allowed to do this."""
    return _explained(
        request,
        403,
        title=_("您的账号不能做这件事"),
        because=_("这项操作要由负责的人来办。没有任何资料被改动。"),
        next_step=_("如果您认为应当由您来办，请联系给您开通账号的单位。"),
    )


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: nothing here, or nothing this reader may see."""
    return _explained(
        request,
        404,
        title=_("这里没有您要找的页面"),
        because=_("网址可能写错了，内容可能已经移走，也可能只有本人和家人登录后才能看到。"),
        next_step=_("请检查网址，或者从首页重新找起。"),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form's proof of origin is missing or old."""
    return _explained(
        request,
        403,
        title=_("为了安全，请再提交一次"),
        because=_("这个页面打开得太久，或者浏览器没有保存本站的 Cookie，所以刚才没有提交成功。"),
        next_step=_("请返回上一页（您填写的内容通常还在），刷新后再提交。"),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault. Asks neither the database nor the context, which may be what broke."""
    return HttpResponse(render_to_string("ui/fault.html"), status=500)


def _explained(request: HttpRequest, status: int, **sentences: str) -> HttpResponse:
    return render(request, "ui/error.html", {"status": status, **sentences}, status=status)


def _under_its_status(request: HttpRequest, template: str, refusal: Refusal, /, **context: Any) -> HttpResponse:
    response = render(request, template, context, status=refusal.status)
    if refusal.retry_after is not None:
        response["Retry-After"] = str(refusal.retry_after)
    return response
