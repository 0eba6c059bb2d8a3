"""The directory's search: filters and order over the listings, one page at a time.

No total is counted, pages go by key, and the number of queries does not depend on the rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from eldercare.kernel import clock
from facilities.models import Listing
from facilities.selectors.cards import HomeCard, cards, cards_of, with_homes
from facilities.selectors.facets import Facets, facets
from facilities.selectors.matching import SearchFilters, matching, metres_in_order, price, price_in_order
from facilities.selectors.paging import (
    HEAD,
    Candidate,
    Cursor,
    Net,
    Order,
    Page,
    by_distance,
    by_index,
    by_net,
    by_person,
    read_cursor,
)

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
    """One page of cards. `next` and `previous` are cursors or None. `slipped`: these are called nearly as was typed."""

    cards: tuple[HomeCard, ...]
    next: str | None
    previous: str | None
    as_of: datetime
    slipped: bool = False


def search(
    filters: SearchFilters,
    page: str | None = None,
    *,
    size: int = PAGE,
    now: datetime | None = None,
    extra: Callable[[Sequence[HomeCard]], dict[UUID, Any]] | None = None,
    personal: Callable[[Candidate], int] | None = None,
    net: Net | None = None,
) -> Found:
    """Give a page of homes as of a moment (now). `page` is a cursor this function gave; `extra` adds a value per home to
    the whole page at once.

    `personal` gives points that count for one family only: with them the first HEAD homes are put in order anew, the
    others follow by quality. `net` is what the family pays itself: with it the order of prices is that of net prices.
    The order of distances needs `near`; without it, it is the recommended one.
    Raises Refusal `bad_cursor` (400) for a cursor it did not give.
    """
    now = now or clock.now()
    cursor = read_cursor(page) if page else None
    meant = matching(filters, now.date())
    found = _page(meant.all(), filters, now, cursor, max(1, min(size, MOST)), personal, net)
    listed = with_homes().in_bulk(found.rows)
    shown = cards([listed[key] for key in found.rows if key in listed], filters, now)
    if extra:
        added = extra(shown)
        shown = tuple(replace(card, extra=added.get(card.id)) for card in shown)
    return Found(shown, found.after and found.after.written, found.before and found.before.written, now, meant.slipped)


def _page(
    rows: QuerySet[Listing],
    filters: SearchFilters,
    now: datetime,
    cursor: Cursor | None,
    size: int,
    personal: Callable[[Candidate], int] | None,
    net: Net | None,
) -> Page:
    on = now.date()
    month = {"price": price(filters, on), "care_grade": filters.grade(on)}
    if filters.sort == "price":
        order = Order(price_in_order(filters, on), falling=False, **month)
        return by_net(rows, order, cursor, size, net) if net else by_index(rows, order, cursor, size)
    if filters.sort == "distance" and filters.near:
        order = Order(metres_in_order(filters.near), falling=False, **month)
        return by_distance(rows, order, cursor, size, filters.near)
    order = Order("quality", falling=True, **month)
    if personal is None:
        return by_index(rows, order, cursor, size)
    return by_person(rows, order, cursor, size, lambda head: {row.pk: -row.ordinal - personal(row) for row in head})
