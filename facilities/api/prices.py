"""What a home charges on a day, and all it ever announced. Public."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from eldercare.kernel import clock
from eldercare.kernel.sentences import speak
from eldercare.ui.api.fields import StrictSerializer
from eldercare.ui.api.views import OpenDoor
from facilities.api.directory import MAYBE
from facilities.api.short_stays import SeasonSerializer, SpanSerializer
from facilities.choices import CareGrade, FeeKind, PriceItem, RoomType
from facilities.models import Facility
from facilities.rules.settings import setting
from facilities.selectors.prices import Announced, PriceList, price_history, prices_on


class OnQuery(StrictSerializer):
    """`on`: the day; today when none is named."""

    on = serializers.DateField(**MAYBE)


class MonthlyPriceSerializer(SpanSerializer):
    item = serializers.ChoiceField(choices=PriceItem.choices)
    room_type = serializers.ChoiceField(choices=RoomType.choices, allow_null=True)
    care_grade = serializers.ChoiceField(choices=CareGrade.choices, allow_null=True)
    monthly_fen = serializers.IntegerField()


class FeeSerializer(SpanSerializer):
    """A deposit or a one-off fee; `room_type` null: for every room, `refundable` null: the home did not say."""

    kind = serializers.ChoiceField(choices=FeeKind.choices)
    name = serializers.CharField()
    room_type = serializers.ChoiceField(choices=RoomType.choices, allow_null=True)
    fen = serializers.IntegerField()
    refundable = serializers.BooleanField(allow_null=True)


class PriceListSerializer(serializers.Serializer):
    monthly = MonthlyPriceSerializer(many=True)
    short_stay = SeasonSerializer(many=True)
    fees = FeeSerializer(many=True)


class DepositLimitSerializer(serializers.Serializer):
    """The limit on deposits that day: so many monthly bed fees. `example`: the text for this region was not found."""

    times_bed_fee = serializers.IntegerField()
    document = serializers.CharField()
    article = serializers.CharField()
    example = serializers.BooleanField()


class PricesSerializer(serializers.Serializer):
    """`in_force` on the day; `history` is everything announced, latest first. `deposit_limit` null: none is known."""

    on = serializers.DateField()
    in_force = PriceListSerializer()
    history = PriceListSerializer()
    deposit_limit = DepositLimitSerializer(allow_null=True)


class PricesDoor(OpenDoor):
    @extend_schema(
        operation_id="facility_prices",
        summary=_("一家机构某一天的收费，和公布过的全部价格"),
        parameters=[OnQuery],
        responses={200: PricesSerializer},
    )
    def get(self, request: Request, facility_id: UUID) -> Response:
        if not Facility.objects.filter(pk=facility_id).exists():
            raise Http404
        query = OnQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        on = query.validated_data["on"] or clock.today()
        return Response(
            {
                "on": on,
                "in_force": _listed(prices_on(facility_id, on)),
                "history": _listed(price_history(facility_id)),
                "deposit_limit": _limit(on),
            }
        )


def _listed(prices: PriceList) -> dict[str, Any]:
    return {
        "monthly": [
            {
                **_span(one),
                "item": one.item,
                "room_type": one.room_type or None,
                "care_grade": one.care_grade or None,
                "monthly_fen": one.fen,
            }
            for one in prices.monthly
        ],
        "short_stay": [
            {
                **_span(one),
                "season": speak(one.name, gettext) or None,
                "room_type": one.room_type,
                "unit": one.unit,
                "fen": one.fen,
                "includes": list(one.includes),
            }
            for one in prices.seasons
        ],
        "fees": [
            {
                **_span(one),
                "kind": one.kind,
                "name": one.name,
                "room_type": one.room_type or None,
                "fen": one.fen,
                "refundable": one.refundable,
            }
            for one in prices.fees
        ],
    }


def _span(one: Announced) -> dict[str, Any]:
    return {"from": one.since, "until": one.until}


def _limit(on: Any) -> dict[str, Any] | None:
    try:
        rule = setting("prepayment", on)
    except LookupError:
        return None
    return {
        "times_bed_fee": rule["deposit_times_bed_fee"],
        "document": rule["document"],
        "article": rule["article"],
        "example": rule["example"],
    }
