"""Doors: is a result recognised, and which agreements are there? Open to everybody; nothing is kept of what is asked."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from eldercare.kernel import clock
from eldercare.recognition.api.serializers import (
    BODIES,
    AgreementFilter,
    AgreementSerializer,
    AnyClaim,
    KindBody,
    RecognitionSerializer,
)
from eldercare.recognition.rules.reading import claim_from
from eldercare.recognition.selectors import agreements, check
from eldercare.regions.selectors import require_regions
from eldercare.ui.api.views import OpenDoor


class CheckDoor(OpenDoor):
    @extend_schema(
        operation_id="recognitions_check",
        summary=_("一个地区的结果在另一个地区、某一天是否互认"),
        request=AnyClaim,
        responses={200: RecognitionSerializer},
    )
    def post(self, request: Request) -> Response:
        facts = self.read(BODIES[self.read(KindBody)["kind"]])
        require_regions(
            {name: facts[name] for name in ("issued_in", "used_in", "hukou", "facility_region") if name in facts}
        )
        answer = check(claim_from(facts), facts.get("on") or clock.today())
        return Response(answer.to_json(gettext))


class AgreementsDoor(OpenDoor):
    @extend_schema(
        operation_id="agreements_list",
        summary=_("三地互认的约定，每条有文件、条款、日期和来源"),
        parameters=[AgreementFilter],
        responses={200: AgreementSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        filters = AgreementFilter(data=request.query_params.dict())
        filters.is_valid(raise_exception=True)
        wanted = {name: value for name, value in filters.validated_data.items() if name not in ("cursor", "page_size")}
        return self.page(agreements(**wanted), lambda rows: AgreementSerializer(rows, many=True).data)
