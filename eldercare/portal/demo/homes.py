"""The invented homes of a demonstration, drawn by a fixed seed from data/homes.yaml. Every one is labelled 示例.

Their occupancy is claims whose noun is `demo`: beds taken by nobody in particular. No real organisation is touched.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from eldercare.kernel import clock
from eldercare.portal.rules.travel import centre_of
from eldercare.regions.models import Region
from facilities.choices import CareGrade, ClaimKind, FacilityKind, FeeKind, PriceItem, PriceUnit
from facilities.models import (
    Bed,
    BedClaim,
    BedConfirmation,
    Facility,
    Fee,
    PriceVersion,
    Rating,
    Room,
    ShortStayPrice,
)
from facilities.services import relist

DATA = Path(__file__).resolve().parent.parent / "data" / "homes.yaml"
KEY = "demo:"
OPENED = date(2025, 1, 1)
ALWAYS = DateRange(OPENED, None)
ROUND_FEN = 1_000
ALL_PROVINCES = ["110000", "120000", "130000"]
DEMO = "demo"


@cache
def figures() -> dict[str, Any]:
    """Give the figures the homes are drawn by."""
    return yaml.safe_load(DATA.read_text(encoding="utf-8"))


@dataclass
class Drawn:
    """The rows of the homes drawn so far, to be stored in bulk."""

    homes: list[Facility] = field(default_factory=list)
    rooms: list[Room] = field(default_factory=list)
    beds: list[Bed] = field(default_factory=list)
    claims: list[BedClaim] = field(default_factory=list)
    prices: list[PriceVersion] = field(default_factory=list)
    seasons: list[ShortStayPrice] = field(default_factory=list)
    fees: list[Fee] = field(default_factory=list)
    ratings: list[Rating] = field(default_factory=list)
    confirmations: list[BedConfirmation] = field(default_factory=list)

    def store(self) -> None:
        """Write every row. The database counts each table as soon as it is full.

        Without that, what points to a row is looked for as if the table were still empty: one after the other.
        """
        for model, rows in (
            (Facility, self.homes),
            (Room, self.rooms),
            (Bed, self.beds),
            (BedClaim, self.claims),
            (PriceVersion, self.prices),
            (ShortStayPrice, self.seasons),
            (Fee, self.fees),
            (Rating, self.ratings),
            (BedConfirmation, self.confirmations),
        ):
            model.objects.bulk_create(rows, batch_size=4000)
            with connection.cursor() as cursor:
                cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")


@transaction.atomic
def load_homes() -> int:
    """Bring the homes in, unless they are there; gives how many there are."""
    known = Facility.objects.filter(source_key__startswith=KEY)
    if not known.exists():
        drawn = _draw(clock.now())
        drawn.store()
        relist([home.pk for home in drawn.homes])
    return known.count()


def _draw(now: datetime) -> Drawn:
    luck, drawn = Random(figures()["seed"]), Drawn()
    _tour_home(drawn, now)
    taken = {drawn.homes[0].name}
    for number, (region, level_yuan) in enumerate(_places(luck), start=2):
        home = _home(luck, region, number, taken)
        drawn.homes.append(home)
        if home.kind != FacilityKind.HOME:
            continue
        prices, beds = len(drawn.prices), len(drawn.beds)
        _prices(luck, drawn, home, level_yuan * luck.lognormvariate(0, 0.22))
        _beds(luck, drawn, home, now)
        _short_stays(drawn, home, drawn.prices[prices:], drawn.beds[beds:])
        _rating(luck, drawn, home, now.date())
    return drawn


def _places(luck: Random) -> Iterator[tuple[Region, int]]:
    """Give a region and its price level for each home: a city's homes lie in its counties."""
    inside: dict[str, list[Region]] = {}
    for region in Region.objects.filter(level="county", kind="administrative").order_by("code"):
        inside.setdefault(region.code, []).append(region)
        inside.setdefault(region.code[:4] + "00", []).append(region)
    for code, place in figures()["places"].items():
        for _number in range(place["homes"]):
            yield luck.choice(inside[code]), place["level_yuan"]


def _home(luck: Random, region: Region, number: int, taken: set[str]) -> Facility:
    data = figures()
    kind = _pick(luck, data["kinds"])
    while (name := _name(luck, region, kind)) in taken:
        pass
    taken.add(name)
    latitude, longitude = centre_of(region.code)
    in_beijing = region.code.startswith("11")
    return Facility(
        name=name,
        region=region,
        kind=kind,
        nature=_pick(luck, data["natures"]),
        filing_number=f"{data['filing']}{number:04d}",
        filed_on=OPENED - timedelta(days=luck.randrange(3000)),
        licence_valid_until=_licence(luck),
        address=f"{region.name}{data['address']}{luck.randrange(1, 200)}",
        latitude=round(latitude + luck.gauss(0, 0.05), 5),
        longitude=round(longitude + luck.gauss(0, 0.06), 5),
        has_clinic=_maybe(luck, 0.55),
        medical_insurance=_maybe(luck, 0.6),
        subsidy_payable=_maybe(luck, 0.95),
        takes_dementia=_maybe(luck, 0.45),
        accepts_levels=luck.choice([[0, 1, 2, 3, 4], [0, 1, 2, 3, 4], [0, 1, 2, 3], [0, 1, 2], [1, 2, 3, 4]]),
        accepts_hukou=luck.choice([ALL_PROVINCES, ["110000"]]) if in_beijing else ALL_PROVINCES,
        is_demo=True,
        source_key=f"{KEY}{number:04d}",
    )


def _name(luck: Random, region: Region, kind: str) -> str:
    data = figures()
    place = region.name[:-1] if len(region.name) > 2 else region.name
    return f"{data['label']}{place}{luck.choice(data['words'])}{luck.choice(data['suffixes'][kind])}"


def _prices(luck: Random, drawn: Drawn, home: Facility, level_yuan: float) -> None:
    """Monthly prices since the opening, for every room type and grade; a few were lower before."""
    data, level_fen = figures(), level_yuan * 100
    parts = data["parts"]
    before = luck.random() < 0.2
    changed = date(2026, 1, 1)

    def add(item: str, share: float, **what: str) -> None:
        fen = round(level_fen * share / ROUND_FEN) * ROUND_FEN
        if before:
            earlier = round(fen * 0.94 / ROUND_FEN) * ROUND_FEN
            drawn.prices.append(_price(home, item, earlier, OPENED, changed, **what))
        drawn.prices.append(_price(home, item, fen, changed if before else OPENED, None, **what))

    for room_type, room in data["rooms"].items():
        add(PriceItem.BED, parts["bed"] * room["factor"], room_type=room_type)
    for grade in CareGrade.values:
        if grade != CareGrade.DEMENTIA or home.takes_dementia:
            add(PriceItem.CARE, parts["care"][grade], care_grade=grade)
    add(PriceItem.MEAL, parts["meal"])


def _price(home: Facility, item: str, fen: int, since: date, until: date | None, **what: str) -> PriceVersion:
    return PriceVersion(facility=home, item=item, monthly_fen=fen, days=DateRange(since, until), **what)


def _beds(luck: Random, drawn: Drawn, home: Facility, now: datetime) -> None:
    data, today = figures(), now.date()
    wanted = min(120, max(12, int(luck.lognormvariate(3.5, 0.5))))
    occupied = min(0.98, max(0.05, luck.gauss(_occupancy(home.region_id), 0.2)))
    made = number = 0
    while made < wanted:
        number += 1
        room_type = _pick(luck, {name: room["share"] for name, room in data["rooms"].items()})
        room = Room(facility=home, name=f"{1 + number // 20}{number % 20 + 1:02d}", room_type=room_type)
        drawn.rooms.append(room)
        for bed_number in range(1, data["rooms"][room_type]["beds"] + 1):
            bed = _bed(luck, home, room, str(bed_number))
            drawn.beds.append(bed)
            made += 1
            claim = _claim(luck, bed, today, occupied)
            if claim:
                drawn.claims.append(claim)
    _confirm(luck, drawn, home, now)


def _short_stays(drawn: Drawn, home: Facility, prices: list[PriceVersion], beds: list[Bed]) -> None:
    """A deposit of one bed fee; where there are beds for it, a daily price for short stays, dearer in the season."""
    data = figures()["short_stay"]
    in_force = [price for price in prices if price.days.upper is None]
    bed_fen = next(price.monthly_fen for price in in_force if price.room_type == "double")
    drawn.fees.append(
        Fee(facility=home, kind=FeeKind.DEPOSIT, name=data["deposit"], fen=bed_fen, refundable=True, days=ALWAYS)
    )
    if not any(bed.bed_type == "short_stay" for bed in beds):
        return
    for season in data["seasons"]:
        drawn.seasons.append(
            ShortStayPrice(
                facility=home,
                room_type="double",
                unit=PriceUnit.DAY,
                season=season["name"],
                fen=round(bed_fen * season["share"] / ROUND_FEN) * ROUND_FEN,
                includes=data["includes"],
                days=DateRange(season["from"], season["until"]),
            )
        )


def _bed(luck: Random, home: Facility, room: Room, name: str) -> Bed:
    bed_type = _pick(luck, figures()["bed_types"])
    if bed_type == "dementia" and not home.takes_dementia:
        bed_type = "nursing"
    admittable = luck.random() > 0.03
    reasons = figures()["closed_because"]
    why = "" if admittable else reasons[int(room.name) % len(reasons)]
    return Bed(room=room, name=name, bed_type=bed_type, admittable=admittable, why_closed=why, valid_from=OPENED)


def _claim(luck: Random, bed: Bed, today: date, occupied: float) -> BedClaim | None:
    """Somebody unnamed lives there, most without an end; a few beds are out of use."""
    drawn = luck.random()
    if drawn < occupied:
        since = today - timedelta(days=luck.randrange(20, 690))
        until = today + timedelta(days=luck.randrange(5, 60)) if luck.random() < 0.04 else None
        return BedClaim(bed=bed, kind=ClaimKind.STAY, days=DateRange(max(since, OPENED), until), noun=DEMO)
    if drawn > 0.985:
        return BedClaim(bed=bed, kind=ClaimKind.BLOCKED, days=DateRange(today, None), noun=DEMO)
    return None


def _confirm(luck: Random, drawn: Drawn, home: Facility, now: datetime) -> None:
    steps = figures()["freshness"]
    hours = luck.choices(steps, [step["share"] for step in steps])[0]["hours"]
    if hours:
        at = now - timedelta(hours=luck.uniform(*hours))
        drawn.confirmations.append(BedConfirmation(facility=home, at=at, by=DEMO))


def _rating(luck: Random, drawn: Drawn, home: Facility, today: date) -> None:
    """Three years from the day of issue; one in ten has run out."""
    rule = figures()["stars"][home.region_id[:2]]
    if luck.random() * 100 >= rule["rated"]:
        return
    ran_out = luck.random() < 0.1
    issued_on = today - timedelta(days=luck.randrange(1100, 1400) if ran_out else luck.randrange(30, 1050))
    drawn.ratings.append(
        Rating(
            facility=home,
            standard=rule["standard"],
            level=_pick(luck, rule["levels"]),
            issuer_id=f"{home.region_id[:2]}0000",
            issued_on=issued_on,
            valid_until=issued_on.replace(year=issued_on.year + 3, day=min(issued_on.day, 28)),
        )
    )


def _tour_home(drawn: Drawn, now: datetime) -> None:
    """The home of the guided tour: everything known, every bed free, prices that do not change."""
    data = figures()["tour_home"]
    latitude, longitude = centre_of(data["region"])
    home = Facility(
        name=data["name"],
        region_id=data["region"],
        kind=FacilityKind.HOME,
        nature="public_built_private_run",
        filing_number=f"{figures()['filing']}0001",
        filed_on=OPENED,
        licence_valid_until=date(2035, 12, 31),
        latitude=latitude,
        longitude=longitude,
        has_clinic=True,
        medical_insurance=True,
        subsidy_payable=True,
        takes_dementia=True,
        accepts_levels=[0, 1, 2, 3, 4],
        accepts_hukou=ALL_PROVINCES,
        is_demo=True,
        source_key=f"{KEY}0001",
    )
    drawn.homes.append(home)
    drawn.ratings.append(_tour_rating(home, data["stars"]))
    drawn.confirmations.append(BedConfirmation(facility=home, at=now, by=DEMO))
    for number, room_type in enumerate(_each_room(data["rooms"]), start=1):
        room = Room(facility=home, name=f"1{number:02d}", room_type=room_type)
        drawn.rooms.append(room)
        beds = range(1, figures()["rooms"][room_type]["beds"] + 1)
        drawn.beds += [Bed(room=room, name=str(bed), bed_type="nursing", valid_from=OPENED) for bed in beds]
    for room_type, fen in data["bed_fen"].items():
        drawn.prices.append(_price(home, PriceItem.BED, fen, OPENED, None, room_type=room_type))
    for grade, fen in data["care_fen"].items():
        drawn.prices.append(_price(home, PriceItem.CARE, fen, OPENED, None, care_grade=grade))
    drawn.prices.append(_price(home, PriceItem.MEAL, data["meal_fen"], OPENED, None))


def _each_room(counts: dict[str, int]) -> list[str]:
    return [room_type for room_type, count in counts.items() for _ in range(count)]


def _tour_rating(home: Facility, stars: dict[str, Any]) -> Rating:
    return Rating(
        facility=home,
        level=stars["level"],
        standard=stars["standard"],
        issuer_id=stars["issuer"],
        issued_on=stars["issued_on"],
        valid_until=stars["valid_until"],
    )


def _occupancy(code: str) -> float:
    shares = figures()["occupancy"]
    return shares.get(code[:4], shares[code[:2]])


def _licence(luck: Random) -> date | None:
    drawn = luck.random()
    if drawn < 0.04:
        return None
    return date(2026, 1, 31) if drawn < 0.07 else date(2028 + luck.randrange(4), 12, 31)


def _maybe(luck: Random, share: float) -> bool | None:
    """Yes, no, or (one in eight) not published."""
    return None if luck.random() < 0.125 else luck.random() < share


def _pick(luck: Random, shares: dict[Any, int]) -> Any:
    return luck.choices(list(shares), list(shares.values()))[0]
