"""A home's board for its own system or its staff: read it, change it as one act, say that nothing changed."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from eldercare.kernel import clock
from eldercare.ui.api.fields import MomentField, StrictSerializer
from eldercare.ui.api.views import OpenDoor
from facilities.access import works_for
from facilities.api.directory import MAYBE, TEXT, BedsSerializer, beds_of
from facilities.api.token import HomeDoor
from facilities.choices import BedType, RoomType, WhyClosed
from facilities.models import Facility
from facilities.rules.board import WORDS
from facilities.selectors.beds import Confirmation, Vacancy, board, confirmations, vacancies
from facilities.selectors.history import as_it_stood
from facilities.services.board import BedChange, confirm_beds

MOST_BEDS = 2000
STATES = list(WORDS)
SAID = ("occupied", "blocked", "held", "held_until", "held_for", "admittable", "why", "until", "note")


class BedChangeBody(StrictSerializer):
    """What is said about one bed; null leaves a thing as it is.

    `occupied`: somebody lives there who is not registered here, until `until`, the first free day, where it is known.
    `held`: the home keeps it until `held_until` without asking anybody (null: some hours), for a waiting application
    where `held_for` names one; false lets it go, and it goes along the waiting list.
    `seen`: the `state` the bed had when this was decided; where it is another one by now, the whole act is 409.
    """

    id = serializers.UUIDField()
    occupied = serializers.BooleanField(**MAYBE)
    blocked = serializers.BooleanField(**MAYBE)
    held = serializers.BooleanField(**MAYBE)
    held_until = MomentField(**MAYBE)
    held_for = serializers.UUIDField(**MAYBE)
    admittable = serializers.BooleanField(**MAYBE)
    why = serializers.ChoiceField(choices=WhyClosed.choices, **TEXT)
    until = serializers.DateField(**MAYBE)
    seen = serializers.ChoiceField(choices=STATES, **TEXT)
    note = serializers.CharField(max_length=200, allow_blank=True, default="")


class BoardBody(StrictSerializer):
    """The whole board or part of it; beds that are not named are confirmed as they stand."""

    beds = BedChangeBody(many=True, max_length=MOST_BEDS)
    note = serializers.CharField(max_length=200, allow_blank=True, default="")


class ConfirmBody(StrictSerializer):
    note = serializers.CharField(max_length=200, allow_blank=True, default="")


class BoardBedSerializer(serializers.Serializer):
    """A bed; `claimed` is why it is not free today (null: nothing claims it), `until` the first day after.

    `state` is what the board shows; only free, occupied, blocked, closed and held are the board's to change. A held bed
    is free again at `lapses_at`; `held_for` is the application it is held for.
    """

    id = serializers.UUIDField()
    room = serializers.CharField()
    room_type = serializers.ChoiceField(choices=RoomType.choices)
    name = serializers.CharField()
    bed_type = serializers.ChoiceField(choices=BedType.choices)
    admittable = serializers.BooleanField()
    why = serializers.ChoiceField(choices=WhyClosed.choices, allow_null=True)
    state = serializers.ChoiceField(choices=STATES)
    claimed = serializers.CharField(allow_null=True)
    until = serializers.DateField(allow_null=True)
    lapses_at = serializers.DateTimeField(allow_null=True)
    held_for = serializers.UUIDField(allow_null=True)


class BoardSerializer(serializers.Serializer):
    """The board and the count it makes."""

    beds = BoardBedSerializer(many=True)
    counted = BedsSerializer()


class OwnHomeDoor(HomeDoor):
    def check(self, facility_id: UUID) -> None:
        """Somebody else's home is not there, whatever was sent with the request."""
        if not works_for(self.viewer, facility_id):
            raise Http404


class BoardDoor(OwnHomeDoor):
    @extend_schema(operation_id="beds_read", summary=_("床位板"), responses={200: BoardSerializer})
    def get(self, request: Request, facility_id: UUID) -> Response:
        self.check(facility_id)
        return Response(_board(facility_id))

    @extend_schema(
        operation_id="beds_update",
        summary=_("一次报全部或部分床位的变化，其余确认无变化"),
        request=BoardBody,
        responses={200: BoardSerializer},
    )
    def put(self, request: Request, facility_id: UUID) -> Response:
        self.check(facility_id)
        body = self.read(BoardBody)
        changes = [
            BedChange(row["id"], seen=row["seen"] or None, **{name: row[name] for name in SAID}) for row in body["beds"]
        ]

        def act() -> dict[str, Any]:
            confirm_beds(self.viewer, facility_id=facility_id, changes=changes, note=body["note"])
            return _board(facility_id)

        return self.once("facilities.beds", act)


class ConfirmDoor(OwnHomeDoor):
    @extend_schema(
        operation_id="beds_confirm", summary=_("床位无变化"), request=ConfirmBody, responses={200: BoardSerializer}
    )
    def post(self, request: Request, facility_id: UUID) -> Response:
        self.check(facility_id)
        body = self.read(ConfirmBody)

        def act() -> dict[str, Any]:
            confirm_beds(self.viewer, facility_id=facility_id, note=body["note"])
            return _board(facility_id)

        return self.once("facilities.confirm", act)


class MomentQuery(StrictSerializer):
    at = MomentField()


class StoodSerializer(serializers.Serializer):
    """A home's count as it stood at `at`: made again from the claims, never read from a kept number."""

    at = serializers.DateTimeField()
    total = serializers.IntegerField(allow_null=True)
    beds = BedsSerializer()


class VacancyDoor(OpenDoor):
    @extend_schema(
        operation_id="vacancy_read",
        summary=_("一家机构的空床，按任一过去时刻重新数"),
        parameters=[MomentQuery],
        responses={200: StoodSerializer},
    )
    def get(self, request: Request, facility_id: UUID) -> Response:
        if not Facility.objects.filter(pk=facility_id).exists():
            raise Http404
        query = MomentQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        moment = query.validated_data["at"]
        if moment > clock.now():
            raise serializers.ValidationError({"at": _("只能查过去的时刻。")})
        stood = as_it_stood(facility_id, moment)
        return Response(
            {
                "at": moment.astimezone(clock.CHINA).isoformat(),
                "total": stood.beds.total if stood.beds.is_published else None,
                "beds": beds_of(stood.beds, stood.confirmed),
            }
        )


def _board(facility_id: UUID) -> dict[str, Any]:
    now = clock.now()
    beds = [
        {
            "id": str(bed.bed_id),
            "room": room.name,
            "room_type": room.room_type,
            "name": bed.name,
            "bed_type": bed.bed_type,
            "admittable": bed.admittable,
            "why": bed.why_closed or None,
            "state": bed.state,
            "claimed": bed.kind or None,
            "until": bed.until,
            "lapses_at": bed.lapses_at and bed.lapses_at.astimezone(clock.CHINA).isoformat(),
            "held_for": bed.held_for and str(bed.held_for),
        }
        for room in board(facility_id, now.date())
        for bed in room.beds
    ]
    vacancy = vacancies([facility_id], now.date()).get(facility_id, Vacancy())
    confirmed = confirmations([facility_id], now).get(facility_id, Confirmation())
    return {"beds": beds, "counted": beds_of(vacancy, confirmed)}
