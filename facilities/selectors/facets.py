"""How many homes each further choice would leave, and how many each choice already made keeps out.

Only the first listings in the order of quality are looked at, so counting takes no longer where there are more homes: a
count that ended there says so (`more`), and so does one that reached CAP. One statement, and another for the places where a region is chosen.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Case, QuerySet, Value, When

from eldercare.kernel import clock
from facilities.models import Listing
from facilities.rules.marks import KINDS, LEVELS, PROVINCES, ROOMS, STARS, TICKS, bit_of, hukou_marks
from facilities.rules.settings import setting
from facilities.selectors.free_days import has_free_beds
from facilities.selectors.matching import Matching, SearchFilters, matching, price

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
    meant = matching(filters, on)
    names = [*meant.marks, *meant.conditions]
    asked = list(_asked(filters, on))
    statement, params = _looked_at(meant.sample, meant, filters, on)
    columns = ", ".join(f"count(*) FILTER (WHERE {where})" for where in [*_wheres(asked, names), *_without(names)])
    row, places = _ask(statement, params, columns, by_place=not filters.region)
    reached = row[0] >= WITHIN or meant.named is not None
    found = [_count(number, reached) for number in row[1:]]
    counts: Counts = {"region": _regions(places, reached) if not filters.region else _anywhere(filters, on)}
    for (name, value, _where), count in zip(asked, found, strict=False):
        counts.setdefault(name, {})[_key(value)] = count
    return Facets(counts, dict(zip(names, found[len(asked) :], strict=True)))


def _anywhere(filters: SearchFilters, on: date) -> dict[str, Count]:
    """Count by place under all filters but the region."""
    meant = matching(filters, on, anywhere=True)
    statement, params = _looked_at(meant.sample, meant, filters, on)
    row, places = _ask(statement, params, "0", by_place=True)
    return _regions(places, row[0] >= WITHIN or meant.named is not None)


def _asked(filters: SearchFilters, on: date) -> Iterator[tuple[str, Any, str]]:
    """Every choice that is counted: filter, value, and the condition on a row that was looked at."""
    for name, values in CHOICES.items():
        for value in values:
            yield name, value, f"traits & {bit_of(name, value)} <> 0"
    yield "free_beds", 1, "free"
    for fen in setting("price_steps", on)["fen"]:
        yield "budget_fen", fen, f"price <= {int(fen)}"


def _wheres(asked: list[tuple[str, Any, str]], names: list[str]) -> Iterator[str]:
    """A choice is counted under the other filters: a row may miss the choice's own filter and no other."""
    for name, _value, where in asked:
        own = f"misses IN (0, {1 << names.index(name)})" if name in names else "misses = 0"
        yield f"{own} AND {where}"


def _without(names: list[str]) -> Iterator[str]:
    return (f"misses = {1 << number}" for number in range(len(names)))


def _looked_at(
    rows: QuerySet[Listing], meant: Matching, filters: SearchFilters, on: date
) -> tuple[str, tuple[Any, ...]]:
    """Give the statement of the rows looked at, each with the filters it misses, one bit each."""
    free = has_free_beds(filters.free_beds or 1, filters.free_on or on, filters.room_type)
    base = rows.order_by("-quality", "facility").values("traits", "marks", "region_code")
    base = base.annotate(price=price(filters, on), free=Case(When(free, then=Value(True)), default=Value(False)))
    sql, params = base[:WITHIN].query.sql_with_params()
    misses = " + ".join(
        f"CASE WHEN {_fulfilled(name, meant, filters)} THEN 0 ELSE {1 << number} END"
        for number, name in enumerate([*meant.marks, *meant.conditions])
    )
    return f"SELECT traits, region_code, price, free, {misses or 0} AS misses FROM ({sql}) AS base", params


def _fulfilled(name: str, meant: Matching, filters: SearchFilters) -> str:
    """The same condition as the search's, on a row that was read already; only numbers are written into it."""
    if name in meant.marks:
        return f"traits & {1 << meant.marks[name]} <> 0"
    if name == "budget_fen":
        return f"price <= {int(filters.budget_fen or 0)}"
    if name == "accepts_hukou":
        return f"marks && ARRAY[{', '.join(map(str, hukou_marks(filters.accepts_hukou)))}]"
    return "free"


def _ask(
    statement: str, params: tuple[Any, ...], columns: str, *, by_place: bool
) -> tuple[tuple[int, ...], dict[str, int]]:
    """Count the rows looked at, and those of them each column counts; rows that miss two filters count nowhere."""
    places = "(SELECT json_object_agg(place, number) FROM places)" if by_place else "NULL"
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH looked_at AS MATERIALIZED ({statement}), {PLACES} SELECT {places}, "
            f"(SELECT count(*) FROM looked_at), {columns} FROM looked_at WHERE misses & (misses - 1) = 0",
            params,
        )
        counted, *row = cursor.fetchone()
    return tuple(row), counted or {}


PLACES = (
    "places AS (SELECT CASE WHEN region_code LIKE '13%%' THEN left(region_code, 4) || '00' ELSE left(region_code, 6) END "
    "AS place, count(*) AS number FROM looked_at WHERE misses = 0 GROUP BY 1)"
)


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
