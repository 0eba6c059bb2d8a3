"""The list of divisions, open to everybody."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from eldercare.regions.choices import Kind, Level
from eldercare.regions.selectors import divisions
from eldercare.ui.api.fields import StrictSerializer
from eldercare.ui.api.pages import ByKey
from eldercare.ui.api.views import OpenDoor


class RegionSerializer(serializers.Serializer):
    """A division. Days are half-open; null is unknown (from) or open-ended (until)."""

    code = serializers.CharField()
    name = serializers.CharField()
    level = serializers.ChoiceField(choices=Level.choices)
    kind = serializers.ChoiceField(choices=Kind.choices)
    parent = serializers.CharField(source="parent_id", allow_null=True)
    until = serializers.DateField(source="valid_until", allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field]:
        """Add `from`, which Python keeps for itself."""
        return {**super().get_fields(), "from": serializers.DateField(source="valid_from", allow_null=True)}


class RegionFilter(StrictSerializer):
    within = serializers.RegexField(r"^\d{6}(\d{3})?$", required=False)
    level = serializers.ChoiceField(choices=Level.choices, required=False)
    kind = serializers.ChoiceField(choices=Kind.choices, required=False)
    cursor = serializers.CharField(required=False)
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=100)


class ByCode(ByKey):
    ordering = "code"


class RegionsDoor(OpenDoor):
    pagination_class = ByCode

    @extend_schema(
        operation_id="regions_list",
        summary=_("京津冀三地的行政区划，北京到街道乡镇"),
        parameters=[RegionFilter],
        responses={200: RegionSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        return self.page(divisions(**self.wanted(request)), lambda rows: RegionSerializer(rows, many=True).data)

    def wanted(self, request: Request) -> dict[str, Any]:
        filters = RegionFilter(data=request.query_params.dict())
        filters.is_valid(raise_exception=True)
        return {name: filters.validated_data.get(name, "") for name in ("within", "level", "kind")}
