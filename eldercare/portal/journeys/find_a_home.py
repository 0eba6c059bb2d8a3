"""A family looks for a home: facilities give cards and quotes, subsidies say what is due, and here both are added.

The subsidies are worked out once per request; each home only costs an addition. Nothing is stored.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from eldercare.kernel import clock
from eldercare.kernel.days import Month
from eldercare.kernel.verdict import Line
from facilities.rules.charging import Charge
from facilities.rules.monthly import Part
from facilities.rules.ranking import personal_points
from facilities.rules.settings import ranking, setting
from facilities.selectors.cards import distance_km
from facilities.selectors.quotes import Quote, best_quote, prices_of
from facilities.selectors.search import PAGE, Candidate, Found, HomeCard, Net, SearchFilters, search
from subsidies.rules.eligibility import preview
from subsidies.rules.facts import ElderInput
from subsidies.rules.net import NetBenefit, NetCost, net_benefits, net_month
from subsidies.selectors.law import law

SELF_CARE = "self_care"


@dataclass(frozen=True)
class Asker:
    """For whom the prices are: the elder's facts, the care grade they are charged by, and the benefits due today."""

    elder: ElderInput
    care_grade: str
    level: int | None
    benefits: tuple[NetBenefit, ...]

    @property
    def spendable_fen(self) -> int:
        """The most the elder's benefits can take off one month's bill."""
        return sum(one.monthly_fen or 0 for one in self.benefits if one.is_due and one.spendable_at_home)


@dataclass(frozen=True)
class Priced:
    """What one home costs this elder for a whole month, before and after subsidies, line by line."""

    quote: Quote
    net: NetCost

    @property
    def lines(self) -> tuple[Charge | Line, ...]:
        """The home's charges, then what the benefits take off; together they are the net month."""
        return (*self.quote.lines, *self.net.lines)


def asker(elder: ElderInput, on: date) -> Asker:
    """Work out once what an elder is due; the care grade follows from the assessed level, self-care without one."""
    level = level_of(elder, on)
    grade = SELF_CARE if level is None else setting("care_grades", on)["levels"][level]
    return Asker(elder, grade, level, net_benefits(preview(elder, on=on, under=law())))


def level_of(elder: ElderInput, on: date) -> int | None:
    """Give the numbered level of the latest assessment that is valid on the day and counts here, or None."""
    valid = [
        one
        for one in elder.assessments or ()
        if isinstance(one.level, int) and one.recognised and one.concluded_on <= on <= (one.valid_until or on)
    ]
    return max(valid, key=lambda one: one.concluded_on).level if valid else None


def regraded(asking: Asker, care_grade: str) -> Asker:
    """Ask for another care grade than the assessed level's; without one nothing changes."""
    return replace(asking, care_grade=care_grade) if care_grade else asking


def find(
    filters: SearchFilters,
    asking: Asker | None,
    *,
    page: str | None = None,
    size: int = PAGE,
    net_budget_fen: int | None = None,
) -> Found:
    """Give a page of homes; with an asker each card's `extra` is its Priced (or None where no price is published).

    The personal part of the order (net price, travel) is worked out here and handed in as values: of the first homes
    by quality, and of as many as a page in the order of net prices needs. A net budget is asked of the tables as a
    gross one, raised by all the benefits can take off, and then held to the fen: a page may be shorter, never wrong.
    """
    now = clock.now()
    if asking is None:
        personal = personal_order(filters, None, now.date()) if filters.near else None
        return search(filters, page, size=size, now=now, personal=personal)
    filters = priced_for(filters, asking, net_budget_fen)
    month = Month.of(now.date())
    known: dict[tuple[int | None, ...], int | None] = {}  # many homes ask the same amounts

    def net_fen(row: Candidate) -> int | None:
        amounts = (row.gross_fen, row.care_fen, row.meal_fen)
        if amounts not in known:
            known[amounts] = _net_fen(row, asking)
        return known[amounts]

    net = Net(net_fen, asking.spendable_fen, net_budget_fen)
    found = search(
        filters,
        page,
        size=size,
        now=now,
        extra=lambda cards: prices_for(cards, asking, month),
        personal=personal_order(filters, net, month.first_day),
        net=net,
    )
    if net_budget_fen is None:
        return found
    within = (card for card in found.cards if card.extra and card.extra.net.net_fen <= net_budget_fen)
    return replace(found, cards=tuple(within))


def priced_for(filters: SearchFilters, asking: Asker, net_budget_fen: int | None) -> SearchFilters:
    """Ask the tables for the asker's care grade and the gross budget, or a gross budget that leaves out nobody the net one
    would keep, whichever is less.
    """
    asked = (filters.budget_fen, None if net_budget_fen is None else net_budget_fen + asking.spendable_fen)
    gross_fen = min((fen for fen in asked if fen is not None), default=None)
    return replace(filters, care_grade=asking.care_grade, budget_fen=gross_fen)


def personal_order(filters: SearchFilters, net: Net | None, on: date) -> Callable[[Candidate], int] | None:
    """Give the points that count for this family only: what it would pay, and how far it is; None where neither is known."""
    if net is None and filters.near is None:
        return None
    weights = ranking(on)["personal"]
    return lambda row: personal_points(net.of(row) if net else None, distance_km(filters.near, row), weights)


def _net_fen(row: Candidate, asking: Asker) -> int | None:
    """Give the net month of a candidate: the same addition as the card's, without its sentences."""
    if row.gross_fen is None or row.care_fen is None or row.meal_fen is None:
        return None
    bed_fen = row.gross_fen - row.care_fen - row.meal_fen
    lines = (Part("bed", bed_fen), Part("care", row.care_fen), Part("meal", row.meal_fen))
    return net_month(lines, asking.benefits).net_fen


def prices_for(cards: Sequence[HomeCard], asking: Asker, month: Month) -> dict[UUID, Priced]:
    """Price a page of homes for one elder with one query, each in the room its card names."""
    prices = prices_of([card.id for card in cards], month.period)
    quotes = (
        best_quote(card.id, prices.get(card.id, []), card.price_room, asking.care_grade, month)
        for card in cards
        if card.price_room
    )
    return {quote.facility_id: priced(quote, asking) for quote in quotes if quote}


def prices_by_room(facility_id: UUID, asking: Asker) -> list[Priced]:
    """Price every room type of one home for one elder, cheapest first; empty where no complete price is published."""
    month = clock.this_month()
    prices = prices_of([facility_id], month.period).get(facility_id, [])
    rooms = sorted({price.room_type for price in prices if price.item == "bed"})
    quotes = [best_quote(facility_id, prices, room, asking.care_grade, month) for room in rooms]
    return sorted((priced(quote, asking) for quote in quotes if quote), key=lambda one: one.net.net_fen)


def priced(quote: Quote, asking: Asker) -> Priced:
    """Take off a quote what the elder's benefits pay there."""
    return Priced(quote, net_month(quote.lines, asking.benefits))
