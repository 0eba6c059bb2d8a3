"""The way in: what the API offers, by name. The document at /api/schema/ is the truth."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from eldercare.ui.api.views import OpenDoor

OPEN_DOORS = {
    "facilities": "facilities_api:facilities",
    "facilities_search": "portal_api:search",
    "quotes": "portal_api:quotes",
    "assessments_score": "assessments_api:score",
    "subsidies_preview": "subsidies_api:preview",
    "recognitions_check": "recognition_api:check",
    "agreements": "recognition_api:agreements",
    "open_data": "portal_api:open_data",
    "regions": "regions_api:regions",
    "schema": "portal:schema",
}


class RootSerializer(serializers.Serializer):
    """Addresses by name."""

    def get_fields(self) -> dict[str, serializers.Field]:
        return {name: serializers.URLField() for name in OPEN_DOORS}


class RootDoor(OpenDoor):
    @extend_schema(operation_id="root", summary=_("不用登录就能用的接口一览"), responses={200: RootSerializer})
    def get(self, request: Request) -> Response:
        return Response({name: reverse(door, request=request) for name, door in OPEN_DOORS.items()})


class SchemaDoor(SpectacularAPIView):
    """The OpenAPI document, complete and open."""

    permission_classes = OpenDoor.permission_classes
    authentication_classes = ()
