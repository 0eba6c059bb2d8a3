"""A home's waiting list for its own system, and the rule by which it moves, for everybody."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from eldercare.kernel import clock
from eldercare.kernel.sentences import speak
from eldercare.ui.api.fields import StrictSerializer
from eldercare.ui.api.serializers import CiteSerializer
from facilities.access import facilities_of, works_for
from facilities.api.admission import HomeApplicationSerializer, application_of
from facilities.api.directory import MAYBE
from facilities.api.token import HomeDoor
from facilities.choices import FacilityKind, ListMode, OpeningState
from facilities.models import Facility, Opening
from facilities.rules.waiting import list_settings
from facilities.selectors.admission import cards_in_order
from facilities.selectors.waiting import directed_to, hours_to_answer, list_rule, openings_of, waiting_list
from facilities.services.waiting_list import pass_over_proposed, set_list_rule, stop_opening

SHOWN = 200
MOST = 1000


class ListRuleBody(StrictSerializer):
    """`hours` null: as the published setting says."""

    mode = serializers.ChoiceField(choices=ListMode.choices)
    hours = serializers.IntegerField(min_value=1, max_value=100_000, **MAYBE)


class PassOverBody(StrictSerializer):
    """`application`: the family that is meant; where another one's turn it is by now, the answer is 409."""

    application = serializers.UUIDField(**MAYBE)
    reason = serializers.CharField(max_length=300)


class ClassSerializer(serializers.Serializer):
    """A class of the list; `example`: no public rule was found, it is a setting of this system (示例).

    `proof`: what the home must have before the class counts; `proof_text` says what the family does for it.
    """

    id = serializers.CharField()
    name = serializers.CharField()
    because = serializers.CharField()
    example = serializers.BooleanField()
    proof = serializers.ChoiceField(choices=["", "document", "resident"])
    proof_text = serializers.CharField(allow_blank=True)
    cite = CiteSerializer()


class DirectedSerializer(serializers.Serializer):
    """Elders of this 户籍 come first at this home."""

    hukou = serializers.CharField()
    document = serializers.CharField()
    article = serializers.CharField(allow_blank=True)


class WaitingRuleSerializer(serializers.Serializer):
    """How a home's list is ordered and moved. `waiting` stops counting at a thousand (`more`)."""

    classes = ClassSerializer(many=True)
    directed = DirectedSerializer(many=True)
    mode = serializers.ChoiceField(choices=ListMode.choices)
    hours = serializers.IntegerField()
    hours_more = serializers.IntegerField()
    later_days = serializers.IntegerField()
    declines_keep_place = serializers.IntegerField()
    lapses_then_pause = serializers.IntegerField()
    pause_days = serializers.IntegerField()
    waiting = serializers.IntegerField()
    more = serializers.BooleanField()


class OpeningSerializer(serializers.Serializer):
    """A bed that goes along the list. `proposed`: the application whose turn it is, where the home's staff decide."""

    id = serializers.UUIDField()
    bed = serializers.UUIDField()
    bed_name = serializers.CharField()
    from_day = serializers.DateField()
    state = serializers.ChoiceField(choices=OpeningState.choices)
    proposed = serializers.UUIDField(allow_null=True)
    passed_over = serializers.IntegerField()


class PlacesQuery(StrictSerializer):
    """`after`: the places behind this number; a family that leaves meanwhile moves those behind it one place forward."""

    after = serializers.IntegerField(min_value=0, max_value=1_000_000, required=False, default=0)


class WaitingListSerializer(serializers.Serializer):
    """Two hundred places at most, in order: the first ones, or those behind a number."""

    places = HomeApplicationSerializer(many=True)


class OpeningsSerializer(serializers.Serializer):
    openings = OpeningSerializer(many=True)


class WaitingListDoor(HomeDoor):
    @extend_schema(
        operation_id="waiting_list",
        summary=_("机构的轮候名单，按顺序"),
        parameters=[PlacesQuery],
        responses={200: WaitingListSerializer},
    )
    def get(self, request: Request, facility_id: UUID) -> Response:
        home = get_object_or_404(facilities_of(self.viewer), pk=facility_id)
        query = PlacesQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        today, after = clock.today(), query.validated_data["after"]
        cards = cards_in_order(waiting_list(home.pk, today)[after : after + SHOWN], today)
        return Response({"places": [application_of(card) for card in cards]})


class WaitingRuleDoor(HomeDoor):
    def get_permissions(self) -> list[Any]:
        """Everybody may read the rule."""
        return [] if self.request.method == "GET" else super().get_permissions()

    @extend_schema(
        operation_id="waiting_rule",
        summary=_("轮候办法：类别、顺序和时限"),
        auth=[],
        responses={200: WaitingRuleSerializer},
    )
    def get(self, request: Request, facility_id: UUID) -> Response:
        home = get_object_or_404(Facility, pk=facility_id, kind=FacilityKind.HOME)
        return Response(_rule(home))

    @extend_schema(
        operation_id="waiting_rule_set",
        summary=_("机构负责人设定空出床位时怎么办"),
        request=ListRuleBody,
        responses={200: WaitingRuleSerializer},
    )
    def put(self, request: Request, facility_id: UUID) -> Response:
        home = get_object_or_404(facilities_of(self.viewer), pk=facility_id)
        body = self.read(ListRuleBody)

        def act() -> dict[str, Any]:
            set_list_rule(self.viewer, facility_id=home.pk, **body)
            return _rule(home)

        return self.once("facilities.list_rule", act)


class OpeningsDoor(HomeDoor):
    @extend_schema(operation_id="openings_list", summary=_("正在按名单询问的空床"), responses={200: OpeningsSerializer})
    def get(self, request: Request, facility_id: UUID) -> Response:
        if not works_for(self.viewer, facility_id):
            raise Http404
        return Response({"openings": [opening_of(row) for row in openings_of(facility_id)]})


class PassOverDoor(HomeDoor):
    @extend_schema(
        operation_id="openings_pass_over",
        summary=_("这次不留给轮到的家庭，写明原因，问下一家"),
        request=PassOverBody,
        responses={200: OpeningSerializer},
    )
    def post(self, request: Request, opening_id: UUID) -> Response:
        get_object_or_404(Opening, pk=opening_id, facility__in=facilities_of(self.viewer))
        body = self.read(PassOverBody)

        def act() -> dict[str, Any]:
            facts = {"reason": body["reason"], "application_id": body["application"]}
            pass_over_proposed(self.viewer, opening_id=opening_id, **facts)
            return _one(opening_id)

        return self.once("facilities.pass_over", act)


class StopDoor(HomeDoor):
    @extend_schema(
        operation_id="openings_stop",
        summary=_("不再按名单询问这张床"),
        request=None,
        responses={200: OpeningSerializer},
    )
    def post(self, request: Request, opening_id: UUID) -> Response:
        def act() -> dict[str, Any]:
            stop_opening(self.viewer, opening_id=opening_id)
            return _one(opening_id)

        return self.once("facilities.stop_opening", act)


def opening_of(row: Opening) -> dict[str, Any]:
    """Write a bed that goes along the list."""
    return {
        "id": str(row.pk),
        "bed": str(row.bed_id),
        "bed_name": f"{row.bed.room.name}-{row.bed.name}",
        "from_day": row.from_day.isoformat(),
        "state": row.state,
        "proposed": row.proposed_id and str(row.proposed_id),
        "passed_over": row.passed if hasattr(row, "passed") else row.skips.count(),
    }


def _one(opening_id: UUID) -> dict[str, Any]:
    return opening_of(Opening.objects.select_related("bed__room").get(pk=opening_id))


def _rule(home: Facility) -> dict[str, Any]:
    today = clock.today()
    rule, directed = list_settings(today), directed_to(home.pk, today)
    waiting = waiting_list(home.pk, today).order_by()[: MOST + 1].count()
    return {
        "classes": [
            {
                "id": one.id,
                "name": speak(one.name, gettext),
                "because": speak(one.because, gettext),
                "example": one.example,
                "proof": one.proof,
                "proof_text": speak(one.proof_text, gettext) if one.proof else "",
                "cite": one.cite.to_json(),
            }
            for one in rule.classes
        ],
        "directed": [{"hukou": row.hukou_id, "document": row.document, "article": row.article} for row in directed],
        "mode": list_rule(home.pk).mode,
        "hours": hours_to_answer(home.pk, today),
        "hours_more": rule.hours_more,
        "later_days": rule.later_days,
        "declines_keep_place": rule.declines_keep_place,
        "lapses_then_pause": rule.lapses_then_pause,
        "pause_days": rule.pause_days,
        "waiting": min(waiting, MOST),
        "more": waiting > MOST,
    }
