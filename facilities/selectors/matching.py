"""What is looked for, as conditions on the listings: each by its name, so that any of them can be left out and counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import cos, radians
from typing import Any
from uuid import UUID

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
    Value,
    When,
)
from django.db.models.expressions import Combinable, RawSQL
from django.db.models.functions import Cast, Coalesce, Floor, Left
from django.db.models.lookups import Exact, LessThanOrEqual

from eldercare.kernel.days import DayRange
from eldercare.regions.models import Region
from eldercare.regions.rules.codes import scope_prefix
from eldercare.regions.selectors import pairings_of
from facilities.models import Listing
from facilities.models.listing import NO_PRICE
from facilities.rules.marks import TICKS, hukou_marks, mark_of
from facilities.rules.names import Way, Word, more_freely, name_query, named_after, nearest, sounds_like, with_slips
from facilities.rules.settings import setting
from facilities.selectors.free_days import has_free_beds

KM_PER_DEGREE = 111.2
TABLE = Listing._meta.db_table
NONE = Q(pk__in=[])
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
    `unlicensed` shows also the homes whose licence does not stand, `nearly` also those called nearly as `q`, after the others.
    """

    q: str = ""
    nearly: bool = False
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

    `marks` are those of the conditions that are one mark; together they are found by one index. `called`: the name as it
    was read. `slipped`: nothing is called so, and what is called nearly so was looked for.
    """

    rows: QuerySet[Listing]
    marks: dict[str, int]
    conditions: dict[str, Q]
    called: "Called | None" = None

    @property
    def slipped(self) -> bool:
        return bool(self.called and self.called.slipped)

    def sample(self, region: str) -> QuerySet[Listing]:
        """Give the listings that could be meant, for counting; of a name that very many have, some of them anywhere and some
        in the region.
        """
        if not self.called:
            return self.rows
        homes = self.called.homes
        if region and self.called.exactly:
            homes = [*homes, *_some_called(self.called.exactly & Q(marks__contains=[int(region)]))[0]]
        return self.rows.filter(_one_of(homes))

    @property
    def quality(self) -> Combinable:
        """Give the order homes are recommended in: by their score, and before that by how near the name is."""
        if not self.called or not self.called.nearest:
            return F("quality")
        cases = (When(called, then=F("quality") + step) for step, called in self._steps())
        return Case(*cases, default=F("quality"), output_field=BigIntegerField())

    @property
    def steps(self) -> tuple[tuple[int, Q], ...]:
        """Give the same order in pieces that are read one after the other, each by an index: what is added to the score, and
        which homes these are. Nothing where the homes of a name are few enough to be put in order at once.
        """
        if not self.called or not self.called.exactly:
            return ()
        steps, nearer = [], NONE
        for step, called in (*self._steps(), (0, Q())):
            steps.append((step, called & ~nearer))
            nearer |= called
        return tuple(steps)

    def _steps(self) -> list[tuple[int, Q]]:
        nearest = self.called.nearest if self.called else ()
        return list(zip(range(len(nearest) * NEARER, 0, -NEARER), nearest, strict=True))

    def all(self) -> QuerySet[Listing]:
        """Give the listings that fulfil every condition."""
        rows = self.rows.filter(self.called.condition) if self.called else self.rows
        rows = rows.filter(marks__contains=sorted(self.marks.values())) if self.marks else rows
        for condition in self.conditions.values():
            rows = rows.filter(condition)
        return rows


def matching(filters: SearchFilters, on: date, *, anywhere: bool = False, called: "Called | None" = None) -> Matching:
    """Read the filters. `anywhere` leaves the region out, for counting the others. `called`: the name, read before."""
    rows = Listing.objects.all() if filters.unlicensed else Listing.objects.filter(licence_stands=True)
    if filters.q.strip():
        called = called or _called(filters.q, nearly=filters.nearly)
    if filters.near is not None and filters.within_km is not None:
        rows = rows.filter(in_circle(filters.near, filters.within_km))
    if filters.paired_with:
        rows = rows.filter(_partners(filters.paired_with, on))
    if filters.region and not anywhere:
        rows = rows.filter(within(filters.region))
    return Matching(rows, _marks(filters), _conditions(filters, on), called)


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
    """What was typed, read: the condition on the homes of that name; how the names look that are meant rather than others,
    the likeliest first; and the homes of that name, FEW at most (`is_cut`: there may be others). `slipped`: nobody is called
    so, and these are called nearly so. `exactly`: the condition as the index of names is asked, where there are many.
    """

    condition: Q
    nearest: tuple[Q, ...]
    homes: list[UUID]
    slipped: bool = False
    exactly: Q | None = None

    @property
    def is_cut(self) -> bool:
        return len(self.homes) == FEW


def _called(typed: str, *, nearly: bool = False) -> Called:
    """Read the name; where nobody is called so, more freely. Of what is called nearly so FEW are enough.

    `nearly`: those that are called nearly so come after those that are called so.
    """
    words = name_query(typed)
    places = _places(words)
    (homes,) = _some_called(_named(words, places))
    if len(homes) == FEW:
        return _called_by_many(words, places, homes)
    if nearly and homes:
        meant = with_slips(words)
        (others,) = _some_called(_named(meant, places))
        order = (*_nearest(words), _one_of(homes), *_nearest(meant))
        homes = list(dict.fromkeys([*homes, *others]))[:FEW]
        return Called(_one_of(homes), order, homes)
    if homes or not words:
        return Called(_one_of(homes), _nearest(words), homes)
    for number, meant in enumerate(more_freely(words)):
        called = _named(meant, places)
        (homes,) = _some_called(called if number else called | _in_place_and_named(words, places))
        if homes:
            return Called(_one_of(homes), _nearest(meant), homes, slipped=True)
    return Called(NOBODY, (), [])


def _called_by_many(words: Sequence[Word], places: dict[str, str], homes: list[UUID]) -> Called:
    """Read a name that very many have: who is meant rather than others is gathered as well, where those are few."""
    known = [_any(ways, known=True) for ways in nearest(words)]
    gathered = zip(_some_called(*_nearest(words)), known, strict=True)
    meant = tuple(_one_of(some) if len(some) < FEW else many for some, many in gathered)
    return Called(_named(words, places, known=True), meant, homes, exactly=_named(words, places))


def _some_called(*called: Q) -> list[list[UUID]]:
    """Gather the homes of a name by the index of names, before anything else is asked; FEW of each, in one query.

    Left to itself the database takes a piece of a name it has no figure for to be common, and reads all the listings
    until it has found enough of them: it is told not to.
    """
    pieces = [
        Listing.objects.filter(one).order_by().annotate(number=Value(number)).values_list("number", "facility")[:FEW]
        for number, one in enumerate(called)
    ]
    found: list[list[UUID]] = [[] for _one in called]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        for number, home in pieces[0].union(*pieces[1:], all=True) if len(pieces) > 1 else pieces[0]:
            found[number].append(home)
        cursor.execute("SET LOCAL enable_seqscan = on; SET LOCAL enable_indexscan = on")
    return found


def _one_of(homes: list[UUID]) -> Q:
    """As a list of their own: by an array of keys the database would rather go through an index that only ends in them."""
    return _written(f"{TABLE}.facility_id IN (SELECT unnest(%s::uuid[]))", [homes])


def _named(words: Sequence[Word], places: dict[str, str], *, known: bool = False) -> Q:
    """Every word must be in the name, the address or the place."""
    called = Q() if words else NOBODY
    for word in words:
        ways = (*word.ways, word.address) if word.address else word.ways
        called &= _any(ways, known=known) | _in_place(word.text, places)
    return called


def _nearest(words: Sequence[Word]) -> tuple[Q, ...]:
    return tuple(_any(ways) for ways in nearest(words))


def _any(ways: Sequence[Way], *, known: bool = False) -> Q:
    """One of these ways. Written out by hand: a slip has a hundred of them.

    `known`: there are many homes of this name. The database takes its pieces to be independent of each other and would
    expect a handful; so it is shown one of them, which it has a figure for, and the others only after that.
    """
    written, params = [], []
    for way in ways:
        parts, values = _parts(way)
        shown = " AND ".join(parts)
        if known and len(parts) > 1:
            shown = f"{parts[0]} AND CASE WHEN {' AND '.join(parts[1:])} THEN true ELSE false END"
        written.append(f"({shown})")
        params += values
    return _written(" OR ".join(written), params)


def _parts(way: Way) -> tuple[list[str], list[Any]]:
    first, others = list(way.marks[:1]), list(way.marks[1:])
    parts: list[tuple[str, Any]] = [(f"{TABLE}.name_marks && %s::int[]", list(some)) for some in way.one_of]
    parts += [(f"{TABLE}.name_marks @> %s::int[]", marks) for marks in (first, others) if marks]
    parts += [(f"{TABLE}.name_{way.column} ~ %s", way.pattern)] if way.column else []
    return [sql for sql, _value in parts], [value for _sql, value in parts]


def _written(sql: str, params: list[Any]) -> Q:
    return Q(RawSQL(sql, params, output_field=BooleanField()))


def _places(words: Sequence[Word]) -> dict[str, str]:
    if not any(len(word.text) > 1 for word in words):
        return {}
    return dict(Region.objects.exclude(kind="virtual").values_list("code", "name"))


def _in_place(text: str, places: dict[str, str]) -> Q:
    found = [code for code, name in places.items() if len(text) > 1 and sounds_like(text, name)]
    return Q(marks__overlap=list(map(int, found))) if found else NONE


def _in_place_and_named(words: Sequence[Word], places: dict[str, str]) -> Q:
    """A place and a name without a gap between: 朝阳康乐."""
    if len(words) != 1 or not (found := named_after(words[0].text, places)):
        return NONE
    codes, rest = found
    called = _any(rest.ways)
    for some in codes:
        called &= Q(marks__overlap=list(map(int, some)))
    return called
