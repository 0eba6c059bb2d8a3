"""Doors of the application form: begun, saved in parts, papers put to it, sent in one act; and of one paper's content."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from eldercare.audit.services import record_view
from eldercare.ui.api.fields import StrictSerializer
from eldercare.ui.api.views import Door
from eldercare.ui.uploads import BoundedUpload, content_of, guarded_file, is_absurd, never_read
from subsidies.access import filings_visible_to, may_fill_in, papers_visible_to
from subsidies.choices import AccountKind, FilingState, MediaType
from subsidies.models import Filing
from subsidies.rules.papers import papers
from subsidies.selectors.filings import FilingFile, PaperCard, content_of_paper, filing_file
from subsidies.services.filing import begin_filing, discard_filing, save_filing, send_filing
from subsidies.services.papers import add_to_form, remove_paper
from subsidies.services.window import begin_at_window

MOST_PROGRAMMES = 20


class BeginBody(StrictSerializer):
    """The elder, and what is asked for so far."""

    elder = serializers.UUIDField()
    programmes = serializers.ListField(
        child=serializers.CharField(max_length=60), max_length=MOST_PROGRAMMES, default=list
    )


class WindowBody(StrictSerializer):
    """The papers the officer at a window holds. `hukou_region` is needed only for an elder who was never here."""

    window = serializers.RegexField(r"^[0-9]{9}$")
    name = serializers.CharField(max_length=60)
    id_number = serializers.CharField(max_length=60)
    hukou_region = serializers.CharField(max_length=9, allow_blank=True, default="")
    agent_name = serializers.CharField(max_length=60, allow_blank=True, default="")
    agent_id_number = serializers.CharField(max_length=60, allow_blank=True, default="")


class FormAccountBody(StrictSerializer):
    """A card by kind and number, or one the elder has already by its id (`known`)."""

    kind = serializers.ChoiceField(choices=AccountKind.choices, required=False)
    number = serializers.CharField(max_length=60, required=False)
    known = serializers.UUIDField(required=False)


class SaveBody(StrictSerializer):
    """Parts of a form; what is left out stays. `choices`: benefit → the benefit chosen of the two, or `instead`."""

    programmes = serializers.ListField(
        child=serializers.CharField(max_length=60), max_length=MOST_PROGRAMMES, required=False
    )
    choices = serializers.DictField(child=serializers.CharField(max_length=60), required=False)
    account = FormAccountBody(required=False)


class SendBody(StrictSerializer):
    agreed = serializers.BooleanField()


class PaperBody(serializers.Serializer):
    """A file and what it is (ids of the programme's list of papers)."""

    kind = serializers.ChoiceField(choices=[(one.id, str(one.name)) for one in papers().values()])
    file = serializers.FileField(allow_empty_file=True)


class HandedInSerializer(serializers.Serializer):
    """A paper that was put to a form; its content has a door of its own."""

    id = serializers.UUIDField(source="paper.pk")
    kind = serializers.CharField(source="kind.id")
    name = serializers.CharField(source="paper.name")
    media_type = serializers.ChoiceField(source="paper.media_type", choices=MediaType.choices)
    size = serializers.IntegerField(source="paper.size")
    pages = serializers.IntegerField(source="paper.pages")


class FilingRowSerializer(serializers.Serializer):
    """A form as lists show it."""

    id = serializers.UUIDField(source="pk")
    elder = serializers.UUIDField(source="elder_id")
    state = serializers.ChoiceField(choices=FilingState.choices)
    window = serializers.CharField(source="window_id", allow_null=True)
    touched_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)


class ChoiceSerializer(serializers.Serializer):
    """Two benefits of which only one can be drawn, and which was chosen."""

    programme = serializers.CharField()
    options = serializers.ListField(child=serializers.DictField())
    chosen = serializers.CharField(allow_null=True)


class FilingSerializer(FilingRowSerializer):
    """One form whole; the card's number is masked. `lacks` names the step that still lacks something."""

    programmes = serializers.ListField(child=serializers.CharField())
    choices = ChoiceSerializer(many=True)
    account = serializers.CharField(allow_null=True)
    papers = HandedInSerializer(many=True)
    lacks = serializers.CharField(allow_null=True)
    applications = serializers.ListField(child=serializers.UUIDField())


FORM = {200: FilingSerializer}


class Filings(Door):
    """What the doors of a form share."""

    def find(self, filing_id: UUID) -> FilingFile:
        """Give one form, or 404: somebody else's is not found."""
        found = filing_file(filings_visible_to(self.viewer), filing_id)
        if found is None:
            raise Http404
        return found

    def find_mine(self, filing_id: UUID) -> FilingFile:
        """Give a form the viewer fills in, or 404."""
        found = self.find(filing_id)
        if not may_fill_in(self.viewer, found.filing):
            raise Http404
        return found


class FilingsDoor(Filings):
    @extend_schema(
        operation_id="subsidy_filings_list",
        summary=_("我填的和已经提交的申请表，新的在前"),
        responses={200: FilingRowSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        return self.page(filings_visible_to(self.viewer), lambda rows: FilingRowSerializer(rows, many=True).data)

    @extend_schema(
        operation_id="subsidy_filings_create",
        summary=_("开始一份申请表，几项补贴可以一起申请；没填完的接着填"),
        request=BeginBody,
        responses={201: FilingSerializer},
    )
    def post(self, request: Request) -> Response:
        body = self.read(BeginBody)

        def act() -> dict[str, Any]:
            begun = begin_filing(self.viewer, elder_id=body["elder"], programmes=body["programmes"])
            return form_of(self.find(begun.pk))

        return self.once("subsidies.begin", act, status=201)


class WindowDoor(Filings):
    @extend_schema(
        operation_id="subsidy_filings_at_window",
        summary=_("在任意街道的窗口替来办的家庭开始一份申请表"),
        request=WindowBody,
        responses={201: FilingSerializer},
    )
    def post(self, request: Request) -> Response:
        body = self.read(WindowBody)
        return self.once(
            "subsidies.window",
            lambda: form_of(self.find(begin_at_window(self.viewer, **body).pk)),
            status=201,
        )


class FilingDoor(Filings):
    @extend_schema(operation_id="subsidy_filings_read", summary=_("一份申请表"), responses=FORM)
    def get(self, request: Request, filing_id: UUID) -> Response:
        found = self.find(filing_id)
        record_view(self.viewer, found.filing.elder_id, "subsidy_form", "api")
        return Response(form_of(found))

    @extend_schema(
        operation_id="subsidy_filings_save", summary=_("保存申请表的一部分"), request=SaveBody, responses=FORM
    )
    def patch(self, request: Request, filing_id: UUID) -> Response:
        self.find_mine(filing_id)
        body = self.read(SaveBody)
        if "account" in body:
            body = {**body, "account": {name: str(value) for name, value in body["account"].items()}}

        def act() -> dict[str, Any]:
            save_filing(self.viewer, filing_id=filing_id, **body)
            return form_of(self.find(filing_id))

        return self.once("subsidies.save", act)

    @extend_schema(operation_id="subsidy_filings_discard", summary=_("放弃申请表"), request=None, responses=FORM)
    def delete(self, request: Request, filing_id: UUID) -> Response:
        self.find_mine(filing_id)

        def act() -> dict[str, Any]:
            discard_filing(self.viewer, filing_id=filing_id)
            return form_of(self.find(filing_id))

        return self.once("subsidies.discard", act)


class SendDoor(Filings):
    @extend_schema(
        operation_id="subsidy_filings_send",
        summary=_("提交申请表：一次提交，每项补贴各成一份申请，送到户籍所在街道"),
        request=SendBody,
        responses=FORM,
    )
    def post(self, request: Request, filing_id: UUID) -> Response:
        self.find_mine(filing_id)
        body = self.read(SendBody)

        def act() -> dict[str, Any]:
            send_filing(self.viewer, filing_id=filing_id, **body)
            return form_of(self.find(filing_id))

        return self.once("subsidies.send", act)


class Uploads(Filings):
    """A door that takes one file, in memory only and within its limit."""

    parser_classes = [MultiPartParser]

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Request:
        self.absurd = is_absurd(request)
        if request.method == "POST" and not self.absurd:
            request.upload_handlers = [BoundedUpload(request, most=settings.PAPER_MOST_BYTES)]
        return super().initialize_request(request, *args, **kwargs)

    def perform_authentication(self, request: Request) -> None:
        if self.absurd:
            raise never_read()  # before the proof of origin would read it
        super().perform_authentication(request)

    def upload(self) -> dict[str, Any]:
        """Read what was uploaded: `kind`, `name`, `content` (None: larger than may be)."""
        body = self.read(PaperBody)
        return {"kind": body["kind"], "name": body["file"].name, "content": content_of(body["file"])}


class PapersDoor(Uploads):
    @extend_schema(
        operation_id="subsidy_filings_add_paper",
        summary=_("给申请表传一份材料（PDF、JPEG、PNG）"),
        request={"multipart/form-data": PaperBody},
        responses={201: HandedInSerializer},
    )
    def post(self, request: Request, filing_id: UUID) -> Response:
        self.find_mine(filing_id)
        added = add_to_form(self.viewer, filing_id=filing_id, **self.upload())
        return Response(paper_of(PaperCard(added, papers()[added.kind])), status=201)


class PaperDoor(Door):
    @extend_schema(
        operation_id="subsidy_papers_read",
        summary=_("一份材料的内容"),
        responses={
            (200, "application/pdf"): OpenApiTypes.BINARY,
            (200, "image/jpeg"): OpenApiTypes.BINARY,
            (200, "image/png"): OpenApiTypes.BINARY,
        },
    )
    def get(self, request: Request, paper_id: UUID) -> HttpResponse:
        found = get_object_or_404(papers_visible_to(self.viewer), pk=paper_id)
        record_view(self.viewer, found.elder_id, "subsidy_paper", "api")
        content = content_of_paper(found)
        return guarded_file(content, media_type=found.media_type, name=found.name, shown=found.is_picture)

    @extend_schema(
        operation_id="subsidy_papers_remove",
        summary=_("提交以前取出一份材料"),
        request=None,
        responses={204: OpenApiResponse(description=_("已经取出"))},
    )
    def delete(self, request: Request, paper_id: UUID) -> Response:
        remove_paper(self.viewer, paper_id=paper_id)
        return Response(status=204)


def form_of(found: FilingFile) -> dict[str, Any]:
    """Write one form whole, in the reader's language."""
    filing: Filing = found.filing
    choices = [answer for answer in found.chosen_from if answer.alternatives]
    return {
        **FilingRowSerializer(filing).data,
        "programmes": found.programmes,
        "choices": [
            {
                "programme": one.programme,
                "options": [option.to_json(gettext) for option in one.alternatives],
                "chosen": found.choices.get(one.programme),
            }
            for one in choices
        ],
        "account": found.account.masked if found.account else None,
        "papers": [paper_of(card) for card in found.papers],
        "lacks": found.next_step if filing.is_draft and found.next_step != "confirm" else None,
        "applications": [str(one.pk) for one in found.applications],
    }


def paper_of(card: PaperCard) -> dict[str, Any]:
    return dict(HandedInSerializer(card).data)
