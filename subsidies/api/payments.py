"""Doors of the money's two sides: an elder's payments for the family, a home's statement for its people."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from eldercare.audit.services import record_view
from eldercare.kernel import clock
from eldercare.kernel.days import Month
from eldercare.kernel.sentences import speak
from eldercare.kernel.verdict import Line
from eldercare.people.access import elders_visible_to
from eldercare.ui.api.views import Door
from facilities.access import facilities_of
from subsidies.selectors.payments import MonthOfBenefit, Progress, payments_of
from subsidies.selectors.statements import HomeStatement, StatementRow, home_statement


class MonthQuery(serializers.Serializer):
    """A month in the address, `YYYY-MM`."""

    month = serializers.RegexField(r"^\d{4}-(0[1-9]|1[0-2])$", required=False)


class PaidLineSerializer(serializers.Serializer):
    """One explained amount, and how far its payment is."""

    label = serializers.CharField()
    amount_fen = serializers.IntegerField()
    because = serializers.CharField()
    cite = serializers.DictField(allow_null=True)
    status = serializers.CharField()
    booked_on = serializers.DateField(allow_null=True)


class PaidToHomeSerializer(serializers.Serializer):
    """What of the credit paid one home's bill."""

    facility = serializers.UUIDField()
    home = serializers.CharField()
    amount_fen = serializers.IntegerField()
    status = serializers.CharField()
    booked_on = serializers.DateField(allow_null=True)
    lines = serializers.ListField(child=serializers.DictField())


class MonthOfBenefitSerializer(serializers.Serializer):
    """One benefit in one month. `credited_fen` = `paid_fen` + `left_fen`."""

    benefit_month = serializers.CharField()
    programme = serializers.CharField()
    name = serializers.CharField()
    credited_fen = serializers.IntegerField()
    paid_fen = serializers.IntegerField()
    left_fen = serializers.IntegerField()
    credits = PaidLineSerializer(many=True)
    paid = PaidToHomeSerializer(many=True)


class PaymentsSerializer(serializers.Serializer):
    """A year of months, newest first. `before` begins the next page: `?month=` with it."""

    balance_fen = serializers.IntegerField()
    months = MonthOfBenefitSerializer(many=True)
    before = serializers.CharField(allow_null=True)


class StatementRowSerializer(serializers.Serializer):
    """One bill and what benefits pay of it. The elder's name is masked."""

    bill = serializers.UUIDField()
    elder = serializers.UUIDField()
    elder_name = serializers.CharField()
    total_fen = serializers.IntegerField()
    redeemed_fen = serializers.IntegerField()
    paid_out_fen = serializers.IntegerField()
    waiting_fen = serializers.IntegerField()
    family_fen = serializers.IntegerField()
    parts = PaidLineSerializer(many=True)


class StatementSerializer(serializers.Serializer):
    """A home's month; the totals are the sums of the rows."""

    bill_month = serializers.CharField()
    billed_fen = serializers.IntegerField()
    redeemed_fen = serializers.IntegerField()
    paid_out_fen = serializers.IntegerField()
    waiting_fen = serializers.IntegerField()
    family_fen = serializers.IntegerField()
    bills = StatementRowSerializer(many=True)


MONTH_PARAMETER = OpenApiParameter("month", str, description="YYYY-MM")


class ElderPaymentsDoor(Door):
    @extend_schema(
        operation_id="elder_payments",
        summary=_("一位老人的每一笔补贴和去向"),
        parameters=[MONTH_PARAMETER],
        responses={200: PaymentsSerializer},
    )
    def get(self, request: Request, elder_id: UUID) -> Response:
        elder = elders_visible_to(self.viewer).filter(pk=elder_id).first()
        if elder is None:
            raise Http404
        if str(elder.pk) not in self.viewer.places("elder"):
            record_view(self.viewer, elder.pk, "payments", gettext("查看补贴发放"))
        payments = payments_of(elder.pk, before=_month(request))
        return Response(
            {
                "balance_fen": payments.balance_fen,
                "months": [_month_of(one) for one in payments.months],
                "before": str(payments.before) if payments.before else None,
            }
        )


class StatementDoor(Door):
    @extend_schema(
        operation_id="home_statement",
        summary=_("一家机构一个月的补贴到账"),
        parameters=[MONTH_PARAMETER],
        responses={200: StatementSerializer},
    )
    def get(self, request: Request, facility_id: UUID) -> Response:
        home = facilities_of(self.viewer).filter(pk=facility_id).first()
        if home is None:
            raise Http404
        return Response(_statement(home_statement(home.pk, _month(request) or clock.this_month().plus(-1))))


def _month(request: Request) -> Month | None:
    query = MonthQuery(data=request.query_params)
    query.is_valid(raise_exception=True)
    text = query.validated_data.get("month")
    return Month.parse(text) if text else None


def _month_of(one: MonthOfBenefit) -> dict[str, Any]:
    return {
        "benefit_month": str(one.month),
        "programme": one.benefit.id,
        "name": speak(one.benefit.name, gettext),
        "credited_fen": one.credited_fen,
        "paid_fen": one.paid_fen,
        "left_fen": one.left_fen,
        "credits": [_line(line, progress) for line, progress in one.credits],
        "paid": [
            {
                "facility": str(paid.redemption.facility_id),
                "home": paid.home,
                "amount_fen": paid.redemption.amount_fen,
                "status": speak(paid.progress.text, gettext),
                "booked_on": paid.progress.on,
                "lines": [line.to_json(gettext) for line in paid.lines],
            }
            for paid in one.paid
        ],
    }


def _line(line: Line, progress: Progress) -> dict[str, Any]:
    return {**line.to_json(gettext), "status": speak(progress.text, gettext), "booked_on": progress.on}


def _statement(statement: HomeStatement) -> dict[str, Any]:
    return {
        "bill_month": str(statement.month),
        "billed_fen": statement.billed_fen,
        "redeemed_fen": statement.redeemed_fen,
        "paid_out_fen": statement.paid_out_fen,
        "waiting_fen": statement.waiting_fen,
        "family_fen": statement.family_fen,
        "bills": [_row(row) for row in statement.rows],
    }


def _row(row: StatementRow) -> dict[str, Any]:
    return {
        "bill": str(row.bill.pk),
        "elder": str(row.bill.elder_id),
        "elder_name": row.elder_name,
        "total_fen": row.bill.total_fen,
        "redeemed_fen": row.redeemed_fen,
        "paid_out_fen": row.paid_out_fen,
        "waiting_fen": row.waiting_fen,
        "family_fen": row.family_fen,
        "parts": [_line(line, progress) for line, progress in row.parts],
    }
