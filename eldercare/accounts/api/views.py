"""Doors by which a program signs in for a person: a code, a session; the session tells who one is."""

from typing import Any

from django.contrib.auth import logout
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from eldercare.accounts.services import second_factor
from eldercare.accounts.services.sign_in import prove_code, send_code
from eldercare.accounts.session import begin_session, client_of, pass_second_factor, viewer_of
from eldercare.ui.api.fields import StrictSerializer
from eldercare.ui.api.views import Door, OpenDoor


class AddressBody(StrictSerializer):
    """A phone number or an e-mail address."""

    address = serializers.CharField(max_length=254)


class CodeBody(StrictSerializer):
    code_id = serializers.UUIDField()
    code = serializers.CharField(max_length=20)


class FactorBody(StrictSerializer):
    """The digits of the authenticator app, or a recovery code."""

    code = serializers.CharField(max_length=20)


class CodeSentSerializer(serializers.Serializer):
    code_id = serializers.UUIDField()
    expires_at = serializers.DateTimeField()


class GrantSerializer(serializers.Serializer):
    """One role over one place."""

    role = serializers.CharField()
    kind = serializers.CharField()
    place = serializers.CharField()


class SessionSerializer(serializers.Serializer):
    """Who one is. Posts are listed only once the second factor was proven."""

    name = serializers.CharField(allow_blank=True)
    second_factor = serializers.BooleanField()
    grants = GrantSerializer(many=True)


class CodesDoor(OpenDoor):
    @extend_schema(
        operation_id="sign_in_send_code",
        summary=_("把登录验证码发到手机或邮箱"),
        request=AddressBody,
        responses={201: CodeSentSerializer},
    )
    def post(self, request: Request) -> Response:
        code = send_code(address=self.read(AddressBody)["address"], client=client_of(request))
        return Response({"code_id": code.pk, "expires_at": code.expires_at}, status=201)


class SessionDoor(OpenDoor):
    @extend_schema(
        operation_id="session_begin",
        summary=_("用验证码登录；第一次登录会开好账号"),
        request=CodeBody,
        responses={200: SessionSerializer},
    )
    def post(self, request: Request) -> Response:
        body = self.read(CodeBody)
        user = prove_code(code_id=body["code_id"], digits=body["code"])
        begin_session(request._request, user)
        return Response(_session(request))

    @extend_schema(operation_id="session_end", summary=_("退出登录"), responses={204: None})
    def delete(self, request: Request) -> Response:
        logout(request._request)
        return Response(status=204)


class MyselfDoor(Door):
    @extend_schema(operation_id="session_read", summary=_("现在登录的是谁"), responses={200: SessionSerializer})
    def get(self, request: Request) -> Response:
        return Response(_session(request))


class SecondFactorDoor(Door):
    @extend_schema(
        operation_id="session_second_factor",
        summary=_("第二步验证：有岗位的人办公前要做"),
        request=FactorBody,
        responses={200: SessionSerializer},
    )
    def post(self, request: Request) -> Response:
        second_factor.check(self.viewer, user=request.user, digits=self.read(FactorBody)["code"])
        pass_second_factor(request._request)
        return Response(_session(request))


def _session(request: Request) -> dict[str, Any]:
    viewer = viewer_of(request._request)
    grants = sorted(viewer.grants, key=lambda grant: (grant.kind, grant.place, grant.role))
    return {
        "name": viewer.name,
        "second_factor": viewer.second_factor,
        "grants": [{"role": grant.role, "kind": grant.kind, "place": grant.place} for grant in grants],
    }
