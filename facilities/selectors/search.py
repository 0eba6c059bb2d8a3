"""The directory's search: filters and order over the listings, one page at a time.

No total is counted, pages go by key, and the number of queries does not depend on the rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.utils.crypto import salted_hmac

from eldercare.kernel import clock
from facilities.models.listing import NO_PRICE
from facilities.selectors.cards import HomeCard, cards, cards_of, with_homes
from facilities.selectors.facets import Facets, facets
from facilities.selectors.matching import (
    Called,
    Matching,
    SearchFilters,
    matching,
    metres_in_order,
    price,
    price_in_order,
)
from facilities.selectors.paging import (
    HEAD,
    Candidate,
    Cursor,
    Net,
    Order,
    Own,
    Page,
    bad_cursor,
    by_distance,
    by_index,
    by_net,
    by_person,
    read_cursor,
)
from facilities.selectors.short_stays import StayCost, listed_stay_quotes

__all__ = [
    "HEAD",
    "MOST",
    "ORDERS",
    "PAGE",
    "Candidate",
    "Facets",
    "Found",
    "HomeCard",
    "Net",
    "SearchFilters",
    "cards_of",
    "facets",
    "search",
]

PAGE = 20
MOST = 200
ORDERS = ("recommended", "price", "distance")


@dataclass(frozen=True)
class Found:
    """One page of cards. `next` and `previous` are cursors or None. `slipped`: these are called nearly as was typed.

    `called` is the name as it was read, to be handed on to the counting (`facets`).
    """

    cards: tuple[HomeCard, ...]
    next: str | None
    previous: str | None
    as_of: datetime
    slipped: bool = False
    called: Called | None = None


def search(
    filters: SearchFilters,
    page: str | None = None,
    *,
    size: int = PAGE,
    now: datetime | None = None,
    extra: Callable[[Sequence[HomeCard]], dict[UUID, Any]] | None = None,
    personal: Callable[[Candidate], int] | None = None,
    net: Net | None = None,
    stay_cost: StayCost | None = None,
) -> Found:
    """Give a page of homes as of a moment (now). `page` is a cursor this function gave; `extra` adds a value per home to
    the whole page at once.

    `personal` gives points that count for one family only: with them the first HEAD homes are put in order anew, the
    others follow by quality. `net` is what the family pays itself: with it the order of prices is that of net prices.
    The order of distances needs `near`; without it, it is the recommended one. Where a short stay is asked for,
    `stay_cost` says what it costs the family (before subsidies): by that the first HEAD homes are put in the order of
    prices, and it is held to the budgets; a page may be shorter, never wrong.
    Raises Refusal `bad_cursor` (400) for a cursor it did not give, or gave to another search.
    """
    now = now or clock.now()
    stay_cost = stay_cost or StayCost(budget_fen=filters.budget_fen)
    seal = _seal(filters, personal, net, stay_cost)
    cursor = _unsealed(page, seal) if page else None
    meant = matching(filters, now.date())
    own = _own(filters, now.date(), personal, stay_cost)
    found = _page(meant, filters, now, cursor, max(1, min(size, MOST)), own, net)
    listed = with_homes().in_bulk(found.rows)
    shown = cards([listed[key] for key in found.rows if key in listed], filters, now)
    if filters.stay and stay_cost.has_budget:
        shown = tuple(card for card in shown if stay_cost.least_fen(card.stays) is not None)
    if extra:
        added = extra(shown)
        shown = tuple(replace(card, extra=added.get(card.id)) for card in shown)
    after, before = (side and f"{side.written}.{seal}" for side in (found.after, found.before))
    return Found(shown, after, before, now, meant.slipped, meant.called)


def _seal(
    filters: SearchFilters, personal: Callable[[Candidate], int] | None, net: Net | None, stay_cost: StayCost
) -> str:
    """Give what a cursor carries of its search, so that it begins no page of another one; nothing can be read out of it."""
    own = (net.most_off_fen, net.budget_fen) if net else ()
    asked = repr((filters, personal is None, *own, stay_cost.budget_fen, stay_cost.net_budget_fen))
    return salted_hmac("facilities.search", asked).hexdigest()[:12]


def _unsealed(page: str, seal: str) -> Cursor:
    written, _, own = page.rpartition(".")
    if own != seal:
        raise bad_cursor()
    return read_cursor(written)


def _page(
    meant: Matching,
    filters: SearchFilters,
    now: datetime,
    cursor: Cursor | None,
    size: int,
    own: Own | None,
    net: Net | None,
) -> Page:
    on, rows = now.date(), meant.all()
    month = {"price": price(filters, on), "care_grade": filters.grade(on)}
    if filters.sort == "price" and not filters.stay:
        order = Order(price_in_order(filters, on), falling=False, **month)
        return by_net(rows, order, cursor, size, net) if net else by_index(rows, order, cursor, size)
    if filters.sort == "distance" and filters.near:
        order = Order(metres_in_order(filters.near), falling=False, **month)
        return by_distance(rows, order, cursor, size, filters.near)
    order = Order(meant.quality, falling=True, **month, steps=meant.steps)
    return by_person(rows, order, cursor, size, own) if own else by_index(rows, order, cursor, size)


def _own(
    filters: SearchFilters, on: date, personal: Callable[[Candidate], int] | None, stay_cost: StayCost
) -> Own | None:
    """Give the family's own numbers of the first homes: by what the days cost, or by its points; None where it has none."""
    by_points = partial(_points, personal)
    days, has_budget = filters.stay, stay_cost.has_budget
    if days is None or (filters.sort != "price" and not has_budget):
        return by_points if personal else None

    def by_days(head: Sequence[Candidate]) -> dict[UUID, int]:
        keys = [row.pk for row in head]
        quotes = listed_stay_quotes(keys, filters.grade(on), days, filters.room_type, all_rooms=False)
        fens = {key: stay_cost.least_fen(quotes.get(key, ())) for key in keys}
        kept = {key: fen for key, fen in fens.items() if not has_budget or fen is not None}
        if filters.sort != "price":
            return by_points([row for row in head if row.pk in kept])
        return {key: NO_PRICE if fen is None else fen for key, fen in kept.items()}

    return by_days


def _points(personal: Callable[[Candidate], int] | None, head: Sequence[Candidate]) -> dict[UUID, int]:
    return {row.pk: -row.ordinal - (personal(row) if personal else 0) for row in head}
