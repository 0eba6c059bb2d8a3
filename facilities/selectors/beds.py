"""How many beds are free, now and later, counted from the claims, and how old the count is. Keeps no number."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    Exists,
    F,
    Func,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import digest
from eldercare.kernel.sentences import Sentence, say
from eldercare.people.selectors import masked_names
from facilities.choices import ClaimKind
from facilities.models import Bed, BedClaim, BedConfirmation
from facilities.rules.board import FREE, HELD, NEXT, RESIDENT, state_of
from facilities.rules.freshness import UNKNOWN, freshness
from facilities.rules.settings import setting
from facilities.rules.vacancy import CLOSING, NEVER, UNSAID, BedFacts, Vacancy, count
from facilities.rules.words import CONFIRMED_BY


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


def free_beds(on: date, until: date | None = None) -> QuerySet[Bed]:
    """Give the beds somebody can be admitted to on a day and stay in without end, or until a day."""
    claimed = live_claims().filter(bed=OuterRef("pk"), days__overlap=DateRange(on, until))
    return beds_on(on).filter(~Exists(claimed), ~_ends_before(until), admittable=True)


def _ends_before(until: date | None) -> Q:
    """Give the condition that a bed is closed before whoever comes has left it."""
    ends = Q(valid_until__isnull=False)
    return ends & Q(valid_until__lt=until) if until else ends


def nobodys_until(bed: Bed, day: date) -> date | None:
    """Give the day until which a bed that nothing claims on a day is nobody's: somebody comes, or the bed ends. None: no end."""
    later = live_claims().filter(bed=bed, days__overlap=DateRange(day, None)).order_by("days").first()
    return min((one for one in (later and later.days.lower, bed.valid_until) if one), default=None)


def nobodys_since(bed: Bed, day: date, *, today: date) -> date:
    """Give the first day, today at the earliest, from which on nothing claims a bed that nothing claims on a day."""
    before = live_claims().filter(bed=bed, days__overlap=DateRange(today, day)) if day > today else ()
    return max([today, bed.valid_from, *(claim.days.upper or day for claim in before)])


def vacancies(facility_ids: Iterable[UUID], on: date, until: date | None = None) -> dict[UUID, Vacancy]:
    """Count the beds of many homes with one query. Homes without beds are left out.

    With `until`, the first day after a short stay, a bed is free that nothing claims on the days before it.
    """
    counted: dict[UUID, list[BedFacts]] = {}
    for facility_id, *row in _alike(on, until).filter(room__facility__in=list(facility_ids)):
        counted.setdefault(facility_id, []).append(BedFacts(*row))
    return {facility_id: count(beds, on) for facility_id, beds in counted.items()}


@lru_cache(maxsize=8)
def _alike(on: date, until: date | None) -> QuerySet[Bed]:
    """Count the beds of all homes that are alike on a day, as a question to be narrowed; it reads the clock when asked."""
    end = Coalesce(Func("days", function="upper", output_field=DateField()), Value(NEVER))
    claims = live_claims().filter(bed=OuterRef("pk"), days__overlap=DateRange(on, None)).order_by()
    claimed_until = Subquery(claims.values("bed").annotate(until=Max(end)).values("until"))
    if until:
        # Nobody's on the days asked for: what comes after them is not asked.
        claimed_until = Case(When(Exists(claims.filter(days__overlap=DateRange(on, until))), then=claimed_until))
    return (
        beds_on(on)
        .annotate(
            free_from=Coalesce(claimed_until, Value(on)),
            why=_why_not(until),
            blocked=Exists(claims.filter(kind=ClaimKind.BLOCKED, days__contains=on)),
        )
        .values_list("room__facility", "bed_type", "room__room_type", "why", "blocked", "free_from")
        .annotate(count=Count("pk"))
        .order_by("free_from")
    )


def _why_not(until: date | None) -> Case:
    """Why a bed takes nobody in: it will be closed, or the home closed it to newcomers, with or without a reason."""
    return Case(
        When(_ends_before(until), then=Value(CLOSING)),
        When(admittable=True, then=Value("")),
        When(why_closed="", then=Value(UNSAID)),
        default=F("why_closed"),
        output_field=CharField(),
    )


def confirmations(facility_ids: Iterable[UUID], now: datetime) -> dict[UUID, Confirmation]:
    """Give the last confirmation of many homes with one query, judged at a moment."""
    rows = (
        BedConfirmation.objects.filter(facility__in=list(facility_ids), undone_at__isnull=True)
        .order_by("facility", "-at")
        .distinct("facility")
        .values_list("facility", "at", "by")
    )
    ladder = setting("freshness", now.date())
    return {facility_id: Confirmation(freshness(at, now, ladder), at, CONFIRMED_BY[by]) for facility_id, at, by in rows}


@dataclass(frozen=True)
class BoardBed:
    """A bed on the board. `state` is of rules/board.py, `kind` what claims it on the day (empty: nothing).

    `until` is the first free day, None when open; `next_from` the first day of a later claim.
    """

    bed_id: UUID
    room: str
    name: str
    bed_type: str
    admittable: bool
    why_closed: str
    state: str
    kind: str = ""
    since: date | None = None
    until: date | None = None
    note: str = ""
    noun: str = ""
    lapses_at: datetime | None = None
    next_from: date | None = None
    valid_until: date | None = None

    @property
    def is_free(self) -> bool:
        return self.state == FREE

    @property
    def full_name(self) -> str:
        return f"{self.room}-{self.name}"

    @property
    def held_for(self) -> UUID | None:
        """The application the home holds it for, where it said one."""
        return self._noun("application") if self.state == HELD else None

    @property
    def stay_id(self) -> UUID | None:
        """The stay of the elder who is registered in it."""
        return self._noun("stay") if self.state == RESIDENT else None

    def _noun(self, wanted: str) -> UUID | None:
        kind, _, pk = self.noun.partition(":")
        return UUID(pk) if kind == wanted else None

    @property
    def becomes(self) -> str:
        """What one tap makes of it; empty where the board may not change it."""
        return NEXT.get(self.state, "")


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
    drawn = _drawn(beds, on)
    rooms: dict[UUID, list[Bed]] = {}
    for bed in beds:
        rooms.setdefault(bed.room_id, []).append(bed)
    return tuple(
        BoardRoom(room_id, inside[0].room.name, inside[0].room.room_type, tuple(drawn[bed.pk] for bed in inside))
        for room_id, inside in rooms.items()
    )


def board_beds(bed_ids: Iterable[UUID], on: date) -> dict[UUID, BoardBed]:
    """Give some beds as the board has them on a day: two queries."""
    return _drawn(list(Bed.objects.filter(pk__in=list(bed_ids)).select_related("room")), on)


def mark_of(rooms: Iterable[BoardRoom]) -> str:
    """Give a short mark of what a board shows: another one as soon as any bed is something else."""
    return digest(sorted((str(bed.bed_id), bed.state) for room in rooms for bed in room.beds))[:16]


def _drawn(beds: list[Bed], on: date) -> dict[UUID, BoardBed]:
    claims: dict[UUID, list[BedClaim]] = {}
    for claim in live_claims().filter(bed__in=beds, days__overlap=DateRange(on, None)).order_by("days"):
        claims.setdefault(claim.bed_id, []).append(claim)
    return {bed.pk: _board_bed(bed, claims.get(bed.pk, []), on) for bed in beds}


def _board_bed(bed: Bed, claims: list[BedClaim], on: date) -> BoardBed:
    now = next((claim for claim in claims if on in claim.days), None)
    later = next((claim for claim in claims if on not in claim.days), None)
    known = {
        "bed_id": bed.pk,
        "room": bed.room.name,
        "name": bed.name,
        "bed_type": bed.bed_type,
        "admittable": bed.admittable,
        "why_closed": bed.why_closed,
        "valid_until": bed.valid_until,
        "next_from": later.days.lower if later else None,
    }
    if now is None:
        return BoardBed(**known, state=state_of("", "", bed.admittable, later is not None))
    return BoardBed(
        **known,
        state=state_of(now.kind, now.noun, bed.admittable, False),
        kind=now.kind,
        since=now.days.lower,
        until=now.days.upper,
        note=now.note,
        noun=now.noun,
        lapses_at=now.lapses_at,
    )


@dataclass(frozen=True)
class InTheWay:
    """Who has a bed beyond a day: a resident, a family that was promised it, or somebody who is not registered here."""

    bed_id: UUID
    sentence: Sentence


def in_the_way(bed_ids: Iterable[UUID], until: date) -> list[InTheWay]:
    """Give whose claims on some beds reach beyond the day before `until`; names are masked. Two queries."""
    rows = (
        live_claims()
        .filter(bed__in=list(bed_ids), days__overlap=DateRange(until, None))
        .exclude(kind=ClaimKind.BLOCKED)
        .annotate(elder=Coalesce("stay__elder", "offer__application__elder"))
        .select_related("bed__room")
        .order_by("bed__room__name", "bed__name", "days")
    )
    claims = list(rows)
    names = masked_names(claim.elder for claim in claims if claim.elder)
    return [InTheWay(claim.bed_id, _in_the_way(claim, names.get(claim.elder))) for claim in claims]


def _in_the_way(claim: BedClaim, name: str | None) -> Sentence:
    bed = f"{claim.bed.room.name}-{claim.bed.name}"
    if claim.kind == ClaimKind.HOLD:
        return say("{bed}：机构先留着，还没有放开", bed=bed)
    if claim.kind != ClaimKind.STAY:
        return say("{bed}：已留给{name}，还没有答复", bed=bed, name=name or say("一个家庭"))
    if name:
        return say("{bed}：{name}，{since} 起住", bed=bed, name=name, since=claim.days.lower)
    return say("{bed}：有人住，没有在这里登记姓名", bed=bed)
