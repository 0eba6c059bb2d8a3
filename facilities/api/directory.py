"""The directory: `GET /facilities` and `GET /facilities/{id}`. Public; no elder is ever described here."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from eldercare.kernel.clock import CHINA
from eldercare.kernel.sentences import Translate, speak
from eldercare.regions.selectors import require_regions
from eldercare.ui.api.fields import FenField, StrictSerializer
from eldercare.ui.api.serializers import ReasonSerializer
from eldercare.ui.api.views import OpenDoor
from facilities.api.short_stays import SeasonSerializer, ShortStaySerializer, require_days, room_of, season_of, stay_of
from facilities.choices import BedType, CareGrade, FacilityKind, Nature, RoomType
from facilities.rules.vacancy import WHY
from facilities.selectors.beds import Confirmation, Vacancy
from facilities.selectors.page import FacilityPage, facility_page
from facilities.selectors.ratings import StarsShown
from facilities.selectors.search import MOST, ORDERS, PAGE, Facets, HomeCard, SearchFilters, facets, search

MAYBE: dict[str, Any] = {"required": False, "allow_null": True, "default": None}
TEXT: dict[str, Any] = {"required": False, "allow_blank": True, "default": ""}
TICK: dict[str, Any] = {"required": False, "default": False}


class RegionField(serializers.RegexField):
    """A division's code, six digits, or nine for a 街道 or 乡镇."""

    default_error_messages = {"invalid": _("请填写行政区划代码：六位数字，街道、乡镇是九位，例如 120114。")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^[0-9]{6}([0-9]{3})?$", **kwargs)


class NearField(serializers.CharField):
    """`lat,lng` in WGS-84."""

    default_error_messages = {"invalid": _("请写成“纬度,经度”，例如 39.92,116.44。")}

    def to_internal_value(self, data: Any) -> tuple[float, float]:
        try:
            latitude, longitude = (float(part) for part in super().to_internal_value(data).split(","))
        except ValueError:
            self.fail("invalid")
        if not (abs(latitude) <= 90 and abs(longitude) <= 180):
            self.fail("invalid")
        return latitude, longitude


class FiltersBody(StrictSerializer):
    """What is looked for; everything may be left out. `budget_fen` is gross a month or, with days, gross for these days.

    `paired_with`: homes in the places a district is paired with. `within_km` counts from `near` in a straight line, and
    so does `sort=distance`, which needs `near`; homes whose place is not published come last.
    `stay_from` and `stay_until` (the first day after): what a short stay on these days costs, in each result's `stay`;
    free beds are then those nobody has on any of them, unless `free_on` names a day. `sort=price` then goes by it among the first 200 homes. `unlicensed`: also the homes whose licence does not stand; they are never matched otherwise.
    `nearly`: after the homes called `q` also those called nearly so, which are otherwise looked for only where nobody is.
    """

    q = serializers.CharField(max_length=60, **TEXT)
    nearly = serializers.BooleanField(**TICK)
    region = RegionField(**TEXT)
    paired_with = RegionField(**TEXT)
    near = NearField(max_length=60, **MAYBE)
    within_km = serializers.FloatField(min_value=0.1, max_value=1000, **MAYBE)
    capability_level = serializers.IntegerField(min_value=0, max_value=4, **MAYBE)
    budget_fen = FenField(**MAYBE)
    stars = serializers.IntegerField(min_value=1, max_value=5, **MAYBE)
    free_beds = serializers.IntegerField(min_value=1, max_value=1000, **MAYBE)
    free_on = serializers.DateField(**MAYBE)
    care_grade = serializers.ChoiceField(choices=CareGrade.choices, **TEXT)
    room_type = serializers.ChoiceField(choices=RoomType.choices, **TEXT)
    medical_insurance = serializers.BooleanField(**TICK)
    dementia = serializers.BooleanField(**TICK)
    accepts_hukou = RegionField(**TEXT)
    subsidy_payable = serializers.BooleanField(**TICK)
    inclusive = serializers.BooleanField(**TICK)
    short_stay = serializers.BooleanField(**TICK)
    stay_from = serializers.DateField(**MAYBE)
    stay_until = serializers.DateField(**MAYBE)
    kind = serializers.ChoiceField(choices=FacilityKind.choices, **TEXT)
    unlicensed = serializers.BooleanField(**TICK)
    sort = serializers.ChoiceField(choices=[(order, order) for order in ORDERS], default="recommended")
    cursor = serializers.CharField(max_length=300, **MAYBE)
    page_size = serializers.IntegerField(min_value=1, max_value=MOST, default=PAGE)

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        if said["near"] is None and (said["within_km"] is not None or said["sort"] == "distance"):
            raise serializers.ValidationError({"near": gettext("要按距离找，请写明从哪里算起，例如 39.92,116.44。")})
        return super().validate(said)


class StarsSerializer(serializers.Serializer):
    """A rating as its paper states it; `recognised`: it counts for elders of Beijing. `valid_until`: last valid day."""

    level = serializers.IntegerField()
    standard = serializers.CharField()
    issuer = serializers.CharField()
    valid_until = serializers.DateField()
    recognised = serializers.BooleanField()


class FreeOfTypeSerializer(serializers.Serializer):
    bed_type = serializers.ChoiceField(choices=BedType.choices)
    free = serializers.IntegerField()


class LaterSerializer(serializers.Serializer):
    """Beds that become free on a later day."""

    on = serializers.DateField()
    free = serializers.IntegerField()


class NotAdmittableSerializer(serializers.Serializer):
    """Empty beds that take nobody in, by reason."""

    reason = serializers.ChoiceField(choices=list(WHY))
    beds = serializers.IntegerField()


class BedsSerializer(serializers.Serializer):
    """Free beds, counted from the claims. `free` null: the home publishes no vacancy.

    `later`: what becomes free after today, day by day; `not_admittable`: empty, but nobody is taken in, `why` tells apart.
    """

    free = serializers.IntegerField(allow_null=True)
    not_admittable = serializers.IntegerField(allow_null=True)
    freshness = serializers.ChoiceField(choices=["fresh", "recent", "verify", "unknown"])
    as_of = serializers.DateTimeField(allow_null=True)
    by = serializers.CharField(allow_null=True)
    types = FreeOfTypeSerializer(many=True)
    next_free_on = serializers.DateField(allow_null=True)
    later = LaterSerializer(many=True)
    why = NotAdmittableSerializer(many=True)


class RankReasonSerializer(serializers.Serializer):
    """Why a home stands where it stands; 0 points: not published."""

    id = serializers.CharField()
    points = serializers.IntegerField()
    text = serializers.CharField()


class CardSerializer(serializers.Serializer):
    """A home in a list. `price_from_fen`: a whole month for the grade asked for (self-care when none was) in `price_room`,
    the room asked for, else the cheapest that has a free bed, else the cheapest. `not_matched`: why it takes nobody in.
    `stay`: what the days asked for cost, null without days. `short_stay_prices`: the seasons' prices, those in force
    first, where `short_stay` was asked for without days; null otherwise.
    """

    id = serializers.UUIDField()
    name = serializers.CharField()
    region = serializers.CharField()
    region_name = serializers.CharField()
    kind = serializers.ChoiceField(choices=FacilityKind.choices)
    is_demo = serializers.BooleanField()
    stars = StarsSerializer(allow_null=True)
    beds = BedsSerializer()
    price_from_fen = serializers.IntegerField(allow_null=True)
    price_room = serializers.ChoiceField(choices=RoomType.choices, allow_null=True)
    not_matched = serializers.CharField(allow_null=True)
    distance_km = serializers.FloatField(allow_null=True)
    points = serializers.IntegerField()
    reasons = RankReasonSerializer(many=True)
    stay = ShortStaySerializer(allow_null=True)
    short_stay_prices = SeasonSerializer(many=True, allow_null=True)


class FacetSerializer(serializers.Serializer):
    count = serializers.IntegerField()
    more = serializers.BooleanField()


class FacilitiesPageSerializer(serializers.Serializer):
    """A page by key. `facets`: per filter and value, how many homes that choice leaves under all the other filters.

    `more`: at least so many; counting stops after a thousand, or after the first homes in the order of quality.
    `slipped`: nothing is called as was typed, these are called nearly so.
    """

    results = CardSerializer(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    facets = serializers.DictField(child=serializers.DictField(child=FacetSerializer()))
    as_of = serializers.DateTimeField()
    slipped = serializers.BooleanField()


class PriceSerializer(serializers.Serializer):
    """One monthly price; `next_fen` from `next_from` where a change is known."""

    item = serializers.ChoiceField(choices=["bed", "care", "meal"])
    room_type = serializers.CharField(allow_null=True)
    care_grade = serializers.CharField(allow_null=True)
    monthly_fen = serializers.IntegerField()
    since = serializers.DateField()
    next_fen = serializers.IntegerField(allow_null=True)
    next_from = serializers.DateField(allow_null=True)


class RatingSerializer(StarsSerializer):
    issued_on = serializers.DateField()
    status = serializers.CharField()
    reasons = ReasonSerializer(many=True)


class PointSerializer(serializers.Serializer):
    latitude = serializers.FloatField()
    longitude = serializers.FloatField()
    datum = serializers.CharField()


class AccuracySerializer(serializers.Serializer):
    """How often the number of free beds was as shown, since a day. `percent` null: fewer than `least` were found."""

    percent = serializers.IntegerField(allow_null=True)
    right = serializers.IntegerField()
    wrong = serializers.IntegerField()
    contested = serializers.IntegerField()
    least = serializers.IntegerField()
    since = serializers.DateField()


class FacilitySerializer(serializers.Serializer):
    """A home whole. Null is not published, never no. `published`: facts as a named source states them."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    alias = serializers.CharField(allow_null=True)
    region = serializers.CharField()
    region_name = serializers.CharField()
    kind = serializers.ChoiceField(choices=FacilityKind.choices)
    nature = serializers.ChoiceField(choices=Nature.choices, allow_null=True)
    credit_code = serializers.CharField(allow_null=True)
    filing_number = serializers.CharField(allow_null=True)
    licence_valid_until = serializers.DateField(allow_null=True)
    address = serializers.CharField(allow_null=True)
    phone = serializers.CharField(allow_null=True)
    position = PointSerializer(allow_null=True)
    has_clinic = serializers.BooleanField(allow_null=True)
    medical_insurance = serializers.BooleanField(allow_null=True)
    subsidy_payable = serializers.BooleanField(allow_null=True)
    takes_dementia = serializers.BooleanField(allow_null=True)
    accepts_levels = serializers.ListField(child=serializers.IntegerField(), allow_null=True)
    accepts_hukou = serializers.ListField(child=serializers.CharField(), allow_null=True)
    is_demo = serializers.BooleanField()
    ratings = RatingSerializer(many=True)
    beds = BedsSerializer()
    accuracy = AccuracySerializer()
    prices = PriceSerializer(many=True)
    published = serializers.ListField(child=serializers.DictField())


class FacilitiesDoor(OpenDoor):
    @extend_schema(
        operation_id="facilities_list",
        summary=_("找养老院：条件、排序、每一项能再选多少"),
        parameters=[FiltersBody],
        responses={200: FacilitiesPageSerializer},
    )
    def get(self, request: Request) -> Response:
        body = FiltersBody(data=request.query_params.dict())
        body.is_valid(raise_exception=True)
        filters = filters_of(body.validated_data)
        require_places(body.validated_data)
        require_days(body.validated_data)
        found = search(filters, body.validated_data["cursor"], size=body.validated_data["page_size"])
        return Response(
            {
                "results": [card_of(card, filters) for card in found.cards],
                "next": _page_url(request, found.next),
                "previous": _page_url(request, found.previous),
                "facets": facets_of(facets(filters, found.as_of.date(), found.called)),
                "as_of": found.as_of,
                "slipped": found.slipped,
            }
        )


class FacilityDoor(OpenDoor):
    @extend_schema(operation_id="facilities_read", summary=_("一家养老机构"), responses={200: FacilitySerializer})
    def get(self, request: Request, facility_id: UUID) -> Response:
        page = facility_page(facility_id)
        if page is None:
            raise Http404
        return Response(facility_of(page))


def require_places(body: dict[str, Any]) -> None:
    """Make sure that the divisions named exist. Raises Refusal `unknown_region` (422)."""
    require_regions({name: body[name] for name in ("region", "paired_with", "accepts_hukou") if body[name]})


def facets_of(counted: Facets) -> dict[str, Any]:
    return {
        name: {value: count.to_json() for value, count in values.items()} for name, values in counted.counts.items()
    }


def filters_of(body: dict[str, Any]) -> SearchFilters:
    """Give the filters a read `FiltersBody` (or one that extends it) stands for."""
    names = SearchFilters.__dataclass_fields__
    return SearchFilters(**{name: body[name] for name in names if name in body})


def card_of(
    card: HomeCard,
    filters: SearchFilters,
    rooms: list[dict[str, Any]] | None = None,
    *,
    translate: Translate = gettext,
) -> dict[str, Any]:
    """Write a card of a search, in the reader's language. `rooms`: the days asked for, where a floor above knows more of them."""
    days, seasons = filters.stay, filters.short_stay and not filters.stay
    if days and rooms is None:
        rooms = [room_of(quote) for quote in card.stays]
    return {
        "id": str(card.id),
        "name": card.name,
        "region": card.region_code,
        "region_name": card.region_name,
        "kind": card.kind,
        "is_demo": card.is_demo,
        "stars": _stars(card.stars) if card.stars else None,
        "beds": beds_of(card.beds, card.confirmed),
        "price_from_fen": card.price_from_fen,
        "price_room": card.price_room,
        "not_matched": speak(card.not_matched, translate) if card.not_matched else None,
        "distance_km": card.distance_km,
        "points": card.points,
        "reasons": [
            {"id": reason.id, "points": reason.points, "text": speak(reason.text, translate)} for reason in card.reasons
        ],
        "stay": days and stay_of(days, card.price_grade, rooms or []),
        "short_stay_prices": [season_of(price) for price in card.seasons] if seasons else None,
    }


def facility_of(page: FacilityPage) -> dict[str, Any]:
    """Write a home whole, in the reader's language."""
    home = page.home
    plain = ("has_clinic", "medical_insurance", "subsidy_payable", "takes_dementia", "accepts_levels", "accepts_hukou")
    texts = ("alias", "nature", "credit_code", "filing_number", "address", "phone")
    position = {"latitude": home.latitude, "longitude": home.longitude, "datum": "WGS-84"}
    return {
        "id": str(home.pk),
        "name": home.name,
        "region": home.region_id,
        "region_name": page.region_name,
        "kind": home.kind,
        "licence_valid_until": home.licence_valid_until,
        "position": position if home.latitude is not None else None,
        **{name: getattr(home, name) for name in plain},
        **{name: getattr(home, name) or None for name in texts},
        "is_demo": home.is_demo,
        "ratings": [_rating(star) for star in page.stars],
        "beds": beds_of(page.beds, page.confirmed),
        "accuracy": AccuracySerializer(page.accuracy).data,
        "prices": [_price(row) for row in (*page.bed_prices, *page.care_prices, *page.meal_prices)],
        "published": list(page.published),
    }


def beds_of(beds: Vacancy, confirmed: Confirmation) -> dict[str, Any]:
    """Write a count of beds with its age and who said so."""
    known = beds.is_published
    return {
        "free": beds.free if known else None,
        "not_admittable": beds.not_admittable if known else None,
        "freshness": confirmed.level,
        "as_of": confirmed.as_of and confirmed.as_of.astimezone(CHINA).isoformat(),
        "by": speak(confirmed.by, gettext) or None,
        "types": [{"bed_type": bed_type, "free": free} for bed_type, free in sorted(beds.types.items())],
        "next_free_on": beds.next_free_on,
        "later": [{"on": day, "free": free} for day, free in beds.later],
        "why": [{"reason": reason, "beds": count} for reason, count in sorted(beds.why.items())],
    }


def _stars(star: StarsShown) -> dict[str, Any]:
    return {
        "level": star.level,
        "standard": star.standard,
        "issuer": star.issuer_code,
        "valid_until": star.valid_until,
        "recognised": star.recognised,
    }


def _rating(star: StarsShown) -> dict[str, Any]:
    reasons = [reason.to_json(gettext) for reason in star.recognition.verdict.reasons]
    return {**_stars(star), "issued_on": star.issued_on, "status": star.status, "reasons": reasons}


def _price(row: Any) -> dict[str, Any]:
    return {
        "item": row.item,
        "room_type": row.room_type or None,
        "care_grade": row.care_grade or None,
        "monthly_fen": row.monthly_fen,
        "since": row.since,
        "next_fen": row.next_fen,
        "next_from": row.next_from,
    }


def _page_url(request: Request, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    kept = {name: value for name, value in request.query_params.items() if name != "cursor"}
    return request.build_absolute_uri(f"{request.path}?{urlencode({**kept, 'cursor': cursor})}")
