"""Doors of applications: the family applies and withdraws, the street reviews, the district decides. See `services`."""

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

from eldercare.audit.services import record_view
from eldercare.ui.api.fields import StrictSerializer
from eldercare.ui.api.serializers import LineSerializer, ReasonSerializer
from eldercare.ui.api.views import Door
from subsidies.access import applications_visible_to, desk_applications
from subsidies.choices import AccountKind, ApplicationState, DecisionOutcome, Origin, Stage
from subsidies.selectors.applications import ApplicationFile, KeptVerdict, application_cards, application_file
from subsidies.selectors.programmes import applicable
from subsidies.services.apply import apply_for_subsidy, withdraw_application
from subsidies.services.decide import decide_at_district, judged, review_at_street
from subsidies.services.look import look_at_case


class ApplyBody(StrictSerializer):
    elder = serializers.UUIDField()
    programme = serializers.ChoiceField(choices=[benefit.id for benefit in applicable()])
    account_kind = serializers.ChoiceField(choices=AccountKind.choices)
    account_number = serializers.CharField(max_length=60)


class ReviewBody(StrictSerializer):
    outcome = serializers.ChoiceField(choices=[DecisionOutcome.PASS, DecisionOutcome.OBJECT])
    reason = serializers.CharField(max_length=2000, allow_blank=True, default="")


class DecideBody(StrictSerializer):
    """A refusal names its reason, the remedy and the last day of it."""

    outcome = serializers.ChoiceField(choices=[DecisionOutcome.APPROVE, DecisionOutcome.REFUSE])
    reason = serializers.CharField(max_length=2000, allow_blank=True, default="")
    remedy = serializers.CharField(max_length=2000, allow_blank=True, default="")
    appeal_until = serializers.DateField(allow_null=True, default=None)


class KeptVerdictSerializer(serializers.Serializer):
    """The rule's answer as it was kept."""

    verdict = serializers.CharField()
    monthly_fen = serializers.IntegerField(allow_null=True)
    payer_region = serializers.CharField(allow_null=True)
    first_month = serializers.CharField(allow_null=True)
    last_month = serializers.CharField(allow_null=True)
    back_pay_months = serializers.IntegerField(allow_null=True)
    lines = LineSerializer(many=True)
    conditions = ReasonSerializer(many=True)


class DecisionSerializer(serializers.Serializer):
    """`appeal_until` is the last day as printed."""

    stage = serializers.ChoiceField(choices=Stage.choices)
    outcome = serializers.ChoiceField(choices=DecisionOutcome.choices)
    at = serializers.DateTimeField()
    reason = serializers.CharField(allow_null=True)
    remedy = serializers.CharField(allow_blank=True)
    appeal_until = serializers.DateField(allow_null=True)
    answer = KeptVerdictSerializer()


class ApplicationSerializer(serializers.Serializer):
    """An application; the elder's name and the account's number are masked."""

    id = serializers.UUIDField(source="application.pk")
    programme = serializers.CharField(source="application.programme")
    elder = serializers.UUIDField(source="application.elder_id")
    elder_name = serializers.CharField()
    origin = serializers.ChoiceField(source="application.origin", choices=Origin.choices)
    applied_on = serializers.DateField(source="application.applied_on")
    street = serializers.CharField(source="application.street_id")
    district = serializers.CharField(source="application.district_id")
    state = serializers.ChoiceField(source="application.state", choices=ApplicationState.choices)
    due_on = serializers.DateField(allow_null=True)


class ApplicationFileSerializer(ApplicationSerializer):
    """One application whole."""

    account = serializers.CharField(allow_null=True)
    answer = KeptVerdictSerializer()
    decisions = DecisionSerializer(many=True)
    entitlement = serializers.UUIDField(allow_null=True)


FILE = {200: ApplicationFileSerializer}


class ApplicationFiles(Door):
    """What the doors of applications share."""

    def find(self, application_id: UUID) -> ApplicationFile:
        """Give one application, or 404: somebody else's is not found."""
        found = application_file(applications_visible_to(self.viewer), application_id)
        if found is None:
            raise Http404
        return found

    def do(self, door: str, application_id: UUID, act: Callable[[], object]) -> Response:
        """Act once per key and answer with the application as it then is."""

        def acted() -> dict[str, Any]:
            act()
            return file_of(self.find(application_id))

        return self.once(door, acted)


class ApplicationsDoor(ApplicationFiles):
    @extend_schema(
        operation_id="subsidy_applications_list",
        summary=_("我能看到的补贴申请，新的在前"),
        responses={200: ApplicationSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        return self.page(
            applications_visible_to(self.viewer),
            lambda rows: ApplicationSerializer(application_cards(rows), many=True).data,
        )

    @extend_schema(
        operation_id="subsidy_applications_create",
        summary=_("家属申请一项补贴，送到户籍所在街道"),
        request=ApplyBody,
        responses={201: ApplicationFileSerializer},
    )
    def post(self, request: Request) -> Response:
        body = self.read(ApplyBody)

        def act() -> dict[str, Any]:
            application = apply_for_subsidy(
                self.viewer,
                elder_id=body["elder"],
                programme=body["programme"],
                account_kind=body["account_kind"],
                account_number=body["account_number"],
            )
            return file_of(self.find(application.pk))

        return self.once("subsidies.apply", act, status=201)


class ApplicationDoor(ApplicationFiles):
    @extend_schema(operation_id="subsidy_applications_read", summary=_("一份补贴申请"), responses=FILE)
    def get(self, request: Request, application_id: UUID) -> Response:
        found = self.find(application_id)
        if desk_applications(self.viewer).filter(pk=application_id).exists():
            look_at_case(self.viewer, found.application, judged(found.application)[1])
        else:
            record_view(self.viewer, found.application.elder_id, "subsidy_application", "api")
        return Response(file_of(found))


class WithdrawDoor(ApplicationFiles):
    @extend_schema(
        operation_id="subsidy_applications_withdraw", summary=_("家属撤回申请"), request=None, responses=FILE
    )
    def post(self, request: Request, application_id: UUID) -> Response:
        return self.do(
            "subsidies.withdraw",
            application_id,
            lambda: withdraw_application(self.viewer, application_id=application_id),
        )


class ReviewDoor(ApplicationFiles):
    @extend_schema(
        operation_id="subsidy_applications_review", summary=_("街道初审"), request=ReviewBody, responses=FILE
    )
    def post(self, request: Request, application_id: UUID) -> Response:
        self.find(application_id)
        body = self.read(ReviewBody)
        return self.do(
            "subsidies.review",
            application_id,
            lambda: review_at_street(self.viewer, application_id=application_id, **body),
        )


class DecideDoor(ApplicationFiles):
    @extend_schema(
        operation_id="subsidy_applications_decide", summary=_("区民政局审定"), request=DecideBody, responses=FILE
    )
    def post(self, request: Request, application_id: UUID) -> Response:
        self.find(application_id)
        body = self.read(DecideBody)
        return self.do(
            "subsidies.decide",
            application_id,
            lambda: decide_at_district(self.viewer, application_id=application_id, **body),
        )


def file_of(found: ApplicationFile) -> dict[str, Any]:
    """Write one application whole, in the reader's language."""
    account = found.application.account
    return {
        **ApplicationSerializer(found.card).data,
        "account": account.masked if account else None,
        "answer": _answer(found.card.verdict),
        "decisions": [
            {
                "stage": card.stage,
                "outcome": card.outcome,
                "at": card.decision.at.isoformat(),
                "reason": card.decision.reason,
                "remedy": card.decision.remedy,
                "appeal_until": card.decision.appeal_until,
                "answer": _answer(card.verdict),
            }
            for card in found.decisions
        ],
        "entitlement": str(found.entitlement.pk) if found.entitlement else None,
    }


def _answer(kept: KeptVerdict) -> dict[str, Any]:
    return {
        "verdict": kept.answer,
        "monthly_fen": kept.monthly_fen,
        "payer_region": kept.payer_region,
        "first_month": kept.first_month,
        "last_month": kept.last_month,
        "back_pay_months": kept.back_pay_months,
        "lines": [line.to_json(gettext) for line in kept.lines],
        "conditions": [reason.to_json(gettext) for reason in kept.reasons],
    }
