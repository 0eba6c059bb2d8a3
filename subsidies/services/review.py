"""Every right is laid beside the facts again: what the sweep finds is written as changes and flags for the districts.

160号 七(一) asks for it at least once a quarter; it is done every month before the runs open, and at once for an elder
of whom something became known.
"""

from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from eldercare.audit.choices import JobState
from eldercare.audit.models import Job
from eldercare.audit.services import advance, finish, record, start_job
from eldercare.kernel import clock
from eldercare.kernel.days import Month
from eldercare.kernel.locks import lock_name
from eldercare.kernel.viewer import system
from subsidies.models import Entitlement
from subsidies.services.cross_check import check_entitlements
from subsidies.services.recompute import recompute

CHUNK, MOST_CHUNKS = 200, 50
KIND = "subsidies.review"
REVIEWER = system("review")

# Elders with a right about whom, or about whose programme, something was recorded after it was last looked at.
UNHEARD = """
SELECT DISTINCT right_.elder_id FROM subsidies_entitlement right_
WHERE right_.voided_at IS NULL AND (
    EXISTS (SELECT 1 FROM people_declaration fact WHERE fact.elder_id = right_.elder_id
        AND fact.declared_at > COALESCE(right_.reviewed_at, right_.recorded_at))
    OR EXISTS (SELECT 1 FROM people_certificate fact WHERE fact.elder_id = right_.elder_id
        AND GREATEST(fact.recorded_at, fact.superseded_at) > COALESCE(right_.reviewed_at, right_.recorded_at))
    OR EXISTS (SELECT 1 FROM people_hukouspell fact WHERE fact.elder_id = right_.elder_id
        AND GREATEST(fact.recorded_at, fact.superseded_at) > COALESCE(right_.reviewed_at, right_.recorded_at))
    OR EXISTS (SELECT 1 FROM people_deathreport fact WHERE fact.elder_id = right_.elder_id
        AND fact.reported_at > COALESCE(right_.reviewed_at, right_.recorded_at))
    OR EXISTS (SELECT 1 FROM assessments_assessment fact WHERE fact.elder_id = right_.elder_id
        AND fact.concluded_on > (COALESCE(right_.reviewed_at, right_.recorded_at) AT TIME ZONE 'Asia/Shanghai')::date)
    OR EXISTS (SELECT 1 FROM subsidies_programmeversion law WHERE starts_with(right_.programme, law.programme)
        AND GREATEST(law.published_at, law.taken_back_at) > COALESCE(right_.reviewed_at, right_.recorded_at))
)
ORDER BY right_.elder_id LIMIT %s
"""


def follow_facts() -> int:
    """Let the rights of the elders of whom something became known follow it; gives how many elders. May be rung twice."""
    followed = 0
    for _chunk in range(MOST_CHUNKS):
        with connection.cursor() as cursor:
            cursor.execute(UNHEARD, [CHUNK])
            elders = [row[0] for row in cursor.fetchall()]
        for elder_id in elders:
            recompute(REVIEWER, elder_id)
        followed += len(elders)
        if len(elders) < CHUNK:
            break
    return followed


def review_month() -> UUID | None:
    """Review every right that stands, once a month; gives the job, or None when this month's review is done.

    Goes on where a killed worker stopped: a right looked at since the first of the month is not looked at again.
    """
    month = clock.this_month()
    with transaction.atomic():
        lock_name(f"{KIND}:{month}")
        done = Job.objects.filter(kind=KIND, report__month=str(month)).order_by("-pk").first()
        if done and done.state == JobState.DONE:
            return None
        job = done or start_job(REVIEWER, KIND, total=_waiting(month).count())
        if done is None:
            advance(job.pk, 0, month=str(month), changes=0, flags=0)
    return _review(job.pk, month)


def _review(job_id: UUID, month: Month) -> UUID:
    job = Job.objects.get(pk=job_id)
    figures = {"changes": job.report.get("changes", 0), "flags": job.report.get("flags", 0)}
    done = job.done
    while True:
        elders = list(_waiting(month).values_list("elder", flat=True)[:CHUNK])
        if not elders:
            break
        done += _review_elders(list(dict.fromkeys(elders)), figures)
        advance(job_id, min(done, job.total or done), month=str(month), **figures)
    finish(job_id, month=str(month), **figures)
    record(REVIEWER, "entitlements.reviewed", f"job:{job_id}", facts={"month": str(month), **figures})
    return job_id


def _review_elders(elder_ids: list[UUID], figures: dict[str, int]) -> int:
    rows = list(Entitlement.objects.filter(elder__in=elder_ids).order_by("programme", "elder"))
    for elder_id in elder_ids:
        figures["changes"] += len(recompute(REVIEWER, elder_id))
    live = [row for row in Entitlement.objects.filter(elder__in=elder_ids) if _runs(row)]
    for programme in sorted({row.programme for row in live}):
        figures["flags"] += check_entitlements(row for row in live if row.programme == programme)
    return len(rows)


def _runs(row: Entitlement) -> bool:
    return row.last_month is None or row.last_month >= clock.this_month().first_day


def _waiting(month: Month):
    """Give the rights that run, or ended lately, and were not looked at since the month began."""
    since = month.first_day
    runs = Q(last_month__isnull=True) | Q(last_month__gte=month.plus(-1).first_day)
    not_yet = Q(reviewed_at__isnull=True) | Q(reviewed_at__date__lt=since)
    return Entitlement.objects.filter(runs, not_yet).order_by("elder", "pk")
