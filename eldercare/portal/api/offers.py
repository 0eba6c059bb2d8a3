"""Accepting an offered bed through the API: the same journey as the page."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from eldercare.portal.journeys import move_in
from eldercare.ui.api.views import Door


class RoutingQuestionSerializer(serializers.Serializer):
    """An entitlement that could pay at the home; nothing is routed without consent."""

    entitlement = serializers.UUIDField()
    programme = serializers.CharField()
    monthly_fen = serializers.IntegerField()
    from_month = serializers.CharField()


class AcceptanceSerializer(serializers.Serializer):
    """The stay that is now expected."""

    stay = serializers.UUIDField()
    elder = serializers.UUIDField()
    facility = serializers.UUIDField()
    state = serializers.CharField()
    routing = RoutingQuestionSerializer(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        """Add `from`, which Python does not allow as a name."""
        return {**super().get_fields(), "from": serializers.DateField()}


class AcceptOffer(Door):
    @extend_schema(
        operation_id="offers_accept",
        summary=_("家属接受留给老人的床位"),
        request=None,
        responses={200: AcceptanceSerializer},
    )
    def post(self, request: Request, offer_id: UUID) -> Response:
        return self.once(move_in.DOOR, lambda: move_in.accept(self.viewer, offer_id=offer_id).to_json())
