"""Applications and offers for families, staff and homes' own systems. Accepting is the portal's door."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from eldercare.audit.services import record_view
from eldercare.kernel import clock
from eldercare.ui.api.fields import StrictSerializer
from eldercare.ui.api.serializers import LineSerializer, ReasonSerializer
from facilities.access import applications_to_answer, applications_visible_to, offers_visible_to
from facilities.api.directory import MAYBE
from facilities.api.token import HomeDoor
from facilities.choices import ApplicationState, CareGrade, OfferState, RoomType
from facilities.models import Application, Offer
from facilities.selectors.admission import ApplicationCard, application_cards, offer_lines, offer_state
from facilities.services.accept_offer import decline_offer
from facilities.services.apply_to_home import apply_to_home, withdraw_application
from facilities.services.offer_bed import offer_bed, refuse_application, withdraw_offer


class HomeApplyBody(StrictSerializer):
    """`consent_text_version`: the version of the words agreed to, purpose `home_application`."""

    facility = serializers.UUIDField()
    elder = serializers.UUIDField()
    room_type = serializers.ChoiceField(choices=RoomType.choices)
    care_grade = serializers.ChoiceField(choices=CareGrade.choices)
    wanted_from = serializers.DateField()
    consent_text_version = serializers.CharField(max_length=24)


class OfferBody(StrictSerializer):
    bed = serializers.UUIDField()
    from_day = serializers.DateField()
    hours = serializers.IntegerField(min_value=1, **MAYBE)


class RefuseBody(StrictSerializer):
    reason = serializers.CharField(max_length=300)


class OfferSerializer(serializers.Serializer):
    """A bed for an application until `lapses_at`; `lines` are the price of a whole month as it was offered."""

    id = serializers.UUIDField()
    application = serializers.UUIDField()
    bed = serializers.CharField()
    from_day = serializers.DateField()
    lapses_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=OfferState.choices)
    lines = LineSerializer(many=True)
    gross_fen = serializers.IntegerField()


class HomeApplicationSerializer(serializers.Serializer):
    """An application; the elder's name is masked. `fit`: every condition's answer on the day of applying."""

    id = serializers.UUIDField()
    facility = serializers.UUIDField()
    elder = serializers.UUIDField()
    elder_name = serializers.CharField()
    room_type = serializers.ChoiceField(choices=RoomType.choices)
    care_grade = serializers.ChoiceField(choices=CareGrade.choices)
    wanted_from = serializers.DateField()
    state = serializers.ChoiceField(choices=ApplicationState.choices)
    reason = serializers.CharField(allow_null=True)
    fit = serializers.CharField()
    conditions = ReasonSerializer(many=True)
    offer = OfferSerializer(allow_null=True)


ONE = {200: HomeApplicationSerializer}


class ApplicationsDoor(HomeDoor):
    @extend_schema(
        operation_id="applications_list",
        summary=_("我能看到的入住申请，新的在前"),
        responses={200: HomeApplicationSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        return self.page(applications_visible_to(self.viewer), self.listed)

    def listed(self, rows: list[Application]) -> list[dict[str, Any]]:
        cards = application_cards(Application.objects.filter(pk__in=[row.pk for row in rows]), clock.today())
        by_id = {card.application.pk: card for card in cards}
        return [application_of(by_id[row.pk]) for row in rows]

    @extend_schema(
        operation_id="applications_create",
        summary=_("为老人向一家机构申请入住"),
        request=HomeApplyBody,
        responses={201: HomeApplicationSerializer},
    )
    def post(self, request: Request) -> Response:
        body = self.read(HomeApplyBody)

        def act() -> dict[str, Any]:
            made = apply_to_home(
                self.viewer,
                facility_id=body["facility"],
                elder_id=body["elder"],
                room_type=body["room_type"],
                care_grade=body["care_grade"],
                wanted_from=body["wanted_from"],
                consent_text_version=body["consent_text_version"],
            )
            return _one(made.pk)

        return self.once("facilities.apply", act, status=201)


class ApplicationDoor(HomeDoor):
    @extend_schema(operation_id="applications_read", summary=_("一份入住申请"), responses=ONE)
    def get(self, request: Request, application_id: UUID) -> Response:
        row = get_object_or_404(applications_visible_to(self.viewer), pk=application_id)
        record_view(self.viewer, row.elder_id, "home_application", "api")
        return Response(_one(row.pk))


class WithdrawDoor(HomeDoor):
    @extend_schema(operation_id="applications_withdraw", summary=_("家属撤回申请"), request=None, responses=ONE)
    def post(self, request: Request, application_id: UUID) -> Response:
        def act() -> dict[str, Any]:
            withdraw_application(self.viewer, application_id=application_id)
            return _one(application_id)

        return self.once("facilities.withdraw", act)


class RefuseDoor(HomeDoor):
    @extend_schema(
        operation_id="applications_refuse", summary=_("机构回绝，写明原因"), request=RefuseBody, responses=ONE
    )
    def post(self, request: Request, application_id: UUID) -> Response:
        get_object_or_404(applications_to_answer(self.viewer), pk=application_id)
        body = self.read(RefuseBody)

        def act() -> dict[str, Any]:
            refuse_application(self.viewer, application_id=application_id, reason=body["reason"])
            return _one(application_id)

        return self.once("facilities.refuse", act)


class OffersDoor(HomeDoor):
    @extend_schema(
        operation_id="offers_create",
        summary=_("机构给一份申请留一张床"),
        request=OfferBody,
        responses={201: OfferSerializer},
    )
    def post(self, request: Request, application_id: UUID) -> Response:
        get_object_or_404(applications_to_answer(self.viewer), pk=application_id)
        body = self.read(OfferBody)

        def act() -> dict[str, Any]:
            made = offer_bed(
                self.viewer,
                application_id=application_id,
                bed_id=body["bed"],
                from_day=body["from_day"],
                hours=body["hours"],
            )
            return offer_of(made)

        return self.once("facilities.offer", act, status=201)


class OfferDoor(HomeDoor):
    @extend_schema(operation_id="offers_read", summary=_("留给老人的一张床"), responses={200: OfferSerializer})
    def get(self, request: Request, offer_id: UUID) -> Response:
        rows = offers_visible_to(self.viewer).select_related("bed__room")
        return Response(offer_of(get_object_or_404(rows, pk=offer_id)))


class DeclineDoor(HomeDoor):
    @extend_schema(
        operation_id="offers_decline", summary=_("家属谢绝床位"), request=None, responses={200: OfferSerializer}
    )
    def post(self, request: Request, offer_id: UUID) -> Response:
        return self.once("facilities.decline", lambda: offer_of(decline_offer(self.viewer, offer_id=offer_id)))


class WithdrawOfferDoor(HomeDoor):
    @extend_schema(
        operation_id="offers_withdraw", summary=_("机构收回留床"), request=None, responses={200: OfferSerializer}
    )
    def post(self, request: Request, offer_id: UUID) -> Response:
        return self.once("facilities.withdraw_offer", lambda: offer_of(withdraw_offer(self.viewer, offer_id=offer_id)))


def offer_of(offer: Offer) -> dict[str, Any]:
    """Write an offer as it is at this moment."""
    lines = [line.as_line() for line in offer_lines(offer)]
    return {
        "id": str(offer.pk),
        "application": str(offer.application_id),
        "bed": f"{offer.bed.room.name}-{offer.bed.name}",
        "from_day": offer.from_day.isoformat(),
        "lapses_at": offer.lapses_at.astimezone(clock.CHINA).isoformat(),
        "state": str(offer_state(offer, clock.now())),
        "lines": [line.to_json(gettext) for line in lines],
        "gross_fen": sum(line.amount_fen for line in lines),
    }


def application_of(card: ApplicationCard) -> dict[str, Any]:
    """Write an application, in the reader's language."""
    row = card.application
    return {
        "id": str(row.pk),
        "facility": str(row.facility_id),
        "elder": str(row.elder_id),
        "elder_name": card.elder_name,
        "room_type": row.room_type,
        "care_grade": row.care_grade,
        "wanted_from": row.wanted_from.isoformat(),
        "state": row.state,
        "reason": row.reason or None,
        "fit": card.fit_answer,
        "conditions": [reason.to_json(gettext) for reason in card.fit_reasons],
        "offer": offer_of(card.offer) if card.offer else None,
    }


def _one(application_id: UUID) -> dict[str, Any]:
    (card,) = application_cards(Application.objects.filter(pk=application_id), clock.today())
    return application_of(card)
