"""`POST /api/v1/quotes`: a month at one home for one described elder: lines, gross, each subsidy, net. A read; keeps nothing."""

from datetime import date
from typing import Any

from django.http import Http404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from eldercare.kernel import clock
from eldercare.kernel.days import Month
from eldercare.kernel.sentences import Translate
from eldercare.kernel.verdict import Line
from eldercare.portal.journeys import find_a_home
from eldercare.portal.journeys.find_a_home import Asker, Priced
from eldercare.ui.api.fields import MonthField, StrictSerializer
from eldercare.ui.api.serializers import LineSerializer
from eldercare.ui.api.views import OpenDoor
from facilities.api.short_stays import charge_of
from facilities.choices import CareGrade, RoomType
from facilities.models import Facility
from facilities.rules.charging import Charge
from facilities.selectors.quotes import quote
from subsidies.api.elder import MAYBE, ElderBody, read_elder


class UndecidedSerializer(serializers.Serializer):
    """A benefit that may come on top: 可能另有. `up_to_fen` null: not known."""

    programme = serializers.CharField()
    name = serializers.CharField()
    up_to_fen = serializers.IntegerField(allow_null=True)
    missing = serializers.ListField(child=serializers.CharField())


class NetSerializer(serializers.Serializer):
    """A month after the benefits that can be spent at the home. `net_lines` are the charges and what is taken off."""

    gross_fen = serializers.IntegerField()
    net_monthly_fen = serializers.IntegerField()
    net_lines = LineSerializer(many=True)
    beside = LineSerializer(many=True)
    undecided = UndecidedSerializer(many=True)


class ChargeSerializer(serializers.Serializer):
    """One line of the home's month; `eligible_key` is what benefits may pay."""

    item = serializers.CharField()
    eligible_key = serializers.CharField()
    label = serializers.CharField()
    because = serializers.CharField()
    amount_fen = serializers.IntegerField()


class QuoteSerializer(NetSerializer):
    """`lines` are the home's own charges; without an elder there is no net price and the net fields are null."""

    facility = serializers.UUIDField()
    room_type = serializers.CharField()
    care_grade = serializers.CharField()
    month = MonthField()
    lines = ChargeSerializer(many=True)
    net_monthly_fen = serializers.IntegerField(allow_null=True)
    net_lines = LineSerializer(many=True, allow_null=True)
    beside = LineSerializer(many=True, allow_null=True)
    undecided = UndecidedSerializer(many=True, allow_null=True)


class QuoteBody(StrictSerializer):
    """Without a month it is the current one; without a room type the cheapest; the care grade may follow from the elder."""

    facility = serializers.UUIDField()
    room_type = serializers.ChoiceField(choices=RoomType.choices, **MAYBE)
    care_grade = serializers.ChoiceField(choices=CareGrade.choices, **MAYBE)
    month = MonthField(**MAYBE)
    elder = ElderBody(**MAYBE)

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        if not said["care_grade"] and not said["elder"]:
            raise serializers.ValidationError({"care_grade": gettext("请写明护理档次，或者描述老人的情况。")})
        return said


class QuotesDoor(OpenDoor):
    @extend_schema(
        operation_id="quotes_create",
        summary=_("一家机构一个月的费用：每一项收费、每一项补贴、补贴后自付"),
        request=QuoteBody,
        responses={200: QuoteSerializer},
    )
    def post(self, request: Request) -> Response:
        body = self.read(QuoteBody)
        today = clock.today()
        month = body["month"] or Month.of(today)
        asking = asker_of(body["elder"], body["care_grade"], today if today in month.period else month.first_day)
        home = Facility.objects.filter(pk=body["facility"]).first()
        grade = body["care_grade"] or (asking.care_grade if asking else "")
        found = quote(home.pk, body["room_type"], grade, month) if home else None
        if found is None:
            raise Http404
        nothing = dict.fromkeys(("net_monthly_fen", "net_lines", "beside", "undecided"))
        answer = {
            "facility": str(home.pk),
            "room_type": found.room_type,
            "care_grade": found.care_grade,
            "month": str(month),
            "lines": [charge_of(line) for line in found.lines],
            "gross_fen": found.gross_fen,
        }
        return Response({**answer, **(net_of(find_a_home.priced(found, asking)) if asking else nothing)})


def asker_of(elder: dict[str, Any] | None, care_grade: str | None, on: date) -> Asker | None:
    """Read the described elder and work out once what is due on a day. Raises Refusal `wrong_facts` (422)."""
    if elder is None:
        return None
    return find_a_home.regraded(find_a_home.asker(read_elder(elder), on), care_grade or "")


def net_of(priced: Priced, translate: Translate = gettext) -> dict[str, Any]:
    """Write a net month in the reader's language. `translate`: of a whole page of them, what finds each word once."""
    net = priced.net
    return {
        "gross_fen": net.gross_fen,
        "net_monthly_fen": net.net_fen,
        "net_lines": [line_of(line, translate) for line in priced.lines],
        "beside": [line.to_json(translate) for line in net.beside],
        "undecided": [one.to_json(translate) for one in net.undecided],
    }


def line_of(line: Charge | Line, translate: Translate = gettext) -> dict[str, Any]:
    """Write a charge, or what a benefit takes off, in the reader's language."""
    return (
        line.to_json(translate)
        if isinstance(line, Line)
        else Line(line.label, line.amount_fen, line.because).to_json(translate)
    )
