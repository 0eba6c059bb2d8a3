"""Open data: `GET /open-data`, the catalogue with its dictionary, and each dataset whole as CSV or JSON."""

from typing import Any

from django.http import Http404, StreamingHttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from eldercare.kernel import clock
from eldercare.portal.journeys.open_data import as_csv, as_json
from eldercare.portal.rules.open_data import published
from eldercare.ui.api.views import OpenDoor

FORMATS = {"csv": (as_csv, "text/csv; charset=utf-8"), "json": (as_json, "application/json")}


class FieldOfDatasetSerializer(serializers.Serializer):
    """One line of the data dictionary."""

    name = serializers.CharField()
    type = serializers.CharField()
    unit = serializers.CharField(allow_null=True)
    meaning = serializers.CharField()


class DatasetSerializer(serializers.Serializer):
    name = serializers.CharField()
    title = serializers.CharField()
    csv = serializers.URLField()
    json = serializers.URLField()
    dictionary = FieldOfDatasetSerializer(many=True)


class CatalogueSerializer(serializers.Serializer):
    """The terms and the datasets. Every file is read from the data of the moment it is asked for: `as_of`."""

    publisher = serializers.CharField()
    licence = serializers.CharField()
    source = serializers.CharField()
    refreshed = serializers.CharField()
    as_of = serializers.DateTimeField()
    datasets = DatasetSerializer(many=True)


class CatalogueDoor(OpenDoor):
    @extend_schema(operation_id="open_data_read", summary=_("开放数据目录"), responses={200: CatalogueSerializer})
    def get(self, request: Request) -> Response:
        terms, sets = published()
        said = {name: getattr(terms, name).in_language(gettext) for name in terms.__dataclass_fields__}
        return Response(
            {**said, "as_of": clock.now().isoformat(), "datasets": [_said(request, one) for one in sets.values()]}
        )


class DatasetDoor(OpenDoor):
    @extend_schema(
        operation_id="open_data_file",
        summary=_("一份开放数据，整份取"),
        parameters=[
            OpenApiParameter("dataset", str, OpenApiParameter.PATH, enum=sorted(published()[1])),
            OpenApiParameter("form", str, OpenApiParameter.PATH, enum=sorted(FORMATS)),
        ],
        responses={(200, "application/json"): OpenApiTypes.OBJECT, (200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request, dataset: str, form: str) -> StreamingHttpResponse:
        found = published()[1].get(dataset)
        if found is None or form not in FORMATS:
            raise Http404
        write, media = FORMATS[form]
        answer = StreamingHttpResponse(write(found), content_type=media)
        answer["Content-Disposition"] = f'attachment; filename="{dataset}-{clock.today().isoformat()}.{form}"'
        return answer


def _said(request: Request, one: Any) -> dict[str, Any]:
    files = {form: reverse("portal_api:open_data_file", args=[one.name, form], request=request) for form in FORMATS}
    dictionary = [
        {"name": c.name, "type": c.type, "unit": c.unit or None, "meaning": c.meaning.in_language(gettext)}
        for c in one.columns
    ]
    return {"name": one.name, "title": one.title.in_language(gettext), **files, "dictionary": dictionary}
