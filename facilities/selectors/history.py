"""How a home's beds stood at any past moment: the same count, made again from what the database kept (models/past.py).

A moment shows whatever statements before it wrote; an act that was still running shows from its own statements on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from eldercare.kernel.clock import CHINA
from eldercare.kernel.days import DayRange
from facilities.choices import ClaimKind
from facilities.models import Bed, BedClaim, BedConfirmation, PastBed, PastClaim
from facilities.rules.freshness import freshness
from facilities.rules.settings import setting
from facilities.rules.vacancy import CLOSING, NEVER, UNSAID, BedFacts, Vacancy, count
from facilities.rules.words import CONFIRMED_BY
from facilities.selectors.beds import Confirmation

SHOWN = 60


@dataclass(frozen=True)
class StoodBed:
    """A bed as it was known at a moment."""

    bed_id: UUID
    room_type: str
    bed_type: str
    admittable: bool
    why_closed: str
    valid_from: date
    valid_until: date | None

    @property
    def why(self) -> str:
        if self.valid_until:
            return CLOSING
        return "" if self.admittable else self.why_closed or UNSAID


@dataclass(frozen=True)
class StoodClaim:
    """A claim that counted at a moment."""

    bed_id: UUID
    kind: str
    days: DayRange


@dataclass(frozen=True)
class AsItStood:
    """A home's count at a moment, on the day it was then, and how old it was."""

    moment: datetime
    beds: Vacancy
    confirmed: Confirmation


def as_it_stood(facility_id: UUID, moment: datetime) -> AsItStood:
    """Make the count of a past moment again: five queries, whatever happened since."""
    on = moment.astimezone(CHINA).date()
    beds = [bed for bed in beds_at(facility_id, moment) if bed.valid_from <= on < (bed.valid_until or NEVER)]
    claims: dict[UUID, list[StoodClaim]] = {}
    for claim in claims_at((bed.bed_id for bed in beds), moment):
        claims.setdefault(claim.bed_id, []).append(claim)
    facts = [_facts(bed, claims.get(bed.bed_id, []), on) for bed in beds]
    return AsItStood(moment, count(facts, on), confirmation_at(facility_id, moment))


def _facts(bed: StoodBed, claims: list[StoodClaim], on: date) -> BedFacts:
    ahead = [claim.days.until or NEVER for claim in claims if (claim.days.until or NEVER) > on]
    blocked = any(claim.kind == ClaimKind.BLOCKED and on in claim.days for claim in claims)
    return BedFacts(bed.bed_type, bed.room_type, bed.why, blocked, max(ahead, default=on))


def beds_at(facility_id: UUID, moment: datetime) -> list[StoodBed]:
    """Give a home's beds as they were known at a moment: the change after it tells what was before, else the bed itself."""
    columns = ("bed_type", "admittable", "why_closed", "valid_from", "valid_until")
    known = Q(made_at__lte=moment)
    past = PastBed.objects.filter(known, facility_id=facility_id, until__gt=moment).order_by("bed_id", "until", "pk")
    rows = {row[0]: row for row in past.distinct("bed_id").values_list("bed_id", "room_type", *columns)}
    living = Bed.objects.filter(known, room__facility=facility_id).values_list("pk", "room__room_type", *columns)
    for row in living:
        rows.setdefault(row[0], row)
    return [StoodBed(*row) for row in rows.values()]


def claims_at(bed_ids: Iterable[UUID], moment: datetime) -> list[StoodClaim]:
    """Give the claims that counted at a moment on some beds: made, not released, not lapsed."""
    beds = list(bed_ids)
    columns = ("bed_id", "kind", "days", "lapses_at", "released_at")
    made = Q(bed_id__in=beds, claimed_at__lte=moment)
    past = PastClaim.objects.filter(made, until__gt=moment).order_by("claim_id", "until", "pk").distinct("claim_id")
    rows = {row[0]: row[1:] for row in past.values_list("claim_id", *columns)}
    for row in BedClaim.objects.filter(made).values_list("pk", *columns):
        rows.setdefault(row[0], row[1:])
    return [
        StoodClaim(bed_id, kind, DayRange(days.lower, days.upper))
        for bed_id, kind, days, lapses_at, released_at in rows.values()
        if (released_at is None or released_at > moment) and (lapses_at is None or lapses_at > moment)
    ]


def confirmation_at(facility_id: UUID, moment: datetime) -> Confirmation:
    """Give what was, at a moment, the last confirmation that counted, and what its age was worth."""
    counted = Q(undone_at__isnull=True) | Q(undone_at__gt=moment)
    row = BedConfirmation.objects.filter(counted, facility=facility_id, at__lte=moment).order_by("-at").first()
    if row is None:
        return Confirmation()
    ladder = setting("freshness", moment.astimezone(CHINA).date())
    return Confirmation(freshness(row.at, moment, ladder), row.at, CONFIRMED_BY[row.by])


def confirmations_of(facility_id: UUID) -> QuerySet[BedConfirmation]:
    """Give a home's confirmations, latest first, those that were undone as well."""
    return BedConfirmation.objects.filter(facility=facility_id).order_by("-at", "-pk")


def differing_counts(confirmations: Iterable[BedConfirmation]) -> list[tuple[BedConfirmation, Vacancy]]:
    """Recount at the moment of each confirmation; give those whose kept count is another one, with the recount."""
    recounted = ((row, as_it_stood(row.facility_id, row.at).beds) for row in confirmations if row.counted is not None)
    return [(row, beds) for row, beds in recounted if beds.to_json() != row.counted]
