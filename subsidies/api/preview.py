"""`POST /api/v1/subsidies/preview`: what an elder described by facts is due. A read; nothing is kept and nobody is named."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from eldercare.ui.api.fields import StrictSerializer
from eldercare.ui.api.serializers import CiteSerializer, LineSerializer, ReasonSerializer
from eldercare.ui.api.views import OpenDoor
from subsidies.api.elder import MAYBE, DayOrMonthField, ElderBody, read_elder
from subsidies.rules.eligibility import preview
from subsidies.rules.programme import benefits
from subsidies.rules.readings import readings
from subsidies.selectors.law import law


class ProgrammeField(serializers.ChoiceField):
    """The id of a benefit; which there are is asked of the data each time, since a file may have been added."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "choices": sorted(benefits())})


class PreviewBody(StrictSerializer):
    """`on` is a day or a month. Without `applied_on` an application on `on` is supposed."""

    on = DayOrMonthField()
    applied_on = serializers.DateField(**MAYBE)
    condition_met_on = serializers.DateField(**MAYBE)
    programmes = serializers.ListField(child=ProgrammeField(), max_length=50, **MAYBE)
    elder = ElderBody()


class PaperSerializer(serializers.Serializer):
    """Something to bring, when it is needed, and where that is written."""

    name = serializers.CharField()
    because = serializers.CharField()
    cite = CiteSerializer()


class OtherwiseSerializer(serializers.Serializer):
    """What the answer would be under another option of a setting."""

    value = serializers.JSONField()
    verdict = serializers.ChoiceField(choices=["yes", "no", "choice", "cannot_decide"])
    monthly_fen = serializers.IntegerField(allow_null=True)


class ReadingSerializer(serializers.Serializer):
    """A place the text leaves open and this answer hangs on: the setting, how it is read here, and why."""

    setting = serializers.CharField()
    value = serializers.JSONField()
    text = serializers.CharField()
    confidence = serializers.CharField()
    otherwise = OtherwiseSerializer(many=True)


class OptionSerializer(serializers.Serializer):
    """One side of a choice; `programme` is null for an allowance of another kind."""

    programme = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    monthly_fen = serializers.IntegerField(allow_null=True)
    better = serializers.BooleanField()


class BenefitSerializer(serializers.Serializer):
    """The answer for one benefit; months are `YYYY-MM`."""

    programme = serializers.CharField()
    name = serializers.CharField()
    verdict = serializers.ChoiceField(choices=["yes", "no", "choice", "cannot_decide"])
    monthly_fen = serializers.IntegerField(allow_null=True)
    payer_region = serializers.CharField(allow_null=True)
    first_month = serializers.CharField(allow_null=True)
    last_month = serializers.CharField(allow_null=True)
    back_pay_months = serializers.IntegerField(allow_null=True)
    lines = LineSerializer(many=True)
    conditions = ReasonSerializer(many=True)
    missing = serializers.ListField(child=serializers.CharField())
    alternatives = OptionSerializer(many=True)
    would_change = serializers.CharField()
    up_to_fen = serializers.IntegerField(
        allow_null=True, help_text=_("不能判断时，每月最多可能是多少；连最多也不知道的为 null")
    )
    documents = PaperSerializer(many=True, allow_null=True, help_text=_("申请要带的材料；没有收录的为 null"))
    readings = ReadingSerializer(many=True, help_text=_("文件没有写明、换一种读法结果就不同的地方"))


class PreviewSerializer(serializers.Serializer):
    on = serializers.CharField()
    programmes = BenefitSerializer(many=True)


class PreviewDoor(OpenDoor):
    @extend_schema(
        operation_id="subsidies_preview",
        summary=_("按事实预览补贴：每个条件都有答复和依据"),
        request=PreviewBody,
        responses={200: PreviewSerializer},
    )
    def post(self, request: Request) -> Response:
        body = self.read(PreviewBody)
        elder, applied_on, met_on = read_elder(body["elder"]), body["applied_on"], body["condition_met_on"]
        under = law()
        answers = preview(
            elder,
            on=body["on"],
            applied_on=applied_on,
            condition_met_on=met_on,
            programmes=body["programmes"],
            under=under,
        )
        told = [
            {
                **answer.to_json(gettext),
                "readings": [
                    one.to_json(gettext)
                    for one in readings(answer, elder, applied_on=applied_on, met_on=met_on, under=under)
                ],
            }
            for answer in answers
        ]
        return Response({"on": str(body["on"]), "programmes": told})
