"""Doors of entitlements and of their routing to a home. See `services.route`."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from eldercare.kernel import clock
from eldercare.kernel.verdict import reason_from
from eldercare.ui.api.fields import StrictSerializer
from eldercare.ui.api.serializers import ReasonSerializer
from eldercare.ui.api.views import Door
from subsidies.access import entitlements_visible_to, routings_visible_to
from subsidies.choices import RoutingState
from subsidies.models import Routing
from subsidies.selectors.left_behind import LeftBehind, left_behind
from subsidies.services.guards import family_only
from subsidies.services.reroute import move_routing
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


class MoveBody(StrictSerializer):
    """`text_version` is the version of the consent's words that were read."""

    text_version = serializers.CharField(max_length=20)


class MoveToSerializer(serializers.Serializer):
    """The home the elder lives in now, and the first month that could pay there."""

    facility = serializers.UUIDField()
    name = serializers.CharField()
    from_month = serializers.CharField()


class RoutingSerializer(serializers.Serializer):
    """A standing wish. `until_month` is the first month no longer routed.

    `move_to` is set for the family while the elder lives at another home than the one that is paid: the step that is
    missing is `POST /routings/{id}/move`.
    """

    id = serializers.UUIDField()
    entitlement = serializers.UUIDField()
    elder = serializers.UUIDField()
    facility = serializers.UUIDField()
    from_month = serializers.CharField()
    until_month = serializers.CharField(allow_null=True)
    state = serializers.ChoiceField(choices=RoutingState.choices)
    grounds = ReasonSerializer(many=True)
    move_to = MoveToSerializer(allow_null=True)


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
        return self.page(routings_visible_to(self.viewer), self._shown)

    def _shown(self, rows: list[Routing]) -> list[dict[str, Any]]:
        mine = [row for row in rows if str(row.elder_id) in self.viewer.places("elder")]
        behind = left_behind(mine, clock.this_month())
        return [routing_of(row, behind.get(row.pk)) for row in rows]

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


class MoveDoor(Door):
    @extend_schema(
        operation_id="routings_move",
        summary=_("老人搬家以后，把补贴改付给现在住的机构"),
        request=MoveBody,
        responses={200: RoutingSerializer},
    )
    def post(self, request: Request, routing_id: UUID) -> Response:
        routing = get_object_or_404(routings_visible_to(self.viewer), pk=routing_id)
        family_only(self.viewer, routing.elder_id)
        body = self.read(MoveBody)

        def act() -> dict[str, Any]:
            return routing_of(move_routing(self.viewer, routing_id=routing_id, text_version=body["text_version"]))

        return self.once("subsidies.move_routing", act)


def routing_of(routing: Routing, behind: LeftBehind | None = None) -> dict[str, Any]:
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
        "move_to": behind
        and {
            "facility": str(behind.stay.facility_id),
            "name": behind.stay.facility.name,
            "from_month": str(behind.first_month),
        },
    }
