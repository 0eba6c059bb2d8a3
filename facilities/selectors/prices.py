"""What a home charges on any day, and everything it ever announced: monthly prices, seasons, deposits and one-off fees."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from eldercare.kernel.sentences import Sentence
from facilities.models import Fee, PriceVersion, ShortStayPrice
from facilities.rules.words import item_name
from facilities.selectors.page import GRADE_ORDER, ROOM_ORDER

MOST = 200
ITEM_ORDER = ("bed", "care", "meal")


@dataclass(frozen=True)
class Announced:
    """One thing a home charges on the days `[since, until)`. `unit` is month, day or once; `includes` of a season only."""

    kind: str
    name: Sentence | str
    item: str
    room_type: str
    care_grade: str
    unit: str
    fen: int
    since: date
    until: date | None
    includes: tuple[str, ...] = ()
    refundable: bool | None = None

    def in_force(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on < self.until)


@dataclass(frozen=True)
class PriceList:
    """A home's prices on a day (`on`) or, without one, all it ever announced (at most MOST of each kind, latest first)."""

    monthly: tuple[Announced, ...]
    seasons: tuple[Announced, ...]
    fees: tuple[Announced, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.monthly or self.seasons or self.fees)


def prices_on(facility_id: UUID, on: date) -> PriceList:
    """Give what is charged on a day: three queries."""
    return _listed(facility_id, days__contains=on)


def price_history(facility_id: UUID) -> PriceList:
    """Give all that was announced, latest first: three queries."""
    return _listed(facility_id)


def _listed(facility_id: UUID, **on: date) -> PriceList:
    def rows(model: type) -> QuerySet:
        return model.objects.filter(facility=facility_id, **on).order_by("-days", "-pk")[:MOST]

    monthly = [_monthly(row) for row in rows(PriceVersion)]
    return PriceList(
        monthly=tuple(sorted(monthly, key=_place)),
        seasons=tuple(_season(row) for row in rows(ShortStayPrice)),
        fees=tuple(_fee(row) for row in rows(Fee)),
    )


def _place(one: Announced) -> tuple[int, int, int]:
    orders = ((ITEM_ORDER, one.item), (ROOM_ORDER, one.room_type), (GRADE_ORDER, one.care_grade))
    first, second, third = (order.index(code) for order, code in orders)
    return first, second, third


def _monthly(row: PriceVersion) -> Announced:
    name = item_name(row.item, row.room_type, row.care_grade)
    days = (row.days.lower, row.days.upper)
    return Announced("monthly", name, row.item, row.room_type, row.care_grade, "month", row.monthly_fen, *days)


def _season(row: ShortStayPrice) -> Announced:
    days = (row.days.lower, row.days.upper)
    includes = tuple(row.includes)
    return Announced("season", row.season, "short", row.room_type, "", row.unit, row.fen, *days, includes=includes)


def _fee(row: Fee) -> Announced:
    days = (row.days.lower, row.days.upper)
    facts = {"refundable": row.refundable}
    return Announced(row.kind, row.name, row.kind, row.room_type, "", "once", row.fen, *days, **facts)
