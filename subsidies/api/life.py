"""Doors to what becomes of a right after its decision: report facts, hand in lists, read changes, debts and flags."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from eldercare.kernel.sentences import restored, speak
from eldercare.people.choices import CIRCUMSTANCE_NAMES
from eldercare.ui.api.fields import StrictSerializer
from eldercare.ui.api.serializers import ReasonSerializer
from eldercare.ui.api.views import Door
from subsidies.access import (
    LISTS_FACTS,
    debts_visible_to,
    fact_lists_visible_to,
    flags_visible_to,
    right_changes_visible_to,
)
from subsidies.choices import ChangeKind, FactKind, FactListState, FlagKind
from subsidies.models import Change, CrossCheckFlag, Debt, FactList
from subsidies.rules.fact_list import Row
from subsidies.selectors.changes import change_cards
from subsidies.services.cross_check import clear_flag
from subsidies.services.fact_lists import MOST_ROWS, look_at_rows, take_list
from subsidies.services.guards import not_found
from subsidies.services.life import Fact, report_fact

MONTH = "%Y-%m"


class NewCertificateBody(StrictSerializer):
    category = serializers.IntegerField(min_value=1, max_value=7)
    level = serializers.IntegerField(min_value=1, max_value=4, allow_null=True, default=None)


class FactFields(StrictSerializer):
    """One fact. `region` of a move (nine digits in Beijing, six elsewhere), `circumstance` of an acknowledgement,
    `certificate` of a new one; `until` is the first day after a prison term."""

    kind = serializers.ChoiceField(choices=FactKind.choices)
    on = serializers.DateField(allow_null=True, default=None)
    region = serializers.CharField(max_length=9, allow_blank=True, default="")
    circumstance = serializers.ChoiceField(
        choices=[(name, name) for name in CIRCUMSTANCE_NAMES], allow_blank=True, default=""
    )
    certificate = NewCertificateBody(allow_null=True, default=None)
    until = serializers.DateField(allow_null=True, default=None)


class FactBody(FactFields):
    elder = serializers.UUIDField()


class ListRowBody(FactFields):
    id_number = serializers.CharField(max_length=18)
    name = serializers.CharField(max_length=50, allow_blank=True, default="")


class ListBody(StrictSerializer):
    """`region` is the street or district whose officer hands the list in."""

    region = serializers.CharField(max_length=9)
    name = serializers.CharField(max_length=200)
    rows = serializers.ListField(child=ListRowBody(), min_length=1, max_length=MOST_ROWS)


class ClearBody(StrictSerializer):
    reason = serializers.CharField(max_length=500)


class RightChangeSerializer(serializers.Serializer):
    """From a month on, another amount, another payer or nothing more (`after_fen` 0); with every reason."""

    id = serializers.UUIDField()
    elder = serializers.UUIDField()
    programme = serializers.CharField()
    kind = serializers.ChoiceField(choices=ChangeKind.choices)
    from_month = serializers.CharField()
    before_fen = serializers.IntegerField()
    after_fen = serializers.IntegerField()
    payer_before = serializers.CharField(allow_null=True)
    payer_after = serializers.CharField(allow_null=True)
    reasons = ReasonSerializer(many=True)
    recorded_at = serializers.DateTimeField()


class ReportedSerializer(serializers.Serializer):
    changes = RightChangeSerializer(many=True)


class DebtSerializer(serializers.Serializer):
    """Fen of one month paid too much; below zero takes back. `owed_by_region` null: owed by the elder's side."""

    id = serializers.UUIDField()
    elder = serializers.UUIDField()
    programme = serializers.CharField()
    benefit_month = serializers.CharField()
    payer_region = serializers.CharField()
    owed_by_region = serializers.CharField(allow_null=True)
    amount_fen = serializers.IntegerField()
    cause = serializers.CharField()
    recorded_at = serializers.DateTimeField()


class FlagSerializer(serializers.Serializer):
    """What a cross-check found, with its evidence in the reader's language."""

    id = serializers.UUIDField()
    elder = serializers.UUIDField()
    programme = serializers.CharField()
    application = serializers.UUIDField(allow_null=True)
    district = serializers.CharField()
    kind = serializers.ChoiceField(choices=FlagKind.choices)
    evidence = serializers.ListField(child=serializers.CharField())
    open = serializers.BooleanField()
    found_at = serializers.DateTimeField()
    cleared_at = serializers.DateTimeField(allow_null=True)
    cleared_because = serializers.CharField(allow_null=True)


class ListRowSerializer(serializers.Serializer):
    row = serializers.IntegerField()
    state = serializers.ChoiceField(choices=["ready", "wrong", "taken"])
    said = serializers.CharField()


class ListSerializer(serializers.Serializer):
    """A list of facts, row by row."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=FactListState.choices)
    total = serializers.IntegerField()
    ready = serializers.IntegerField()
    taken = serializers.IntegerField()
    rows = ListRowSerializer(many=True)


class FactsDoor(Door):
    @extend_schema(
        operation_id="subsidy_facts_create",
        summary=_("报告老人的情况变动，补贴随之重新计算"),
        request=FactBody,
        responses={201: ReportedSerializer},
    )
    def post(self, request: Request) -> Response:
        body = self.read(FactBody)
        elder = body.pop("elder")

        def act() -> dict[str, Any]:
            changes = report_fact(self.viewer, elder_id=elder, fact=_fact(body))
            return {"changes": [change_of(change) for change in changes]}

        return self.once("subsidies.report", act, status=201)


class FactListsDoor(Door):
    @extend_schema(
        operation_id="subsidy_fact_lists_create",
        summary=_("提交一份情况变动名单，逐行预览，还不录入"),
        request=ListBody,
        responses={201: ListSerializer},
    )
    def post(self, request: Request) -> Response:
        if not self.viewer.places("region", *LISTS_FACTS):
            raise not_found()
        body = self.read(ListBody)
        rows = [_row(number, row) for number, row in enumerate(body["rows"], start=1)]

        def act() -> dict[str, Any]:
            found = look_at_rows(self.viewer, region=body["region"], file_name=body["name"], rows=rows)
            return list_of(found)

        return self.once("subsidies.fact_list", act, status=201)


class FactListDoor(Door):
    @extend_schema(
        operation_id="subsidy_fact_lists_read", summary=_("一份情况变动名单"), responses={200: ListSerializer}
    )
    def get(self, request: Request, list_id: UUID) -> Response:
        found = fact_lists_visible_to(self.viewer).filter(pk=list_id).first()
        if found is None:
            raise Http404
        return Response(list_of(found))


class TakeListDoor(Door):
    @extend_schema(
        operation_id="subsidy_fact_lists_take",
        summary=_("录入名单里可以录入的各行"),
        request=None,
        responses={200: ListSerializer},
    )
    def post(self, request: Request, list_id: UUID) -> Response:
        return self.once("subsidies.take_list", lambda: list_of(take_list(self.viewer, list_id=list_id)))


class ChangesDoor(Door):
    @extend_schema(
        operation_id="subsidy_changes_list",
        summary=_("我能看到的补贴变动"),
        responses={200: RightChangeSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        return self.page(right_changes_visible_to(self.viewer), lambda rows: [change_of(row) for row in rows])


class DebtsDoor(Door):
    @extend_schema(
        operation_id="subsidy_debts_list", summary=_("我能看到的多发应退"), responses={200: DebtSerializer(many=True)}
    )
    def get(self, request: Request) -> Response:
        return self.page(debts_visible_to(self.viewer), lambda rows: [debt_of(row) for row in rows])


class FlagsDoor(Door):
    @extend_schema(
        operation_id="subsidy_flags_list", summary=_("我能看到的核对发现"), responses={200: FlagSerializer(many=True)}
    )
    def get(self, request: Request) -> Response:
        return self.page(flags_visible_to(self.viewer), lambda rows: [flag_of(row) for row in rows])


class ClearFlagDoor(Door):
    @extend_schema(
        operation_id="subsidy_flags_clear",
        summary=_("区经办人核实一条发现，写明情况"),
        request=ClearBody,
        responses={200: FlagSerializer},
    )
    def post(self, request: Request, flag_id: UUID) -> Response:
        if not flags_visible_to(self.viewer).filter(pk=flag_id).exists():
            raise Http404
        body = self.read(ClearBody)
        return self.once(
            "subsidies.clear_flag", lambda: flag_of(clear_flag(self.viewer, flag_id=flag_id, reason=body["reason"]))
        )


def change_of(change: Change) -> dict[str, Any]:
    """Write a change in the reader's language."""
    return {
        "id": str(change.pk),
        "elder": str(change.elder_id),
        "programme": change.programme,
        "kind": change.kind,
        "from_month": change.from_month.strftime(MONTH),
        "before_fen": change.before_fen,
        "after_fen": change.after_fen,
        "payer_before": change.payer_before_id,
        "payer_after": change.payer_after_id,
        "reasons": [reason.to_json(gettext) for reason in change_cards([change])[0].reasons],
        "recorded_at": change.recorded_at.isoformat(),
    }


def debt_of(debt: Debt) -> dict[str, Any]:
    """Write a debt in the reader's language."""
    return {
        "id": str(debt.pk),
        "elder": str(debt.elder_id),
        "programme": debt.programme,
        "benefit_month": debt.benefit_month.strftime(MONTH),
        "payer_region": debt.payer_region_id,
        "owed_by_region": debt.owed_by_region_id,
        "amount_fen": debt.amount_fen,
        "cause": speak(restored(debt.cause), gettext),
        "recorded_at": debt.recorded_at.isoformat(),
    }


def flag_of(flag: CrossCheckFlag) -> dict[str, Any]:
    """Write a flag in the reader's language."""
    return {
        "id": str(flag.pk),
        "elder": str(flag.elder_id),
        "programme": flag.programme,
        "application": str(flag.application_id) if flag.application_id else None,
        "district": flag.district_id,
        "kind": flag.kind,
        "evidence": [speak(restored(said), gettext) for said in flag.evidence],
        "open": flag.is_open,
        "found_at": flag.found_at.isoformat(),
        "cleared_at": flag.cleared_at.isoformat() if flag.cleared_at else None,
        "cleared_because": flag.cleared_because,
    }


def list_of(found: FactList) -> dict[str, Any]:
    """Write a list in the reader's language; numbers and names stay out of the answer."""
    return {
        "id": str(found.pk),
        "state": found.state,
        "total": found.total,
        "ready": found.ready,
        "taken": found.taken,
        "rows": [
            {"row": row["number"], "state": row["state"], "said": speak(restored(row["said"]), gettext)}
            for row in found.rows
        ],
    }


def _fact(body: dict[str, Any]) -> Fact:
    certificate = body["certificate"]
    return Fact(
        kind=body["kind"],
        on=body["on"],
        region=body["region"],
        circumstance=body["circumstance"],
        certificate={**certificate, "components": None} if certificate else None,
        until=body["until"],
    )


def _row(number: int, row: dict[str, Any]) -> Row:
    certificate = row["certificate"] or {}
    return Row(
        number,
        id_number=row["id_number"].upper(),
        name=row["name"],
        kind=row["kind"],
        on=row["on"],
        region=row["region"],
        circumstance=row["circumstance"],
        category=certificate.get("category"),
        level=certificate.get("level"),
        until=row["until"],
    )
