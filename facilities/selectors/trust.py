"""How far a home's number of beds can be trusted: what people found, who says it is wrong, and which numbers are old."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from eldercare.kernel import clock
from eldercare.kernel.clock import CHINA
from eldercare.kernel.viewer import Viewer
from eldercare.regions.rules.codes import scope_prefix
from facilities.access import OFFICERS
from facilities.choices import EmploymentState, VisitState
from facilities.models import AdmissionFinding, Bed, BedConfirmation, Employment, Facility, NumberReport, Visit
from facilities.rules.accuracy import OFFER, VISIT, Accuracy, Finding, accuracy, report_finding
from facilities.rules.settings import setting


def accuracy_of(facility_id: UUID, now: datetime) -> Accuracy:
    """Give a home's accuracy at a moment: three queries."""
    on = now.date()
    rule = setting("accuracy", on)
    since = now - timedelta(days=rule["window_days"] + 1)
    visits = Visit.objects.filter(
        facility=facility_id, state=VisitState.CAME, number_right__isnull=False, found_at__range=(since, now)
    ).values_list("found_at", "number_right")
    offers = AdmissionFinding.objects.filter(facility=facility_id, found_at__range=(since, now)).values_list(
        "found_at", "as_shown"
    )
    reports = NumberReport.objects.filter(facility=facility_id, reported_at__range=(since, now)).values_list(
        "reported_at", "answer"
    )
    findings = [
        Finding(source, _day(at), right) for source, rows in ((VISIT, visits), (OFFER, offers)) for at, right in rows
    ]
    found = (report_finding(_day(at), answer, on, rule) for at, answer in reports)
    return accuracy([*findings, *(one for one in found if one)], on, rule)


def _day(moment: datetime) -> date:
    return moment.astimezone(CHINA).date()


def reports_of(facility_id: UUID) -> QuerySet[NumberReport]:
    """Give what people said is wrong at a home: those that wait first, then the latest."""
    return NumberReport.objects.filter(facility=facility_id).order_by("-answered_at", "-reported_at")


def open_reports(facility_id: UUID) -> int:
    """Count those that wait for an answer, up to a hundred."""
    return NumberReport.objects.filter(facility=facility_id, answer="")[:100].count()


def homes_that_report() -> QuerySet[Facility]:
    """Give the homes that keep a board here: beds, and somebody who works or worked for them; with the last confirmation."""
    worked = [EmploymentState.APPROVED, EmploymentState.ENDED]
    last = BedConfirmation.objects.filter(facility=OuterRef("pk"), undone_at__isnull=True).order_by("-at", "-pk")
    return Facility.objects.filter(
        Exists(Employment.objects.filter(facility=OuterRef("pk"), state__in=worked)),
        Exists(Bed.objects.filter(room__facility=OuterRef("pk"))),
    ).annotate(last_id=Subquery(last.values("pk")[:1]), last_at=Subquery(last.values("at")[:1]))


def stale_homes(viewer: Viewer) -> QuerySet[Facility]:
    """Give the homes of the officer's regions whose number is so old that the district is told."""
    now = clock.now()
    inside = Q(pk__in=[])
    for code in viewer.places("region", *OFFICERS):
        inside |= Q(region__code__startswith=scope_prefix(code))
    old = now - timedelta(hours=setting("bed_reminders", now.date())["district_hours"])
    return homes_that_report().filter(inside, Q(last_at__isnull=True) | Q(last_at__lte=old)).order_by("last_at", "pk")
