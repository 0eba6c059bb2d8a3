"""What do we know about assessments, agencies and assessors? Reads only; asks nobody's permission (`access.py` does)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from assessments.choices import WITH_RESULT
from assessments.models import Agency, Assessment, Assessor
from eldercare.kernel.viewer import Grant
from eldercare.regions.rules.codes import province_of


@dataclass(frozen=True)
class AssessmentFact:
    """A concluded assessment as rules read it. `valid_until` is its last valid day; `issued_in` the agency's province."""

    assessment_id: UUID
    elder_id: UUID
    standard: str
    level: int
    concluded_on: date
    valid_until: date
    issued_in: str
    agency_name: str


def assessor_grants(user_id: UUID, person_id: UUID | None, on: date) -> set[Grant]:
    """Give what a user is at which assessment agencies on a day; a lead is also an assessor."""
    rows = assessors_in_force(on).filter(user=user_id).values_list("role", "agency_id")
    return {Grant(role, "agency", str(agency_id)) for role, agency_id in rows}


def assessors_in_force(on: date) -> QuerySet[Assessor]:
    """Give the assessors who work on a day."""
    return Assessor.objects.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=on), valid_from__lte=on)


def agencies(on: date) -> QuerySet[Agency]:
    """Give the agencies that can be chosen: those with at least two assessors on the day."""
    staffed = assessors_in_force(on).values("agency_id").annotate(people=Count("user")).filter(people__gte=2)
    rows = Agency.objects.filter(pk__in=staffed.values("agency_id"))
    return rows.select_related("region").order_by("region_id", "name")


def valid_assessment(elder_id: UUID, on: date) -> AssessmentFact | None:
    """Give the latest result of an elder that is valid on a day. The day decides, also looking back."""
    return next(iter(valid_assessments([elder_id], on).values()), None)


def valid_assessments(elder_ids: Iterable[UUID], on: date) -> dict[UUID, AssessmentFact]:
    """Give the latest valid result of each of many elders, with one query."""
    rows = _with_result().filter(elder__in=list(elder_ids), concluded_on__lte=on, valid_until__gte=on)
    return {row.elder_id: fact_of(row) for row in rows.order_by("concluded_on", "pk")}


def results_of(elder_id: UUID) -> list[AssessmentFact]:
    """Give every result of an elder, newest first, whether still valid or not."""
    return [fact_of(row) for row in _with_result().filter(elder=elder_id).order_by("-concluded_on", "-pk")]


def concluded_on_or_after(day: date) -> QuerySet[Assessment]:
    """Give the assessments concluded since a day: what an assessed level opens by itself starts here (160号 四(二))."""
    return _with_result().filter(concluded_on__gte=day).order_by("pk")


def fact_of(assessment: Assessment) -> AssessmentFact:
    """Read a row with a result as a fact."""
    return AssessmentFact(
        assessment_id=assessment.pk,
        elder_id=assessment.elder_id,
        standard=assessment.instrument,
        level=assessment.level,
        concluded_on=assessment.concluded_on,
        valid_until=assessment.valid_until,
        issued_in=province_of(assessment.agency.region_id),
        agency_name=assessment.agency.name,
    )


def _with_result() -> QuerySet[Assessment]:
    return Assessment.objects.filter(state__in=WITH_RESULT).select_related("agency")
