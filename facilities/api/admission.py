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
from eldercare.kernel.sentences import speak
from eldercare.ui.api.fields import StrictSerializer
from eldercare.ui.api.serializers import LineSerializer, ReasonSerializer
from facilities.access import applications_to_answer, applications_visible_to, offers_visible_to
from facilities.api.directory import MAYBE, TEXT, TICK
from facilities.api.token import HomeDoor
from facilities.choices import ApplicationState, BedType, CareGrade, OfferState, RoomType, SkipReason
from facilities.models import Application, Offer, Skip
from facilities.selectors.admission import ApplicationCard, application_cards, offer_lines, offer_state
from facilities.selectors.waiting import Place, PriorityShown, SkipShown, skips_shown
from facilities.services.accept_offer import decline_offer, extend_offer
from facilities.services.apply_to_home import apply_to_home, change_wishes, withdraw_application
from facilities.services.guards import family_only
from facilities.services.hold import hold_bed
from facilities.services.offer_bed import offer_bed, refuse_application, withdraw_offer
from facilities.services.waiting_list import pause_place, set_priority


class WishesBody(StrictSerializer):
    """What is wanted. `also_rooms`: taken as well; `bed_type` blank: any; `priority_asked`: a class the home confirms."""

    room_type = serializers.ChoiceField(choices=RoomType.choices)
    care_grade = serializers.ChoiceField(choices=CareGrade.choices)
    wanted_from = serializers.DateField()
    also_rooms = serializers.MultipleChoiceField(choices=RoomType.choices, required=False, default=[])
    bed_type = serializers.ChoiceField(choices=BedType.choices, **TEXT)
    priority_asked = serializers.CharField(max_length=16, **TEXT)
    priority_words = serializers.CharField(max_length=300, **TEXT)


class HomeApplyBody(WishesBody):
    """`consent_text_version`: the version of the words agreed to, purpose `home_application`.

    `wanted_until`, the first day after: a short stay (旅居), charged by the season; null: a long one.
    """

    facility = serializers.UUIDField()
    elder = serializers.UUIDField()
    wanted_until = serializers.DateField(**MAYBE)
    consent_text_version = serializers.CharField(max_length=24)


class PauseBody(StrictSerializer):
    """`until`: the first day on which the family is asked again; null: from now on."""

    until = serializers.DateField(allow_null=True)


class PriorityBody(StrictSerializer):
    """`priority`: a class that homes confirm, or `ordinary`; `because` is read by the family.

    A class that needs proof (see the rule) needs it here: `document` names the paper that was looked at, `resident` is the
    running stay of the spouse in this home.
    """

    priority = serializers.CharField(max_length=16)
    because = serializers.CharField(max_length=300)
    resident = serializers.UUIDField(**MAYBE)
    document = serializers.CharField(max_length=100, **TEXT)


class DeclineBody(StrictSerializer):
    """`stay_on_list`: the family goes on waiting."""

    stay_on_list = serializers.BooleanField(**TICK)


class OfferBody(StrictSerializer):
    """`out_of_turn`: why, when others who fit stand before this family on the list; they read it."""

    bed = serializers.UUIDField()
    from_day = serializers.DateField()
    hours = serializers.IntegerField(min_value=1, max_value=100_000, **MAYBE)
    out_of_turn = serializers.CharField(max_length=300, **TEXT)


class HoldBody(StrictSerializer):
    bed = serializers.UUIDField()
    from_day = serializers.DateField()


class HoldSerializer(serializers.Serializer):
    """A bed held until `lapses_at`; an offer of it to the same application takes its place."""

    id = serializers.UUIDField()
    bed = serializers.UUIDField()
    lapses_at = serializers.DateTimeField()


class RefuseBody(StrictSerializer):
    """`house_full`: there is no bed; where the page shows some, it counts against its number."""

    reason = serializers.CharField(max_length=300)
    house_full = serializers.BooleanField(required=False, default=False)


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


class PlaceSerializer(serializers.Serializer):
    """A place on the home's list: the first has `number` 1; `since` is the time that counts."""

    number = serializers.IntegerField()
    priority = serializers.CharField()
    priority_name = serializers.CharField()
    since = serializers.DateTimeField()
    paused_until = serializers.DateField(allow_null=True)


class PriorityAskedSerializer(serializers.Serializer):
    """A class the family asked for. `proven` false: it does not count yet, and `next_step` says what to do."""

    priority = serializers.CharField()
    words = serializers.CharField()
    proven = serializers.BooleanField()
    next_step = serializers.CharField(allow_blank=True)


class SkipSerializer(serializers.Serializer):
    """A time the family was passed over. `words`: what the home said; `conditions`: why it did not fit."""

    at = serializers.DateTimeField()
    reason = serializers.ChoiceField(choices=SkipReason.choices)
    label = serializers.CharField()
    words = serializers.CharField(allow_blank=True)
    conditions = ReasonSerializer(many=True)


class HomeApplicationSerializer(serializers.Serializer):
    """An application; the elder's name is masked. `fit`: every condition's answer on the day of applying."""

    id = serializers.UUIDField()
    facility = serializers.UUIDField()
    elder = serializers.UUIDField()
    elder_name = serializers.CharField()
    room_type = serializers.ChoiceField(choices=RoomType.choices)
    care_grade = serializers.ChoiceField(choices=CareGrade.choices)
    wanted_from = serializers.DateField()
    wanted_until = serializers.DateField(allow_null=True)
    state = serializers.ChoiceField(choices=ApplicationState.choices)
    also_rooms = serializers.ListField(child=serializers.ChoiceField(choices=RoomType.choices))
    bed_type = serializers.CharField(allow_null=True)
    moves_from = serializers.CharField(allow_null=True)
    place = PlaceSerializer(allow_null=True)
    priority_asked = PriorityAskedSerializer(allow_null=True)
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
        facility_id, elder_id = body.pop("facility"), body.pop("elder")

        def act() -> dict[str, Any]:
            return _one(apply_to_home(self.viewer, facility_id=facility_id, elder_id=elder_id, **body).pk)

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


class WishesDoor(HomeDoor):
    @extend_schema(
        operation_id="applications_change_wishes",
        summary=_("家属改想要的房型、护理档次和日期，轮候位置不变"),
        request=WishesBody,
        responses=ONE,
    )
    def post(self, request: Request, application_id: UUID) -> Response:
        row = get_object_or_404(applications_visible_to(self.viewer), pk=application_id)
        family_only(self.viewer, row.elder_id)
        body = self.read(WishesBody)

        def act() -> dict[str, Any]:
            return _one(change_wishes(self.viewer, application_id=application_id, **body).pk)

        return self.once("facilities.wishes", act)


class PauseDoor(HomeDoor):
    @extend_schema(
        operation_id="applications_pause",
        summary=_("家属暂停或恢复轮候，位置保留"),
        request=PauseBody,
        responses=ONE,
    )
    def post(self, request: Request, application_id: UUID) -> Response:
        row = get_object_or_404(applications_visible_to(self.viewer), pk=application_id)
        family_only(self.viewer, row.elder_id)
        body = self.read(PauseBody)

        def act() -> dict[str, Any]:
            return _one(pause_place(self.viewer, application_id=application_id, until=body["until"]).pk)

        return self.once("facilities.pause", act)


class PriorityDoor(HomeDoor):
    @extend_schema(
        operation_id="applications_set_priority",
        summary=_("机构认定轮候类别，写明核实的情况"),
        request=PriorityBody,
        responses=ONE,
    )
    def post(self, request: Request, application_id: UUID) -> Response:
        get_object_or_404(applications_to_answer(self.viewer), pk=application_id)
        body = self.read(PriorityBody)

        def act() -> dict[str, Any]:
            return _one(set_priority(self.viewer, application_id=application_id, **body).pk)

        return self.once("facilities.priority", act)


class PassedOverDoor(HomeDoor):
    @extend_schema(
        operation_id="applications_passed_over",
        summary=_("这份申请哪几次没有轮到、为什么，新的在前"),
        responses={200: SkipSerializer(many=True)},
    )
    def get(self, request: Request, application_id: UUID) -> Response:
        row = get_object_or_404(applications_visible_to(self.viewer), pk=application_id)
        return self.page(Skip.objects.filter(application=row), self.listed)

    def listed(self, rows: list[Skip]) -> list[dict[str, Any]]:
        return [skip_of(one) for one in skips_shown(Skip.objects.filter(pk__in=[row.pk for row in rows]))]


class RefuseDoor(HomeDoor):
    @extend_schema(
        operation_id="applications_refuse", summary=_("机构回绝，写明原因"), request=RefuseBody, responses=ONE
    )
    def post(self, request: Request, application_id: UUID) -> Response:
        get_object_or_404(applications_to_answer(self.viewer), pk=application_id)
        body = self.read(RefuseBody)

        def act() -> dict[str, Any]:
            refuse_application(self.viewer, application_id=application_id, **body)
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
                out_of_turn=body["out_of_turn"],
            )
            return offer_of(made)

        return self.once("facilities.offer", act, status=201)


class HoldsDoor(HomeDoor):
    @extend_schema(
        operation_id="holds_create",
        summary=_("机构先给一份申请占一张床，还不通知家属，到时自动放开"),
        request=HoldBody,
        responses={201: HoldSerializer},
    )
    def post(self, request: Request, application_id: UUID) -> Response:
        get_object_or_404(applications_to_answer(self.viewer), pk=application_id)
        body = self.read(HoldBody)

        def act() -> dict[str, Any]:
            made = hold_bed(self.viewer, application_id=application_id, bed_id=body["bed"], from_day=body["from_day"])
            return {"id": str(made.pk), "bed": str(made.bed_id), "lapses_at": made.lapses_at.isoformat()}

        return self.once("facilities.hold", act, status=201)


class OfferDoor(HomeDoor):
    @extend_schema(operation_id="offers_read", summary=_("留给老人的一张床"), responses={200: OfferSerializer})
    def get(self, request: Request, offer_id: UUID) -> Response:
        rows = offers_visible_to(self.viewer).select_related("bed__room")
        return Response(offer_of(get_object_or_404(rows, pk=offer_id)))


class DeclineDoor(HomeDoor):
    @extend_schema(
        operation_id="offers_decline", summary=_("家属谢绝床位"), request=DeclineBody, responses={200: OfferSerializer}
    )
    def post(self, request: Request, offer_id: UUID) -> Response:
        offer = get_object_or_404(offers_visible_to(self.viewer).select_related("application"), pk=offer_id)
        family_only(self.viewer, offer.application.elder_id)
        body = self.read(DeclineBody)

        def act() -> dict[str, Any]:
            return offer_of(decline_offer(self.viewer, offer_id=offer_id, stay_on_list=body["stay_on_list"]))

        return self.once("facilities.decline", act)


class ExtendDoor(HomeDoor):
    @extend_schema(
        operation_id="offers_extend",
        summary=_("家属请求多一点时间答复，每次留床一次"),
        request=None,
        responses={200: OfferSerializer},
    )
    def post(self, request: Request, offer_id: UUID) -> Response:
        return self.once("facilities.extend", lambda: offer_of(extend_offer(self.viewer, offer_id=offer_id)))


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
        "wanted_until": row.wanted_until and row.wanted_until.isoformat(),
        "state": row.state,
        "also_rooms": row.also_rooms,
        "bed_type": row.bed_type or None,
        "moves_from": card.moves_from or None,
        "place": card.place and place_of(card.place),
        "priority_asked": card.asked_class and _asked_of(card.asked_class),
        "reason": row.reason or None,
        "fit": card.fit_answer,
        "conditions": [reason.to_json(gettext) for reason in card.fit_reasons],
        "offer": offer_of(card.offer) if card.offer else None,
    }


def _asked_of(shown: PriorityShown) -> dict[str, Any]:
    return {
        "priority": shown.wanted.id,
        "words": shown.words,
        "proven": shown.counts,
        "next_step": "" if shown.counts else speak(shown.wanted.proof_text, gettext),
    }


def place_of(place: Place) -> dict[str, Any]:
    """Write a place on the list."""
    return {
        "number": place.number,
        "priority": place.priority.id,
        "priority_name": speak(place.priority.name, gettext),
        "since": place.since.astimezone(clock.CHINA).isoformat(),
        "paused_until": place.paused_until and place.paused_until.isoformat(),
    }


def skip_of(skip: SkipShown) -> dict[str, Any]:
    """Write why a family was passed over."""
    return {
        "at": skip.at.astimezone(clock.CHINA).isoformat(),
        "reason": skip.reason,
        "label": str(skip.label),
        "words": skip.words,
        "conditions": [reason.to_json(gettext) for reason in skip.conditions],
    }


def _one(application_id: UUID) -> dict[str, Any]:
    (card,) = application_cards(Application.objects.filter(pk=application_id), clock.today())
    return application_of(card)
