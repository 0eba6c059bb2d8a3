"""A family looks for a few days (旅居): what they cost, each calendar month as its bill will say, before and after subsidies.

Which subsidies a short stay's bill can be paid from is the programmes' rule, the same as for any bill: a month's benefit
pays the lines of that month it may pay, whole, however few the days.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from eldercare.kernel import clock
from eldercare.kernel.days import DayRange, Month
from eldercare.kernel.verdict import Line
from eldercare.portal.journeys.find_a_home import Asker, personal_order
from facilities.rules.charging import Charge
from facilities.selectors.search import PAGE, Found, SearchFilters, search
from facilities.selectors.short_stays import StayCost, StayQuote, listed_stay_quotes
from subsidies.rules.eligibility import preview
from subsidies.rules.net import NetBenefit, NetCost, Undecided, net_benefits, net_month
from subsidies.selectors.law import law

Due = Mapping[Month, Sequence[NetBenefit]]


@dataclass(frozen=True)
class PricedStay:
    """What the days cost in one room type. `nets`: its calendar months after subsidies; empty where nobody was described."""

    quote: StayQuote
    nets: tuple[NetCost, ...] = ()

    @property
    def net_fen(self) -> int | None:
        return sum(net.net_fen for net in self.nets) if self.nets else None

    @property
    def shown_fen(self) -> int:
        """What the family pays, as far as it is known for whom: after subsidies, else before."""
        return self.quote.gross_fen if self.net_fen is None else self.net_fen

    @property
    def months(self) -> list[tuple[Month, list[Charge | Line]]]:
        """Each month's charges, then what the benefits take off them."""
        taken = [net.lines for net in self.nets] or [()] * len(self.quote.months)
        return [(month, [*lines, *less]) for (month, lines), less in zip(self.quote.months, taken, strict=True)]

    @property
    def unpayable_fen(self) -> int:
        """The part that is a package of more than the bed, which no benefit for bed or care may pay."""
        return sum(line.amount_fen for line in self.quote.lines if line.item == "short")

    @property
    def undecided(self) -> tuple[Undecided, ...]:
        return tuple({one.programme: one for net in self.nets for one in net.undecided}.values())


def find(
    filters: SearchFilters,
    asking: Asker | None,
    *,
    page: str | None = None,
    size: int = PAGE,
    net_budget_fen: int | None = None,
) -> Found:
    """Give a page of homes for the days of `filters.stay`; each card's `extra` are its PricedStays, the best choice first.

    Order and budgets go by what the days cost the family (`search`).
    """
    days = filters.stay
    assert days is not None
    now = clock.now()
    due = due_in(asking, days)
    if asking:
        filters = replace(filters, care_grade=asking.care_grade)
    budget_fen = filters.budget_fen if net_budget_fen is None else None
    return search(
        filters,
        page,
        size=size,
        now=now,
        extra=lambda cards: {card.id: priced(card.stays, due) for card in cards},
        personal=personal_order(filters, None, now.date()),
        stay_cost=StayCost(lambda quote: _priced(quote, due).shown_fen, budget_fen, net_budget_fen),
    )


def due_in(asking: Asker | None, days: DayRange) -> Due:
    """Work out what is due in each month the days lie in, once; nothing where nobody was described."""
    found: dict[Month, Sequence[NetBenefit]] = {}
    month, today = Month.of(days.start), clock.today()
    while asking and days.within(month.period):
        on = today if today in month.period else month.first_day
        found[month] = net_benefits(preview(asking.elder, on=on, under=law()))
        month = month.next()
    return found


def of_home(
    facility_id: UUID, care_grade: str, days: DayRange, due: Due, room_type: str = ""
) -> tuple[PricedStay, ...]:
    """Price the days in every room type of one home, the best choice first; empty where no complete price is published."""
    return priced(listed_stay_quotes([facility_id], care_grade, days, room_type).get(facility_id, ()), due)


def priced(quotes: Sequence[StayQuote], due: Due) -> tuple[PricedStay, ...]:
    """Take off what the benefits pay. Room types with a free bed come first, the cheapest for the family first."""
    stays = (_priced(quote, due) for quote in quotes)
    return tuple(sorted(stays, key=lambda one: (not one.quote.has_free_bed, one.shown_fen)))


def _priced(quote: StayQuote, due: Due) -> PricedStay:
    return PricedStay(quote, tuple(net_month(lines, due[month]) for month, lines in quote.months if month in due))
