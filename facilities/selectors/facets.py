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
from facilities.selectors.matching import Matching, SearchFilters, inside_sql, matching, price

CAP = 1000
WITHIN = 3000
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


def facets(filters: SearchFilters, on: date | None = None) -> Facets:
    """Count under a family's filters, as of a day (today)."""
    on = on or clock.today()
    meant = matching(filters, on, anywhere=True)
    read = _Read(filters, on)
    names = [*meant.marks, *meant.conditions]
    asked = list(_asked(filters, on, read.price(filters), read.free(replace(filters, free_beds=1))))
    others = {choice: read.misses(names, meant, other) for choice, other in _others(filters).items()}
    counting = [*_wheres(asked, names, others), *_without(names, others)]
    columns = ", ".join(f"count(*) FILTER (WHERE {where})" for where in counting)
    misses = read.misses(names, meant, filters)
    places, anywhere, here, numbers = _ask(read, meant, misses, list(others.values()), columns, filters.region)
    found = [_count(number, here >= WITHIN or meant.named is not None) for number in numbers]
    counts: Counts = {"region": _regions(places, anywhere >= WITHIN or meant.named is not None)}
    for (name, value, _where), count in zip(asked, found, strict=False):
        counts.setdefault(name, {})[_key(value)] = count
    return Facets(counts, dict(zip(names, found[len(asked) :], strict=True)))


def _asked(
    filters: SearchFilters, on: date, price: str = "price", free: str = "free"
) -> Iterator[tuple[str, Any, str]]:
    """Every choice that is counted: filter, value, and the condition on a row whose price and free bed are called so."""
    for name, values in CHOICES.items():
        for value in values:
            yield name, value, f"traits & {bit_of(name, value)} <> 0"
    yield "free_beds", 1, free
    for fen in setting("price_steps", on)["fen"] if not filters.stay else ():  # they are of a month
        yield "budget_fen", fen, f"{price} <= {int(fen)}"


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

    def __init__(self, filters: SearchFilters, on: date) -> None:
        self.on = on
        due = beds_are_due()
        counted = Case(When(due, then=rooms_of_free_beds(filters.free_from(on))))
        self.columns: dict[str, Any] = {"due": Case(When(due, then=True), default=False), "counted": counted}
        self.price(filters)
        self.free(filters)

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
        return f"(CASE WHEN due THEN cardinality({of_room}) >= {least} ELSE {column} <= DATE '{day}' END)"

    def rows(self, meant: Matching) -> tuple[str, tuple[Any, ...]]:
        """Give the statement of all that could be meant; to be asked when every column is known."""
        rows = meant.sample.order_by().values("facility_id", "quality", "traits", "marks", "region_code")
        return rows.annotate(**self.columns).query.sql_with_params()

    def misses(self, names: list[str], meant: Matching, filters: SearchFilters) -> str:
        """Give the filters a row that was read misses, one bit each."""
        bits = (
            f"CASE WHEN {self._fulfilled(name, meant, filters)} THEN 0 ELSE {1 << n} END"
            for n, name in enumerate(names)
        )
        return " + ".join(bits) or "0"

    def _fulfilled(self, name: str, meant: Matching, filters: SearchFilters) -> str:
        """The same condition as the search's, on a row that was read already; only numbers are written into it."""
        if name in meant.marks:
            return f"traits & {1 << meant.marks[name]} <> 0"
        if name == "budget_fen":
            return f"{self.price(filters)} <= {int(filters.budget_fen or 0)}"
        if name == "accepts_hukou":
            return f"marks && ARRAY[{', '.join(map(str, hukou_marks(filters.accepts_hukou)))}]"
        return self.free(filters)


def _ask(
    read: _Read, meant: Matching, misses: str, others: list[str], columns: str, region: str
) -> tuple[dict[str, int], int, int, tuple[int, ...]]:
    """Count the first rows in the order of quality; those that miss two filters count nowhere.

    Gives the homes by place wherever they are, how many rows were looked at for that, how many in the region, and what
    each column counts there. Rows are read before they are judged, so that each is asked for its free beds once.
    `others`: what a row misses under another choice, each a number of its own.
    """
    first = f"ORDER BY quality DESC, facility_id LIMIT {WITHIN}"
    inside, values = inside_sql(region) if region else ("", [])
    rows, params = read.rows(meant)
    here = f"SELECT * FROM ({rows}) AS meant WHERE {inside} {first}" if region else "SELECT * FROM anywhere"
    judged = "".join(f", {other} AS misses_{number}" for number, other in enumerate(others))
    counted = ["misses", *(f"misses_{number}" for number in range(len(others)))]
    hopeful = " OR ".join(f"{name} & ({name} - 1) = 0" for name in counted)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH anywhere AS MATERIALIZED ({rows} {first}), here AS MATERIALIZED ({here}), "
            f"places AS (SELECT {PLACE} AS place, count(*) AS number FROM anywhere WHERE {misses} = 0 GROUP BY 1), "
            f"judged AS MATERIALIZED (SELECT *, {misses} AS misses{judged} FROM here) "
            "SELECT (SELECT json_object_agg(place, number) FROM places), (SELECT count(*) FROM anywhere), "
            f"(SELECT count(*) FROM judged), {columns} FROM judged WHERE {hopeful}",
            [*params, *(params if region else ()), *values],
        )
        places, anywhere, reached, *numbers = cursor.fetchone()
    return places or {}, anywhere, reached, tuple(numbers)


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
