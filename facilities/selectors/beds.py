"""How many beds are free, now and later, counted from the claims, and how old the count is. Keeps no number."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Count, DateField, Exists, Func, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from eldercare.kernel.clock import ClockNow
from eldercare.kernel.sentences import Sentence
from facilities.models import Bed, BedClaim, BedConfirmation
from facilities.rules.freshness import UNKNOWN, freshness
from facilities.rules.settings import setting
from facilities.rules.words import CONFIRMED_BY

NEVER = date(9999, 12, 31)


@dataclass(frozen=True)
class Vacancy:
    """A home's beds on a day. A bed is free when nothing claims it from that day on, and it can take somebody in.

    `types` counts free beds by bed type, `later` lists (day, beds) that become free after it. A home without beds
    in the system has `total` 0: nobody published its vacancy.
    """

    total: int = 0
    free: int = 0
    not_admittable: int = 0
    types: dict[str, int] = field(default_factory=dict)
    rooms: dict[str, int] = field(default_factory=dict)
    later: tuple[tuple[date, int], ...] = ()

    @property
    def is_published(self) -> bool:
        return self.total > 0

    @property
    def claimed(self) -> int:
        return self.total - self.free - self.not_admittable

    @property
    def next_free_on(self) -> date | None:
        return self.later[0][0] if self.later else None


@dataclass(frozen=True)
class Confirmation:
    """When somebody last said that the board is right, who, and what that age is worth."""

    level: str = UNKNOWN
    as_of: datetime | None = None
    by: Sentence | str = ""


def live_claims() -> QuerySet[BedClaim]:
    """Give the claims that count at this moment: not released, not lapsed by the one clock."""
    return BedClaim.objects.filter(Q(lapses_at__isnull=True) | Q(lapses_at__gt=ClockNow()), released_at__isnull=True)


def beds_on(on: date) -> QuerySet[Bed]:
    """Give the beds that exist on a day."""
    return Bed.objects.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=on), valid_from__lte=on)


def free_beds(on: date) -> QuerySet[Bed]:
    """Give the beds somebody can be admitted to on a day and stay in without end."""
    claimed = live_claims().filter(bed=OuterRef("pk"), days__overlap=DateRange(on, None))
    return beds_on(on).filter(~Exists(claimed), admittable=True)


def vacancies(facility_ids: Iterable[UUID], on: date) -> dict[UUID, Vacancy]:
    """Count the beds of many homes with one query. Homes without beds are left out."""
    until = Coalesce(Func("days", function="upper", output_field=DateField()), Value(NEVER))
    claims = live_claims().filter(bed=OuterRef("pk"), days__overlap=DateRange(on, None))
    claimed_until = claims.order_by().values("bed").annotate(until=Max(until)).values("until")
    rows = (
        beds_on(on)
        .filter(room__facility__in=list(facility_ids))
        .annotate(free_from=Coalesce(Subquery(claimed_until), Value(on)))
        .values_list("room__facility", "bed_type", "room__room_type", "admittable", "free_from")
        .annotate(count=Count("pk"))
    )
    counted: dict[UUID, list[tuple]] = {}
    for facility_id, *row in rows.order_by("free_from"):
        counted.setdefault(facility_id, []).append(tuple(row))
    return {facility_id: _vacancy(beds, on) for facility_id, beds in counted.items()}


def _vacancy(rows: list[tuple], on: date) -> Vacancy:
    types, rooms, later = Counter(), Counter(), Counter()
    not_admittable = 0
    for bed_type, room_type, admittable, free_from, count in rows:
        if free_from <= on and not admittable:
            not_admittable += count
        elif free_from <= on:
            types[bed_type] += count
            rooms[room_type] += count
        elif admittable and free_from < NEVER:
            later[free_from] += count
    total = sum(row[-1] for row in rows)
    return Vacancy(total, types.total(), not_admittable, dict(types), dict(rooms), tuple(sorted(later.items())))


def confirmations(facility_ids: Iterable[UUID], now: datetime) -> dict[UUID, Confirmation]:
    """Give the last confirmation of many homes with one query, judged at a moment."""
    rows = (
        BedConfirmation.objects.filter(facility__in=list(facility_ids))
        .order_by("facility", "-at")
        .distinct("facility")
        .values_list("facility", "at", "by")
    )
    ladder = setting("freshness", now.date())
    return {facility_id: Confirmation(freshness(at, now, ladder), at, CONFIRMED_BY[by]) for facility_id, at, by in rows}


@dataclass(frozen=True)
class BoardBed:
    """A bed on the board. `kind` is what claims it today (empty: free); `until` the first free day, None when open."""

    bed_id: UUID
    name: str
    bed_type: str
    admittable: bool
    kind: str = ""
    since: date | None = None
    until: date | None = None
    note: str = ""
    lapses_at: datetime | None = None
    next_from: date | None = None

    @property
    def is_free(self) -> bool:
        return not self.kind and self.admittable and self.next_from is None


@dataclass(frozen=True)
class BoardRoom:
    """A room and its beds."""

    room_id: UUID
    name: str
    room_type: str
    beds: tuple[BoardBed, ...]


def board(facility_id: UUID, on: date) -> tuple[BoardRoom, ...]:
    """Give a home's rooms and beds with what claims each on a day: two queries, whatever the size."""
    beds = list(beds_on(on).filter(room__facility=facility_id).select_related("room").order_by("room__name", "name"))
    claims: dict[UUID, list[BedClaim]] = {}
    for claim in live_claims().filter(bed__in=beds, days__overlap=DateRange(on, None)).order_by("days"):
        claims.setdefault(claim.bed_id, []).append(claim)
    rooms: dict[UUID, list[Bed]] = {}
    for bed in beds:
        rooms.setdefault(bed.room_id, []).append(bed)
    return tuple(
        BoardRoom(
            room_id,
            inside[0].room.name,
            inside[0].room.room_type,
            tuple(_board_bed(bed, claims.get(bed.pk, []), on) for bed in inside),
        )
        for room_id, inside in rooms.items()
    )


def _board_bed(bed: Bed, claims: list[BedClaim], on: date) -> BoardBed:
    known = {"bed_id": bed.pk, "name": bed.name, "bed_type": bed.bed_type, "admittable": bed.admittable}
    now = next((claim for claim in claims if on in claim.days), None)
    later = next((claim for claim in claims if on not in claim.days), None)
    next_from = later.days.lower if later else None
    if now is None:
        return BoardBed(**known, next_from=next_from)
    return BoardBed(
        **known,
        kind=now.kind,
        since=now.days.lower,
        until=now.days.upper,
        note=now.note,
        lapses_at=now.lapses_at,
        next_from=next_from,
    )
