"""Doors of the API. A door knows who asks, reads strictly, and does an act once per key."""

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import NotFound, ParseError
from rest_framework.parsers import JSONParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer
from eldercare.ui.api.pages import ByKey

KEY_HEADER = "Idempotency-Key"


class Session(SessionAuthentication):
    """The signed-in person. Answers 401, not 403, to somebody who is not signed in."""

    def authenticate_header(self, request: Request) -> str:
        return "Session"


class StrictJSON(JSONParser):
    """JSON of a reasonable size, with absurd nesting refused like any other unreadable body."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        announced = parser_context["request"].META.get("CONTENT_LENGTH") or "0"
        if announced.isdigit() and int(announced) > settings.API_MOST_BYTES:
            raise Refusal(
                "too_large",
                say("请求内容太大，最多 {most} MB。", most=settings.API_MOST_BYTES // 1_000_000),
                next_step=say("请分几次提交。"),
                status=413,
            )
        try:
            body = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError() from error
        if body is None:  # `null` says nothing
            raise ParseError()
        return body


class Door(APIView):
    """A door for people who are signed in and, where a floor adds its authentication, for tokens.

    An answer of many rows is a page by key; the document says so because `pagination_class` stands here.
    """

    authentication_classes = [Session]
    parser_classes = [StrictJSON]
    pagination_class = ByKey

    @property
    def viewer(self) -> Viewer:
        """Who is asking: the token's viewer when a token came, else the session's."""
        return getattr(self.request.auth, "viewer", None) or self.request.viewer

    def read(self, serializer_class: type[BaseSerializer], **kwargs: Any) -> dict[str, Any]:
        """Read the body through a serializer; problems name every wrong field."""
        serializer = serializer_class(data=self.request.data, **kwargs)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def page(self, rows: QuerySet, show: Callable[[list[Any]], Any]) -> Response:
        """Answer one page of the rows, each as `show` gives it."""
        pages = self.pagination_class()
        return pages.get_paginated_response(show(pages.paginate_queryset(rows, self.request, view=self)))

    def once(self, door: str, act: Callable[[], dict[str, Any]], *, status: int = 200) -> Response:
        """Do a write once per `Idempotency-Key`; a token must send one (428)."""
        key = self.request.headers.get(KEY_HEADER)
        if not key and self.request.auth is not None:
            raise Refusal(
                "idempotency_key_required",
                say("用令牌提交时必须带上请求编号。"),
                next_step=say("请在请求头加上 Idempotency-Key，每次新提交换一个新的。"),
                status=428,
            )
        remember = import_string(settings.REQUEST_KEYS)
        answer, repeated = remember(self.viewer, door, key, [self.request.path, self.request.data], act)
        headers = {"Idempotent-Replay": "true"} if repeated else {}
        return Response(json.loads(json.dumps(answer, default=str)), status=status, headers=headers)


class OpenDoor(Door):
    """A door for everyone, signed in or not."""

    permission_classes = [AllowAny]


class NoSuchDoor(OpenDoor):
    """Every address under `/api` that nobody answers: a problem, not a page."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound()


no_such_door = NoSuchDoor.as_view()
