"""`POST /api/v1/facilities/search`: the directory's search with a described elder in the body. A read; keeps nothing."""

from functools import cache
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from eldercare.kernel import clock
from eldercare.kernel.sentences import Translate
from eldercare.portal.api.quotes import UndecidedSerializer, asker_of, net_of
from eldercare.portal.api.short_stays import PricedShortStaySerializer, priced_rooms_of
from eldercare.portal.journeys import find_a_home, short_stay
from eldercare.ui.api.fields import FenField
from eldercare.ui.api.serializers import LineSerializer
from eldercare.ui.api.views import OpenDoor
from facilities.api.directory import (
    CardSerializer,
    FacetSerializer,
    FiltersBody,
    card_of,
    facets_of,
    filters_of,
    require_places,
)
from facilities.api.short_stays import require_days
from facilities.selectors.search import HomeCard, SearchFilters, facets
from subsidies.api.elder import MAYBE, ElderBody


class SearchBody(FiltersBody):
    """The filters of `GET /facilities`, and whom the prices are for. `net_budget_fen` is what the family pays itself,
    a month or, with days, for these days.
    """

    elder = ElderBody(**MAYBE)
    net_budget_fen = FenField(**MAYBE)

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        if said["net_budget_fen"] is not None and said["elder"] is None:
            raise serializers.ValidationError({"net_budget_fen": gettext("补贴后的预算要先描述老人的情况。")})
        return super().validate(said)


class PricedCardSerializer(CardSerializer):
    """A home with what it costs the described elder; null where no complete price is published or nobody was described.

    With days the net fields stand in `stay`, per room type, and those of a month are null.
    """

    net_monthly_fen = serializers.IntegerField(allow_null=True)
    net_lines = LineSerializer(many=True, allow_null=True)
    undecided = UndecidedSerializer(many=True, allow_null=True)
    stay = PricedShortStaySerializer(allow_null=True)


class PricedPageSerializer(serializers.Serializer):
    """A page by key; `next` and `previous` are cursors to send as `cursor`. `facets` as in `GET /facilities`."""

    results = PricedCardSerializer(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    facets = serializers.DictField(child=serializers.DictField(child=FacetSerializer()))
    slipped = serializers.BooleanField()


class SearchDoor(OpenDoor):
    @extend_schema(
        operation_id="facilities_search",
        summary=_("找养老院，按描述的老人算好补贴后自付多少"),
        request=SearchBody,
        responses={200: PricedPageSerializer},
    )
    def post(self, request: Request) -> Response:
        body = self.read(SearchBody)
        require_places(body)
        require_days(body)
        asking = asker_of(body["elder"], body["care_grade"], clock.today())
        filters = filters_of(body)
        find = short_stay.find if filters.stay else find_a_home.find
        found = find(
            filters,
            asking,
            page=body["cursor"],
            size=body["page_size"],
            net_budget_fen=body["net_budget_fen"],
        )
        translate = cache(gettext)  # the homes of a page say the same words again and again
        results = [_result(card, filters, translate) for card in found.cards]
        asked = find_a_home.priced_for(filters, asking, body["net_budget_fen"]) if asking else filters
        counted = facets(asked, found.as_of.date(), found.called)
        return Response(
            {
                "results": results,
                "next": found.next,
                "previous": found.previous,
                "facets": facets_of(counted),
                "slipped": found.slipped,
            }
        )


def _result(card: HomeCard, filters: SearchFilters, translate: Translate) -> dict[str, Any]:
    names = ("net_monthly_fen", "net_lines", "undecided")
    if filters.stay:
        return {**card_of(card, filters, priced_rooms_of(card.extra)), **dict.fromkeys(names)}
    net = net_of(card.extra, translate) if card.extra else {}
    return {**card_of(card, filters, translate=translate), **{name: net.get(name) for name in names}}
