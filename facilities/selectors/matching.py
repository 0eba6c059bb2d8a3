"""What is looked for, as conditions on the listings: each by its name, so that any of them can be left out and counted."""

from dataclasses import dataclass
from datetime import date
from math import cos, radians
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection, transaction
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    F,
    FloatField,
    Func,
    Q,
    QuerySet,
    TextField,
    UUIDField,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Floor, Left
from django.db.models.lookups import Exact, LessThanOrEqual

from eldercare.kernel.days import DayRange
from eldercare.regions.models import Region
from eldercare.regions.rules.codes import scope_prefix
from eldercare.regions.selectors import pairings_of
from facilities.models import Listing
from facilities.models.listing import NO_PRICE
from facilities.rules.marks import TICKS, hukou_marks, mark_of
from facilities.rules.names import Way, Word, name_query, nearest, slipped, sounds_like
from facilities.rules.settings import setting
from facilities.selectors.free_days import has_free_beds

KM_PER_DEGREE = 111.2
NOBODY = Q(pk=UUID(int=0))  # a condition like any other, where Django would refuse an empty one to hand-written SQL
NOWHERE = 2**53  # metres: after every home whose place is known
FEW = 2000
NEARER = 10_000  # more than any home's points, a family's own included


@dataclass(frozen=True)
class SearchFilters:
    """What is looked for; everything is optional. `region` is any division's code, `near` is (latitude, longitude).

    `paired_with` is a district: homes in the places it is paired with. `within_km` counts from `near`, in a straight
    line. `budget_fen` is gross a month for the care grade (or the one `capability_level` stands for) and room type.
    `accepts_hukou` is the code of a 户籍. `free_on` asks for beds free from that day on instead of today.
    `stay_from` and `stay_until` (the first day after) ask what a short stay on these days costs; `budget_fen` is then
    for these days, and free beds are those nobody has on any of them.
    `unlicensed` shows also the homes whose licence does not stand.
    """

    q: str = ""
    region: str = ""
    paired_with: str = ""
    near: tuple[float, float] | None = None
    within_km: float | None = None
    capability_level: int | None = None
    care_grade: str = ""
    room_type: str = ""
    budget_fen: int | None = None
    stars: int | None = None
    free_beds: int | None = None
    free_on: date | None = None
    medical_insurance: bool = False
    dementia: bool = False
    accepts_hukou: str = ""
    subsidy_payable: bool = False
    inclusive: bool = False
    short_stay: bool = False
    stay_from: date | None = None
    stay_until: date | None = None
    kind: str = ""
    unlicensed: bool = False
    sort: str = "recommended"

    @property
    def stay(self) -> DayRange | None:
        """The days of a short stay, where both ends were named. Doors have checked them (`require_stay_days`)."""
        return DayRange(self.stay_from, self.stay_until) if self.stay_from and self.stay_until else None

    def free_from(self, today: date) -> date:
        """Give the day from which beds must be free."""
        return self.free_on or self.stay_from or today

    @property
    def free_until(self) -> date | None:
        """Give the first day on which a free bed may be somebody's; None: whoever comes stays without end."""
        return self.stay_until if self.stay and not self.free_on else None

    def grade(self, on: date) -> str:
        """Give the care grade prices are compared for: the one asked for, that of the level, or self-care."""
        if self.care_grade:
            return self.care_grade
        if self.capability_level is None:
            return "self_care"
        return str(setting("care_grades", on)["levels"][self.capability_level])


@dataclass(frozen=True)
class Matching:
    """The listings that could be meant at all, and the conditions a family has set, each by the filter's name.

    `marks` are those of the conditions that are one mark; together they are found by one index. `named`: some of those
    with the name looked for, where there are too many to look at all of them; they stand for the others when counting.
    `nearest`: how names look that are meant rather than others (rules/names.py), where all of them were looked at.
    `called`: the name as it was read. `slipped`: nothing is called so, and what is called nearly so was looked for.
    """

    rows: QuerySet[Listing]
    marks: dict[str, int]
    conditions: dict[str, Q]
    named: Q | None = None
    nearest: tuple[str, ...] = ()
    called: "Called | None" = None

    @property
    def slipped(self) -> bool:
        return bool(self.called and self.called.slipped)

    @property
    def sample(self) -> QuerySet[Listing]:
        """Give the listings that could be meant, for counting."""
        return self.rows if self.named is None else self.rows.filter(self.named)

    @property
    def quality(self) -> str | Combinable:
        """Give the order homes are recommended in: by their score, and before that by how near the name is."""
        if not self.nearest:
            return "quality"
        steps = range(len(self.nearest) * NEARER, 0, -NEARER)
        cases = (
            When(name_plain__regex=pattern, then=F("quality") + step)
            for pattern, step in zip(self.nearest, steps, strict=True)
        )
        return Case(*cases, default=F("quality"), output_field=BigIntegerField())

    def all(self) -> QuerySet[Listing]:
        """Give the listings that fulfil every condition."""
        rows = self.rows.filter(marks__contains=sorted(self.marks.values())) if self.marks else self.rows
        for condition in self.conditions.values():
            rows = rows.filter(condition)
        return rows


def matching(filters: SearchFilters, on: date, *, anywhere: bool = False, called: "Called | None" = None) -> Matching:
    """Read the filters. `anywhere` leaves the region out, for counting the others. `called`: the name, read before."""
    rows = Listing.objects.all() if filters.unlicensed else Listing.objects.filter(licence_stands=True)
    named = None
    if filters.q.strip():
        called = called or _called(filters.q)
        rows = rows.filter(called.those if called.all or called.slipped else called.condition)
        named = None if called.all else called.those
    if filters.near is not None and filters.within_km is not None:
        rows = rows.filter(in_circle(filters.near, filters.within_km))
    if filters.paired_with:
        rows = rows.filter(_partners(filters.paired_with, on))
    if filters.region and not anywhere:
        rows = rows.filter(within(filters.region))
    nearest = called.nearest if called and called.all else ()
    return Matching(rows, _marks(filters), _conditions(filters, on), named, nearest, called)


def _marks(filters: SearchFilters) -> dict[str, int]:
    asked: dict[str, Any] = {
        "kind": filters.kind or None,
        "stars": filters.stars,
        "capability_level": filters.capability_level,
        "room_type": filters.room_type or None,
    }
    marks = {name: mark_of(name, value) for name, value in asked.items() if value is not None}
    return marks | {name: mark_of(name) for name in TICKS if getattr(filters, name)}


def _conditions(filters: SearchFilters, on: date) -> dict[str, Q]:
    conditions: dict[str, Q] = {}
    if filters.accepts_hukou:
        conditions["accepts_hukou"] = Q(marks__overlap=hukou_marks(filters.accepts_hukou))
    if filters.budget_fen is not None and not filters.stay:
        conditions["budget_fen"] = Q(LessThanOrEqual(price(filters, on), filters.budget_fen))
    if filters.free_beds or filters.free_on:
        conditions["free_beds"] = has_free_beds(
            filters.free_beds or 1, filters.free_from(on), filters.room_type, filters.free_until
        )
    return conditions


def price(filters: SearchFilters, on: date) -> Combinable:
    """Give the month prices are compared by, as an expression on listings; null where it was not published."""
    grade = filters.grade(on)
    if filters.room_type:
        return F(f"bed_{filters.room_type}_fen") + F(f"care_{grade}_fen") + F("meal_fen")
    return F(f"{grade}_from_fen")


def price_in_order(filters: SearchFilters, on: date) -> Coalesce:
    """The same, homes without a price last; indexed where no room type is named."""
    return Coalesce(price(filters, on), Value(NO_PRICE), output_field=BigIntegerField())


# Places


def within(code: str) -> Q:
    """Give the condition that a home lies in a division; each level has its index, in the order of quality."""
    prefix = scope_prefix(code)
    inside = Q(Exact(Left("region_code", min(len(prefix), 6)), prefix[:6]))
    return inside & Q(region_code=code) if len(prefix) > 6 else inside


def inside_sql(code: str) -> tuple[str, list[str]]:
    """The same condition for a statement that is put together by hand."""
    prefix = scope_prefix(code)
    inside, values = f"LEFT(region_code, {min(len(prefix), 6)}) = %s", [prefix[:6]]
    return (f"{inside} AND region_code = %s", [*values, code]) if len(prefix) > 6 else (inside, values)


def _partners(district: str, on: date) -> Q:
    """The places a district is paired with on a day, from either side; without a pairing, nowhere."""
    places = Q()
    for pairing in pairings_of(district, on):
        places |= within(pairing.partner_id if pairing.district_id == district else pairing.district_id)
    return places or NOBODY


def in_circle(near: tuple[float, float], km: float) -> Q:
    """Within a circle: a box around it is found by index, and each home in the box is measured."""
    latitude, longitude = near
    up = km / KM_PER_DEGREE * 1.01
    along = min(up / max(cos(radians(min(abs(latitude) + up, 89))), 0.01), 360)
    corners = [_point(x, y) for x, y in ((longitude - along, latitude - up), (longitude + along, latitude + up))]
    box = Func(*corners, function="box", output_field=TextField())
    inside = Func(_position(), box, template="(%(expressions)s)", arg_joiner=" <@ ", output_field=BooleanField())
    return Q(inside) & Q(LessThanOrEqual(_km_to(near), km))


def degrees_to(near: tuple[float, float]) -> Func:
    """How far a home is in degrees: the order its index of positions knows, which is not the order of kilometres."""
    here = _point(near[1], near[0])
    return Func(_position(), here, template="(%(expressions)s)", arg_joiner=" <-> ", output_field=FloatField())


def metres_in_order(near: tuple[float, float]) -> Case:
    """The distance in whole metres, homes whose place is unknown last."""
    metres = Cast(Floor(_km_to(near) * Value(1000.0)), BigIntegerField())
    known = When(latitude__isnull=False, longitude__isnull=False, then=metres)
    return Case(known, default=Value(NOWHERE), output_field=BigIntegerField())


def _position() -> Func:
    return Func("longitude", "latitude", function="point", output_field=TextField())


def _point(x: float, y: float) -> Func:
    return Func(Value(x), Value(y), function="point", output_field=TextField())


def _km_to(near: tuple[float, float]) -> Func:
    """The great-circle distance in km, as the cards show it."""
    latitude, longitude = (Value(value, output_field=FloatField()) for value in near)
    return Func(
        latitude,
        longitude,
        F("latitude"),
        F("longitude"),
        template=(
            "(SELECT 2 * 6371.0 * asin(sqrt(least(1, power(sin(radians(c - a) / 2), 2) + cos(radians(a)) * "
            "cos(radians(c)) * power(sin(radians(d - b) / 2), 2)))) FROM (VALUES (%(expressions)s)) AS t (a, b, c, d))"
        ),
        output_field=FloatField(),
    )


# Names


@dataclass(frozen=True)
class Called:
    """What was typed, read: the condition, and the homes of that name, FEW at most (`all`: there are no others)."""

    condition: Q
    homes: list[UUID]
    nearest: tuple[str, ...]
    slipped: bool = False

    @property
    def all(self) -> bool:
        return len(self.homes) < FEW

    @property
    def those(self) -> Q:
        keys = Value(self.homes, output_field=ArrayField(UUIDField()))
        one_of = Func(
            F("facility"), keys, template="(%(expressions)s))", arg_joiner=" = ANY(", output_field=BooleanField()
        )
        return Q(one_of)


def _called(typed: str) -> Called:
    """Read the name, where nothing is called so with a slip; of what is called nearly so, FEW are enough."""
    words = name_query(typed)
    places = _places(words)
    called = _all(words, places)
    homes = _some_called(called)
    if homes or not words:
        return Called(called, homes, nearest(words))
    called = _all(tuple(slipped(word) for word in words), places)
    homes = _some_called(called)
    return Called(called, homes, nearest(words), slipped=bool(homes))


def _some_called(called: Q) -> list[UUID]:
    """Gather the homes of a name by the index of names, before anything else is asked.

    Left to itself the database takes a piece of a name it has no figure for to be common, and reads all the listings
    until it has found enough of them: it is told not to.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        homes = list(Listing.objects.filter(called).values_list("facility", flat=True)[:FEW])
        cursor.execute("SET LOCAL enable_seqscan = on; SET LOCAL enable_indexscan = on")
    return homes


def _all(words: tuple[Word, ...], places: dict[str, str]) -> Q:
    """Every word must be in the name, the address or the place."""
    called = Q() if words else NOBODY
    for word in words:
        called &= _any(word) | _in_place(word, places)
    return called


def _places(words: tuple[Word, ...]) -> dict[str, str]:
    if not any(len(word.text) > 1 for word in words):
        return {}
    return dict(Region.objects.exclude(kind="virtual").values_list("code", "name"))


def _any(word: Word) -> Q:
    ways = Q(pk__in=[])
    for way in word.ways:
        ways |= _by(way)
    return ways


def _by(way: Way) -> Q:
    marked = Q(name_marks__contains=list(way.marks)) if way.marks else Q()
    for some in way.one_of:
        marked &= Q(name_marks__overlap=list(some))
    return marked & Q(**{f"name_{way.column}__regex": way.pattern}) if way.column else marked


def _in_place(word: Word, places: dict[str, str]) -> Q:
    found = Q(pk__in=[])
    if len(word.text) > 1:
        for code, name in places.items():
            if sounds_like(word.text, name):
                found |= Q(marks__contains=[int(code)])
    return found
