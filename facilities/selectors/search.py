"""The directory's search: filters, order and facets over the listings, then what each card of the page shows.

No total is counted, pages go by key, and the number of queries does not depend on the rows.
"""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import asin, cos, radians, sin, sqrt
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Left

from eldercare.kernel import clock
from eldercare.kernel.days import Month
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.regions.rules.codes import scope_prefix
from eldercare.regions.selectors import full_names
from facilities.choices import BedType
from facilities.models import Facility, Listing
from facilities.rules.names import name_query
from facilities.rules.ranking import RankReason, Standing, rank
from facilities.rules.settings import ranking, setting
from facilities.selectors.beds import Confirmation, Vacancy, confirmations, free_beds, vacancies
from facilities.selectors.quotes import best_quote, prices_of
from facilities.selectors.ratings import StarsShown, stars_shown

PAGE = 20
MOST = 200
CAP = 1000
LONGEST_CURSOR = 200
BEIJING = "110000"
KM_PER_DEGREE = 111.2
ORDERS = {"recommended": ("-quality", "quality"), "price": ("price_order", "price_order")}


@dataclass(frozen=True)
class SearchFilters:
    """What is looked for; everything is optional. `region` is any division's code, `near` is (latitude, longitude).

    `budget_fen` is gross a month for the care grade (or the one `capability_level` stands for) and room type.
    `accepts_hukou` is the code of a 户籍. `free_on` asks for beds free from that day on instead of today.
    """

    q: str = ""
    region: str = ""
    near: tuple[float, float] | None = None
    within_km: float | None = None
    capability_level: int | None = None
    care_grade: str = ""
    room_type: str = ""
    budget_fen: int | None = None
    stars: int | None = None
    free_beds: int | None = None
    free_on: date | None = None
    medical_insurance: bool = False
    dementia: bool = False
    accepts_hukou: str = ""
    subsidy_payable: bool = False
    inclusive: bool = False
    short_stay: bool = False
    kind: str = ""
    sort: str = "recommended"

    def grade(self, on: date) -> str:
        """Give the care grade prices are compared for."""
        if self.care_grade:
            return self.care_grade
        if self.capability_level is None:
            return ""
        return str(setting("care_grades", on)["levels"][self.capability_level])


@dataclass(frozen=True)
class HomeCard:
    """A home as a list shows it. `price_from_fen` is its cheapest whole month for the grade looked for (self-care
    when none was named); None: not published. `beds.total` 0: vacancy not published. `extra` is what was handed in.
    """

    id: UUID
    name: str
    region_code: str
    region_name: str
    kind: str
    nature: str
    is_demo: bool
    stars: StarsShown | None
    beds: Vacancy
    confirmed: Confirmation
    price_from_fen: int | None
    price_grade: str
    medical_insurance: bool | None
    takes_dementia: bool | None
    distance_km: float | None
    points: int
    reasons: tuple[RankReason, ...]
    extra: Any = None


@dataclass(frozen=True)
class Found:
    """One page of cards. `next` and `previous` are cursors or None."""

    cards: tuple[HomeCard, ...]
    next: str | None
    previous: str | None
    as_of: datetime


def search(
    filters: SearchFilters,
    page: str | None = None,
    *,
    size: int = PAGE,
    extra: Callable[[Sequence[HomeCard]], dict[UUID, Any]] | None = None,
) -> Found:
    """Give a page of homes. `page` is a cursor this function gave; `extra` adds a value per home to the whole page at once.

    Raises Refusal `bad_cursor` (400) for a cursor it did not give.
    """
    now = clock.now()
    size = max(1, min(size, MOST))
    rows, before, after = _page(_matching(filters, now.date()), ORDERS[filters.sort], page, size)
    cards = _cards([row.pk for row in rows], filters, now)
    if extra:
        added = extra(cards)
        cards = tuple(replace(card, extra=added.get(card.id)) for card in cards)
    return Found(cards, after, before, now)


def facets(filters: SearchFilters) -> dict[str, dict[str, dict[str, Any]]]:
    """Count what else could be chosen, within the first thousand homes that match: {facet: {value: {count, more}}}."""
    on = clock.today()
    some = _matching(filters, on).order_by("-quality")[:CAP].values("pk")
    within = Listing.objects.filter(pk__in=some)
    capped = within.count() >= CAP
    groups = {
        "kind": within.values_list("kind").annotate(Count("pk")),
        "stars": within.filter(stars__isnull=False).values_list("stars").annotate(Count("pk")),
        "province": within.values_list(Left("region_code", 2)).annotate(Count("pk")),
    }
    return {
        name: {str(value): {"count": count, "more": capped} for value, count in rows.order_by()}
        for name, rows in groups.items()
    }


def _matching(filters: SearchFilters, on: date) -> QuerySet[Listing]:
    rows = Listing.objects.all()
    if filters.region:
        rows = rows.filter(region_code__startswith=scope_prefix(filters.region))
    if filters.q.strip():
        rows = _named(rows, filters.q)
    plain = {
        "kind": filters.kind or None,
        "stars__gte": filters.stars,
        "medical_insurance": filters.medical_insurance or None,
        "subsidy_payable": filters.subsidy_payable or None,
        "takes_dementia": filters.dementia or None,
    }
    rows = rows.filter(**{name: value for name, value in plain.items() if value is not None})
    if filters.capability_level is not None:
        rows = rows.filter(accepts_levels__contains=[filters.capability_level])
    if filters.accepts_hukou:
        rows = rows.filter(accepts_hukou__overlap=_scopes_of(filters.accepts_hukou))
    for wanted, bed_type in ((filters.inclusive, BedType.INCLUSIVE), (filters.short_stay, BedType.SHORT_STAY)):
        rows = rows.filter(bed_types__contains=[bed_type]) if wanted else rows
    return _near(_affordable(_with_free_beds(rows, filters, on), filters, on), filters)


def _named(rows: QuerySet[Listing], typed: str) -> QuerySet[Listing]:
    query = name_query(typed)
    if query is None:
        return rows.none()
    ways = Q()
    for column, tokens in query.tokens.items():
        ways |= Q(name_tokens__contains=list(tokens), **{f"name_{column}__contains": query.text})
    return rows.filter(ways)


def _with_free_beds(rows: QuerySet[Listing], filters: SearchFilters, on: date) -> QuerySet[Listing]:
    if not filters.free_beds and not filters.free_on:
        return rows
    beds = free_beds(filters.free_on or on).filter(room__facility=OuterRef("pk"))
    if filters.room_type:
        beds = beds.filter(room__room_type=filters.room_type)
    least = filters.free_beds or 1
    return rows.filter(Exists(beds.order_by("pk")[least - 1 : least]))


def _affordable(rows: QuerySet[Listing], filters: SearchFilters, on: date) -> QuerySet[Listing]:
    if filters.budget_fen is None:
        return rows
    grade = filters.grade(on)
    column = f"{grade}_from_fen" if grade else "price_from_fen"
    return rows.filter(**{f"{column}__lte": filters.budget_fen})


def _near(rows: QuerySet[Listing], filters: SearchFilters) -> QuerySet[Listing]:
    """Within a square around the point; the corners are a little farther away than asked."""
    if filters.near is None or filters.within_km is None:
        return rows
    latitude, longitude = filters.near
    up = filters.within_km / KM_PER_DEGREE
    along = up / max(cos(radians(latitude)), 0.01)
    return rows.filter(
        facility__latitude__range=(latitude - up, latitude + up),
        facility__longitude__range=(longitude - along, longitude + along),
    )


def _scopes_of(code: str) -> list[str]:
    return [code[:2] + "0000", code[:4] + "00", code[:6], code]


# Pages by key


def _page(
    rows: QuerySet[Listing], order: tuple[str, str], cursor: str | None, size: int
) -> tuple[list[Listing], str | None, str | None]:
    """Give a page and the cursors before and after it."""
    by, column = order
    backwards, mark = _read(cursor) if cursor else (False, None)
    falling = by.startswith("-") != backwards
    if mark:
        beyond = "lt" if falling else "gt"
        past = "lt" if backwards else "gt"
        rows = rows.filter(Q(**{f"{column}__{beyond}": mark[0]}) | Q(**{column: mark[0], f"facility__{past}": mark[1]}))
    ordered = rows.order_by(f"-{column}" if falling else column, "-facility" if backwards else "facility")
    found = list(ordered.only("facility", column)[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    has_before, has_after = (more, True) if backwards else (bool(mark), more)
    before = _mark("p", found[0], column) if found and has_before else None
    after = _mark("n", found[-1], column) if found and has_after else None
    return found, before, after


def _mark(way: str, row: Listing, column: str) -> str:
    text = json.dumps([way, getattr(row, column), str(row.pk)])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[bool, tuple[int, UUID]]:
    try:
        way, value, key = json.loads(base64.urlsafe_b64decode(cursor[:LONGEST_CURSOR] + "=" * (-len(cursor) % 4)))
        return {"n": False, "p": True}[way], (int(value), UUID(key))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise Refusal(
            "bad_cursor", say("这个翻页地址已经失效。"), next_step=say("请从第一页重新查看。"), status=400
        ) from error


# Cards


def cards_of(facility_ids: Sequence[UUID], filters: SearchFilters | None = None) -> tuple[HomeCard, ...]:
    """Give the cards of named homes, in the order asked: for comparing and for saved lists."""
    return _cards(facility_ids, filters or SearchFilters(), clock.now())


def _cards(facility_ids: Sequence[UUID], filters: SearchFilters, now: datetime) -> tuple[HomeCard, ...]:
    """Gather a page's cards: six queries, whatever the number of homes."""
    on = now.date()
    homes = Facility.objects.in_bulk(list(facility_ids))
    regions = full_names(home.region_id for home in homes.values())
    beds = vacancies(homes, filters.free_on or on)
    confirmed = confirmations(homes, now)
    stars = stars_shown(homes, on)
    month = Month.of(on)
    prices = prices_of(homes, month.period)
    grade = filters.grade(on) or "self_care"
    weights = ranking(on)
    cards = []
    for facility_id in facility_ids:
        home = homes[facility_id]
        best = best_quote(home.pk, prices.get(home.pk, []), filters.room_type or None, grade, month)
        vacancy = beds.get(home.pk, Vacancy())
        confirmation = confirmed.get(home.pk, Confirmation())
        star = next(iter(stars.get(home.pk, ())), None)
        points, reasons = rank(standing_of(home, vacancy, confirmation, star, bool(best), on), weights)
        cards.append(
            HomeCard(
                id=home.pk,
                name=home.name,
                region_code=home.region_id,
                region_name=regions.get(home.region_id, ""),
                kind=home.kind,
                nature=home.nature,
                is_demo=home.is_demo,
                stars=star,
                beds=vacancy,
                confirmed=confirmation,
                price_from_fen=best.gross_fen if best else None,
                price_grade=grade,
                medical_insurance=home.medical_insurance,
                takes_dementia=home.takes_dementia,
                distance_km=_distance(filters.near, home),
                points=points,
                reasons=reasons,
            )
        )
    return tuple(cards)


def standing_of(
    home: Facility, vacancy: Vacancy, confirmation: Confirmation, star: StarsShown | None, has_price: bool, on: date
) -> Standing:
    """Gather what counts for a home's place: only what the home itself keeps in the system, never a stated old fact."""
    licence = home.licence_valid_until
    return Standing(
        free_beds=vacancy.free if vacancy.is_published else None,
        freshness=confirmation.level,
        stars=star.level if star and star.recognised else None,
        has_price=has_price,
        medical_insurance=home.medical_insurance,
        licence_valid=None if licence is None else on <= licence,
    )


def _distance(near: tuple[float, float] | None, home: Facility) -> float | None:
    """Give the distance as the crow flies in km, to one decimal."""
    if near is None or home.latitude is None:
        return None
    lat1, lon1, lat2, lon2 = map(radians, (*near, home.latitude, home.longitude))
    part = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return round(2 * 6371 * asin(sqrt(part)), 1)
