"""Stays and bills for families, staff and homes' own systems. What of a bill is paid stands above this floor."""

from collections.abc import Callable
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
from eldercare.ui.api.fields import MonthField, StrictSerializer
from eldercare.ui.api.serializers import LineSerializer
from facilities.access import bills_visible_to, stays_to_run, stays_visible_to
from facilities.api.directory import MAYBE
from facilities.api.token import HomeDoor
from facilities.choices import BillState, CareGrade, EndReason, RoomType, StayState
from facilities.models import Bill, Stay
from facilities.selectors.admission import StayCard, facts_of, stay_cards
from facilities.services.bills import issue_bill
from facilities.services.contract import RUNNING
from facilities.services.leaving import plan_leaving
from facilities.services.stay import change_grade, check_in, come_back, drop_stay, end_stay, no_show, record_leave


class CheckInBody(StrictSerializer):
    """`on` null: today."""

    on = serializers.DateField(**MAYBE)


class EndBody(StrictSerializer):
    """`until`: the first day not stayed."""

    until = serializers.DateField()
    reason = serializers.ChoiceField(choices=EndReason.choices)


class GradeBody(StrictSerializer):
    care_grade = serializers.ChoiceField(choices=CareGrade.choices)
    from_day = serializers.DateField()


class LeaveBody(StrictSerializer):
    """Away on the days `[since, until)`."""

    since = serializers.DateField()
    until = serializers.DateField()


class BackBody(StrictSerializer):
    """`on`: the first day back."""

    on = serializers.DateField()


class BillBody(StrictSerializer):
    bill_month = MonthField()


class StaySerializer(serializers.Serializer):
    """A stay over the days `from`, `until` (first day after; null: open). The elder's name is masked. `leaving_on`: the day planned."""

    id = serializers.UUIDField()
    facility = serializers.UUIDField()
    elder = serializers.UUIDField()
    elder_name = serializers.CharField()
    bed = serializers.CharField()
    room_type = serializers.ChoiceField(choices=RoomType.choices)
    care_grade = serializers.ChoiceField(choices=CareGrade.choices)
    state = serializers.ChoiceField(choices=StayState.choices)
    ended_reason = serializers.CharField(allow_null=True)
    until = serializers.DateField(allow_null=True)
    leaving_on = serializers.DateField(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        """Add `from`, which Python does not allow as a name."""
        return {**super().get_fields(), "from": serializers.DateField()}


class BillLineSerializer(LineSerializer):
    """`eligible_key` (bed, care, meal) is what a benefit may pay."""

    item = serializers.CharField()
    eligible_key = serializers.CharField()
    days = serializers.IntegerField(allow_null=True)
    monthly_fen = serializers.IntegerField(allow_null=True)


class BillSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    stay = serializers.UUIDField()
    facility = serializers.UUIDField()
    elder = serializers.UUIDField()
    bill_month = MonthField()
    state = serializers.ChoiceField(choices=BillState.choices)
    issued_at = serializers.DateTimeField()
    lines = BillLineSerializer(many=True)
    total_fen = serializers.IntegerField()


class StaysDoor(HomeDoor):
    @extend_schema(
        operation_id="stays_list", summary=_("我能看到的入住，新的在前"), responses={200: StaySerializer(many=True)}
    )
    def get(self, request: Request) -> Response:
        return self.page(stays_visible_to(self.viewer), self.listed)

    def listed(self, rows: list[Stay]) -> list[dict[str, Any]]:
        cards = stay_cards(Stay.objects.filter(pk__in=[row.pk for row in rows]), clock.today())
        by_id = {card.stay.pk: card for card in cards}
        return [stay_of(by_id[row.pk]) for row in rows]


class StayActDoor(HomeDoor):
    """What the acts on a stay share."""

    def act(self, door: str, stay_id: UUID, service: Callable[..., Any], **said: Any) -> Response:
        """Act once per key and answer with the stay as it then is."""

        def acted() -> dict[str, Any]:
            service(self.viewer, stay_id=stay_id, **said)
            (card,) = stay_cards(Stay.objects.filter(pk=stay_id), clock.today())
            return stay_of(card)

        return self.once(door, acted)


class CheckInDoor(StayActDoor):
    @extend_schema(
        operation_id="stays_check_in", summary=_("办理入住"), request=CheckInBody, responses={200: StaySerializer}
    )
    def post(self, request: Request, stay_id: UUID) -> Response:
        get_object_or_404(stays_to_run(self.viewer), pk=stay_id)
        return self.act("facilities.check_in", stay_id, check_in, **self.read(CheckInBody))


class NoShowDoor(StayActDoor):
    @extend_schema(
        operation_id="stays_no_show", summary=_("约定的日子没有来"), request=None, responses={200: StaySerializer}
    )
    def post(self, request: Request, stay_id: UUID) -> Response:
        return self.act("facilities.no_show", stay_id, no_show)


class EndDoor(StayActDoor):
    @extend_schema(operation_id="stays_end", summary=_("办理离院"), request=EndBody, responses={200: StaySerializer})
    def post(self, request: Request, stay_id: UUID) -> Response:
        get_object_or_404(stays_to_run(self.viewer), pk=stay_id)
        return self.act("facilities.end_stay", stay_id, end_stay, **self.read(EndBody))


class LeavingBody(StrictSerializer):
    """The day on which a resident is going to leave; null: no day is known."""

    on = serializers.DateField(allow_null=True)


class LeavingDoor(StayActDoor):
    @extend_schema(
        operation_id="stays_plan_leaving",
        summary=_("记下打算哪天离院，从那天起算空床"),
        request=LeavingBody,
        responses={200: StaySerializer},
    )
    def post(self, request: Request, stay_id: UUID) -> Response:
        get_object_or_404(stays_to_run(self.viewer), pk=stay_id)
        return self.act("facilities.plan_leaving", stay_id, plan_leaving, **self.read(LeavingBody))


class DropDoor(StayActDoor):
    @extend_schema(
        operation_id="stays_drop",
        summary=_("入住前取消，家属或机构都可以"),
        request=None,
        responses={200: StaySerializer},
    )
    def post(self, request: Request, stay_id: UUID) -> Response:
        return self.act("facilities.drop_stay", stay_id, drop_stay)


class GradeDoor(StayActDoor):
    @extend_schema(
        operation_id="stays_change_grade",
        summary=_("从某一天起改护理档次"),
        request=GradeBody,
        responses={200: StaySerializer},
    )
    def post(self, request: Request, stay_id: UUID) -> Response:
        get_object_or_404(stays_to_run(self.viewer), pk=stay_id)
        return self.act("facilities.grade", stay_id, change_grade, **self.read(GradeBody))


class LeaveDoor(StayActDoor):
    @extend_schema(
        operation_id="stays_leave", summary=_("记请假的日子"), request=LeaveBody, responses={200: StaySerializer}
    )
    def post(self, request: Request, stay_id: UUID) -> Response:
        get_object_or_404(stays_to_run(self.viewer), pk=stay_id)
        return self.act("facilities.leave", stay_id, record_leave, **self.read(LeaveBody))


class BackDoor(StayActDoor):
    @extend_schema(
        operation_id="stays_back", summary=_("请假提前回来"), request=BackBody, responses={200: StaySerializer}
    )
    def post(self, request: Request, stay_id: UUID) -> Response:
        get_object_or_404(stays_to_run(self.viewer), pk=stay_id)
        return self.act("facilities.back", stay_id, come_back, **self.read(BackBody))


class StayBillsDoor(HomeDoor):
    @extend_schema(
        operation_id="bills_create",
        summary=_("给一位老人出一个月的账单，月份要过完"),
        request=BillBody,
        responses={201: BillSerializer},
    )
    def post(self, request: Request, stay_id: UUID) -> Response:
        get_object_or_404(stays_to_run(self.viewer), pk=stay_id)
        body = self.read(BillBody)

        def act() -> dict[str, Any]:
            return bill_of(issue_bill(self.viewer, stay_id=stay_id, bill_month=body["bill_month"]))

        return self.once("facilities.bill", act, status=201)


class BillsDoor(HomeDoor):
    @extend_schema(
        operation_id="bills_list", summary=_("我能看到的账单，新的在前"), responses={200: BillSerializer(many=True)}
    )
    def get(self, request: Request) -> Response:
        return self.page(bills_visible_to(self.viewer), lambda rows: [bill_of(row) for row in rows])


class BillDoor(HomeDoor):
    @extend_schema(operation_id="bills_read", summary=_("一份账单"), responses={200: BillSerializer})
    def get(self, request: Request, bill_id: UUID) -> Response:
        row = get_object_or_404(bills_visible_to(self.viewer), pk=bill_id)
        record_view(self.viewer, row.elder_id, "bill", "api")
        return Response(bill_of(row))


def stay_of(card: StayCard) -> dict[str, Any]:
    """Write a stay."""
    row = card.stay
    leaving = row.claim.days.upper if row.state in RUNNING else None
    return {
        "id": str(row.pk),
        "facility": str(row.facility_id),
        "elder": str(row.elder_id),
        "elder_name": card.elder_name,
        "bed": card.bed_name,
        "room_type": row.room_type,
        "care_grade": card.grade_code,
        "state": row.state,
        "ended_reason": row.ended_reason or None,
        "from": row.days.lower.isoformat(),
        "until": row.days.upper and row.days.upper.isoformat(),
        "leaving_on": leaving and leaving.isoformat(),
    }


def bill_of(row: Bill) -> dict[str, Any]:
    """Write a bill, line by line, in the reader's language."""
    facts = facts_of(row)
    return {
        "id": str(row.pk),
        "stay": str(row.stay_id),
        "facility": str(row.facility_id),
        "elder": str(row.elder_id),
        "bill_month": str(facts.bill_month),
        "state": row.state,
        "issued_at": row.issued_at.astimezone(clock.CHINA).isoformat(),
        "lines": [
            {
                **line.as_line().to_json(gettext),
                "item": line.item,
                "eligible_key": line.eligible_key,
                "days": line.days,
                "monthly_fen": line.monthly_fen,
            }
            for line in facts.lines
        ],
        "total_fen": facts.total_fen,
    }
