"""Doors: score a set of answers (open to all, nothing kept), and the course of an assessment for those it concerns."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.access import assessments_visible_to
from assessments.api import serializers as shapes
from assessments.models import Assessment
from assessments.rules.instrument import instrument
from assessments.rules.scoring import ScoreProblem, score
from assessments.rules.settings import setting
from assessments.selectors import agencies, assessors_in_force, whole
from assessments.services.assign import assign
from assessments.services.conclude import conclude
from assessments.services.opening import wrong_answers
from assessments.services.record import record
from assessments.services.request import request_assessment
from eldercare.audit.services import record_view
from eldercare.kernel import clock
from eldercare.ui.api.views import Door, OpenDoor

FILE = {200: shapes.AssessmentFileSerializer}


class ScoreDoor(OpenDoor):
    @extend_schema(
        operation_id="assessments_score",
        summary=_("按 GB/T 42195-2022 计算能力等级，写明每一步"),
        request=shapes.ScoreBody,
        responses={200: shapes.ScoreSerializer},
    )
    def post(self, request: Request) -> Response:
        body = self.read(shapes.ScoreBody)
        mode = setting("clause_mode", clock.today())
        try:
            result = score(instrument(body["instrument"]), body["answers"], body["conditions"], mode)
        except ScoreProblem as problem:
            raise wrong_answers(problem) from problem
        return Response(result.to_json(gettext))


class AgenciesDoor(OpenDoor):
    @extend_schema(
        operation_id="assessment_agencies_list",
        summary=_("现在可以申请的评估机构"),
        responses={200: shapes.AgencySerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        return self.page(agencies(clock.today()), lambda rows: shapes.AgencySerializer(rows, many=True).data)


class AssessorsDoor(Door):
    @extend_schema(
        operation_id="assessors_list",
        summary=_("本机构现在在岗的评估员"),
        responses={200: shapes.AssessorSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        own = assessors_in_force(clock.today()).filter(agency__in=self.viewer.places("agency"))
        return self.page(own.select_related("user"), lambda rows: shapes.AssessorSerializer(rows, many=True).data)


class AssessmentsDoor(Door):
    @extend_schema(
        operation_id="assessments_list",
        summary=_("我能看到的能力评估，新的在前"),
        responses={200: shapes.AssessmentSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        return self.page(
            whole(assessments_visible_to(self.viewer)), lambda rows: shapes.AssessmentSerializer(rows, many=True).data
        )

    @extend_schema(
        operation_id="assessments_request",
        summary=_("家属申请一次能力评估"),
        request=shapes.RequestBody,
        responses={201: shapes.AssessmentFileSerializer},
    )
    def post(self, request: Request) -> Response:
        body = self.read(shapes.RequestBody)

        def act() -> dict[str, Any]:
            asked = request_assessment(
                self.viewer, elder_id=body["elder"], agency_id=body["agency"], reason=body["reason"]
            )
            return shapes.file_of(self.viewer, asked)

        return self.once("assessments.request", act, status=201)


class OneAssessment(Door):
    """A door to one assessment: somebody else's is not found."""

    def answer(self, assessment_id: UUID) -> dict[str, Any]:
        return shapes.file_of(self.viewer, self.find(assessment_id))

    def find(self, assessment_id: UUID) -> Assessment:
        found = whole(assessments_visible_to(self.viewer)).filter(pk=assessment_id).first()
        if found is None:
            raise Http404
        return found


class AssessmentDoor(OneAssessment):
    @extend_schema(operation_id="assessments_read", summary=_("一次能力评估"), responses=FILE)
    def get(self, request: Request, assessment_id: UUID) -> Response:
        assessment = self.find(assessment_id)
        record_view(self.viewer, assessment.elder_id, "assessment", "api")
        return Response(shapes.file_of(self.viewer, assessment))


class AssignDoor(OneAssessment):
    @extend_schema(
        operation_id="assessments_assign", summary=_("机构派两位评估员"), request=shapes.AssignBody, responses=FILE
    )
    def post(self, request: Request, assessment_id: UUID) -> Response:
        body = self.read(shapes.AssignBody)

        def act() -> dict[str, Any]:
            assign(
                self.viewer,
                assessment_id=assessment_id,
                first_assessor_id=body["first_assessor"],
                second_assessor_id=body["second_assessor"],
            )
            return self.answer(assessment_id)

        return self.once("assessments.assign", act)


class RecordDoor(OneAssessment):
    @extend_schema(
        operation_id="assessments_record",
        summary=_("第一位评估员提交 26 项记录"),
        request=shapes.RecordBody,
        responses=FILE,
    )
    def post(self, request: Request, assessment_id: UUID) -> Response:
        body = self.read(shapes.RecordBody)

        def act() -> dict[str, Any]:
            record(self.viewer, assessment_id=assessment_id, answers=body["answers"], conditions=body["conditions"])
            return self.answer(assessment_id)

        return self.once("assessments.record", act)


class ConcludeDoor(OneAssessment):
    @extend_schema(
        operation_id="assessments_conclude", summary=_("第二位评估员审定，得出等级"), request=None, responses=FILE
    )
    def post(self, request: Request, assessment_id: UUID) -> Response:
        def act() -> dict[str, Any]:
            conclude(self.viewer, assessment_id=assessment_id)
            return self.answer(assessment_id)

        return self.once("assessments.conclude", act)
