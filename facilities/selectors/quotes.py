"""What a month at a home costs by its dated prices, for one home or many at once. Subsidies are added above this floor."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateRange

from eldercare.kernel.days import DayRange, Month
from facilities.models import PriceVersion, ShortStayPrice
from facilities.rules.charging import Charge, Presence, Price, PriceMissing, charges
from facilities.rules.short_stay import ShortPrice, stay_charges


@dataclass(frozen=True)
class Quote:
    """A whole month in one room type with one care grade: lines (item, label, amount_fen, eligible_key) and their sum."""

    facility_id: UUID
    room_type: str
    care_grade: str
    month: Month
    lines: tuple[Charge, ...]

    @property
    def gross_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines)


def prices_of(facility_ids: Iterable[UUID], days: DayRange) -> dict[UUID, list[Price]]:
    """Give the prices of many homes that are in force on some of the days, with one query."""
    rows = PriceVersion.objects.filter(
        facility__in=list(facility_ids), days__overlap=DateRange(days.start, days.until)
    ).values_list("facility", "item", "room_type", "care_grade", "monthly_fen", "days")
    found: dict[UUID, list[Price]] = {}
    for facility_id, *price, days_of in rows.order_by("pk"):
        found.setdefault(facility_id, []).append(Price(*price, days=DayRange(days_of.lower, days_of.upper)))
    return found


def seasons_of(facility_ids: Iterable[UUID], days: DayRange) -> dict[UUID, list[ShortPrice]]:
    """Give the short-stay prices of many homes that are in force on some of the days, with one query."""
    rows = ShortStayPrice.objects.filter(
        facility__in=list(facility_ids), days__overlap=DateRange(days.start, days.until)
    ).values_list("facility", "room_type", "unit", "season", "fen", "includes", "days")
    found: dict[UUID, list[ShortPrice]] = {}
    for facility_id, room_type, unit, season, fen, includes, span in rows.order_by("pk"):
        price = ShortPrice(room_type, unit, season, fen, tuple(includes), DayRange(span.lower, span.upper))
        found.setdefault(facility_id, []).append(price)
    return found


def short_quote(facility_id: UUID, room_type: str, care_grade: str, days: DayRange) -> tuple[Charge, ...] | None:
    """Quote a short stay, month by month; None where a day of it has no complete price. Two queries."""
    seasons = seasons_of([facility_id], days).get(facility_id, [])
    prices = prices_of([facility_id], days).get(facility_id, [])
    try:
        by_month = stay_charges(days, room_type, care_grade, seasons, prices)
    except PriceMissing:
        return None
    return tuple(line for _month, lines in by_month for line in lines)


def price_in_force(facility_id: UUID, item: str, on: date, *, room_type: str = "", care_grade: str = "") -> int | None:
    """Give the monthly price of one item on any day, in fen; None when none was in force."""
    rows = PriceVersion.objects.filter(
        facility=facility_id, item=item, room_type=room_type, care_grade=care_grade, days__contains=on
    )
    return rows.values_list("monthly_fen", flat=True).first()


def quote(facility_id: UUID, room_type: str | None, care_grade: str, month: Month) -> Quote | None:
    """Quote a whole month; without a room type, the cheapest. None where the home published no complete price."""
    return quotes_for([facility_id], room_type, care_grade, month).get(facility_id)


def quote_as_of(facility_id: UUID, room_type: str, care_grade: str, on: date) -> Quote | None:
    """Quote a whole month by the prices that are in force on a day, whatever they were before or will be after it."""
    day, month = DayRange(on, on + date.resolution), Month.of(on)
    prices = [replace(price, days=month.period) for price in prices_of([facility_id], day).get(facility_id, [])]
    return _whole_month(facility_id, prices, room_type, care_grade, month)


def quotes_for(facility_ids: Iterable[UUID], room_type: str | None, care_grade: str, month: Month) -> dict[UUID, Quote]:
    """Quote a month at many homes with one query. Homes without a complete price are left out."""
    quoted = {
        facility_id: best_quote(facility_id, prices, room_type, care_grade, month)
        for facility_id, prices in prices_of(facility_ids, month.period).items()
    }
    return {facility_id: found for facility_id, found in quoted.items() if found}


def best_quote(
    facility_id: UUID, prices: list[Price], room_type: str | None, care_grade: str, month: Month
) -> Quote | None:
    """Quote from prices already read; without a room type, the cheapest one."""
    rooms = [room_type] if room_type else sorted({price.room_type for price in prices if price.item == "bed"})
    offered = [_whole_month(facility_id, prices, room, care_grade, month) for room in rooms]
    return min((found for found in offered if found), key=lambda found: found.gross_fen, default=None)


def _whole_month(facility_id: UUID, prices: list[Price], room_type: str, care_grade: str, month: Month) -> Quote | None:
    try:
        lines = charges(month, [Presence(month.period, room_type, care_grade)], prices)
    except PriceMissing:
        return None
    return Quote(facility_id, room_type, care_grade, month, lines)
