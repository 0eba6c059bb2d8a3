"""What short stays (旅居) cost at many homes on a day, season by season. Monthly prices are `quotes`' business."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateRange

from facilities.models import ShortStayPrice


@dataclass(frozen=True)
class ShortPrice:
    """A published price in fen per `unit` (day, month), with its season; `until` is the first day after, when it ends."""

    room_type: str
    unit: str
    season: str
    fen: int
    since: date
    until: date | None


def short_prices(facility_ids: Iterable[UUID], on: date) -> dict[UUID, tuple[ShortPrice, ...]]:
    """Give the prices in force on a day or later, those in force first and the cheapest of them first; one query."""
    rows = ShortStayPrice.objects.filter(facility__in=list(facility_ids), days__overlap=DateRange(on, None))
    found: dict[UUID, list[ShortPrice]] = {}
    for row in rows:
        price = ShortPrice(row.room_type, row.unit, row.season, row.fen, row.days.lower, row.days.upper)
        found.setdefault(row.facility_id, []).append(price)
    return {
        home: tuple(sorted(prices, key=lambda one: (max(one.since, on), one.fen))) for home, prices in found.items()
    }
