"""From which days on each bed of a home is free without end: what a listing keeps of its beds, counted from the claims."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import DateField, DateTimeField, F, Func, Max, Min, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Greatest
from django.db.models.lookups import IsNull

from eldercare.kernel.clock import ClockNow
from eldercare.kernel.days import DayRange
from facilities.models import Bed, Listing, ListingDue
from facilities.rules.monthly import ROOMS
from facilities.selectors.beds import NEVER, free_beds, live_claims


@dataclass
class FreeDays:
    """`days` in order, all and by room type. They hold until `until` (None: as long as nothing changes).

    `total` are the beds that exist today, free or not; `types` the kinds of beds there are, today or later.
    """

    total: int = 0
    days: list[date] = field(default_factory=list)
    rooms: dict[str, list[date]] = field(default_factory=lambda: {room: [] for room in ROOMS})
    types: set[str] = field(default_factory=set)
    beds_in: set[str] = field(default_factory=set)
    until: datetime | None = None

    def free_on(self, day: date) -> int:
        return sum(1 for each in self.days if each <= day)

    def next_after(self, day: date) -> date | None:
        """Give the next day on which another bed becomes free."""
        return min((each for each in self.days if each > day), default=None)


def free_days(facility_ids: Iterable[UUID], on: date) -> dict[UUID, FreeDays]:
    """Work it out for many homes with one query. Homes without beds are left out."""
    until = Coalesce(Func("days", function="upper", output_field=DateField()), Value(NEVER))
    claims = live_claims().filter(bed=OuterRef("pk"), days__overlap=DateRange(on, None)).order_by().values("bed")
    rows = (
        Bed.objects.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=on), room__facility__in=list(facility_ids))
        .annotate(
            claimed_until=Subquery(claims.annotate(until=Max(until)).values("until")),
            lapses_at=Subquery(claims.annotate(first=Min("lapses_at")).values("first"), output_field=DateTimeField()),
            free_from=Greatest("valid_from", Coalesce(F("claimed_until"), F("valid_from"))),
        )
        .order_by("free_from")
    )
    found: dict[UUID, FreeDays] = {}
    columns = ("room__facility", "room__room_type", "bed_type", "admittable", "valid_from", "valid_until")
    for home, room, kind, admittable, since, ends, free_from, lapses in rows.values_list(
        *columns, "free_from", "lapses_at"
    ):
        _add(found.setdefault(home, FreeDays()), on, room, kind, admittable, since, ends, free_from, lapses)
    return found


def _add(home: FreeDays, on: date, room, kind, admittable, since, ends, free_from, lapses) -> None:
    """A bed that will end is free to nobody: who moves in stays without end."""
    home.total += since <= on
    home.types.add(kind)
    home.beds_in.add(room)
    if lapses and (home.until is None or lapses < home.until):
        home.until = lapses
    if admittable and not ends and free_from < NEVER:
        home.days.append(free_from)
        home.rooms[room].append(free_from)


@lru_cache(maxsize=64)
def has_free_beds(least: int, on: date, room_type: str = "", until: date | None = None) -> Q:
    """Give the condition on listings: so many beds are free from a day on, without end or `until` a day.

    What the listing keeps answers while it holds; where something has happened since, the claims are counted.
    The condition reads the clock when it is asked, so it can be kept.
    """
    column = f"free_days_{room_type}" if room_type else "free_days"
    kept = Q(**{f"{column}__{least - 1}__lte": on})
    holds = Q(beds_until__isnull=True) | Q(beds_until__gt=ClockNow())
    noted = Q(facility__in=ListingDue.objects.values("facility"))
    return (holds & ~noted & kept) | (beds_are_due(until) & Q(_counted(least, on, room_type, until)))


def beds_are_due(until: date | None = None) -> Q:
    """Give the condition that a listing's free days do not answer: they hold no longer, or are not all that is asked for.

    They are of beds that are free without end. Who leaves on a day may also have a bed that is claimed or closed only
    later; the homes that have one are few. Null would be neither yes nor no, and the beds of every home whose listing holds without an end would be counted.
    """
    ended = Q(beds_until__isnull=False) & Q(beds_until__lte=ClockNow())
    due = ended | Q(facility__in=ListingDue.objects.values("facility"))
    if until is None:
        return due
    claimed = live_claims().filter(days__startswith__gte=until).order_by().values("bed__room__facility")
    closed = Bed.objects.filter(valid_until__gte=until).values("room__facility")
    return due | Q(facility__in=claimed) | Q(facility__in=closed)


def rooms_of_free_beds(on: date, until: date | None = None) -> ArraySubquery:
    """Give the room type of each bed that is free from a day on, counted from the claims."""
    return ArraySubquery(
        free_beds(on, until).filter(room__facility=OuterRef("pk")).order_by().values("room__room_type")
    )


def _counted(least: int, on: date, room_type: str, until: date | None) -> IsNull:
    """Look for the n-th free bed of one home. As a value: EXISTS would be answered by counting the beds of all homes."""
    beds = free_beds(on, until).filter(room__facility=OuterRef("pk"))
    if room_type:
        beds = beds.filter(room__room_type=room_type)
    return IsNull(Subquery(beds.order_by().values("pk")[least - 1 : least]), False)


def open_rooms(listing: Listing, on: date) -> list[str]:
    """Give the room types a listing knows to have a bed free today."""
    return [room for room in ROOMS if any(day <= on for day in getattr(listing, f"free_days_{room}"))]


def rooms_free_on(facility_ids: Iterable[UUID], days: DayRange) -> dict[UUID, set[str]]:
    """Give the room types of each home that have a bed free on all of the days, counted from the claims; one query."""
    found: dict[UUID, set[str]] = {facility_id: set() for facility_id in facility_ids}
    beds = free_beds(days.start, days.until).filter(room__facility__in=list(found)).order_by()
    for home, room in beds.values_list("room__facility", "room__room_type").distinct():
        found[home].add(room)
    return found
