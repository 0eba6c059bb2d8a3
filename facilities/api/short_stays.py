"""How the API writes what short stays (旅居) cost: the days asked for, line by line, or the seasons' own prices."""

from typing import Any

from django.utils.translation import gettext
from rest_framework import serializers

from eldercare.kernel import clock
from eldercare.kernel.days import DayRange
from eldercare.kernel.sentences import speak
from eldercare.ui.api.fields import MonthField
from facilities.choices import CareGrade, PriceItem, PriceUnit, RoomType
from facilities.rules.charging import Charge
from facilities.rules.short_stay import require_stay_days
from facilities.selectors.short_stays import SeasonPrice, StayQuote


class SpanSerializer(serializers.Serializer):
    """Half-open days: `until` is the first day after, null: no end is known."""

    until = serializers.DateField(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        """Add `from`, which Python does not allow as a name."""
        return {**super().get_fields(), "from": serializers.DateField()}


class SeasonSerializer(SpanSerializer):
    """What a short stay costs; `includes` are the items this price covers, the others cost their monthly price."""

    season = serializers.CharField(allow_null=True)
    room_type = serializers.ChoiceField(choices=RoomType.choices)
    unit = serializers.ChoiceField(choices=PriceUnit.choices)
    fen = serializers.IntegerField()
    includes = serializers.ListField(child=serializers.ChoiceField(choices=PriceItem.choices))


class StayLineSerializer(serializers.Serializer):
    """One charge of the days that lie in a calendar month; `eligible_key` is what benefits may pay."""

    month = MonthField()
    item = serializers.CharField()
    eligible_key = serializers.CharField()
    label = serializers.CharField()
    because = serializers.CharField()
    amount_fen = serializers.IntegerField()


class StayRoomSerializer(serializers.Serializer):
    """The days in one room type. `by_season` false: no season is published, the days cost their share of a month.

    `has_free_bed`: a bed of this room type is nobody's on all of these days.
    """

    room_type = serializers.ChoiceField(choices=RoomType.choices)
    has_free_bed = serializers.BooleanField()
    by_season = serializers.BooleanField()
    gross_fen = serializers.IntegerField()
    lines = StayLineSerializer(many=True)


class ShortStaySerializer(SpanSerializer):
    """What a short stay costs per room type, those with a free bed first. No rooms: no complete price is published."""

    care_grade = serializers.ChoiceField(choices=CareGrade.choices)
    until = serializers.DateField()
    rooms = StayRoomSerializer(many=True)


def require_days(body: dict[str, Any]) -> None:
    """Make sure that a short stay can be on the days named. Raises Refusal (422), see `require_stay_days`."""
    require_stay_days(body["stay_from"], body["stay_until"], clock.today())


def stay_of(days: DayRange, care_grade: str, rooms: list[dict[str, Any]]) -> dict[str, Any]:
    """Write the days asked for, each room as `room_of` gives it."""
    return {"from": days.start, "until": days.until, "care_grade": care_grade, "rooms": rooms}


def room_of(quote: StayQuote) -> dict[str, Any]:
    return {
        "room_type": quote.room_type,
        "has_free_bed": quote.has_free_bed,
        "by_season": quote.by_season,
        "gross_fen": quote.gross_fen,
        "lines": [{"month": str(month), **charge_of(line)} for month, lines in quote.months for line in lines],
    }


def charge_of(line: Charge) -> dict[str, Any]:
    """Write one of the home's charges in the reader's language."""
    return {
        "item": line.item,
        "eligible_key": line.eligible_key,
        "label": speak(line.label, gettext),
        "because": speak(line.because, gettext),
        "amount_fen": line.amount_fen,
    }


def season_of(price: SeasonPrice) -> dict[str, Any]:
    return {
        "from": price.since,
        "until": price.until,
        "season": price.season or None,
        "room_type": price.room_type,
        "unit": price.unit,
        "fen": price.fen,
        "includes": list(price.includes),
    }
