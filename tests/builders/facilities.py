"""Homes, beds, prices and stays as rows, for tests that begin after them. Regions are loaded when a home needs one."""

from datetime import date
from uuid import uuid4

from django.db.backends.postgresql.psycopg_any import DateRange

from eldercare.kernel import clock
from facilities.choices import (
    ApplicationState,
    BedType,
    BillState,
    CareGrade,
    ClaimKind,
    EmploymentState,
    EndReason,
    PriceItem,
    RoomType,
    StaffRole,
    StayState,
)
from facilities.models import (
    Application,
    Bed,
    BedClaim,
    Bill,
    Employment,
    Facility,
    GradeSpell,
    PriceVersion,
    Rating,
    Room,
    Stay,
)
from tests.builders.recognition import agreements
from tests.builders.regions import WUQING, regions

LONG_AGO = date(2025, 1, 1)
BED_FEN = 200_000
CARE_FEN = 300_000
MEAL_FEN = 120_000
ALL_LEVELS = [0, 1, 2, 3, 4]
ALL_HUKOU = ["110000", "120000", "130000"]


def make_home(
    name: str = "示例·运河养老院", *, region: str = WUQING, beds: int = 0, prices: bool = True, **facts
) -> Facility:
    """A demo home that takes everybody, with `beds` double-room beds and, unless told otherwise, prices for all."""
    regions()
    known = {
        "accepts_levels": ALL_LEVELS,
        "accepts_hukou": ALL_HUKOU,
        "takes_dementia": True,
        "medical_insurance": True,
        "licence_valid_until": date(2099, 12, 31),
        "is_demo": True,
    }
    home = Facility.objects.create(name=name, region_id=region, **{**known, **facts})
    for _number in range(beds):
        make_bed(home)
    if prices:
        price_everything(home)
    return home


def price_everything(home: Facility, *, since: date = LONG_AGO) -> None:
    """Beds 2,000, care 3,000 and meals 1,200 yuan a month, for every room type and grade alike."""
    for room_type in RoomType.values:
        make_price(home, PriceItem.BED, BED_FEN, room_type=room_type, since=since)
    for care_grade in CareGrade.values:
        make_price(home, PriceItem.CARE, CARE_FEN, care_grade=care_grade, since=since)
    make_price(home, PriceItem.MEAL, MEAL_FEN, since=since)


def make_price(
    home: Facility,
    item: str,
    monthly_fen: int,
    *,
    room_type: str = "",
    care_grade: str = "",
    since: date = LONG_AGO,
    until: date | None = None,
) -> PriceVersion:
    return PriceVersion.objects.create(
        facility=home,
        item=item,
        room_type=room_type,
        care_grade=care_grade,
        monthly_fen=monthly_fen,
        days=DateRange(since, until),
    )


def reprice(home: Facility, room_type: str, monthly_fen: int) -> PriceVersion:
    """The home's beds of this room type cost that much, and always did: an announced price is never rewritten."""
    PriceVersion.objects.filter(facility=home, room_type=room_type).delete()
    return make_price(home, PriceItem.BED, monthly_fen, room_type=room_type)


def make_bed(
    home: Facility, *, room_type: str = RoomType.DOUBLE, bed_type: str = BedType.NURSING, admittable: bool = True
) -> Bed:
    """A bed in a room of its own."""
    room = Room.objects.create(facility=home, name=f"房间{uuid4().hex[:6]}", room_type=room_type)
    return Bed.objects.create(room=room, name="1", bed_type=bed_type, admittable=admittable, valid_from=LONG_AGO)


def make_rating(
    home: Facility,
    level: int = 4,
    *,
    issuer: str = "120000",
    standard: str = "GB/T 37276-2018",
    issued_on: date = LONG_AGO,
    valid_until: date = date(2099, 12, 31),
) -> Rating:
    """A rating on paper, with the agreements that may carry it to another region."""
    agreements()
    return Rating.objects.create(
        facility=home,
        level=level,
        issuer_id=issuer,
        standard=standard,
        issued_on=issued_on,
        valid_until=valid_until,
    )


def make_staff(user, home: Facility, *, role: str = StaffRole.MANAGER, approved_by=None) -> Employment:
    """An approved employment since long ago."""
    return Employment.objects.create(
        user=user,
        facility=home,
        role=role,
        state=EmploymentState.APPROVED,
        approved_by=approved_by,
        valid_from=LONG_AGO,
    )


def make_application(home: Facility, elder, by_person, *, care_grade: str = CareGrade.FULL, **more) -> Application:
    return Application.objects.create(
        facility=home,
        elder=elder,
        by_person=by_person,
        room_type=more.pop("room_type", RoomType.DOUBLE),
        care_grade=care_grade,
        wanted_from=more.pop("wanted_from", None) or clock.today(),
        fit={"verdict": "yes", "reasons": [], "lines": [], "missing": []},
        **more,
    )


def make_stay(
    home: Facility,
    elder,
    by_person,
    *,
    since: date,
    until: date | None = None,
    care_grade: str = CareGrade.FULL,
    room_type: str = RoomType.DOUBLE,
) -> Stay:
    """An elder who lives (or lived, with `until`) at the home in a bed of their own."""
    application = make_application(
        home, elder, by_person, care_grade=care_grade, room_type=room_type, state=ApplicationState.ACCEPTED
    )
    claim = BedClaim.objects.create(
        bed=make_bed(home, room_type=room_type), kind=ClaimKind.STAY, days=DateRange(since, until)
    )
    stay = Stay.objects.create(
        elder=elder,
        facility=home,
        application=application,
        claim=claim,
        room_type=room_type,
        days=DateRange(since, until),
        state=StayState.ENDED if until else StayState.IN,
        ended_reason=EndReason.WENT_HOME if until else "",
    )
    BedClaim.objects.filter(pk=claim.pk).update(noun=str(stay))
    GradeSpell.objects.create(stay=stay, care_grade=care_grade, days=DateRange(since, until))
    return stay


def make_bill(stay: Stay, bill_month: date, *, bed_fen: int = BED_FEN, care_fen: int = CARE_FEN) -> Bill:
    """An issued bill with a bed line and a care line, as `issue_bill` keeps it."""
    lines = [
        {"item": PriceItem.BED.value, "eligible_key": "bed", "amount_fen": bed_fen, "label": "床位费"},
        {"item": PriceItem.CARE.value, "eligible_key": "care", "amount_fen": care_fen, "label": "护理费"},
    ]
    return Bill.objects.create(
        stay=stay,
        elder_id=stay.elder_id,
        facility_id=stay.facility_id,
        bill_month=bill_month,
        lines=lines,
        total_fen=bed_fen + care_fen,
        state=BillState.ISSUED,
    )
