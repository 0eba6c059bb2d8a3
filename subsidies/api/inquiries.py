"""Doors of a question: the officer asks for more, the family uploads and answers, the officer takes it back."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from eldercare.ui.api.fields import StrictSerializer
from eldercare.ui.api.views import Door
from subsidies.access import applications_visible_to, inquiries_visible_to
from subsidies.api.filings import HandedInSerializer, PaperBody, Uploads, paper_of
from subsidies.models import Inquiry
from subsidies.rules.papers import askable, papers
from subsidies.selectors.filings import InquiryCard, PaperCard, inquiry_cards
from subsidies.services.inquiries import answer_more, ask_more, take_back_question
from subsidies.services.papers import add_to_answer

ITEMS = [(one.id, str(one.name)) for one in askable().values()]


class AskBody(StrictSerializer):
    """What is asked for, why, and the last day."""

    items = serializers.ListField(child=serializers.ChoiceField(choices=ITEMS), min_length=1, max_length=len(ITEMS))
    note = serializers.CharField(max_length=2000, allow_blank=True, default="")
    answer_by = serializers.DateField()


class GiveMoreBody(StrictSerializer):
    """What the family says; papers are uploaded before."""

    text = serializers.CharField(max_length=2000, allow_blank=True, default="")


class InquirySerializer(serializers.Serializer):
    """A question and its answer. `answer_by` is the last day as stated."""

    id = serializers.UUIDField(source="inquiry.pk")
    application = serializers.UUIDField(source="inquiry.application_id")
    items = serializers.ListField(child=serializers.ChoiceField(choices=ITEMS))
    note = serializers.CharField(allow_blank=True)
    asked_at = serializers.DateTimeField(source="inquiry.asked_at")
    answer_by = serializers.DateField(source="inquiry.answer_by")
    is_open = serializers.BooleanField(source="inquiry.is_open")
    answered_at = serializers.DateTimeField(source="inquiry.answered_at", allow_null=True)
    text = serializers.CharField(allow_blank=True)
    papers = HandedInSerializer(many=True)


ONE = {200: InquirySerializer}


class Inquiries(Door):
    """What the doors of a question share."""

    def find(self, inquiry_id: UUID) -> InquiryCard:
        """Give one question, or 404."""
        row = inquiries_visible_to(self.viewer).filter(pk=inquiry_id).select_related("application").first()
        if row is None:
            raise Http404
        return next(card for card in inquiry_cards([row.application]) if card.inquiry.pk == row.pk)


class AskDoor(Inquiries):
    @extend_schema(
        operation_id="subsidy_applications_ask_more",
        summary=_("请家属补充资料，申请留在原来的一步"),
        request=AskBody,
        responses={201: InquirySerializer},
    )
    def post(self, request: Request, application_id: UUID) -> Response:
        if not applications_visible_to(self.viewer).filter(pk=application_id).exists():
            raise Http404
        body = self.read(AskBody)

        def act() -> dict[str, Any]:
            return question_of(self.find(ask_more(self.viewer, application_id=application_id, **body).pk))

        return self.once("subsidies.ask", act, status=201)


class InquiriesDoor(Inquiries):
    @extend_schema(
        operation_id="subsidy_inquiries_list",
        summary=_("请家属补充的通知，新的在前"),
        responses={200: InquirySerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        return self.page(inquiries_visible_to(self.viewer), _written)


class InquiryDoor(Inquiries):
    @extend_schema(operation_id="subsidy_inquiries_read", summary=_("一次补充资料的通知"), responses=ONE)
    def get(self, request: Request, inquiry_id: UUID) -> Response:
        return Response(question_of(self.find(inquiry_id)))


class AnswerDoor(Inquiries):
    @extend_schema(
        operation_id="subsidy_inquiries_answer", summary=_("家属补充好了，交上去"), request=GiveMoreBody, responses=ONE
    )
    def post(self, request: Request, inquiry_id: UUID) -> Response:
        self.find(inquiry_id)
        body = self.read(GiveMoreBody)

        def act() -> dict[str, Any]:
            answer_more(self.viewer, inquiry_id=inquiry_id, **body)
            return question_of(self.find(inquiry_id))

        return self.once("subsidies.answer", act)


class TakeBackDoor(Inquiries):
    @extend_schema(
        operation_id="subsidy_inquiries_take_back", summary=_("收回请家属补充的通知"), request=None, responses=ONE
    )
    def post(self, request: Request, inquiry_id: UUID) -> Response:
        self.find(inquiry_id)

        def act() -> dict[str, Any]:
            take_back_question(self.viewer, inquiry_id=inquiry_id)
            return question_of(self.find(inquiry_id))

        return self.once("subsidies.take_back", act)


class AnswerPapersDoor(Uploads):
    @extend_schema(
        operation_id="subsidy_inquiries_add_paper",
        summary=_("给补充的资料传一份材料（PDF、JPEG、PNG）"),
        request={"multipart/form-data": PaperBody},
        responses={201: HandedInSerializer},
    )
    def post(self, request: Request, inquiry_id: UUID) -> Response:
        if not inquiries_visible_to(self.viewer).filter(pk=inquiry_id).exists():
            raise Http404
        added = add_to_answer(self.viewer, inquiry_id=inquiry_id, **self.upload())
        return Response(paper_of(PaperCard(added, papers()[added.kind])), status=201)


def _written(rows: list[Inquiry]) -> list[dict[str, Any]]:
    cards = {card.inquiry.pk: card for card in inquiry_cards([row.application_id for row in rows])}
    return [question_of(cards[row.pk]) for row in rows]


def question_of(card: InquiryCard) -> dict[str, Any]:
    """Write one question whole."""
    return dict(
        InquirySerializer(
            {
                "inquiry": card.inquiry,
                "items": [one.id for one in card.items],
                "note": card.note,
                "text": card.text,
                "papers": card.papers,
            }
        ).data
    )
