"""The API document: every operation also names the problems it can answer with."""

from typing import Any

from drf_spectacular.authentication import SessionScheme
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers
from rest_framework.permissions import AllowAny

from eldercare.ui.api.problems import MEDIA_TYPE
from eldercare.ui.api.serializers import ReasonSerializer


class SignedInScheme(SessionScheme):
    """How the document names a signed-in person's session."""

    target_class = "eldercare.ui.api.views.Session"
    name = "session"


class FieldErrorSerializer(serializers.Serializer):
    """What is wrong with one field."""

    field = serializers.CharField(allow_blank=True)
    code = serializers.CharField()
    message = serializers.CharField()


class ProblemSerializer(serializers.Serializer):
    """An error, with what to do next."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    errors = FieldErrorSerializer(many=True)
    next_step = serializers.CharField(allow_null=True)
    reasons = ReasonSerializer(many=True)


class Schema(AutoSchema):
    """Adds the problem answers that the furniture itself can give."""

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        for status in self._problem_statuses():
            bodies.setdefault(
                str(status),
                self._get_response_for_code(ProblemSerializer, str(status), [MEDIA_TYPE], direction),
            )
        return bodies

    def _problem_statuses(self) -> list[int]:
        statuses = [400, 406, 422]
        if not any(isinstance(permission, AllowAny) for permission in self.view.get_permissions()):
            statuses += [401, 403]
        statuses += [404]
        if self.method in {"POST", "PUT", "PATCH", "DELETE"}:
            statuses += [403, 409, 413, 415, 428]
        return [*dict.fromkeys([*statuses, 429, 503])]
