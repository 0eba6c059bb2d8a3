"""What do we know about assessments, agencies and assessors? Reads only; asks nobody's permission (`access.py` does)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from assessments.access import assessments_to_work_on, may_assign, may_conclude, may_record
from assessments.choices import WITH_RESULT, State
from assessments.models import Agency, Assessment, Assessor
from assessments.rules.claim import claim_of
from assessments.rules.instrument import instrument
from assessments.rules.scoring import Score, score
from assessments.rules.settings import setting
from assessments.rules.validity import ValidityRule, validity_rules
from eldercare.kernel import clock
from eldercare.kernel.viewer import Grant, Viewer
from eldercare.people.rules.masks import mask_name
from eldercare.recognition.rules.claims import Claim, Recognition
from eldercare.recognition.selectors import check
from eldercare.regions.models import Region
from eldercare.regions.rules.codes import province_of
from eldercare.regions.selectors import provinces

PAGE = 20


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


def results_of_many(elder_ids: Iterable[UUID], *, known_at: datetime | None = None) -> list[AssessmentFact]:
    """Give every result of many elders, oldest first, with one query; with `known_at`, those concluded by then."""
    rows = _with_result().filter(elder__in=list(elder_ids))
    if known_at is not None:
        rows = rows.filter(concluded_on__lte=known_at.astimezone(clock.CHINA).date())
    return [fact_of(row) for row in rows.order_by("concluded_on", "pk")]


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


def score_shown(assessment: Assessment) -> Score | None:
    """Give the score a complete record leads to today, for the eyes of the second assessor; None without a record."""
    if assessment.state != State.RECORDED:
        return None
    mode = setting("clause_mode", clock.today())
    return score(instrument(assessment.instrument), assessment.answers, assessment.conditions, mode)


def whole(rows: QuerySet[Assessment]) -> QuerySet[Assessment]:
    """Fetch with each assessment what every door shows beside it."""
    return rows.select_related("agency__region", "elder__person", "first_assessor", "second_assessor")


def recognised_in(fact: AssessmentFact, on: date) -> list[tuple[Region, Recognition]]:
    """Tell for each of the regions whether the result counts there on a day, and why."""
    return [(region, check(_claim(fact, region.code), on)) for region in provinces()]


def _claim(fact: AssessmentFact, used_in: str) -> Claim:
    return claim_of(
        standard=fact.standard,
        level=fact.level,
        concluded_on=fact.concluded_on,
        valid_until=fact.valid_until,
        issued_in=fact.issued_in,
        used_in=used_in,
    )


def validity_rule_of(assessment: Assessment) -> ValidityRule | None:
    """Give the rule that set a result's last valid day."""
    return next((rule for rule in validity_rules() if rule.id == assessment.validity_rule), None)


@dataclass(frozen=True)
class AssessmentCard:
    """An assessment as the agency's list shows it. `act` is what the viewer does next: assign, record, conclude, or none."""

    assessment: Assessment
    elder_name: str
    act: str


def agency_page(viewer: Viewer, *, before: UUID | None = None) -> tuple[list[AssessmentCard], UUID | None]:
    """Give a page of the viewer's agencies' work, newest first, and the key of the next page. One query."""
    rows = whole(assessments_to_work_on(viewer)).order_by("-id")
    page = list((rows.filter(pk__lt=before) if before else rows)[: PAGE + 1])
    cards = [AssessmentCard(row, mask_name(row.elder.person.name), next_act(viewer, row)) for row in page[:PAGE]]
    return cards, page[PAGE - 1].pk if len(page) > PAGE else None


def next_act(viewer: Viewer, assessment: Assessment) -> str:
    """Name what the viewer can do next on an assessment."""
    if may_record(viewer, assessment):
        return "record"
    if may_conclude(viewer, assessment):
        return "conclude"
    return "assign" if assessment.state == State.REQUESTED and may_assign(viewer, assessment) else ""
