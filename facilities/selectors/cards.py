"""What a list shows of each home, gathered for a whole page at once: the number of queries does not depend on the homes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import asin, cos, radians, sin, sqrt
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from eldercare.kernel import clock
from eldercare.kernel.sentences import Sentence
from eldercare.regions.selectors import full_names
from facilities.models import Facility, Listing
from facilities.rules.monthly import GRADES, ROOMS, MonthParts
from facilities.rules.ranking import RankReason, Standing, rank
from facilities.rules.settings import ranking
from facilities.selectors.beds import Confirmation, Vacancy, confirmations, vacancies
from facilities.selectors.free_days import open_rooms, rooms_free_on
from facilities.selectors.licence import licence_of
from facilities.selectors.matching import SearchFilters
from facilities.selectors.paging import Candidate
from facilities.selectors.ratings import StarsShown, stars_shown
from facilities.selectors.short_stays import SeasonPrice, StayQuote, season_prices, stay_quotes

SHOWN = (
    *("name", "region", "kind", "nature", "is_demo", "operating", "licence_valid_until"),
    *("medical_insurance", "takes_dementia", "latitude", "longitude"),
)
PRICED = (
    *(f"bed_{room}_fen" for room in ROOMS),
    *(f"care_{grade}_fen" for grade in GRADES),
    "meal_fen",
    *(f"free_days_{room}" for room in ROOMS),
)


@dataclass(frozen=True)
class HomeCard:
    """A home as a list shows it. `price_from_fen` is a whole month for `price_grade` in `price_room`: the room asked for,
    else the cheapest with a free bed today, else the cheapest; None: not published. `beds.total` 0: vacancy not
    published. `not_matched` says why a home takes nobody in. `stays`: what the days asked for cost, per room type;
    `seasons`: what short stays cost, when they were asked for without days. `extra` is what was handed in.
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
    price_room: str | None
    medical_insurance: bool | None
    takes_dementia: bool | None
    position: tuple[float, float] | None
    distance_km: float | None
    points: int
    reasons: tuple[RankReason, ...]
    not_matched: Sentence | None = None
    stays: tuple[StayQuote, ...] = ()
    seasons: tuple[SeasonPrice, ...] = ()
    extra: Any = None


def cards_of(facility_ids: Sequence[UUID], filters: SearchFilters | None = None) -> tuple[HomeCard, ...]:
    """Give the cards of named homes, in the order asked: for comparing and for saved lists. Unknown ones are left out."""
    listed = with_homes().in_bulk(list(facility_ids))
    rows = [listed[facility_id] for facility_id in facility_ids if facility_id in listed]
    return cards(rows, filters or SearchFilters(), clock.now())


def with_homes() -> QuerySet[Listing]:
    """Give the listings with what a card shows of them and of their homes; what only finding them needs is left out."""
    return Listing.objects.select_related("facility").only(*PRICED, *(f"facility__{name}" for name in SHOWN))


def cards(listings: Sequence[Listing], filters: SearchFilters, now: datetime) -> tuple[HomeCard, ...]:
    """Gather the cards of a page of listings `with_homes`, five queries (and three for a short stay), whatever the number of homes."""
    on = now.date()
    ids = [row.pk for row in listings]
    regions = full_names(row.facility.region_id for row in listings)
    beds, confirmed, stars = (
        vacancies(ids, filters.free_from(on), filters.free_until),
        confirmations(ids, now),
        stars_shown(ids, on),
    )
    stays, seasons = _stays(listings, filters, on)
    weights = ranking(on)
    gathered = []
    for row in listings:
        home = row.facility
        vacancy, confirmation = beds.get(row.pk, Vacancy()), confirmed.get(row.pk, Confirmation())
        star = next(iter(stars.get(row.pk, ())), None)
        grade = filters.grade(on)
        room = filters.room_type or month_parts(row).cheapest_room(grade, open_rooms(row, on))
        price_fen = month_parts(row).gross_fen(room, grade) if room else None
        standing = standing_of(home, vacancy, confirmation, star, price_fen is not None, on)
        points, reasons = rank(standing, weights)
        licence = licence_of(home, on)
        gathered.append(
            HomeCard(
                id=row.pk,
                name=home.name,
                region_code=home.region_id,
                region_name=regions.get(home.region_id, ""),
                kind=home.kind,
                nature=home.nature,
                is_demo=home.is_demo,
                stars=star,
                beds=vacancy,
                confirmed=confirmation,
                price_from_fen=price_fen,
                price_grade=grade,
                price_room=room if price_fen is not None else None,
                medical_insurance=home.medical_insurance,
                takes_dementia=home.takes_dementia,
                position=None if home.latitude is None else (home.latitude, home.longitude),
                distance_km=distance_km(filters.near, home),
                points=points,
                reasons=reasons,
                not_matched=licence.because if licence.stands is False else None,
                stays=stays.get(row.pk, ()),
                seasons=seasons.get(row.pk, ()),
            )
        )
    return tuple(gathered)


def _stays(
    listings: Sequence[Listing], filters: SearchFilters, on: date
) -> tuple[dict[UUID, tuple[StayQuote, ...]], dict[UUID, tuple[SeasonPrice, ...]]]:
    """Give what the days asked for cost, or the seasons' prices where a short stay was asked for without days."""
    if filters.stay:
        free = rooms_free_on([row.pk for row in listings], filters.stay)
        return stay_quotes(free, filters.grade(on), filters.stay, filters.room_type), {}
    return {}, season_prices([row.pk for row in listings], on) if filters.short_stay else {}


def month_parts(row: Listing) -> MonthParts:
    """Read the parts of this month from a listing."""
    beds = {room: fen for room in ROOMS if (fen := getattr(row, f"bed_{room}_fen")) is not None}
    care = {grade: fen for grade in GRADES if (fen := getattr(row, f"care_{grade}_fen")) is not None}
    return MonthParts(beds, care, row.meal_fen)


def standing_of(
    home: Facility, vacancy: Vacancy, confirmation: Confirmation, star: StarsShown | None, has_price: bool, on: date
) -> Standing:
    """Gather what counts for a home's place: only what the home itself keeps in the system, never a stated old fact."""
    return Standing(
        free_beds=vacancy.free if vacancy.is_published else None,
        freshness=confirmation.level,
        stars=star.level if star and star.recognised else None,
        has_price=has_price,
        medical_insurance=home.medical_insurance,
        licence_valid=licence_of(home, on).stands,
    )


def distance_km(near: tuple[float, float] | None, home: Facility | Candidate) -> float | None:
    """Give the distance as the crow flies in km, to one decimal."""
    if near is None or home.latitude is None or home.longitude is None:
        return None
    lat1, lon1, lat2, lon2 = map(radians, (*near, home.latitude, home.longitude))
    part = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return round(2 * 6371 * asin(sqrt(min(part, 1))), 1)
