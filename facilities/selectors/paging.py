"""Pages by key: a page begins after (or ends before) a row's place in the order, so what comes or goes elsewhere in the
meantime neither repeats nor hides a home. Nothing is counted.

Four orders: by an index alone; by a family's own numbers among the first HEAD rows of it; by net price, which is the price
less at most a known amount, so that a bounded look ahead in the order of prices puts it right; and by distance, where the
index says about how far a page reaches, and what lies within is measured.
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual

from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from facilities.models import Listing
from facilities.models.listing import NO_PRICE
from facilities.selectors.matching import NOWHERE, degrees_to, in_circle

HEAD = 200
AHEAD = 600
LONGEST_CURSOR = 300
BEYOND_ALL = 2**62
FIRST_KEY, LAST_KEY = UUID(int=0), UUID(int=2**128 - 1)
Place = tuple[int, UUID]


@dataclass(frozen=True)
class Cursor:
    """Where a page begins. `edge`: the last of the first HEAD rows when the list was opened; `in_head`: it is among them."""

    backwards: bool
    place: Place
    edge: Place | None = None
    in_head: bool = False

    @property
    def written(self) -> str:
        (value, key), edge = self.place, self.edge
        parts = [int(self.backwards), value, str(key)]
        parts += [int(self.in_head), edge[0], str(edge[1])] if edge else []
        return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode().rstrip("=")


@dataclass(frozen=True)
class Order:
    """The whole number the rows are put in order by; rows that are equal in it go by their key, always rising.

    `steps` give the same order piece by piece, where no index has the number itself: what is added to the quality, and
    which rows these are (`Matching.steps`).
    """

    by: Combinable
    falling: bool
    price: Combinable
    care_grade: str
    steps: tuple[tuple[int, Q], ...] = ()


@dataclass(frozen=True)
class Page:
    """The homes' keys in order, and where the pages before and after begin (None: there is none). `first`: the first's number."""

    rows: list[UUID]
    before: Cursor | None
    after: Cursor | None
    first: int | None = None


class Candidate(NamedTuple):
    """What putting in order needs of a listing: its number in the order, its month in parts, where it is."""

    pk: UUID
    ordinal: int
    gross_fen: int | None
    care_fen: int | None
    meal_fen: int | None
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True)
class Edge:
    """The rows that lie after a place (or before it), with the row itself when `here`."""

    place: Place
    before: bool = False
    here: bool = False


Own = Callable[
    [Sequence[Candidate]], Mapping[UUID, int]
]  # a number per row, lowest first; a row without one is left out


@dataclass(frozen=True)
class Net:
    """What a family pays: `of` a candidate, in fen (None: no price); never less than its price minus `most_off_fen`.

    With `budget_fen` the homes above it are left out.
    """

    of: Callable[[Candidate], int | None]
    most_off_fen: int
    budget_fen: int | None = None

    def fen(self, row: Candidate) -> int:
        fen = self.of(row)
        return NO_PRICE if fen is None else fen

    def fits(self, row: Candidate) -> bool:
        return self.budget_fen is None or self.fen(row) <= self.budget_fen


def read_cursor(text: str) -> Cursor:
    """Read a cursor as `written`. Raises Refusal `bad_cursor` (400)."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(text[:LONGEST_CURSOR].encode("ascii") + b"=" * (-len(text) % 4)))
        backwards, value, key, *rest = parts
        in_head, *edge = rest or (0,)
        numbers = [backwards, value, in_head, *edge[:1]]
        if len(parts) not in (3, 6) or any(type(number) is not int or abs(number) > BEYOND_ALL for number in numbers):
            raise ValueError
        return Cursor(bool(backwards), (value, UUID(key)), (edge[0], UUID(edge[1])) if edge else None, bool(in_head))
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise bad_cursor() from error


def bad_cursor() -> Refusal:
    return Refusal("bad_cursor", say("这个翻页地址已经失效。"), next_step=say("请从第一页重新查看。"), status=400)


# By an index


def by_index(rows: QuerySet[Listing], order: Order, cursor: Cursor | None, size: int, *edges: Edge) -> Page:
    """Give a page in the order itself."""
    found = _some(rows, order, cursor, size + 1, *edges)
    more, found = len(found) > size, found[:size]
    backwards = bool(cursor and cursor.backwards)
    if backwards:
        found.reverse()
    has_before, has_after = (more, True) if backwards else (bool(cursor), more)
    edge = cursor.edge if cursor else None
    before = Cursor(True, _place(found[0]), edge) if found and has_before else None
    after = Cursor(False, _place(found[-1]), edge) if found and has_after else None
    return Page([row.pk for row in found], before, after, found[0].ordinal if found else None)


def _some(rows: QuerySet[Listing], order: Order, cursor: Cursor | None, most: int, *edges: Edge) -> list[Candidate]:
    """Give rows from a cursor on, nearest first, by one query. Of an order in steps no further piece is read than needed."""
    backwards = bool(cursor and cursor.backwards)
    edges = (*edges, Edge(cursor.place, backwards)) if cursor else edges
    if not order.steps:
        return list(map(Candidate._make, _piece(rows, order, order.by, backwards, edges)[:most]))
    pieces = []
    for step, some in reversed(order.steps) if backwards else order.steps:
        moved = [replace(edge, place=(edge.place[0] - step, edge.place[1])) for edge in edges]
        pieces.append(_piece(rows.filter(some), order, F("quality"), backwards, moved, step)[:most])
    return list(map(Candidate._make, pieces[0].union(*pieces[1:], all=True)[:most]))


def _piece(
    rows: QuerySet[Listing], order: Order, by: Combinable, backwards: bool, edges: Sequence[Edge], step: int = 0
) -> QuerySet[Listing]:
    first = by.desc() if order.falling != backwards else by.asc()
    beyond = [_beyond(by, order.falling, edge) for edge in edges]
    found = rows.filter(*beyond).order_by(first, "-facility" if backwards else "facility")
    columns = ("facility_id", "n", "gross", f"care_{order.care_grade}_fen", "meal_fen", "latitude", "longitude")
    return found.annotate(n=by + step if step else by, gross=order.price).values_list(*columns)


def _beyond(by: Combinable, falling: bool, edge: Edge) -> Q:
    value, key = edge.place
    past, up_to = (LessThan, LessThanOrEqual) if falling != edge.before else (GreaterThan, GreaterThanOrEqual)
    way = ("lt" if edge.before else "gt") + ("e" if edge.here else "")
    return Q(up_to(by, value)) & (Q(past(by, value)) | Q(Exact(by, value), **{f"facility__{way}": key}))


def _place(row: Candidate) -> Place:
    return row.ordinal, row.pk


# By a family's own numbers


def by_person(rows: QuerySet[Listing], order: Order, cursor: Cursor | None, size: int, own: Own) -> Page:
    """Give a page of the first HEAD rows in the family's own order, or of those after them in the common one."""
    edge = cursor.edge if cursor else None
    if cursor and edge and not cursor.in_head:
        tail = by_index(rows, order, cursor, size, Edge(edge))
        if tail.rows:
            return Page(tail.rows, tail.before or Cursor(True, (tail.first or 0, tail.rows[0]), edge), tail.after)
        if not cursor.backwards:
            return tail
        cursor = Cursor(True, (BEYOND_ALL, LAST_KEY), edge, in_head=True)
    head, edge, more = _head(rows, order, edge)
    return _of_head(head, edge, more, cursor, size, own)


def _head(rows: QuerySet[Listing], order: Order, edge: Place | None) -> tuple[list[Candidate], Place | None, bool]:
    """Give the first rows, where they end, and whether others follow. The end stays where it was when the list was opened."""
    if edge is None:
        found = _some(rows, order, None, HEAD + 1)
        head = found[:HEAD]
        return head, (_place(head[-1]) if head else None), len(found) > HEAD
    head = _some(rows, order, None, 2 * HEAD, Edge(edge, before=True, here=True))
    return head, edge, bool(_some(rows, order, None, 1, Edge(edge)))


def _of_head(
    head: Sequence[Candidate], edge: Place | None, more: bool, cursor: Cursor | None, size: int, own: Own
) -> Page:
    numbers = own(head)
    placed = sorted(((numbers[row.pk], row.pk), row) for row in head if row.pk in numbers)
    places = [place for place, _row in placed]
    start = 0
    if cursor and cursor.backwards:
        end = sum(place < cursor.place for place in places)
        start = max(0, end - size)
    elif cursor:
        start = sum(place <= cursor.place for place in places)
    end = end if cursor and cursor.backwards else start + size
    chosen = placed[start:end]
    before = Cursor(True, chosen[0][0], edge, True) if chosen and start else None
    if end < len(placed) and chosen:
        after = Cursor(False, chosen[-1][0], edge, True)
    else:
        after = Cursor(False, edge, edge) if more and edge else None
    return Page([row.pk for _place, row in chosen], before, after)


# By net price


def by_net(rows: QuerySet[Listing], order: Order, cursor: Cursor | None, size: int, net: Net) -> Page:
    """Give a page in the order of net prices by looking ahead in the order of prices.

    A net price lies between the price less `most_off_fen` and the price. So the page is certain once the prices looked
    at have gone `most_off_fen` beyond its last net price; after AHEAD rows it is given as far as it was looked at.
    """
    backwards = bool(cursor and cursor.backwards)
    looked_at = _ahead(rows, order, cursor, size, net, backwards)
    placed = sorted(((net.fen(row), row.pk), row) for row in looked_at if net.fits(row))
    if cursor:
        placed = [one for one in placed if (one[0] < cursor.place if backwards else one[0] > cursor.place)]
    more = len(placed) > size
    chosen = placed[-size:] if backwards else placed[:size]
    has_before, has_after = (more, True) if backwards else (bool(cursor), more)
    before = Cursor(True, chosen[0][0]) if chosen and has_before else None
    after = Cursor(False, chosen[-1][0]) if chosen and has_after else None
    return Page([row.pk for _place, row in chosen], before, after)


def _ahead(
    rows: QuerySet[Listing], order: Order, cursor: Cursor | None, size: int, net: Net, backwards: bool
) -> list[Candidate]:
    """Give the rows in the order of prices, from the first that can be meant until the page is certain."""
    begin = None
    if cursor:
        value, _key = cursor.place
        reach = min(value + net.most_off_fen, NO_PRICE)
        begin = Cursor(True, (reach, LAST_KEY)) if backwards else Cursor(False, (value, FIRST_KEY))
    found: list[Candidate] = []
    while len(found) < AHEAD:
        batch = _some(rows, order, begin, max(size + 1, 60))
        found += batch
        if len(batch) < max(size + 1, 60) or _is_certain(found, cursor, size, net, backwards):
            break
        begin = Cursor(backwards, _place(batch[-1]))
    return found


def _is_certain(found: list[Candidate], cursor: Cursor | None, size: int, net: Net, backwards: bool) -> bool:
    """Enough rows lie before anything that has not been looked at yet."""
    frontier = found[-1].ordinal
    fens = [(net.fen(row), row.pk) for row in found if net.fits(row)]
    if backwards:
        return sum(frontier < place[0] and (not cursor or place < cursor.place) for place in fens) > size
    least = frontier if frontier >= NO_PRICE else frontier - net.most_off_fen
    return sum(place[0] < least and (not cursor or place > cursor.place) for place in fens) > size


# By distance


def by_distance(
    rows: QuerySet[Listing], order: Order, cursor: Cursor | None, size: int, near: tuple[float, float]
) -> Page:
    """Give a page of the nearest first, exactly, whatever order the index of positions has; unknown places come last."""
    reach = cursor.place[0] if cursor and cursor.backwards else _reach(rows, order, cursor, size, near)
    inside = rows if reach >= NOWHERE else rows.filter(in_circle(near, (reach + 1) / 1000))
    return by_index(inside, order, cursor, size)


def _reach(rows: QuerySet[Listing], order: Order, cursor: Cursor | None, size: int, near: tuple[float, float]) -> int:
    """Give a distance in metres within which the page lies: the farthest of as many homes, the first by the index."""
    if cursor:
        rows = rows.filter(_beyond(order.by, order.falling, Edge(cursor.place)))
    some = rows.order_by(degrees_to(near)).annotate(n=order.by).values_list("n", flat=True)
    return max(some[: size + 1], default=0)
