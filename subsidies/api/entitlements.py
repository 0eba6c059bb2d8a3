"""Doors of entitlements and of their routing to a home. See `services.route`."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from eldercare.kernel.verdict import reason_from
from eldercare.ui.api.fields import StrictSerializer
from eldercare.ui.api.serializers import ReasonSerializer
from eldercare.ui.api.views import Door
from subsidies.access import entitlements_visible_to, routings_visible_to
from subsidies.choices import RoutingState
from subsidies.models import Routing
from subsidies.services.route import revoke_routing, route_subsidy

MONTH = "%Y-%m"


class EntitlementSerializer(serializers.Serializer):
    """A right to a benefit. Months are `YYYY-MM`; `last_month` is the last one still due, null while it stands."""

    id = serializers.UUIDField()
    elder = serializers.UUIDField(source="elder_id")
    programme = serializers.CharField()
    payer_region = serializers.CharField(source="payer_region_id")
    monthly_fen = serializers.IntegerField()
    first_month = serializers.DateField(format=MONTH)
    last_month = serializers.DateField(format=MONTH, allow_null=True)


class RouteBody(StrictSerializer):
    """`text_version` is the version of the consent's words that were read."""

    entitlement = serializers.UUIDField()
    facility = serializers.UUIDField()
    text_version = serializers.CharField(max_length=20)


class RoutingSerializer(serializers.Serializer):
    """A standing wish. `until_month` is the first month no longer routed."""

    id = serializers.UUIDField()
    entitlement = serializers.UUIDField()
    elder = serializers.UUIDField()
    facility = serializers.UUIDField()
    from_month = serializers.CharField()
    until_month = serializers.CharField(allow_null=True)
    state = serializers.ChoiceField(choices=RoutingState.choices)
    grounds = ReasonSerializer(many=True)


class EntitlementsDoor(Door):
    @extend_schema(
        operation_id="entitlements_list",
        summary=_("我能看到的补贴资格"),
        responses={200: EntitlementSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        return self.page(entitlements_visible_to(self.viewer), lambda rows: EntitlementSerializer(rows, many=True).data)


class EntitlementDoor(Door):
    @extend_schema(operation_id="entitlements_read", summary=_("一项补贴资格"), responses={200: EntitlementSerializer})
    def get(self, request: Request, entitlement_id: UUID) -> Response:
        found = entitlements_visible_to(self.viewer).filter(pk=entitlement_id).first()
        if found is None:
            raise Http404
        return Response(EntitlementSerializer(found).data)


class RoutingsDoor(Door):
    @extend_schema(
        operation_id="routings_list", summary=_("我能看到的补贴转付"), responses={200: RoutingSerializer(many=True)}
    )
    def get(self, request: Request) -> Response:
        return self.page(routings_visible_to(self.viewer), lambda rows: [routing_of(row) for row in rows])

    @extend_schema(
        operation_id="routings_create",
        summary=_("家属同意每月补贴先付这家机构"),
        request=RouteBody,
        responses={201: RoutingSerializer},
    )
    def post(self, request: Request) -> Response:
        body = self.read(RouteBody)

        def act() -> dict[str, Any]:
            routing = route_subsidy(
                self.viewer,
                entitlement_id=body["entitlement"],
                facility_id=body["facility"],
                text_version=body["text_version"],
            )
            return routing_of(routing)

        return self.once("subsidies.route", act, status=201)


class RevokeDoor(Door):
    @extend_schema(
        operation_id="routings_revoke",
        summary=_("撤回转付，从下一个月起停止"),
        request=None,
        responses={200: RoutingSerializer},
    )
    def post(self, request: Request, routing_id: UUID) -> Response:
        def act() -> dict[str, Any]:
            return routing_of(revoke_routing(self.viewer, routing_id=routing_id))

        return self.once("subsidies.revoke_routing", act)


def routing_of(routing: Routing) -> dict[str, Any]:
    """Write a routing in the reader's language."""
    return {
        "id": str(routing.pk),
        "entitlement": str(routing.entitlement_id),
        "elder": str(routing.elder_id),
        "facility": str(routing.facility_id),
        "from_month": routing.from_month.strftime(MONTH),
        "until_month": routing.until_month.strftime(MONTH) if routing.until_month else None,
        "state": routing.state,
        "grounds": [reason_from(reason).to_json(gettext) for reason in routing.grounds],
    }
