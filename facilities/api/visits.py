"""Visits: a home publishes times and notes who came, a family books, moves, cancels and says what it found."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from eldercare.kernel import clock
from eldercare.ui.api.fields import MomentField, StrictSerializer
from facilities.access import facilities_of, visits_visible_to
from facilities.api.directory import MAYBE, TEXT
from facilities.api.token import HomeDoor
from facilities.choices import FacilityKind, VisitState
from facilities.models import Facility, Visit, VisitSlot
from facilities.selectors.visits import VisitCard, open_slots, visit_cards
from facilities.services import visits as acts

SHOWN = 200


class SlotsBody(StrictSerializer):
    """`count` times one after the other, `minutes` each, from `starts_at` on."""

    starts_at = MomentField()
    minutes = serializers.IntegerField(min_value=10, max_value=240)
    count = serializers.IntegerField(min_value=1, max_value=20, required=False, default=1)


class BookBody(StrictSerializer):
    """`instead_of`: a booked visit that is moved to this time."""

    slot = serializers.UUIDField()
    elder = serializers.UUIDField(**MAYBE)
    instead_of = serializers.UUIDField(**MAYBE)


class CancelBody(StrictSerializer):
    """`reason`: a home must say why."""

    reason = serializers.CharField(max_length=300, **TEXT)


class OutcomeBody(StrictSerializer):
    came = serializers.BooleanField()


class FoundBody(StrictSerializer):
    """Was the number of free beds on the page right, and how many were found?"""

    number_right = serializers.BooleanField()
    found_free = serializers.IntegerField(min_value=0, max_value=10_000, **MAYBE)


class SlotSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    starts_at = serializers.DateTimeField()
    minutes = serializers.IntegerField()


class SlotsSerializer(serializers.Serializer):
    """Times that can be booked, earliest first."""

    slots = SlotSerializer(many=True)


class VisitSerializer(serializers.Serializer):
    """A visit. `shown_free`: what the public page said when the family came."""

    id = serializers.UUIDField()
    facility = serializers.UUIDField()
    slot = serializers.UUIDField()
    starts_at = serializers.DateTimeField()
    elder = serializers.UUIDField(allow_null=True)
    state = serializers.ChoiceField(choices=VisitState.choices)
    reason = serializers.CharField(allow_null=True)
    shown_free = serializers.IntegerField(allow_null=True)
    number_right = serializers.BooleanField(allow_null=True)
    found_free = serializers.IntegerField(allow_null=True)


ONE = {200: VisitSerializer}


class SlotsDoor(HomeDoor):
    def get_permissions(self) -> list[Any]:
        """Everybody may read the times."""
        return [] if self.request.method == "GET" else super().get_permissions()

    @extend_schema(
        operation_id="visit_slots_list", summary=_("可以预约的参观时间"), auth=[], responses={200: SlotsSerializer}
    )
    def get(self, request: Request, facility_id: UUID) -> Response:
        home = get_object_or_404(Facility, pk=facility_id, kind=FacilityKind.HOME)
        return Response({"slots": [slot_of(slot) for slot in open_slots([home.pk])[:SHOWN]]})

    @extend_schema(
        operation_id="visit_slots_publish",
        summary=_("机构公布参观时间"),
        request=SlotsBody,
        responses={201: SlotsSerializer},
    )
    def post(self, request: Request, facility_id: UUID) -> Response:
        home = get_object_or_404(facilities_of(self.viewer), pk=facility_id)
        body = self.read(SlotsBody)

        def act() -> dict[str, Any]:
            return {"slots": [slot_of(slot) for slot in acts.publish_slots(self.viewer, facility_id=home.pk, **body)]}

        return self.once("facilities.slots", act, status=201)


class WithdrawSlotDoor(HomeDoor):
    @extend_schema(
        operation_id="visit_slots_withdraw",
        summary=_("机构收回一个参观时间，约好的家庭会收到原因"),
        request=CancelBody,
        responses={200: SlotSerializer},
    )
    def post(self, request: Request, slot_id: UUID) -> Response:
        get_object_or_404(VisitSlot, pk=slot_id, facility__in=facilities_of(self.viewer))
        body = self.read(CancelBody)
        return self.once(
            "facilities.withdraw_slot",
            lambda: slot_of(acts.withdraw_slot(self.viewer, slot_id=slot_id, reason=body["reason"])),
        )


class VisitsDoor(HomeDoor):
    @extend_schema(
        operation_id="visits_list",
        summary=_("我能看到的参观，新的在前"),
        responses={200: VisitSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        return self.page(visits_visible_to(self.viewer), self.listed)

    def listed(self, rows: list[Visit]) -> list[dict[str, Any]]:
        by_id = {card.visit.pk: card for card in visit_cards(Visit.objects.filter(pk__in=[row.pk for row in rows]))}
        return [visit_of(by_id[row.pk]) for row in rows]

    @extend_schema(
        operation_id="visits_book", summary=_("家属预约或改期"), request=BookBody, responses={201: VisitSerializer}
    )
    def post(self, request: Request) -> Response:
        body = self.read(BookBody)

        def act() -> dict[str, Any]:
            made = acts.book_visit(
                self.viewer, slot_id=body["slot"], elder_id=body["elder"], instead_of=body["instead_of"]
            )
            return _one(made.pk)

        return self.once("facilities.visit", act, status=201)


class VisitActDoor(HomeDoor):
    """What the acts on a visit share."""

    def act(self, door: str, visit_id: UUID, body_class: type, service: Any) -> Response:
        """Act once per key and answer with the visit as it then is."""
        get_object_or_404(visits_visible_to(self.viewer), pk=visit_id)
        body = self.read(body_class)

        def acted() -> dict[str, Any]:
            return _one(service(self.viewer, visit_id=visit_id, **body).pk)

        return self.once(door, acted)


class CancelDoor(VisitActDoor):
    @extend_schema(operation_id="visits_cancel", summary=_("取消参观"), request=CancelBody, responses=ONE)
    def post(self, request: Request, visit_id: UUID) -> Response:
        return self.act("facilities.cancel_visit", visit_id, CancelBody, acts.cancel_visit)


class OutcomeDoor(VisitActDoor):
    @extend_schema(operation_id="visits_outcome", summary=_("机构记下来了没有"), request=OutcomeBody, responses=ONE)
    def post(self, request: Request, visit_id: UUID) -> Response:
        get_object_or_404(Visit, pk=visit_id, facility__in=facilities_of(self.viewer))
        return self.act("facilities.visit_outcome", visit_id, OutcomeBody, acts.record_visit)


class FoundDoor(VisitActDoor):
    @extend_schema(operation_id="visits_found", summary=_("家属说床位数对不对"), request=FoundBody, responses=ONE)
    def post(self, request: Request, visit_id: UUID) -> Response:
        acts.visitors_only(self.viewer, get_object_or_404(visits_visible_to(self.viewer), pk=visit_id))
        return self.act("facilities.found", visit_id, FoundBody, acts.say_what_was_found)


def slot_of(slot: VisitSlot) -> dict[str, Any]:
    """Write a time."""
    return {
        "id": str(slot.pk),
        "starts_at": slot.starts_at.astimezone(clock.CHINA).isoformat(),
        "minutes": slot.minutes,
    }


def visit_of(card: VisitCard) -> dict[str, Any]:
    """Write a visit."""
    row = card.visit
    return {
        "id": str(row.pk),
        "facility": str(row.facility_id),
        "slot": str(row.slot_id),
        "starts_at": row.slot.starts_at.astimezone(clock.CHINA).isoformat(),
        "elder": row.elder_id and str(row.elder_id),
        "state": row.state,
        "reason": row.reason or None,
        "shown_free": row.shown_free,
        "number_right": row.number_right,
        "found_free": row.found_free,
    }


def _one(visit_id: UUID) -> dict[str, Any]:
    (card,) = visit_cards(Visit.objects.filter(pk=visit_id))
    return visit_of(card)
