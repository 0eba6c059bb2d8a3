"""Doors of the officers' desk: the queue by its clocks, conclusions in bulk, re-checks, papers of decisions, publicity."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from eldercare.audit.services import record_view
from eldercare.kernel import clock
from eldercare.kernel.sentences import speak
from eldercare.ui.api.fields import StrictSerializer
from eldercare.ui.api.serializers import LineSerializer, ReasonSerializer
from eldercare.ui.api.views import Door, OpenDoor
from subsidies.access import (
    DISTRICT_OFFICER,
    STREET_OFFICER,
    applications_visible_to,
    documents_visible_to,
    postings_on_show,
)
from subsidies.api.applications import FILE, ApplicationFiles
from subsidies.choices import ApplicationState, DecisionOutcome
from subsidies.models import Application
from subsidies.rules.terms import Benefit
from subsidies.selectors.documents import shown_document
from subsidies.selectors.postings import posting_cards
from subsidies.selectors.programmes import applicable
from subsidies.selectors.queue import ONLY, Wanted, queue_rows, waiting_rows
from subsidies.services.appeal import appeal_decision, reopen_for_facts
from subsidies.services.bulk import MOST_AT_ONCE, BulkResult, conclude_in_bulk
from subsidies.services.publicity import answer_objection, object_to_posting


class SaidBody(StrictSerializer):
    """Why."""

    said = serializers.CharField(max_length=2000)


class BulkBody(StrictSerializer):
    """Which cases, in the order in which they are concluded."""

    applications = serializers.ListField(child=serializers.UUIDField(), max_length=MOST_AT_ONCE, allow_empty=False)


class ObjectBody(StrictSerializer):
    """What somebody objects; a name and a number are welcome, not needed."""

    said = serializers.CharField(max_length=2000)
    name = serializers.CharField(max_length=60, allow_blank=True, default="")
    contact = serializers.CharField(max_length=60, allow_blank=True, default="")


class AnswerBody(StrictSerializer):
    """Whether an objection holds, and what was found."""

    holds = serializers.BooleanField()
    answer = serializers.CharField(max_length=2000)


class QueueRowSerializer(serializers.Serializer):
    """A case in the queue: `due_on` is the last day of its step, `ready` means looked at and fit for bulk."""

    id = serializers.UUIDField(source="application.pk")
    programme = serializers.CharField(source="application.programme")
    elder_name = serializers.CharField(source="card.elder_name")
    street = serializers.CharField(source="application.street_id")
    state = serializers.ChoiceField(source="application.state", choices=ApplicationState.choices)
    applied_on = serializers.DateField(source="application.applied_on")
    due_on = serializers.DateField(source="application.due_on", allow_null=True)
    time_left = serializers.SerializerMethodField()
    flags = serializers.IntegerField()
    looked = serializers.BooleanField()
    asked = serializers.BooleanField()
    ready = serializers.BooleanField()

    def get_time_left(self, row: Any) -> str:
        return str(speak(row.left.words, gettext))


class BulkResultSerializer(serializers.Serializer):
    """What became of one case: the decision's number where it has one, or the problem's code and sentence."""

    application = serializers.UUIDField()
    outcome = serializers.ChoiceField(choices=DecisionOutcome.choices, allow_null=True)
    number = serializers.CharField(allow_null=True)
    code = serializers.CharField(allow_null=True)
    detail = serializers.CharField(allow_null=True)
    next_step = serializers.CharField(allow_null=True)


class BulkSerializer(serializers.Serializer):
    results = BulkResultSerializer(many=True)


class FactSerializer(serializers.Serializer):
    name = serializers.CharField()
    values = serializers.ListField(child=serializers.CharField())


class DocumentSerializer(serializers.Serializer):
    """A decision's paper as it was issued. `intact`: the content still has the digest that stands in the audit."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    application = serializers.UUIDField()
    elder_name = serializers.CharField()
    elder_id_masked = serializers.CharField()
    benefit = serializers.CharField()
    outcome = serializers.ChoiceField(choices=DecisionOutcome.choices)
    upholds = serializers.BooleanField(allow_null=True)
    replaces = serializers.CharField(allow_null=True)
    decided_on = serializers.DateField()
    monthly_fen = serializers.IntegerField(allow_null=True)
    first_month = serializers.CharField(allow_null=True)
    last_month = serializers.CharField(allow_null=True)
    lines = LineSerializer(many=True)
    conditions = ReasonSerializer(many=True)
    facts = FactSerializer(many=True)
    reason = serializers.CharField(allow_null=True)
    remedy = serializers.CharField(allow_blank=True)
    appeal_until = serializers.DateField(allow_null=True)
    content_sha256 = serializers.CharField()
    intact = serializers.BooleanField()


class PostingSerializer(serializers.Serializer):
    """A case on public view: masked, without any health fact. `last_day` is the last day to object."""

    id = serializers.UUIDField(source="posting_id")
    shown_name = serializers.CharField()
    benefit = serializers.SerializerMethodField()
    place = serializers.CharField()
    monthly_fen = serializers.IntegerField()
    from_day = serializers.DateField()
    last_day = serializers.DateField()

    def get_benefit(self, card: Any) -> str:
        return str(speak(card.benefit, gettext))


class ObjectionSerializer(serializers.Serializer):
    """An objection: its address, and the answer once there is one."""

    id = serializers.UUIDField(source="pk")
    made_at = serializers.DateTimeField(source="at")
    holds = serializers.BooleanField(allow_null=True)
    answer = serializers.CharField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)


class ByClock(CursorPagination):
    """Thirty a page, the first to fall due first."""

    page_size = 30
    max_page_size = 100
    page_size_query_param = "page_size"
    ordering = ("by_day", "id")


PROGRAMMES: list[Benefit] = applicable()


class QueueDoor(Door):
    pagination_class = ByClock

    @extend_schema(
        operation_id="desk_subsidies_list",
        summary=_("本街道或本区的待办补贴申请，先到期的在前"),
        parameters=[
            OpenApiParameter("programme", str, enum=[one.id for one in PROGRAMMES]),
            OpenApiParameter("only", str, enum=[name for name in ONLY if name]),
        ],
        responses={200: QueueRowSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        _require_desk(self)
        asked = request.query_params
        wanted = Wanted(programme=asked.get("programme", ""), only=asked.get("only", ""))
        rows: QuerySet[Application] = waiting_rows(self.viewer, wanted, clock.today())
        return self.page(
            rows, lambda page: QueueRowSerializer(queue_rows(self.viewer, page, clock.today()), many=True).data
        )


class BulkDoor(Door):
    @extend_schema(
        operation_id="desk_subsidies_bulk",
        summary=_("批量办理看过的、没有疑点的申请；每份单独作出决定"),
        request=BulkBody,
        responses={200: BulkSerializer},
    )
    def post(self, request: Request) -> Response:
        _require_desk(self)
        body = self.read(BulkBody)
        return self.once(
            "subsidies.bulk",
            lambda: {
                "results": [_result(one) for one in conclude_in_bulk(self.viewer, application_ids=body["applications"])]
            },
        )


class AppealDoor(ApplicationFiles):
    @extend_schema(
        operation_id="subsidy_applications_appeal", summary=_("家属请求重新核对决定"), request=SaidBody, responses=FILE
    )
    def post(self, request: Request, application_id: UUID) -> Response:
        found = self.find(application_id)
        if str(found.application.elder_id) not in self.viewer.places("elder"):
            raise Http404
        body = self.read(SaidBody)
        return self.do(
            "subsidies.appeal",
            application_id,
            lambda: appeal_decision(self.viewer, application_id=application_id, said=body["said"]),
        )


class ReopenDoor(ApplicationFiles):
    @extend_schema(
        operation_id="subsidy_applications_reopen",
        summary=_("区民政局因资料有变化，转为重新核对"),
        request=None,
        responses=FILE,
    )
    def post(self, request: Request, application_id: UUID) -> Response:
        self.find(application_id)
        return self.do(
            "subsidies.reopen",
            application_id,
            lambda: reopen_for_facts(self.viewer, application_id=application_id),
        )


class DocumentDoor(Door):
    @extend_schema(operation_id="subsidy_documents_read", summary=_("一份决定书"), responses={200: DocumentSerializer})
    def get(self, request: Request, document_id: UUID) -> Response:
        found = documents_visible_to(self.viewer).select_related("decision__application").filter(pk=document_id).first()
        if found is None:
            raise Http404
        record_view(self.viewer, found.decision.application.elder_id, "subsidy_document", "api")
        return Response(_document(found))


class PostingsDoor(OpenDoor):
    @extend_schema(
        operation_id="subsidy_postings_list",
        summary=_("正在公示的补贴"),
        responses={200: PostingSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        rows = postings_on_show(clock.today()).select_related("application")
        return self.page(rows, lambda page: PostingSerializer(posting_cards(page), many=True).data)


class ObjectDoor(OpenDoor):
    @extend_schema(
        operation_id="subsidy_postings_object",
        summary=_("对公示提出不同意见，不用登录"),
        request=ObjectBody,
        responses={201: ObjectionSerializer},
    )
    def post(self, request: Request, posting_id: UUID) -> Response:
        if not postings_on_show(clock.today()).filter(pk=posting_id).exists():
            raise Http404
        body = self.read(ObjectBody)
        return self.once(
            "subsidies.object",
            lambda: ObjectionSerializer(object_to_posting(self.viewer, posting_id=posting_id, **body)).data,
            status=201,
        )


class AnswerDoor(Door):
    @extend_schema(
        operation_id="subsidy_objections_answer",
        summary=_("区民政局答复公示异议"),
        request=AnswerBody,
        responses={200: ObjectionSerializer},
    )
    def post(self, request: Request, objection_id: UUID) -> Response:
        mine = applications_visible_to(self.viewer).filter(posting__objections=objection_id)
        if not mine.exists():
            raise Http404
        body = self.read(AnswerBody)
        return self.once(
            "subsidies.answer_objection",
            lambda: ObjectionSerializer(answer_objection(self.viewer, objection_id=objection_id, **body)).data,
        )


def _require_desk(door: Door) -> None:
    if not door.viewer.places("region", STREET_OFFICER, DISTRICT_OFFICER):
        raise PermissionDenied


def _result(one: BulkResult) -> dict[str, Any]:
    document = getattr(one.decision, "document", None) if one.decision else None
    no = one.refusal
    return {
        "application": str(one.application_id),
        "outcome": one.decision.outcome if one.decision else None,
        "number": document.number if document else None,
        "code": no.code if no else None,
        "detail": speak(no.sentence, gettext) if no else None,
        "next_step": speak(no.next_step, gettext) if no and no.next_step else None,
    }


def _document(found: Any) -> dict[str, Any]:
    paper, content = shown_document(found), found.content
    return {
        "id": str(found.pk),
        "number": found.number,
        "application": str(found.decision.application_id),
        "elder_name": content["elder"]["name"],
        "elder_id_masked": content["elder"]["id_masked"],
        "benefit": speak(paper.benefit, gettext),
        **{
            name: content[name]
            for name in ("outcome", "upholds", "replaces", "decided_on", "monthly_fen", "first_month", "last_month")
        },
        "lines": [line.to_json(gettext) for line in paper.lines],
        "conditions": [reason.to_json(gettext) for reason in paper.conditions],
        "facts": [
            {"name": speak(name, gettext), "values": [speak(one, gettext) for one in values]}
            for name, values in paper.facts
        ],
        **{name: content[name] for name in ("reason", "remedy", "appeal_until")},
        "content_sha256": found.content_digest,
        "intact": paper.intact,
    }
