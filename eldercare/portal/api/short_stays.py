"""`POST /api/v1/quotes/stay`: named days at one home, line by line, after subsidies for a described elder. A read; keeps nothing."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from eldercare.kernel import clock
from eldercare.kernel.days import DayRange
from eldercare.portal.api.quotes import UndecidedSerializer, asker_of, line_of
from eldercare.portal.journeys import short_stay
from eldercare.portal.journeys.short_stay import PricedStay
from eldercare.ui.api.fields import MonthField, StrictSerializer
from eldercare.ui.api.serializers import LineSerializer
from eldercare.ui.api.views import OpenDoor
from facilities.api.short_stays import ShortStaySerializer, StayRoomSerializer, require_days, room_of, stay_of
from facilities.choices import CareGrade
from facilities.models import Facility
from subsidies.api.elder import MAYBE, ElderBody


class NetStayLineSerializer(LineSerializer):
    """A charge, or what a benefit takes off, in the calendar month whose bill it will stand on."""

    month = MonthField()


class PricedStayRoomSerializer(StayRoomSerializer):
    """The days in one room type after subsidies; the net fields are null where nobody was described."""

    net_fen = serializers.IntegerField(allow_null=True)
    net_lines = NetStayLineSerializer(many=True, allow_null=True)
    undecided = UndecidedSerializer(many=True, allow_null=True)


class PricedShortStaySerializer(ShortStaySerializer):
    rooms = PricedStayRoomSerializer(many=True)


class StayQuoteSerializer(PricedShortStaySerializer):
    facility = serializers.UUIDField()


class StayQuoteBody(StrictSerializer):
    """Days are half-open: `stay_until` is the first day after. The care grade may follow from the elder."""

    facility = serializers.UUIDField()
    stay_from = serializers.DateField()
    stay_until = serializers.DateField()
    care_grade = serializers.ChoiceField(choices=CareGrade.choices, **MAYBE)
    elder = ElderBody(**MAYBE)

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        if not said["care_grade"] and not said["elder"]:
            raise serializers.ValidationError({"care_grade": gettext("请写明护理档次，或者描述老人的情况。")})
        return said


class StayQuotesDoor(OpenDoor):
    @extend_schema(
        operation_id="quotes_stay",
        summary=_("短住（旅居）几天的费用：按房型，每一项收费、每一项补贴、补贴后自付"),
        request=StayQuoteBody,
        responses={200: StayQuoteSerializer},
    )
    def post(self, request: Request) -> Response:
        body = self.read(StayQuoteBody)
        require_days(body)
        home = Facility.objects.filter(pk=body["facility"]).first()
        if home is None:
            raise Http404
        days = DayRange(body["stay_from"], body["stay_until"])
        asking = asker_of(body["elder"], body["care_grade"], clock.today())
        grade = asking.care_grade if asking else body["care_grade"]
        stays = short_stay.of_home(home.pk, grade, days, short_stay.due_in(asking, days))
        return Response({"facility": str(home.pk), **stay_of(days, grade, priced_rooms_of(stays))})


def priced_rooms_of(stays: tuple[PricedStay, ...]) -> list[dict[str, Any]]:
    """Write what days cost in each room type, before and after subsidies, in the reader's language."""
    return [{**room_of(stay.quote), **_net(stay)} for stay in stays]


def _net(stay: PricedStay) -> dict[str, Any]:
    if stay.net_fen is None:
        return dict.fromkeys(("net_fen", "net_lines", "undecided"))
    return {
        "net_fen": stay.net_fen,
        "net_lines": [{"month": str(month), **line_of(line)} for month, lines in stay.months for line in lines],
        "undecided": [one.to_json(gettext) for one in stay.undecided],
    }
