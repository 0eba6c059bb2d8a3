"""Doors of settlement runs, for officers. See `services.settle` and `selectors.runs`."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from eldercare.kernel.days import Month
from eldercare.kernel.verdict import line_from
from eldercare.ui.api.fields import FenField, MonthField, StrictSerializer
from eldercare.ui.api.schema import ReasonSerializer
from eldercare.ui.api.views import Door
from subsidies.access import runs_visible_to
from subsidies.choices import BreakClass, Cause, PaymentState, RunState
from subsidies.models import Break, Run, RunLine
from subsidies.rules.settlement import Matched
from subsidies.selectors.runs import StateCount, run_view
from subsidies.services import close, correct, pay, reconcile, settle

MONTH = "%Y-%m"


class OpenBody(StrictSerializer):
    """Which run: a benefit's id, the funding district, a month."""

    programme = serializers.CharField(max_length=60)
    region = serializers.RegexField(r"^\d{6}$")
    benefit_month = MonthField()


class ReasonBody(StrictSerializer):
    """Why."""

    reason = serializers.CharField(max_length=200)


class CorrectBody(StrictSerializer):
    """How much a credited month was short of, and why."""

    missing_fen = FenField(min_value=1)
    reason = serializers.CharField(max_length=200)


class NothingBody(StrictSerializer):
    """An act that needs no more than its address."""


class RunSerializer(serializers.Serializer):
    """A run. `entitlements` counts the calculation, `lines` and `total_fen` its result."""

    id = serializers.UUIDField()
    programme = serializers.CharField()
    region = serializers.CharField(source="region_id")
    benefit_month = serializers.DateField(format=MONTH)
    state = serializers.ChoiceField(choices=RunState.choices)
    lines = serializers.IntegerField(source="line_count")
    total_fen = serializers.IntegerField()
    opened_at = serializers.DateTimeField()
    proposed_at = serializers.DateTimeField(allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)
    posted_at = serializers.DateTimeField(allow_null=True)
    reconciled_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class StateCountSerializer(serializers.Serializer):
    """How many payments are in a state."""

    state = serializers.ChoiceField(choices=PaymentState.choices)
    count = serializers.IntegerField()
    amount_fen = serializers.IntegerField()


class MatchedSerializer(serializers.Serializer):
    """How many there should be, and with how many the bank's statement agrees."""

    wanted = serializers.IntegerField()
    wanted_fen = serializers.IntegerField()
    matched = serializers.IntegerField()
    matched_fen = serializers.IntegerField()


class CalculationSerializer(serializers.Serializer):
    """How far the calculation is, in entitlements."""

    done = serializers.IntegerField()
    total = serializers.IntegerField()


class ProgressSerializer(serializers.Serializer):
    """Where a run stands. `total_fen` = `redeemed_fen` + `stays_with_elders_fen`."""

    state = serializers.ChoiceField(choices=RunState.choices)
    calculation = CalculationSerializer()
    lines = serializers.IntegerField()
    total_fen = serializers.IntegerField()
    redeemed_fen = serializers.IntegerField()
    stays_with_elders_fen = serializers.IntegerField()
    credits = StateCountSerializer(many=True)
    payouts = StateCountSerializer(many=True)
    credits_matched = MatchedSerializer()
    payouts_matched = MatchedSerializer()
    open_breaks = serializers.IntegerField()
    unbalanced_accounts = serializers.IntegerField()
    conditions = ReasonSerializer(many=True)


class ExplanationSerializer(serializers.Serializer):
    """One explained part of a line's amount."""

    label = serializers.CharField()
    amount_fen = serializers.IntegerField()
    because = serializers.CharField()
    cite = serializers.DictField(allow_null=True)


class RunLineSerializer(serializers.Serializer):
    """One month credited to one elder. `benefit_month` is the month paid for."""

    id = serializers.UUIDField()
    elder = serializers.UUIDField()
    entitlement = serializers.UUIDField()
    benefit_month = serializers.CharField()
    cause = serializers.ChoiceField(choices=Cause.choices)
    amount_fen = serializers.IntegerField()
    explanation = ExplanationSerializer(many=True)


class BreakSerializer(serializers.Serializer):
    """One difference between our record and the bank's."""

    id = serializers.UUIDField()
    break_class = serializers.ChoiceField(choices=BreakClass.choices)
    payment = serializers.UUIDField(source="payment_id", allow_null=True)
    amount_fen = serializers.IntegerField()
    day = serializers.DateField()
    closed_at = serializers.DateTimeField(allow_null=True)
    resolution = serializers.CharField(allow_blank=True)


class RunsDoor(Door):
    @extend_schema(operation_id="runs_list", summary=_("我能看到的结算批次"), responses={200: RunSerializer(many=True)})
    def get(self, request: Request) -> Response:
        return self.page(runs_visible_to(self.viewer), lambda rows: RunSerializer(rows, many=True).data)

    @extend_schema(
        operation_id="runs_open",
        summary=_("打开一批结算；已有的直接给出"),
        request=OpenBody,
        responses={201: RunSerializer},
    )
    def post(self, request: Request) -> Response:
        body = self.read(OpenBody)

        def act() -> dict[str, Any]:
            run = settle.open_run(
                self.viewer,
                programme=body["programme"],
                region_code=body["region"],
                benefit_month=body["benefit_month"],
            )
            return _shown(run)

        return self.once("subsidies.open_run", act, status=201)


class RunDoor(Door):
    @extend_schema(operation_id="runs_read", summary=_("一批结算"), responses={200: RunSerializer})
    def get(self, request: Request, run_id: UUID) -> Response:
        return Response(RunSerializer(_found(self, run_id)).data)


class ProgressDoor(Door):
    @extend_schema(operation_id="runs_progress", summary=_("一批结算办到哪里了"), responses={200: ProgressSerializer})
    def get(self, request: Request, run_id: UUID) -> Response:
        view = run_view(self.viewer, run_id)
        if view is None:
            raise Http404
        run, figures = view.card.run, view.figures
        return Response(
            {
                "state": run.state,
                "calculation": {"done": run.entitlements_done, "total": run.entitlements_total},
                "lines": run.line_count,
                "total_fen": run.total_fen,
                "redeemed_fen": figures.redeemed_fen,
                "stays_with_elders_fen": figures.stays_with_elders_fen,
                "credits": [_counted(one) for one in figures.credits],
                "payouts": [_counted(one) for one in figures.payouts],
                "credits_matched": _matched(figures.credited),
                "payouts_matched": _matched(figures.paid_out),
                "open_breaks": figures.open_breaks,
                "unbalanced_accounts": figures.unbalanced,
                "conditions": [reason.to_json(gettext) for reason in view.reasons],
            }
        )


class LinesDoor(Door):
    @extend_schema(
        operation_id="runs_lines", summary=_("一批结算的明细"), responses={200: RunLineSerializer(many=True)}
    )
    def get(self, request: Request, run_id: UUID) -> Response:
        return self.page(_found(self, run_id).lines.all(), lambda rows: [_line(row) for row in rows])


class BreaksDoor(Door):
    @extend_schema(operation_id="runs_breaks", summary=_("一批结算的差异"), responses={200: BreakSerializer(many=True)})
    def get(self, request: Request, run_id: UUID) -> Response:
        return self.page(_found(self, run_id).breaks.all(), lambda rows: BreakSerializer(rows, many=True).data)


class _RunAct(Door):
    """One act on a run: the same for all but what is done."""

    name: str
    do: Callable[..., Run]

    def act_on(self, run_id: UUID, **more: Any) -> Response:
        act = type(self).do
        return self.once(f"subsidies.run.{self.name}", lambda: _shown(act(self.viewer, run_id=run_id, **more)))


class CalculateDoor(_RunAct):
    name, do = "calculate", staticmethod(settle.calculate_again)

    @extend_schema(
        operation_id="runs_calculate",
        summary=_("重新计算未提请的批次"),
        request=NothingBody,
        responses={200: RunSerializer},
    )
    def post(self, request: Request, run_id: UUID) -> Response:
        return self.act_on(run_id)


class ProposeDoor(_RunAct):
    name, do = "propose", staticmethod(settle.propose_run)

    @extend_schema(
        operation_id="runs_propose", summary=_("提请复核"), request=NothingBody, responses={200: RunSerializer}
    )
    def post(self, request: Request, run_id: UUID) -> Response:
        return self.act_on(run_id)


class ApproveDoor(_RunAct):
    name, do = "approve", staticmethod(settle.approve_run)

    @extend_schema(
        operation_id="runs_approve",
        summary=_("复核批准，开始付款"),
        request=NothingBody,
        responses={200: RunSerializer},
    )
    def post(self, request: Request, run_id: UUID) -> Response:
        return self.act_on(run_id)


class CloseDoor(_RunAct):
    name, do = "close", staticmethod(close.close_run)

    @extend_schema(
        operation_id="runs_close", summary=_("结清已对平的批次"), request=NothingBody, responses={200: RunSerializer}
    )
    def post(self, request: Request, run_id: UUID) -> Response:
        return self.act_on(run_id)


class ReturnDoor(_RunAct):
    name, do = "return", staticmethod(settle.return_run)

    @extend_schema(
        operation_id="runs_return", summary=_("退回提请"), request=ReasonBody, responses={200: RunSerializer}
    )
    def post(self, request: Request, run_id: UUID) -> Response:
        _found(self, run_id)
        return self.act_on(run_id, **self.read(ReasonBody))


class CancelDoor(_RunAct):
    name, do = "cancel", staticmethod(settle.cancel_run)

    @extend_schema(
        operation_id="runs_cancel", summary=_("作废未批准的批次"), request=ReasonBody, responses={200: RunSerializer}
    )
    def post(self, request: Request, run_id: UUID) -> Response:
        _found(self, run_id)
        return self.act_on(run_id, **self.read(ReasonBody))


class CorrectDoor(Door):
    @extend_schema(
        operation_id="runs_correct",
        summary=_("给少发的一笔补上差额，随下一批发放"),
        request=CorrectBody,
        responses={201: RunLineSerializer},
    )
    def post(self, request: Request, run_id: UUID, line_id: UUID) -> Response:
        if not _found(self, run_id).lines.filter(pk=line_id).exists():
            raise Http404
        body = self.read(CorrectBody)

        def act() -> dict[str, Any]:
            return _line(correct.correct_line(self.viewer, run_line_id=line_id, **body))

        return self.once("subsidies.correct_line", act, status=201)


class CloseBreakDoor(Door):
    @extend_schema(
        operation_id="breaks_close",
        summary=_("说明并关闭一条差异"),
        request=ReasonBody,
        responses={200: BreakSerializer},
    )
    def post(self, request: Request, break_id: UUID) -> Response:
        reason = self.read(ReasonBody)["reason"]

        def act() -> dict[str, Any]:
            difference: Break = reconcile.close_break(self.viewer, break_id=break_id, resolution=reason)
            return dict(BreakSerializer(difference).data)

        return self.once("subsidies.close_break", act)


class PaidAgainSerializer(serializers.Serializer):
    """The payment that stands in for the one refused or returned."""

    id = serializers.UUIDField()
    attempt = serializers.IntegerField()


class PayAgainDoor(Door):
    @extend_schema(
        operation_id="payments_again",
        summary=_("重新付一笔确定没有付成的"),
        request=NothingBody,
        responses={201: PaidAgainSerializer},
    )
    def post(self, request: Request, payment_id: UUID) -> Response:
        def act() -> dict[str, Any]:
            payment = pay.pay_again(self.viewer, payment_id=payment_id)
            return {"id": str(payment.pk), "attempt": payment.attempt}

        return self.once("subsidies.pay_again", act, status=201)


def _found(door: Door, run_id: UUID) -> Run:
    run = runs_visible_to(door.viewer).filter(pk=run_id).first()
    if run is None:
        raise Http404
    return run


def _shown(run: Run) -> dict[str, Any]:
    run.refresh_from_db()
    return dict(RunSerializer(run).data)


def _counted(one: StateCount) -> dict[str, Any]:
    return {"state": one.state, "count": one.count, "amount_fen": one.amount_fen}


def _matched(matched: Matched) -> dict[str, int]:
    return {
        "wanted": matched.wanted,
        "wanted_fen": matched.wanted_fen,
        "matched": matched.matched,
        "matched_fen": matched.matched_fen,
    }


def _line(row: RunLine) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "elder": str(row.elder_id),
        "entitlement": str(row.entitlement_id),
        "benefit_month": str(Month.of(row.benefit_month)),
        "cause": row.cause,
        "amount_fen": row.amount_fen,
        "explanation": [line_from(stored).to_json(gettext) for stored in row.explanation],
    }
