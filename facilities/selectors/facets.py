"""How many homes each further choice would leave, and how many each choice already made keeps out.

Only the first listings in the order of quality are looked at, so counting takes no longer where there are more homes: a
count that ended there says so (`more`), and so does one that reached CAP. One statement.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Case, F, When

from eldercare.kernel import clock
from facilities.rules.marks import KINDS, LEVELS, PROVINCES, ROOMS, STARS, TICKS, bit_of, hukou_marks
from facilities.rules.settings import setting
from facilities.selectors.free_days import beds_are_due, rooms_of_free_beds
from facilities.selectors.matching import Called, Matching, SearchFilters, inside_sql, matching, price

CAP = 1000
WITHIN = 3000
OWN = ("budget_fen", "free_beds")  # what another room, level or day changes
Counts = dict[str, dict[str, "Count"]]

CHOICES: dict[str, tuple[Any, ...]] = {
    "kind": KINDS,
    "stars": STARS,
    "capability_level": LEVELS,
    "room_type": ROOMS,
    "accepts_hukou": PROVINCES,
    **dict.fromkeys(TICKS, (True,)),
}


@dataclass(frozen=True)
class Count:
    """So many homes; `more`: at least so many, counting stopped."""

    count: int
    more: bool = False

    def to_json(self) -> dict[str, Any]:
        return {"count": self.count, "more": self.more}


@dataclass(frozen=True)
class Facets:
    """`counts` per filter and value, each under all the other filters. `without`: what leaving one filter out would add."""

    counts: Counts = field(default_factory=dict)
    without: dict[str, Count] = field(default_factory=dict)

    def of(self, name: str, value: Any = True) -> Count | None:
        return self.counts.get(name, {}).get(_key(value))


def facets(filters: SearchFilters, on: date | None = None, called: Called | None = None) -> Facets:
    """Count under a family's filters, as of a day (today). `called`: the name, where the search has read it."""
    on = on or clock.today()
    meant = matching(filters, on, anywhere=True, called=called)
    read = _Read(filters, on, meant)
    others = {choice: read.misses(other) for choice, other in _others(filters).items()}
    asked = list(_asked(filters, on))
    columns = [*_wheres(asked, read.names, others), *_without(read.names, others)]
    places, anywhere, here, numbers = _ask(read, list(others.values()), columns)
    many = meant.called is not None and meant.called.is_cut
    found = [_count(number, many or here >= WITHIN) for number in numbers]
    counts: Counts = {"region": _regions(places, many or anywhere >= WITHIN)}
    for (name, value, _where), count in zip(asked, found, strict=False):
        counts.setdefault(name, {})[_key(value)] = count
    return Facets(counts, dict(zip(read.names, found[len(asked) :], strict=True)))


def _asked(filters: SearchFilters, on: date) -> Iterator[tuple[str, Any, str]]:
    """Every choice that is counted: filter, value, and the condition on a row that was judged."""
    for name, values in CHOICES.items():
        for value in values:
            yield name, value, f"traits & {bit_of(name, value)} <> 0"
    yield "free_beds", 1, "free"
    for fen in setting("price_steps", on)["fen"] if not filters.stay else ():  # they are of a month
        yield "budget_fen", fen, f"price <= {int(fen)}"


def _others(filters: SearchFilters) -> dict[tuple[str, Any], SearchFilters]:
    """Give the choices that are more than a mark: another room has its own price and its own beds, a level its grade.

    None as a choice is to leave the filter out.
    """
    others: dict[tuple[str, Any], SearchFilters] = {}
    if filters.budget_fen is not None or filters.free_beds or filters.free_on:
        others |= {("room_type", room or None): replace(filters, room_type=room) for room in ("", *ROOMS)}
    if filters.budget_fen is not None and not filters.care_grade:
        levels = (None, *LEVELS)
        others |= {("capability_level", level): replace(filters, capability_level=level) for level in levels}
    return {(name, value): other for (name, value), other in others.items() if other != filters}


def _wheres(asked: list[tuple[str, Any, str]], names: list[str], others: dict[tuple[str, Any], str]) -> Iterator[str]:
    """A choice is counted under the other filters: a row may miss the choice's own filter and no other."""
    numbers = {choice: number for number, choice in enumerate(others)}
    for name, value, where in asked:
        number = numbers.get((name, value))
        misses = "misses" if number is None else f"misses_{number}"
        own = f"{misses} IN (0, {1 << names.index(name)})" if name in names else f"{misses} = 0"
        yield f"{own} AND {where}"


def _without(names: list[str], others: dict[tuple[str, Any], str]) -> Iterator[str]:
    """A filter keeps out the rows that miss it alone."""
    numbers = {choice: number for number, choice in enumerate(others)}
    for bit, name in enumerate(names):
        number = numbers.get((name, None))
        yield f"misses = {1 << bit}" if number is None else f"misses_{number} IN (0, {1 << bit}) AND misses <> 0"


class _Read:
    """What the counting reads of each row, each price and each answer about free beds once, under a name of its own."""

    def __init__(self, filters: SearchFilters, on: date, meant: Matching) -> None:
        self.filters, self.on, self.meant = filters, on, meant
        self.names = [*meant.marks, *meant.conditions]
        # null as long as what the listing keeps still holds
        counted = Case(
            When(beds_are_due(until := filters.free_until), then=rooms_of_free_beds(filters.free_from(on), until))
        )
        self.columns: dict[str, Any] = {"counted": counted}

    def price(self, filters: SearchFilters) -> str:
        """Give the column of the price under these filters."""
        name = f"price_{filters.room_type or 'any'}_{filters.grade(self.on)}"
        self.columns[name] = price(filters, self.on)
        return name

    def free(self, filters: SearchFilters) -> str:
        """Give the condition that the beds asked for are free: what the listing keeps, or what was counted in its stead."""
        room, least, day = filters.room_type, filters.free_beds or 1, filters.free_from(self.on)
        column = f"day_{least}_{room or 'any'}"
        self.columns[column] = F(f"free_days_{room}__{least - 1}" if room else f"free_days__{least - 1}")
        of_room = f"array_positions(counted, '{room}')" if room else "counted"
        kept = f"COALESCE({column} <= DATE '{day}', false)"
        return f"CASE WHEN counted IS NULL THEN {kept} ELSE cardinality({of_room}) >= {least} END"

    def rows(self) -> tuple[str, tuple[Any, ...]]:
        """Give the statement of all that could be meant; to be asked when every column is known."""
        rows = (
            self.meant.sample(self.filters.region)
            .order_by()
            .values("facility_id", "quality", "traits", "marks", "region_code")
        )
        return rows.annotate(**self.columns).query.sql_with_params()

    def misses(self, filters: SearchFilters) -> str:
        """Give the filters a row misses, one bit each, from the `lacks` of a row that was read."""
        own = (self._bit(name, self._fulfilled(name, filters)) for name in self.names if name in OWN)
        return " + ".join(["lacks", *own])

    @property
    def lacks(self) -> str:
        """Those of them that are the same whatever the room, the level and the day."""
        shared = (self._bit(name, self._fulfilled(name, self.filters)) for name in self.names if name not in OWN)
        return " + ".join(shared) or "0"

    def _bit(self, name: str, fulfilled: str) -> str:
        return f"CASE WHEN {fulfilled} THEN 0 ELSE {1 << self.names.index(name)} END"

    def _fulfilled(self, name: str, filters: SearchFilters) -> str:
        """The same condition as the search's, on a row that was read already; only numbers are written into it."""
        if name in self.meant.marks:
            return f"traits & {1 << self.meant.marks[name]} <> 0"
        if name == "budget_fen":
            return f"{self.price(filters)} <= {int(filters.budget_fen or 0)}"
        if name == "accepts_hukou":
            return f"marks && ARRAY[{', '.join(map(str, hukou_marks(filters.accepts_hukou)))}]"
        return self.free(filters)


def _ask(read: _Read, others: list[str], columns: list[str]) -> tuple[dict[str, int], int, int, tuple[int, ...]]:
    """Count the first rows in the order of quality; those that miss two filters under every choice count nowhere.

    Gives the homes by place wherever they are, how many rows were looked at for that, how many in the region, and what
    each column counts there. `others`: what a row misses under another choice, each a number of its own. Rows are read
    before they are judged, so that each is asked for its free beds once.
    """
    misses, price, free = (
        read.misses(read.filters),
        read.price(read.filters),
        read.free(replace(read.filters, free_beds=1)),
    )
    counted = {"misses": misses, **{f"misses_{number}": other for number, other in enumerate(others)}}
    judged = ", ".join(f"{what} AS {name}" for name, what in {"price": price, "free": free, **counted}.items())
    hopeful = " OR ".join(f"{name} & ({name} - 1) = 0" for name in counted)
    region = read.filters.region
    rows, params = read.rows()
    meant = f"(SELECT *, {read.lacks} AS lacks FROM ({rows}) AS meant"
    first = f"ORDER BY quality DESC, facility_id LIMIT {WITHIN}) AS first"
    inside, values = inside_sql(region) if region else ("true", [])
    anywhere = f"SELECT region_code, {misses} AS misses FROM {meant} {first}" if region else "SELECT * FROM judged"
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH judged AS MATERIALIZED (SELECT region_code, traits, {judged} FROM {meant} WHERE {inside} {first}), "
            f"anywhere AS MATERIALIZED ({anywhere}), "
            f"places AS (SELECT {PLACE} AS place, count(*) AS number FROM anywhere WHERE misses = 0 GROUP BY 1) "
            "SELECT (SELECT json_object_agg(place, number) FROM places), (SELECT count(*) FROM anywhere), "
            f"(SELECT count(*) FROM judged), {', '.join(f'count(*) FILTER (WHERE {where})' for where in columns)} "
            f"FROM judged WHERE {hopeful}",
            [*params, *values, *(params if region else ())],
        )
        places, number, reached, *numbers = cursor.fetchone()
    return places or {}, number, reached, tuple(numbers)


PLACE = "CASE WHEN region_code LIKE '13%%' THEN left(region_code, 4) || '00' ELSE left(region_code, 6) END"


def _regions(places: dict[str, int], reached: bool) -> dict[str, Count]:
    """Count the homes in each province, and in each place families pick: districts, and in Hebei cities."""
    counted: dict[str, int] = dict.fromkeys(PROVINCES, 0)
    for code, number in places.items():
        for place in {code, code[:2] + "0000"}:
            counted[place] = counted.get(place, 0) + number
    return {code: _count(number, reached) for code, number in counted.items()}


def _count(number: int, reached: bool) -> Count:
    return Count(min(number, CAP), reached or number > CAP)


def _key(value: Any) -> str:
    return "true" if value is True else str(value)
