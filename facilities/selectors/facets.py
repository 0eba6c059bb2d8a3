"""How many homes each further choice would leave, and how many each choice already made keeps out.

Only the first listings in the order of quality are looked at, so counting takes no longer where there are more homes: a
count that ended there says so (`more`), and so does one that reached CAP. One statement.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Case, Value, When

from eldercare.kernel import clock
from facilities.rules.marks import KINDS, LEVELS, PROVINCES, ROOMS, STARS, TICKS, bit_of, hukou_marks
from facilities.rules.settings import setting
from facilities.selectors.free_days import has_free_beds
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
    names = [*meant.marks, *meant.conditions]
    asked = list(_asked(filters, on))
    columns = ", ".join(f"count(*) FILTER (WHERE {where})" for where in [*_wheres(asked, names), *_without(names)])
    places, anywhere, here, numbers = _ask(
        *_meant(meant, filters, on), _misses(names, meant, filters), columns, filters.region
    )
    found = [_count(number, here >= WITHIN or meant.named is not None) for number in numbers]
    counts: Counts = {"region": _regions(places, anywhere >= WITHIN or meant.named is not None)}
    for (name, value, _where), count in zip(asked, found, strict=False):
        counts.setdefault(name, {})[_key(value)] = count
    return Facets(counts, dict(zip(names, found[len(asked) :], strict=True)))


def _asked(filters: SearchFilters, on: date) -> Iterator[tuple[str, Any, str]]:
    """Every choice that is counted: filter, value, and the condition on a row that was looked at."""
    for name, values in CHOICES.items():
        for value in values:
            yield name, value, f"traits & {bit_of(name, value)} <> 0"
    yield "free_beds", 1, "free"
    for fen in setting("price_steps", on)["fen"] if not filters.stay else ():  # they are of a month
        yield "budget_fen", fen, f"price <= {int(fen)}"


def _wheres(asked: list[tuple[str, Any, str]], names: list[str]) -> Iterator[str]:
    """A choice is counted under the other filters: a row may miss the choice's own filter and no other."""
    for name, _value, where in asked:
        own = f"misses IN (0, {1 << names.index(name)})" if name in names else "misses = 0"
        yield f"{own} AND {where}"


def _without(names: list[str]) -> Iterator[str]:
    return (f"misses = {1 << number}" for number in range(len(names)))


def _meant(meant: Matching, filters: SearchFilters, on: date) -> tuple[str, tuple[Any, ...]]:
    """Give the statement of all that could be meant, with what the counting asks of each."""
    free = has_free_beds(filters.free_beds or 1, filters.free_from(on), filters.room_type)
    rows = meant.sample.order_by().values("facility_id", "quality", "traits", "marks", "region_code")
    rows = rows.annotate(price=price(filters, on), free=Case(When(free, then=Value(True)), default=Value(False)))
    return rows.query.sql_with_params()


def _misses(names: list[str], meant: Matching, filters: SearchFilters) -> str:
    """Give the filters a row that was read misses, one bit each."""
    bits = (f"CASE WHEN {_fulfilled(name, meant, filters)} THEN 0 ELSE {1 << n} END" for n, name in enumerate(names))
    return " + ".join(bits) or "0"


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
    meant: str, params: tuple[Any, ...], misses: str, columns: str, region: str
) -> tuple[dict[str, int], int, int, tuple[int, ...]]:
    """Count the first rows in the order of quality; those that miss two filters count nowhere.

    Gives the homes by place wherever they are, how many rows were looked at for that, how many in the region, and what
    each column counts there. Rows are read before they are judged, so that each is asked for its free beds once.
    """
    first = f"ORDER BY quality DESC, facility_id LIMIT {WITHIN}"
    inside, values = inside_sql(region) if region else ("", [])
    here = f"SELECT * FROM ({meant}) AS meant WHERE {inside} {first}" if region else "SELECT * FROM anywhere"
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH anywhere AS MATERIALIZED ({meant} {first}), here AS MATERIALIZED ({here}), "
            f"places AS (SELECT {PLACE} AS place, count(*) AS number FROM anywhere WHERE {misses} = 0 GROUP BY 1), "
            f"judged AS MATERIALIZED (SELECT traits, price, free, {misses} AS misses FROM here) "
            "SELECT (SELECT json_object_agg(place, number) FROM places), (SELECT count(*) FROM anywhere), "
            f"(SELECT count(*) FROM judged), {columns} FROM judged WHERE misses & (misses - 1) = 0",
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
