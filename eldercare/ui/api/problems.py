"""Every error of the API as `application/problem+json`, in the reader's language, with what to do next."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.db import OperationalError
from django.http import Http404
from django.utils.translation import gettext
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from eldercare.kernel.locks import busy
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import Sentence, say, speak

MEDIA_TYPE = "application/problem+json"
UNKNOWN_FIELD = "unknown_field"


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: turn whatever a client can cause into a problem; a real bug stays a bug."""
    refusal = as_refusal(error)
    if refusal is None:
        return None
    set_rollback()
    return problem(refusal)


def problem(refusal: Refusal) -> Response:
    """Write a refusal as a problem."""
    body = {
        "type": f"urn:eldercare:problem:{refusal.code}",
        "title": speak(TITLES.get(refusal.status, TITLES[422]), gettext),
        "status": refusal.status,
        "detail": speak(refusal.sentence, gettext),
        "code": refusal.code,
        "errors": getattr(refusal, "errors", None) or list(_field_errors(refusal)),
        "next_step": speak(refusal.next_step, gettext),
        "reasons": [reason.to_json(gettext) for reason in refusal.reasons],
    }
    headers = {"Retry-After": str(refusal.retry_after)} if refusal.retry_after else {}
    return Response(body, status=refusal.status, headers=headers, content_type=MEDIA_TYPE)


def as_refusal(error: Exception) -> Refusal | None:
    """Give the refusal an exception stands for, or None for a bug."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, OperationalError):
        return busy(error)
    if isinstance(error, Http404):
        return _plain("not_found")
    if isinstance(error, DjangoPermissionDenied):
        return _plain("permission_denied")
    if isinstance(error, exceptions.ValidationError):
        return _invalid(error)
    if isinstance(error, exceptions.APIException):
        refusal = _plain(_code(error))
        refusal.status = error.status_code
        refusal.retry_after = int(error.wait or 1) if isinstance(error, exceptions.Throttled) else None
        return refusal
    return None


def _code(error: exceptions.APIException) -> str:
    return error.default_code if error.default_code in PLAIN else "error"


def _plain(code: str) -> Refusal:
    status, sentence, next_step = PLAIN[code]
    return Refusal(code, sentence, next_step=next_step, status=status)


def _invalid(error: exceptions.ValidationError) -> Refusal:
    errors = [{name: _writable(text) for name, text in one.items()} for one in _flat(error.get_full_details())]
    unknown = any(one["code"] == UNKNOWN_FIELD for one in errors)
    refusal = _plain("unknown_fields" if unknown else "invalid")
    refusal.errors = errors  # type: ignore[attr-defined]
    return refusal


def _writable(text: str) -> str:
    """Half a character (a lone surrogate), which a body may hold and an answer that repeats it may not, as a question mark."""
    return text.encode("utf-8", "replace").decode()


def _flat(details: Any, field: str = "") -> Iterator[dict[str, str]]:
    if isinstance(details, dict) and set(details) == {"message", "code"} and isinstance(details["message"], str):
        yield {"field": field, "code": str(details["code"]), "message": str(details["message"])}
    elif isinstance(details, dict):
        for name, inner in details.items():
            own = "" if name == "non_field_errors" else str(name)
            yield from _flat(inner, ".".join(part for part in (field, own) if part))
    elif isinstance(details, list):
        many = any(isinstance(inner, dict) and "message" not in inner for inner in details)
        for index, inner in enumerate(details):
            yield from _flat(inner, f"{field}.{index}".strip(".") if many else field)


def _field_errors(refusal: Refusal) -> Iterator[dict[str, str]]:
    for name, sentence in refusal.fields.items():
        yield {"field": name, "code": refusal.code, "message": speak(sentence, gettext)}


TITLES: dict[int, Sentence] = {
    400: say("看不懂这个请求"),
    401: say("请先登录"),
    403: say("没有权限"),
    404: say("没有找到"),
    405: say("不支持这种操作"),
    406: say("不支持这种格式"),
    409: say("已被别人先处理"),
    413: say("内容太大"),
    415: say("不支持这种格式"),
    422: say("内容需要修改"),
    428: say("缺少请求编号"),
    429: say("请求太频繁"),
    503: say("暂时不可用"),
}

PLAIN: dict[str, tuple[int, Sentence, Sentence]] = {
    "parse_error": (400, say("请求内容不是有效的 JSON。"), say("请检查格式后重新发送。")),
    "unknown_fields": (
        400,
        say("请求里有不认识的字段。"),
        say("请按 errors 中的字段名逐一修改，字段清单见 /api/schema/。"),
    ),
    "invalid": (422, say("有些内容需要修改。"), say("请按 errors 中的说明逐项修改后重新提交。")),
    "not_authenticated": (401, say("需要登录后才能使用。"), say("请先登录，或在请求中带上有效的令牌。")),
    "authentication_failed": (401, say("登录信息无效或已过期。"), say("请重新登录，或换用有效的令牌。")),
    "permission_denied": (403, say("您没有办理这件事的权限。"), say("如果您认为应当有权限，请联系管理员。")),
    "not_found": (404, say("没有找到这一项。"), say("请检查地址，或从列表重新进入。")),
    "method_not_allowed": (405, say("这个地址不支持这种操作。"), say("支持的操作见 /api/schema/。")),
    "not_acceptable": (406, say("无法按要求的格式回答。"), say("请改用 Accept: application/json。")),
    "unsupported_media_type": (415, say("不支持这种内容格式。"), say("请改用 Content-Type: application/json。")),
    "throttled": (429, say("请求太频繁了。"), say("请稍等片刻再试。")),
    "error": (400, say("这个请求没有办成。"), say("请检查内容后重试。")),
}
