"""Contracts and moves between homes. A home's own system may draw up and read; people sign."""

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
from eldercare.ui.api.fields import FenField, StrictSerializer
from eldercare.ui.api.serializers import LineSerializer, ReasonSerializer
from facilities.access import contracts_visible_to, stays_to_run, stays_visible_to, transfers_visible_to
from facilities.api.admission import WishesBody
from facilities.api.token import HomeDoor
from facilities.choices import ContractState
from facilities.models import Contract, Transfer
from facilities.selectors.contracts import TransferShown, contract_shown, transfers_shown
from facilities.services.contract import draw_up_contract, sign_for_family, sign_for_home, void_contract
from facilities.services.transfer import request_transfer

STAGES = ["waiting", "offered", "agreed", "moved", "ended"]
SIDES = ["home", "family"]


class DrawUpBody(StrictSerializer):
    """The deposit in fen; everything else follows from the stay and the prices in force."""

    deposit_fen = FenField()


class SignBody(StrictSerializer):
    """`side`: as whom; `content`: the digest of what was read (the family must send it)."""

    side = serializers.ChoiceField(choices=SIDES)
    content = serializers.CharField(max_length=64)


class VoidBody(StrictSerializer):
    reason = serializers.CharField(max_length=300)


class TransferBody(WishesBody):
    """A resident's running stay, and the home to move to."""

    stay = serializers.UUIDField()
    facility = serializers.UUIDField()
    consent_text_version = serializers.CharField(max_length=24)


class ContractSerializer(serializers.Serializer):
    """A contract: `lines` are a month's fees as agreed, `deposit` is the answer of the rule it was held to.

    Of a short stay, `until` is the day of leaving, `lines` and `total_fen` are of all its days; `monthly_fen` is null.
    `once` is paid once and in none of the sums.
    """

    id = serializers.UUIDField()
    number = serializers.CharField()
    stay = serializers.UUIDField()
    state = serializers.ChoiceField(choices=ContractState.choices)
    starts_on = serializers.DateField()
    lines = LineSerializer(many=True)
    until = serializers.DateField(allow_null=True)
    monthly_fen = serializers.IntegerField(allow_null=True)
    total_fen = serializers.IntegerField(allow_null=True)
    once = LineSerializer(many=True)
    deposit_fen = serializers.IntegerField()
    deposit_limit_fen = serializers.IntegerField(allow_null=True)
    deposit = ReasonSerializer()
    content = serializers.CharField()
    home_signed_at = serializers.DateTimeField(allow_null=True)
    family_signed_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(allow_null=True)


class TransferSerializer(serializers.Serializer):
    """A move as this reader sees it; the elder's name is masked."""

    id = serializers.UUIDField()
    elder = serializers.UUIDField()
    elder_name = serializers.CharField()
    stay = serializers.UUIDField()
    application = serializers.UUIDField()
    from_home = serializers.CharField()
    to_home = serializers.CharField()
    stage = serializers.ChoiceField(choices=STAGES)
    stage_words = serializers.CharField()
    moved_on = serializers.DateField(allow_null=True)


ONE = {200: ContractSerializer}


class TransfersDoor(HomeDoor):
    @extend_schema(
        operation_id="transfers_list",
        summary=_("我能看到的转院，新的在前"),
        responses={200: TransferSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        return self.page(transfers_visible_to(self.viewer), self.listed)

    def listed(self, rows: list[Transfer]) -> list[dict[str, Any]]:
        shown = transfers_shown(Transfer.objects.filter(pk__in=[row.pk for row in rows]), len(rows) or 1)
        by_id = {one.transfer.pk: one for one in shown}
        return [transfer_of(by_id[row.pk]) for row in rows]

    @extend_schema(
        operation_id="transfers_request",
        summary=_("家属为在住老人申请转到另一家机构"),
        request=TransferBody,
        responses={201: TransferSerializer},
    )
    def post(self, request: Request) -> Response:
        body = self.read(TransferBody)
        stay_id, facility_id = body.pop("stay"), body.pop("facility")
        get_object_or_404(stays_visible_to(self.viewer), pk=stay_id)

        def act() -> dict[str, Any]:
            made = request_transfer(self.viewer, stay_id=stay_id, facility_id=facility_id, **body)
            (shown,) = transfers_shown(Transfer.objects.filter(pk=made.pk))
            return transfer_of(shown)

        return self.once("facilities.transfer", act, status=201)


class ContractsDoor(HomeDoor):
    @extend_schema(
        operation_id="contracts_list",
        summary=_("我能看到的入住合同，新的在前"),
        responses={200: ContractSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        return self.page(contracts_visible_to(self.viewer), lambda rows: [contract_of(row) for row in rows])


class ContractDoor(HomeDoor):
    @extend_schema(operation_id="contracts_read", summary=_("一份入住合同"), responses=ONE)
    def get(self, request: Request, contract_id: UUID) -> Response:
        row = get_object_or_404(contracts_visible_to(self.viewer).select_related("stay"), pk=contract_id)
        record_view(self.viewer, row.stay.elder_id, "contract", "api")
        return Response(contract_of(row))


class DrawUpDoor(HomeDoor):
    @extend_schema(
        operation_id="contracts_draw_up",
        summary=_("机构按现在的价格拟一份合同"),
        request=DrawUpBody,
        responses={201: ContractSerializer},
    )
    def post(self, request: Request, stay_id: UUID) -> Response:
        get_object_or_404(stays_to_run(self.viewer), pk=stay_id)
        body = self.read(DrawUpBody)

        def act() -> dict[str, Any]:
            return contract_of(draw_up_contract(self.viewer, stay_id=stay_id, deposit_fen=body["deposit_fen"]))

        return self.once("facilities.contract", act, status=201)


class SignDoor(HomeDoor):
    @extend_schema(operation_id="contracts_sign", summary=_("机构或家属签字"), request=SignBody, responses=ONE)
    def post(self, request: Request, contract_id: UUID) -> Response:
        get_object_or_404(contracts_visible_to(self.viewer), pk=contract_id)
        body = self.read(SignBody)

        def act() -> dict[str, Any]:
            if body["side"] == "home":
                return contract_of(sign_for_home(self.viewer, contract_id=contract_id))
            return contract_of(sign_for_family(self.viewer, contract_id=contract_id, content=body["content"]))

        return self.once("facilities.sign", act)


class VoidDoor(HomeDoor):
    @extend_schema(operation_id="contracts_void", summary=_("机构作废没有双签的合同"), request=VoidBody, responses=ONE)
    def post(self, request: Request, contract_id: UUID) -> Response:
        row = get_object_or_404(contracts_visible_to(self.viewer), pk=contract_id)
        get_object_or_404(stays_to_run(self.viewer), pk=row.stay_id)
        body = self.read(VoidBody)
        return self.once(
            "facilities.void",
            lambda: contract_of(void_contract(self.viewer, contract_id=contract_id, reason=body["reason"])),
        )


def contract_of(row: Contract) -> dict[str, Any]:
    """Write a contract, in the reader's language; the parties' names stay on the page."""
    shown = contract_shown(row)
    return {
        "id": str(row.pk),
        "number": shown.number,
        "stay": str(row.stay_id),
        "state": row.state,
        "starts_on": row.starts_on.isoformat(),
        "lines": [line.to_json(gettext) for line in shown.lines],
        "until": shown.until and shown.until.isoformat(),
        "monthly_fen": None if shown.until else row.monthly_fen,
        "total_fen": row.monthly_fen if shown.until else None,
        "once": [line.to_json(gettext) for line in shown.once],
        "deposit_fen": row.deposit_fen,
        "deposit_limit_fen": row.deposit_limit_fen,
        "deposit": shown.deposit.to_json(gettext),
        "content": row.content,
        "home_signed_at": row.home_signed_at and row.home_signed_at.astimezone(clock.CHINA).isoformat(),
        "family_signed_at": row.family_signed_at and row.family_signed_at.astimezone(clock.CHINA).isoformat(),
        "reason": row.reason or None,
    }


def transfer_of(shown: TransferShown) -> dict[str, Any]:
    """Write a move."""
    row = shown.transfer
    return {
        "id": str(row.pk),
        "elder": str(row.elder_id),
        "elder_name": shown.elder_name,
        "stay": str(row.old_stay_id),
        "application": str(row.application_id),
        "from_home": shown.from_home,
        "to_home": shown.to_home,
        "stage": shown.stage,
        "stage_words": speak(shown.words, gettext),
        "moved_on": row.moved_on and row.moved_on.isoformat(),
    }
