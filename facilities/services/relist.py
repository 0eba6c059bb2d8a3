"""Makes the listings the search reads. They are derived: thrown away and made again, they come out the same.

A change notes its home (`models/bells.py`), and a listing knows until when it holds; `relist_due` follows both.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from eldercare.kernel import clock
from eldercare.kernel.clock import CHINA
from eldercare.kernel.days import Month
from facilities.choices import BedType
from facilities.models import Facility, Listing, ListingDue
from facilities.rules.charging import Price, whole_month_fen
from facilities.rules.freshness import LADDER
from facilities.rules.marks import Offer, marks_of, traits_of
from facilities.rules.monthly import GRADES, ROOMS, MonthParts
from facilities.rules.names import name_keys
from facilities.rules.ranking import Standing, rank
from facilities.rules.settings import ranking, setting
from facilities.selectors.beds import Confirmation, confirmations
from facilities.selectors.free_days import FreeDays, free_days
from facilities.selectors.licence import licence_of
from facilities.selectors.quotes import prices_of
from facilities.selectors.ratings import StarsShown, stars_shown
from facilities.selectors.short_stays import SeasonPrice, season_prices

AT_ONCE = 1000
DUE_AT_ONCE = 200
COLUMNS = [field.attname for field in Listing._meta.concrete_fields if not field.primary_key]
COMPARED = [column for column in COLUMNS if column != "made_on"]


def relist(facility_ids: Iterable[UUID] | None = None) -> int:
    """Make the listings of some homes, or of all, as of now; gives how many were looked at. Only what differs is written.

    A thousand at once, each in a transaction. What was noted of these homes before is done with.
    """
    now = clock.now()
    homes = Facility.objects.all()
    if facility_ids is not None:
        homes = homes.filter(pk__in=list(facility_ids))
    made = 0
    for chunk in _chunks(homes):
        with transaction.atomic():
            _forget_notes([home.pk for home in chunk])
            Listing.objects.bulk_create(
                [row for row, _kept in _changed(chunk, now)],
                update_conflicts=True,
                unique_fields=["facility"],
                update_fields=COLUMNS,
            )
        made += len(chunk)
    return made


def relist_due() -> int:
    """Make the listings anew that were noted or that no longer hold; gives how many. May run twice at once."""
    made = 0
    while ids := _due():
        relist(ids)
        _forget_gone(ids)
        made += len(ids)
    return made


def stale_listings() -> list[UUID]:
    """Work every listing out again, keep nothing, and give the homes whose listing differs or is missing.

    A listing that is due is not stale: it is known to differ, and its beds are counted meanwhile.
    """
    now = clock.now()
    due = set(ListingDue.objects.values_list("facility_id", flat=True))
    return [
        row.pk for chunk in _chunks(Facility.objects.all()) for row, _kept in _changed(chunk, now) if row.pk not in due
    ]


def _due() -> list[UUID]:
    noted = list(ListingDue.objects.order_by("pk").values_list("facility_id", flat=True)[:DUE_AT_ONCE])
    ended = Listing.objects.filter(holds_until__lte=clock.now()).order_by("holds_until")
    return list(dict.fromkeys([*noted, *ended.values_list("pk", flat=True)[:DUE_AT_ONCE]]))


def _forget_notes(facility_ids: list[UUID]) -> None:
    """Take off the notes before the home is looked at: a change that comes later leaves its own.

    Notes somebody else is taking off are left to them: nobody waits, and a home looked at twice comes out the same.
    """
    notes = ListingDue.objects.filter(facility__in=facility_ids).select_for_update(skip_locked=True, of=("self",))
    ListingDue.objects.filter(pk__in=list(notes.values_list("pk", flat=True))).delete()


def _forget_gone(facility_ids: list[UUID]) -> None:
    gone = set(facility_ids) - set(Facility.objects.filter(pk__in=facility_ids).values_list("pk", flat=True))
    ListingDue.objects.filter(facility__in=gone).delete()


def _changed(homes: list[Facility], now: datetime) -> Iterator[tuple[Listing, Listing | None]]:
    kept = Listing.objects.in_bulk([home.pk for home in homes])
    for row in _listings(homes, now):
        before = kept.get(row.pk)
        if before is None or _columns(row) != _columns(before):
            yield row, before


def _columns(row: Listing) -> list[Any]:
    return [getattr(row, column) for column in COMPARED]


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
    beds, confirmed, stars = free_days(ids, on), confirmations(ids, now), stars_shown(ids, on)
    prices, seasons = prices_of(ids, Month.of(on).period), season_prices(ids, on)
    for home in homes:
        yield _listing(
            home,
            beds.get(home.pk, FreeDays()),
            confirmed.get(home.pk, Confirmation()),
            stars.get(home.pk, ()),
            parts_of(prices.get(home.pk, []), Month.of(on)),
            seasons.get(home.pk, ()),
            now,
        )


def _listing(
    home: Facility,
    beds: FreeDays,
    confirmed: Confirmation,
    stars: tuple[StarsShown, ...],
    parts: MonthParts,
    seasons: Sequence[SeasonPrice],
    now: datetime,
) -> Listing:
    on = now.date()
    star = next((one.level for one in stars if one.recognised), None)
    licence = licence_of(home, on).stands
    cheapest = _cheapest(parts, [room for room, days in beds.rooms.items() if any(day <= on for day in days)])
    standing = Standing(
        free_beds=beds.free_on(on) if beds.total else None,
        freshness=confirmed.level,
        stars=star,
        has_price=bool(cheapest),
        medical_insurance=home.medical_insurance,
        licence_valid=licence,
    )
    keys = name_keys(home.name, *re.split("[,，、;；/|]", home.alias), address=home.address)
    marks = marks_of(_offer(home, beds, parts, seasons, star))
    return Listing(
        facility_id=home.pk,
        made_on=on,
        holds_until=_holds_until(home, beds, confirmed, stars, seasons, now),
        region_code=home.region_id,
        licence_stands=licence is not False,
        quality=rank(standing, ranking(on))[0],
        latitude=home.latitude,
        longitude=home.longitude,
        traits=traits_of(marks),
        marks=marks,
        meal_fen=parts.meal,
        beds_until=beds.until,
        free_days=beds.days,
        name_plain=keys.plain,
        name_initials=keys.initials,
        name_marks=list(keys.marks),
        **{f"bed_{room}_fen": parts.beds.get(room) for room in ROOMS},
        **{f"care_{grade}_fen": parts.care.get(grade) for grade in GRADES},
        **{f"{grade}_from_fen": cheapest.get(grade) for grade in GRADES},
        **{f"free_days_{room}": days for room, days in beds.rooms.items()},
    )


def parts_of(prices: list[Price], month: Month) -> MonthParts:
    """Give a whole month at a home in its parts."""
    beds = {room: whole_month_fen(month, "bed", prices, room_type=room) for room in ROOMS}
    care = {grade: whole_month_fen(month, "care", prices, care_grade=grade) for grade in GRADES}
    return MonthParts(
        {room: fen for room, fen in beds.items() if fen is not None},
        {grade: fen for grade, fen in care.items() if fen is not None},
        whole_month_fen(month, "meal", prices),
    )


def _cheapest(parts: MonthParts, open_rooms: list[str]) -> dict[str, int]:
    """Give the month per care grade by which homes are compared."""
    rooms = {grade: parts.cheapest_room(grade, open_rooms) for grade in GRADES}
    fens = {grade: parts.gross_fen(room, grade) for grade, room in rooms.items() if room}
    return {grade: fen for grade, fen in fens.items() if fen is not None}


def _offer(
    home: Facility, beds: FreeDays, parts: MonthParts, seasons: Sequence[SeasonPrice], star: int | None
) -> Offer:
    """A home takes short stays when it has beds for them, or publishes what they cost now or later."""
    ticks = {
        "medical_insurance": home.medical_insurance,
        "dementia": home.takes_dementia,
        "subsidy_payable": home.subsidy_payable,
        "inclusive": BedType.INCLUSIVE in beds.types,
        "short_stay": BedType.SHORT_STAY in beds.types or bool(seasons),
    }
    return Offer(
        region=home.region_id,
        kind=home.kind,
        stars=star,
        levels=home.accepts_levels,
        hukou=home.accepts_hukou,
        rooms=beds.beds_in | set(parts.beds),
        ticks=[name for name, known in ticks.items() if known],
    )


def _holds_until(
    home: Facility,
    beds: FreeDays,
    confirmed: Confirmation,
    stars: tuple[StarsShown, ...],
    seasons: Sequence[SeasonPrice],
    now: datetime,
) -> datetime:
    """Give the next moment at which something in the listing changes by itself, at the latest the next month."""
    on = now.date()
    days = [Month.of(on).period.until, beds.next_after(on), *(star.valid_until + timedelta(1) for star in stars)]
    days += [max(ends)] if (ends := [one.until for one in seasons if one.until]) else []
    days += [home.licence_valid_until + timedelta(1)] if home.licence_valid_until else []
    moments = [_morning(day) for day in days if day and day > on]
    if confirmed.as_of:
        ladder = setting("freshness", on)
        steps = (confirmed.as_of + timedelta(hours=ladder[f"{step}_hours"]) for step in LADDER)
        moments += [step for step in steps if step >= now]
    if beds.until and beds.until > now:
        moments.append(beds.until)
    return min(moments)


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)
