"""Makes the listings the search reads. They are derived: thrown away and made again, they come out the same."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from eldercare.kernel import clock
from eldercare.kernel.days import Month
from facilities.choices import CareGrade
from facilities.models import Bed, Facility, Listing
from facilities.rules.names import name_keys
from facilities.rules.ranking import rank
from facilities.rules.settings import ranking
from facilities.selectors.beds import Confirmation, Vacancy, confirmations, vacancies
from facilities.selectors.quotes import best_quote, prices_of
from facilities.selectors.ratings import stars_shown
from facilities.selectors.search import standing_of

AT_ONCE = 1000
NO_PRICE = 2**53
COPIED = ("medical_insurance", "subsidy_payable", "takes_dementia", "accepts_levels", "accepts_hukou", "kind")
COLUMNS = [field.attname for field in Listing._meta.concrete_fields if not field.primary_key]


def relist(facility_ids: Iterable[UUID] | None = None) -> int:
    """Make the listings of some homes, or of all, as of now; gives how many. A thousand at once, each in a transaction."""
    now = clock.now()
    homes = Facility.objects.all()
    if facility_ids is not None:
        homes = homes.filter(pk__in=list(facility_ids))
    made = 0
    for chunk in _chunks(homes):
        with transaction.atomic():
            Listing.objects.bulk_create(
                list(_listings(chunk, now)), update_conflicts=True, unique_fields=["facility"], update_fields=COLUMNS
            )
        made += len(chunk)
    return made


def stale_listings() -> list[UUID]:
    """Work every listing out again, keep nothing, and give the homes whose listing differs or is missing."""
    now = clock.now()
    stale = []
    for chunk in _chunks(Facility.objects.all()):
        kept = Listing.objects.in_bulk([home.pk for home in chunk])
        stale += [row.pk for row in _listings(chunk, now) if _columns(row) != _columns(kept.get(row.pk))]
    return stale


def _columns(row: Listing | None) -> list[Any]:
    return [getattr(row, column, None) for column in COLUMNS]


def _chunks(homes: QuerySet[Facility]) -> Iterator[list[Facility]]:
    after = None
    while True:
        rows = homes.filter(pk__gt=after) if after else homes
        chunk = list(rows.order_by("pk")[:AT_ONCE])
        if not chunk:
            return
        yield chunk
        after = chunk[-1].pk


def _listings(homes: list[Facility], now: datetime) -> Iterator[Listing]:
    on = now.date()
    ids = [home.pk for home in homes]
    beds, confirmed, stars = vacancies(ids, on), confirmations(ids, now), stars_shown(ids, on)
    prices = prices_of(ids, Month.of(on).period)
    types = _bed_types(ids)
    weights = ranking(on)
    for home in homes:
        cheapest = _cheapest(home.pk, prices.get(home.pk, []), on)
        confirmation = confirmed.get(home.pk, Confirmation())
        star = next(iter(stars.get(home.pk, ())), None)
        standing = standing_of(home, beds.get(home.pk, Vacancy()), confirmation, star, "price_from_fen" in cheapest, on)
        keys = name_keys(home.name, home.alias)
        yield Listing(
            facility_id=home.pk,
            made_on=on,
            region_code=home.region_id,
            quality=rank(standing, weights)[0],
            stars=standing.stars,
            confirmed_at=confirmation.as_of,
            price_order=cheapest.get("price_from_fen", NO_PRICE),
            bed_types=types.get(home.pk, []),
            name_plain=keys.plain,
            name_pinyin=keys.pinyin,
            name_initials=keys.initials,
            name_tokens=list(keys.tokens),
            **cheapest,
            **{name: getattr(home, name) for name in COPIED},
        )


def _cheapest(facility_id: UUID, prices: list, on: date) -> dict[str, int]:
    """Give the cheapest whole month per care grade and over all grades, as columns; without prices, none."""
    quotes = {grade: best_quote(facility_id, prices, None, grade, Month.of(on)) for grade in CareGrade.values}
    by_grade = {f"{grade}_from_fen": found.gross_fen for grade, found in quotes.items() if found}
    return {**by_grade, "price_from_fen": min(by_grade.values())} if by_grade else {}


def _bed_types(facility_ids: list[UUID]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    rows = Bed.objects.filter(room__facility__in=facility_ids).values_list("room__facility", "bed_type").distinct()
    for facility_id, bed_type in rows.order_by("room__facility", "bed_type"):
        found.setdefault(facility_id, []).append(bed_type)
    return found
