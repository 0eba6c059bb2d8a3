"""Everything a home's public page shows, as one frozen value. What nobody published stays None."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from eldercare.kernel import clock
from eldercare.kernel.sentences import Sentence
from eldercare.regions.selectors import full_name
from facilities.choices import STATED_FACTS, StatedFeeItem, StatedFeeUnit
from facilities.models import Facility, HospitalAgreement, Photo, PriceVersion
from facilities.rules.accuracy import Accuracy
from facilities.rules.licence import LicenceAnswer
from facilities.rules.settings import medical_notes
from facilities.rules.words import FACT_NAMES
from facilities.selectors.beds import Confirmation, Vacancy, confirmations, vacancies
from facilities.selectors.care_team import Skilled, care_team_of
from facilities.selectors.licence import licence_of
from facilities.selectors.ratings import StarsShown, stars_shown
from facilities.selectors.trust import accuracy_of


@dataclass(frozen=True)
class PriceRow:
    """One published monthly price, in force since `since`; `next_fen` from `next_from`, when a change is known."""

    item: str
    room_type: str
    care_grade: str
    monthly_fen: int
    since: date
    next_fen: int | None = None
    next_from: date | None = None


@dataclass(frozen=True)
class StatedFee:
    """An amount as a register states it: never what a bill is made from."""

    name: str
    label: str
    text: str
    unit: str


@dataclass(frozen=True)
class Source:
    """Who stands for which facts, and since when. `by`: import (a register's file) or staff (the home itself)."""

    by: str
    source: str
    as_of: date
    facts: tuple[Sentence, ...]


@dataclass(frozen=True)
class FacilityPage:
    """`home` is the row itself, for its plain facts. `published` are facts as a named source states them, never ours."""

    home: Facility
    region_name: str
    stars: tuple[StarsShown, ...]
    beds: Vacancy
    confirmed: Confirmation
    bed_prices: tuple[PriceRow, ...]
    care_prices: tuple[PriceRow, ...]
    meal_prices: tuple[PriceRow, ...]
    published: tuple[dict[str, Any], ...]
    accuracy: Accuracy
    licence: LicenceAnswer
    hospitals: tuple[HospitalAgreement, ...]
    care_team: tuple[Skilled, ...]
    photos: tuple[Photo, ...]
    medical: tuple[dict[str, Any], ...]
    fees: tuple["StatedFee", ...]
    sources: tuple["Source", ...]
    as_of: date

    @property
    def has_prices(self) -> bool:
        return bool(self.bed_prices)


def facility_page(facility_id: UUID) -> FacilityPage | None:
    """Gather a home's page as of now; None when there is no such home."""
    home = Facility.objects.filter(pk=facility_id).first()
    if home is None:
        return None
    now = clock.now()
    on = now.date()
    prices = price_rows(home.pk, on)
    return FacilityPage(
        home=home,
        region_name=full_name(home.region_id),
        stars=stars_shown([home.pk], on).get(home.pk, ()),
        beds=vacancies([home.pk], on).get(home.pk, Vacancy()),
        confirmed=confirmations([home.pk], now).get(home.pk, Confirmation()),
        bed_prices=tuple(row for row in prices if row.item == "bed"),
        care_prices=tuple(row for row in prices if row.item == "care"),
        meal_prices=tuple(row for row in prices if row.item == "meal"),
        published=tuple(_stated(home.published)),
        accuracy=accuracy_of(home.pk, now),
        licence=licence_of(home, on),
        hospitals=tuple(_hospitals(home, on)),
        care_team=care_team_of(home.pk, home.region_id, on),
        photos=tuple(home.photos.defer("image").order_by("position")),
        medical=medical_notes(on),
        fees=tuple(_fees(home.stated_fees)),
        sources=tuple(_sources(home.provenance)),
        as_of=on,
    )


def _hospitals(home: Facility, on: date) -> Iterator[HospitalAgreement]:
    """Give the agreements that still hold on a day."""
    for agreement in home.hospital_agreements.order_by("hospital"):
        if agreement.valid_until is None or agreement.valid_until >= on:
            yield agreement


def _fees(stated: list[dict[str, Any]]) -> Iterator[StatedFee]:
    for fee in stated:
        yield StatedFee(StatedFeeItem(fee["item"]).label, fee["label"], fee["text"], StatedFeeUnit(fee["unit"]).label)


def _sources(provenance: list[dict[str, Any]]) -> Iterator[Source]:
    for one in provenance:
        names = tuple(FACT_NAMES[name] for name in one["fields"] if name in FACT_NAMES and name != "datum")
        yield Source(one["by"], one["source"], date.fromisoformat(one["as_of"]), names)


def _stated(published: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Give what sources state, each fact named in words; a table of fees becomes one fact a line."""
    for fact in published:
        for path, value in _leaves(fact["name"], fact["value"]):
            words = " · ".join(str(STATED_FACTS.get(step, step)) for step in path)
            yield {**fact, "key": ".".join(path), "name": words, "value": value}


def _leaves(name: str, value: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    if not isinstance(value, dict):
        yield (name,), value
        return
    for inner, leaf in value.items():
        for path, end in _leaves(inner, leaf):
            yield (name, *path), end


ROOM_ORDER = ("", "single", "double", "triple", "multi")
GRADE_ORDER = ("", "self_care", "partial", "full", "dementia")


def price_rows(facility_id: UUID, on: date) -> list[PriceRow]:
    """Give the prices in force on a day, each with the change that is already known."""
    coming: dict[tuple[str, str, str], tuple[int, date]] = {}
    current: dict[tuple[str, str, str], tuple[int, date]] = {}
    for row in PriceVersion.objects.filter(facility=facility_id, days__endswith__isnull=True) | (
        PriceVersion.objects.filter(facility=facility_id, days__endswith__gt=on)
    ):
        key = (row.item, row.room_type, row.care_grade)
        start = row.days.lower
        if start <= on:
            current[key] = (row.monthly_fen, start)
        elif key not in coming or start < coming[key][1]:
            coming[key] = (row.monthly_fen, start)
    rows = [PriceRow(*key, fen, since, *coming.get(key, (None, None))) for key, (fen, since) in current.items()]
    return sorted(rows, key=lambda row: (ROOM_ORDER.index(row.room_type), GRADE_ORDER.index(row.care_grade)))
