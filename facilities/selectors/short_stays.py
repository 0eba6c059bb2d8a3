"""What short stays (旅居) cost at many homes: named days, charged as the bill will charge them, or the seasons' own prices."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateRange

from eldercare.kernel.days import DayRange
from eldercare.kernel.sentences import Sentence
from facilities.models import ShortStayPrice
from facilities.rules.charging import Charge, Price, PriceMissing
from facilities.rules.monthly import ROOMS
from facilities.rules.short_stay import ByMonth, ShortPrice, stay_charges
from facilities.rules.words import ROOMS as ROOM_NAMES
from facilities.rules.words import included_in
from facilities.selectors.free_days import rooms_free_on
from facilities.selectors.quotes import prices_of, seasons_of


@dataclass(frozen=True)
class SeasonPrice:
    """A published price in fen per `unit` (day, month) for what it includes; `until` is the first day after, when it ends."""

    room_type: str
    unit: str
    season: str
    fen: int
    includes: tuple[str, ...]
    since: date
    until: date | None

    @property
    def room_name(self) -> Sentence:
        return ROOM_NAMES[self.room_type]

    @property
    def included(self) -> Sentence:
        return included_in(self.includes)


@dataclass(frozen=True)
class StayQuote:
    """What the days at a home cost in one room type with one care grade, month by month as the bills will say it.

    `by_season`: a season's price is charged on some of the days; otherwise they cost their share of a month.
    `has_free_bed`: a bed of this room type is nobody's on any of these days.
    """

    room_type: str
    care_grade: str
    days: DayRange
    months: ByMonth
    by_season: bool
    has_free_bed: bool

    @property
    def lines(self) -> tuple[Charge, ...]:
        return tuple(line for _month, lines in self.months for line in lines)

    @cached_property
    def gross_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines)


@dataclass(frozen=True)
class StayCost:
    """What days cost whoever asks: before any subsidy unless told otherwise; and the budgets for them, before and after."""

    fen: Callable[[StayQuote], int] = lambda quote: quote.gross_fen
    budget_fen: int | None = None
    net_budget_fen: int | None = None

    @property
    def has_budget(self) -> bool:
        return self.budget_fen is not None or self.net_budget_fen is not None

    def least_fen(self, quotes: Iterable[StayQuote]) -> int | None:
        """Give what the first choice costs: the cheapest room type that has a free bed, else the cheapest.

        None where no price is published, or where it is above a budget, before subsidies or after them.
        """
        costs = [(not one.has_free_bed, self.fen(one), one.gross_fen) for one in quotes]
        if not costs:
            return None
        _free, fen, gross_fen = min(costs)
        held = ((gross_fen, self.budget_fen), (fen, self.net_budget_fen))
        return None if any(budget is not None and cost > budget for cost, budget in held) else fen


def season_prices(facility_ids: Iterable[UUID], on: date) -> dict[UUID, tuple[SeasonPrice, ...]]:
    """Give the prices in force on a day or later, those in force first and the cheapest of them first; one query."""
    rows = ShortStayPrice.objects.filter(facility__in=list(facility_ids), days__overlap=DateRange(on, None))
    found: dict[UUID, list[SeasonPrice]] = {}
    for row in rows:
        span = (row.days.lower, row.days.upper)
        price = SeasonPrice(row.room_type, row.unit, row.season, row.fen, tuple(row.includes), *span)
        found.setdefault(row.facility_id, []).append(price)
    return {
        home: tuple(sorted(prices, key=lambda one: (max(one.since, on), one.fen))) for home, prices in found.items()
    }


def stay_quotes(
    free_rooms: Mapping[UUID, Collection[str]],
    care_grade: str,
    days: DayRange,
    room_type: str = "",
    *,
    all_rooms: bool = True,
) -> dict[UUID, tuple[StayQuote, ...]]:
    """Quote days at many homes, each with the room types that have a free bed, in two queries.

    Room types with a free bed come first, the cheapest of them first. Where a day has no complete price, the room type
    is left out; a home may have none. Without `all_rooms`, those without a free bed are quoted only where no other is.
    """
    seasons, prices = seasons_of(free_rooms, days), prices_of(free_rooms, days)
    wanted = [room_type] if room_type else ROOMS
    quoted = {}
    for home, free in free_rooms.items():
        known = (free, care_grade, days, seasons.get(home, ()), prices.get(home, ()))
        first = _quoted([room for room in wanted if room in free], *known)
        others = _quoted([room for room in wanted if room not in free], *known) if all_rooms or not first else []
        quoted[home] = (*first, *others)
    return quoted


def listed_stay_quotes(
    facility_ids: Iterable[UUID], care_grade: str, days: DayRange, room_type: str = "", *, all_rooms: bool = True
) -> dict[UUID, tuple[StayQuote, ...]]:
    """The same for homes of which nothing was read yet; three queries."""
    return stay_quotes(rooms_free_on(facility_ids, days), care_grade, days, room_type, all_rooms=all_rooms)


def _quoted(
    rooms: Sequence[str],
    free: Collection[str],
    care_grade: str,
    days: DayRange,
    seasons: Sequence[ShortPrice],
    prices: Sequence[Price],
) -> list[StayQuote]:
    def quotes() -> Iterator[StayQuote]:
        for room in rooms:
            try:
                months = stay_charges(days, room, care_grade, seasons, prices)
            except PriceMissing:
                continue
            by_season = any(one.room_type == room and one.days.within(days) for one in seasons)
            yield StayQuote(room, care_grade, days, months, by_season, room in free)

    return sorted(quotes(), key=lambda one: one.gross_fen)
