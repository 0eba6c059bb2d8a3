"""Up to four homes side by side: the same facts of each, in groups, and which of them differ. Nothing is stored."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from eldercare.kernel import clock
from eldercare.kernel.sentences import Sentence, say
from eldercare.portal.journeys import short_stay
from eldercare.portal.journeys.find_a_home import Asker, Priced, prices_for
from eldercare.portal.journeys.short_stay import PricedStay
from eldercare.portal.rules.travel import minutes_for
from facilities.models import Facility
from facilities.rules.words import GRADES, LEVELS, ROOMS
from facilities.selectors.beds import Vacancy
from facilities.selectors.licence import licence_of
from facilities.selectors.search import HomeCard, SearchFilters, cards_of


@dataclass(frozen=True)
class Cell:
    """What one home has to show. `kind` says how it is drawn: money (a month), yuan, text, stars … None: not published."""

    kind: str
    value: Any
    note: Sentence | None = None


@dataclass(frozen=True)
class Row:
    """One fact of all homes. `differs`: not all of them have the same."""

    name: Sentence
    cells: tuple[Cell, ...]
    homes: tuple[HomeCard, ...] = ()

    @property
    def by_home(self) -> list[tuple[HomeCard, Cell]]:
        return list(zip(self.homes, self.cells, strict=True))

    @property
    def differs(self) -> bool:
        return len({(cell.kind, _same(cell.value)) for cell in self.cells}) > 1


@dataclass(frozen=True)
class Group:
    name: Sentence
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Table:
    """The homes, left to right, and what is known of them, top to bottom."""

    columns: tuple[HomeCard, ...]
    groups: tuple[Group, ...]


def compared(facility_ids: Sequence[UUID], asking: Asker | None, filters: SearchFilters) -> Table:
    """Compare homes for a described elder, or by their prices; unknown homes are left out.

    Of the filters only what counts for one home is read: the care grade, the room, the days of a short stay, the start.
    """
    filters = replace(filters, care_grade=asking.care_grade) if asking else filters
    cards = cards_of(facility_ids, filters)
    due = short_stay.due_in(asking, filters.stay) if filters.stay else {}
    stays = [next(iter(short_stay.priced(card.stays, due)), None) for card in cards]
    homes = Facility.objects.in_bulk([card.id for card in cards])
    priced = prices_for(cards, asking, clock.this_month()) if asking else {}
    kept = [(card, homes[card.id], priced.get(card.id)) for card in cards]
    groups = (
        Group(say("这些天的费用"), tuple(_days(stays, asking)) if filters.stay else ()),
        Group(say("每月费用"), tuple(_money(kept, asking))),
        Group(say("床位"), tuple(_beds(kept))),
        Group(say("资质"), tuple(_standing(kept))),
        Group(say("医疗和照护"), tuple(_care(kept))),
        Group(say("路程"), tuple(_way(kept)) if filters.near else ()),
    )
    of_homes = (Group(group.name, tuple(replace(row, homes=cards) for row in group.rows)) for group in groups)
    return Table(cards, tuple(group for group in of_homes if group.rows and cards))


Kept = list[tuple[HomeCard, Facility, Priced | None]]


def _days(stays: Sequence[PricedStay | None], asking: Asker | None) -> Iterator[Row]:
    if asking:
        yield Row(say("这些天补贴后自付"), tuple(Cell("yuan", one and one.net_fen) for one in stays))
    yield Row(say("这些天补贴前的费用"), tuple(Cell("yuan", one and one.quote.gross_fen) for one in stays))
    yield Row(say("按哪种房间算"), tuple(Cell("text", one and ROOMS[one.quote.room_type]) for one in stays))
    season, by_month = say("按短住价"), say("没有短住价，按月价折算")
    yield Row(
        say("按什么价算"), tuple(Cell("text", one and (season if one.quote.by_season else by_month)) for one in stays)
    )


def _money(kept: Kept, asking: Asker | None) -> Iterator[Row]:
    if asking:
        yield Row(say("补贴后每月自付"), tuple(Cell("money", one and one.net.net_fen) for _c, _h, one in kept))
        yield Row(
            say("补贴能减多少"), tuple(Cell("money", one and one.net.gross_fen - one.net.net_fen) for *_r, one in kept)
        )
    yield Row(say("补贴前每月费用"), tuple(Cell("money", card.price_from_fen) for card, *_rest in kept))
    rooms = (card.price_room and ROOMS[card.price_room] for card, *_rest in kept)
    yield Row(say("按哪种房间算"), tuple(Cell("text", room) for room in rooms))
    yield Row(say("按哪一档护理算"), tuple(Cell("text", GRADES[card.price_grade]) for card, *_rest in kept))


def _beds(kept: Kept) -> Iterator[Row]:
    known = [card.beds if card.beds.is_published else None for card, *_rest in kept]
    yield Row(say("现在空床"), tuple(Cell("count", beds and beds.free) for beds in known))
    confirmed = (card if card.beds.is_published else None for card, *_rest in kept)
    yield Row(say("床位数有多新"), tuple(Cell("freshness", card and card.confirmed) for card in confirmed))
    yield Row(say("下一张床什么时候空出"), tuple(_next_free(beds) for beds in known))


def _next_free(beds: Vacancy | None) -> Cell:
    """A home that publishes its beds and knows of no day says so; one that publishes none says nothing."""
    if beds is None or beds.next_free_on:
        return Cell("day", beds and beds.next_free_on)
    return Cell("text", say("还没有已知的日子"))


def _standing(kept: Kept) -> Iterator[Row]:
    on = clock.today()
    yield Row(say("等级评定"), tuple(Cell("stars", card.stars) for card, *_rest in kept))
    yield Row(say("备案"), tuple(Cell("text", licence_of(home, on).because) for _card, home, _priced in kept))
    yield Row(say("性质"), tuple(Cell("text", home.get_nature_display() or None) for _card, home, _priced in kept))
    yield Row(say("种类"), tuple(Cell("text", home.get_kind_display()) for _card, home, _priced in kept))


def _care(kept: Kept) -> Iterator[Row]:
    facts = (
        (say("医保定点"), "medical_insurance", say("是"), say("不是")),
        (say("内设医务室"), "has_clinic", say("有"), say("没有")),
        (say("接收认知症老人"), "takes_dementia", say("接收"), say("不接收")),
        (say("补贴能付到这里"), "subsidy_payable", say("能"), say("不能")),
    )
    for name, field, yes, no in facts:
        values = (getattr(home, field) for _card, home, _priced in kept)
        yield Row(name, tuple(Cell("text", None if value is None else yes if value else no) for value in values))
    levels = (home.accepts_levels for _card, home, _priced in kept)
    yield Row(say("接收哪些能力等级"), tuple(Cell("texts", _levels(value)) for value in levels))


def _levels(levels: Sequence[int] | None) -> tuple[Sentence, ...] | None:
    return None if levels is None else tuple(LEVELS[level] for level in sorted(levels) if level in LEVELS)


def _way(kept: Kept) -> Iterator[Row]:
    minutes = [None if card.distance_km is None else minutes_for(card.distance_km) for card, *_rest in kept]
    yield Row(say("开车单程约（估算）"), tuple(Cell("minutes", one) for one in minutes))
    yield Row(say("往返约（估算）"), tuple(Cell("minutes", one and 2 * one) for one in minutes))


def _same(value: Any) -> str:
    level = getattr(value, "level", None)
    return str(level) if level is not None else str(value)
