"""Doors of the card an elder's benefits are paid to: which it is, ask for another, take that back."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from eldercare.audit.services import record_view
from eldercare.people.access import elders_beside
from eldercare.ui.api.fields import StrictSerializer
from eldercare.ui.api.views import Door
from subsidies.access import changes_visible_to
from subsidies.choices import AccountKind, ChangeState, CheckState
from subsidies.models import AccountChange
from subsidies.selectors.filings import accounts_of, waiting_change
from subsidies.services.accounts import change_account, withdraw_change


class ChangeBody(StrictSerializer):
    account_kind = serializers.ChoiceField(choices=AccountKind.choices)
    account_number = serializers.CharField(max_length=60)


class AccountSerializer(serializers.Serializer):
    """A card; the number is masked. `check_state` is what the bank said."""

    id = serializers.UUIDField(source="pk")
    kind = serializers.ChoiceField(choices=AccountKind.choices)
    number = serializers.CharField(source="masked")
    check_state = serializers.ChoiceField(choices=CheckState.choices)
    checked_at = serializers.DateTimeField(allow_null=True)


class AccountChangeSerializer(serializers.Serializer):
    """A change of card; until it is effective the old card is paid."""

    id = serializers.UUIDField(source="pk")
    account = AccountSerializer()
    state = serializers.ChoiceField(choices=ChangeState.choices)
    asked_at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)


class AccountsSerializer(serializers.Serializer):
    """The cards an elder may be paid to, the newest first, and the change that waits for the bank."""

    accounts = AccountSerializer(many=True)
    waiting = AccountChangeSerializer(allow_null=True)


class AccountsDoor(Door):
    @extend_schema(
        operation_id="payout_accounts_read",
        summary=_("老人收款的卡"),
        responses={200: AccountsSerializer},
    )
    def get(self, request: Request, elder_id: UUID) -> Response:
        elder = get_object_or_404(elders_beside(self.viewer), pk=elder_id)
        record_view(self.viewer, elder.pk, "payments", "api")
        waiting = waiting_change(changes_visible_to(self.viewer).filter(elder=elder))
        return Response(AccountsSerializer({"accounts": accounts_of(elder.pk), "waiting": waiting}).data)

    @extend_schema(
        operation_id="payout_accounts_change",
        summary=_("换一张收款的卡，银行核对以后生效"),
        request=ChangeBody,
        responses={201: AccountChangeSerializer},
    )
    def post(self, request: Request, elder_id: UUID) -> Response:
        get_object_or_404(elders_beside(self.viewer), pk=elder_id)
        body = self.read(ChangeBody)
        return self.once(
            "subsidies.change_account",
            lambda: _written(change_account(self.viewer, elder_id=elder_id, **body)),
            status=201,
        )


class WithdrawChangeDoor(Door):
    @extend_schema(
        operation_id="payout_accounts_withdraw_change",
        summary=_("取消还没生效的换卡"),
        request=None,
        responses={200: AccountChangeSerializer},
    )
    def post(self, request: Request, change_id: UUID) -> Response:
        return self.once(
            "subsidies.withdraw_change", lambda: _written(withdraw_change(self.viewer, change_id=change_id))
        )


def _written(change: AccountChange) -> dict[str, Any]:
    return dict(AccountChangeSerializer(change).data)
