"""Invented homes by the hundred thousand for `make bench`, set-wise: a few hundred are made as the product makes them, listed
as the product lists them, and then copied by the database under names of their own.

They live in a database of the bench's own. Walls that guard writing are taken down for the copying; the bench only reads.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice, product
from random import Random

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from eldercare.kernel import clock
from facilities.choices import BedType, CareGrade, ClaimKind, FacilityKind
from facilities.models import Bed, BedClaim, BedConfirmation, Facility, Listing, ListingDue, PriceVersion, Rating, Room
from facilities.rules.names import name_keys
from facilities.services.relist import relist

PATTERNS = 800
SEED = 20261
OPENED = date(2025, 1, 1)
ALL_HUKOU = ["110000", "120000", "130000"]
FIRST = "康福寿安宁祥和瑞颐乐松柏鹤云春晖慈恩仁爱"
SECOND = "乐寿宁康泰和园居苑馨怡然庭舍华年景辉源德"
SUFFIXES = ["养老院", "养老服务中心", "老年公寓", "护理院", "颐养中心"]
RARE = "鹭屿"  # a handful of homes among all
ABSENT = "鲲岑"  # none
COMMON = "康乐"
COPIED = [Room, Bed, BedClaim, PriceVersion, Rating, BedConfirmation]


def build(homes: int) -> None:
    """Fill the connected, migrated and empty database with so many homes, and let the database take stock of them."""
    luck = Random(SEED)
    regions = _make_patterns(luck)
    relist()
    with connection.cursor() as cursor:
        _name_the_copies(cursor, regions)
        rebuilt = _take_down_walls(cursor)
        _copy(cursor, homes // PATTERNS)
        cursor.execute("SET maintenance_work_mem = '1GB'")
        for statement in rebuilt:
            cursor.execute(statement)
        ListingDue.objects.all()._raw_delete("default")
        cursor.execute("VACUUM ANALYZE")


# The patterns, made as the product makes homes


def _make_patterns(luck: Random) -> list[str]:
    from eldercare.regions.models import Region

    counties = list(
        Region.objects.filter(level="county", kind="administrative").order_by("code").values("code", "name")
    )
    counties = luck.sample(counties, min(40, len(counties)))
    today, now = clock.today(), clock.now()
    rows: dict[type, list] = {model: [] for model in [Facility, *COPIED]}
    for number in range(PATTERNS):
        county = counties[number % len(counties)]
        home = _home(luck, number, county)
        rows[Facility].append(home)
        _prices(luck, home, rows[PriceVersion])
        _beds(luck, home, today, rows)
        if luck.random() < 0.6:
            rows[Rating].append(_rating(luck, home, today))
        if luck.random() < 0.85:
            at = now - timedelta(hours=luck.choice([2, 10, 30, 60, 100, 300]))
            rows[BedConfirmation].append(BedConfirmation(facility=home, at=at, by="demo"))
    for model, made in rows.items():
        model.objects.bulk_create(made, batch_size=2000)
    return sorted({county["name"] for county in counties})


def _home(luck: Random, number: int, county: dict[str, str]) -> Facility:
    def maybe(share: float) -> bool | None:
        return None if luck.random() < 0.1 else luck.random() < share

    return Facility(
        name=f"示例{number}",
        alias=county["name"],
        region_id=county["code"],
        kind=FacilityKind.HOME if luck.random() < 0.85 else luck.choice(FacilityKind.values),
        nature="private",
        licence_valid_until=None if luck.random() < 0.1 else today_or_later(luck),
        address="",
        latitude=39.0 + luck.gauss(0, 0.8),
        longitude=116.8 + luck.gauss(0, 0.9),
        has_clinic=maybe(0.5),
        medical_insurance=maybe(0.6),
        subsidy_payable=maybe(0.9),
        takes_dementia=maybe(0.5),
        accepts_levels=luck.choice([[0, 1, 2, 3, 4], [0, 1, 2, 3], [0, 1, 2]]),
        accepts_hukou=luck.choice([ALL_HUKOU, ALL_HUKOU, ["110000"]]),
        is_demo=True,
    )


def today_or_later(luck: Random) -> date:
    """Give a last valid day; one licence in thirty has run out."""
    return date(2025, 12, 31) if luck.random() < 0.033 else date(2028 + luck.randrange(4), 12, 31)


def _prices(luck: Random, home: Facility, prices: list) -> None:
    level = luck.lognormvariate(0, 0.3)

    def add(item: str, yuan: int, **what: str) -> None:
        fen = round(yuan * level) * 100
        prices.append(PriceVersion(facility=home, item=item, monthly_fen=fen, days=DateRange(OPENED, None), **what))

    add("bed", 2000, room_type="double")
    if luck.random() < 0.5:
        add("bed", 3200, room_type="single")
    for grade, yuan in zip(CareGrade.values, (600, 1400, 2400, 2900), strict=True):
        if grade != "dementia" or home.takes_dementia:
            add("care", yuan, care_grade=grade)
    add("meal", 1100)


def _beds(luck: Random, home: Facility, today: date, rows: dict[type, list]) -> None:
    for number, room_type in enumerate(["double", luck.choice(["single", "double"])]):
        room = Room(facility=home, name=str(number), room_type=room_type)
        rows[Room].append(room)
        bed = Bed(room=room, name="1", bed_type=luck.choice(BedType.values), valid_from=OPENED)
        rows[Bed].append(bed)
        if luck.random() < 0.5:
            until = today + timedelta(days=luck.randrange(5, 60)) if luck.random() < 0.1 else None
            rows[BedClaim].append(BedClaim(bed=bed, kind=ClaimKind.STAY, days=DateRange(OPENED, until), noun="demo"))


def _rating(luck: Random, home: Facility, today: date) -> Rating:
    return Rating(
        facility=home,
        standard="GB/T 37276-2018",
        level=luck.choices([1, 2, 3, 4, 5], [5, 15, 40, 30, 10])[0],
        issuer_id=f"{home.region_id[:2]}0000",
        issued_on=today - timedelta(days=luck.randrange(30, 900)),
        valid_until=today + timedelta(days=luck.randrange(30, 1000)),
    )


# The copies, made by the database


def _name_the_copies(cursor, places: list[str]) -> None:
    """Keep what names are made of, and how each of them is found."""
    words = [first + second for first, second in product(FIRST, SECOND)]
    cursor.execute("CREATE TABLE bench_words (number int PRIMARY KEY, word text)")
    cursor.execute(
        "CREATE TABLE bench_names (place text, word text, number int, name text, initials text, marks int[], "
        "PRIMARY KEY (place, word, number))"
    )
    _insert(cursor, "bench_words", enumerate(words))
    named = product(places, [*words, RARE], enumerate(SUFFIXES))
    keys = ((p, w, n, p + w + s, name_keys(p + w + s)) for p, w, (n, s) in named)
    _insert(cursor, "bench_names", ((*name, found.initials, list(found.marks)) for *name, found in keys))


def _insert(cursor, table: str, rows: Iterator[tuple]) -> None:
    rows = iter(rows)
    while chunk := list(islice(rows, 2000)):
        places = ", ".join(["(" + ", ".join(["%s"] * len(chunk[0])) + ")"] * len(chunk))
        cursor.execute(f"INSERT INTO {table} VALUES {places}", [value for row in chunk for value in row])


def _take_down_walls(cursor) -> list[str]:
    """Drop what slows copying down; gives the statements that bring back what reading needs: keys and indexes."""
    tables = [model._meta.db_table for model in [Facility, *COPIED, Listing]]
    cursor.execute(
        "SELECT conrelid::regclass::text, conname, contype, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE contype IN ('p', 'u', 'f', 'x', 'c') AND (conrelid = ANY(%s::regclass[]) OR confrelid = ANY(%s::regclass[])) "
        "ORDER BY contype = 'p'",
        [tables, tables],
    )
    keys = []
    for table, name, kind, definition in cursor.fetchall():
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        if kind == "p":
            keys.append(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = ANY(%s)", [tables]
    )
    indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    return [*keys, *(definition for _name, definition in indexes if "UNIQUE" not in definition)]


def _copy(cursor, times: int) -> None:
    """Copy each pattern so many times less one; the pattern itself stays one of the homes."""
    copies = "generate_series(1, %(times)s - 1) AS copy"
    new = "md5({}::text || copy)::uuid"
    references = {"id": "id", "facility_id": "facility_id", "room_id": "room_id", "bed_id": "bed_id"}
    given = {"times": times, "rare": RARE, "words": len(FIRST) * len(SECOND), "suffixes": len(SUFFIXES)}
    cursor.execute(
        f"""
        CREATE TABLE bench_copies AS
        SELECT f.id AS pattern, {new.format("f.id")} AS id, names.name, names.initials, names.marks
        FROM facilities_facility f CROSS JOIN {copies}
        CROSS JOIN LATERAL (SELECT abs(hashtext(f.id::text || copy)::bigint) AS luck) AS l
        JOIN bench_words w ON w.number = luck %% %(words)s
        JOIN bench_names names ON names.place = f.alias AND names.number = (luck / 1000) %% %(suffixes)s
            AND names.word = CASE WHEN copy = 1 AND luck %% 100 = 7 THEN %(rare)s ELSE w.word END
        """,
        given,
    )
    _insert_copies(cursor, Facility, {"id": "c.id", "name": "c.name", "alias": "''", "source_key": "NULL"}, "id")
    moved = {"facility_id": "c.id", "name_plain": "c.name", "name_initials": "c.initials", "name_marks": "c.marks"}
    _insert_copies(cursor, Listing, moved, "facility_id")
    for model in COPIED:
        columns = [field.column for field in model._meta.concrete_fields]
        number = next(field for field in model._meta.concrete_fields if field.primary_key)
        taken = {
            column: new.format(f"s.{column}") for column in columns if column in references and column != number.column
        }
        if number.get_internal_type() == "UUIDField":
            taken[number.column] = new.format(f"s.{number.column}")
        else:
            columns.remove(number.column)
        values = ", ".join(taken.get(column, f's."{column}"') for column in columns)
        names = ", ".join(f'"{column}"' for column in columns)
        table = model._meta.db_table
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {values} FROM (SELECT * FROM {table}) s CROSS JOIN {copies}", given
        )


def _insert_copies(cursor, model: type, taken: dict[str, str], pattern: str) -> None:
    columns = [field.column for field in model._meta.concrete_fields]
    values = ", ".join(taken.get(column, f's."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    table = model._meta.db_table
    cursor.execute(
        f"INSERT INTO {table} ({names}) SELECT {values} FROM bench_copies c JOIN {table} s ON s.{pattern} = c.pattern"
    )
