"""How many homes each further choice would leave, and how many each choice already made keeps out.

Only the first listings in the order of quality are looked at, so counting takes no longer where there are more homes: a
count that ended there says so (`more`), and so does one that reached CAP. One statement, and one for the places.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable

from eldercare.kernel import clock
from facilities.models import Listing
from facilities.rules.marks import KINDS, LEVELS, PROVINCES, ROOMS, STARS, TICKS, bit_of
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
    row = _row(_looked_at(meant, names, filters, on), [*_wheres(asked, names), *_without(names)])
    reached = row[0] >= WITHIN or meant.named is not None
    found = [_count(number, reached) for number in row[1:]]
    counts: Counts = {"region": _regions(filters, on)}
    for (name, value, _where), count in zip(asked, found, strict=False):
        counts.setdefault(name, {})[_key(value)] = count
    return Facets(counts, dict(zip(names, found[len(asked) :], strict=True)))


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


def _looked_at(meant: Matching, names: list[str], filters: SearchFilters, on: date) -> QuerySet[Listing]:
    free = has_free_beds(filters.free_beds or 1, filters.free_on or on, filters.room_type)
    return (
        meant.sample.order_by("-quality", "facility")
        .annotate(
            misses=_misses(meant, names),
            price=price(filters, on),
            free=Case(When(free, then=Value(True)), default=Value(False)),
        )
        .values("traits", "misses", "price", "free")[:WITHIN]
    )


def _misses(meant: Matching, names: list[str]) -> Combinable:
    """Give which conditions a row misses, one bit each."""
    total: Combinable = Value(0, output_field=BigIntegerField())
    for number, name in enumerate(names):
        fulfilled = meant.conditions.get(name) or Q(marks__contains=[meant.marks[name]])
        total = total + Case(When(fulfilled, then=Value(0)), default=Value(1 << number), output_field=IntegerField())
    return total


def _row(looked_at: QuerySet[Listing], wheres: list[str]) -> tuple[int, ...]:
    """Count the rows looked at, and those of them each condition holds for. Rows that miss two filters count nowhere."""
    sql, params = looked_at.query.sql_with_params()
    columns = ", ".join(f"count(*) FILTER (WHERE {where})" for where in wheres)
    statement = (
        f"WITH looked_at AS MATERIALIZED ({sql}) "
        f"SELECT (SELECT count(*) FROM looked_at), {columns} FROM looked_at WHERE misses & (misses - 1) = 0"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchone()


def _regions(filters: SearchFilters, on: date) -> dict[str, Count]:
    """Count the homes in each province, and in each place families pick: districts, and in Hebei cities."""
    meant = matching(filters, on, anywhere=True)
    names = [*meant.marks, *meant.conditions]
    looked_at = (
        meant.sample.order_by("-quality", "facility")
        .annotate(misses=_misses(meant, names))
        .values("region_code", "misses")
    )
    sql, params = looked_at[:WITHIN].query.sql_with_params()
    statement = (
        f"WITH looked_at AS MATERIALIZED ({sql}) SELECT CASE WHEN region_code LIKE '13%%' "
        "THEN left(region_code, 4) || '00' ELSE left(region_code, 6) END, count(*) FILTER (WHERE misses = 0), "
        "count(*) FROM looked_at GROUP BY 1"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        rows = cursor.fetchall()
    reached = sum(row[2] for row in rows) >= WITHIN or meant.named is not None
    counted: dict[str, int] = dict.fromkeys(PROVINCES, 0)
    for code, number, _all in rows:
        for place in {code, code[:2] + "0000"}:
            counted[place] = counted.get(place, 0) + number
    return {code: _count(number, reached) for code, number in counted.items()}


def _count(number: int, reached: bool) -> Count:
    return Count(min(number, CAP), reached or number > CAP)


def _key(value: Any) -> str:
    return "true" if value is True else str(value)
