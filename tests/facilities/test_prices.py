"""What a home charges on any day: announced from a day on, never rewritten, seasons for short stays, deposits with a limit."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client

from eldercare.kernel import clock
from eldercare.kernel.days import DayRange, Month
from eldercare.people.models import Letter
from facilities.models import BedClaim, Fee, PriceVersion, ShortStayPrice, Stay
from facilities.rules.charging import Presence, Price
from facilities.rules.short_stay import ShortPrice, short_charges, stay_charges
from facilities.selectors import price_in_force
from facilities.selectors.prices import price_history, prices_on
from facilities.services import (
    accept_offer,
    apply_to_home,
    check_in,
    end_stay,
    issue_bill,
    offer_bed,
    set_fee,
    set_price,
    set_season,
)
from tests.builders.accounts import make_user, sign_in, viewer_for
from tests.builders.facilities import BED_FEN, make_bed, make_bill, make_home, make_price, make_staff, make_stay
from tests.builders.people import make_elder, make_person
from tests.facilities.test_beds import code_of, go

pytestmark = pytest.mark.django_db
JUNE, JULY, AUGUST = (date(2026, month, 1) for month in (6, 7, 8))
DAY = timedelta(days=1)


@pytest.fixture
def home():
    return make_home()


@pytest.fixture
def boss(home):
    user = make_user("陈院长")
    make_staff(user, home)
    return user


@pytest.fixture
def manager(boss):
    return viewer_for(boss)


def season(fen=30_000, unit="day", includes=("bed",), since=JUNE, until=AUGUST, room="double", name="暑期"):
    return ShortPrice(room, unit, name, fen, includes, DayRange(since, until))


def charged(since, until, *seasons):
    always = DayRange(date(2026, 1, 1), None)
    prices = [
        Price("bed", "double", "", 310_000, always),
        Price("care", "", "full", 310_000, always),
        Price("meal", "", "", 93_000, always),
    ]
    lines = short_charges(Month(2026, 7), [Presence(DayRange(since, until), "double", "full")], seasons, prices)
    return [(line.item, str(line.label), line.amount_fen, line.days) for line in lines]


# What a short stay costs


def test_a_short_stay_pays_the_season_s_day_for_what_it_includes_and_the_month_for_the_rest():
    ten = (date(2026, 7, 10), date(2026, 7, 20))
    assert charged(*ten, season()) == [
        ("bed", "旅居费（双人间，暑期）", 300_000, 10),
        ("care", "护理费（失能）", 100_000, 10),
        ("meal", "餐费", 30_000, 10),
    ]
    assert charged(*ten, season(includes=("bed", "meal"))) == [
        ("short", "旅居费（双人间，暑期）", 300_000, 10),
        ("care", "护理费（失能）", 100_000, 10),
    ]


def test_a_season_that_ends_in_the_middle_gives_way_to_the_next_and_then_to_the_month():
    lines = charged(
        date(2026, 7, 1),
        date(2026, 7, 11),
        season(until=date(2026, 7, 4)),
        season(fen=20_000, since=date(2026, 7, 4), until=date(2026, 7, 6), name=""),
    )
    assert lines == [
        ("bed", "旅居费（双人间，暑期）", 90_000, 3),
        ("bed", "旅居费（双人间）", 40_000, 2),
        ("bed", "床位费（双人间）", 50_000, 5),
        ("care", "护理费（失能）", 100_000, 10),
        ("meal", "餐费", 30_000, 10),
    ]


def test_a_whole_month_takes_the_monthly_season_other_days_the_daily_one():
    both = (season(), season(fen=620_000, unit="month", includes=("bed", "care", "meal")))
    assert charged(JULY, AUGUST, *both) == [("short", "旅居费（双人间，暑期）", 620_000, 31)]
    assert charged(JULY, date(2026, 7, 11), *both)[0] == ("bed", "旅居费（双人间，暑期）", 300_000, 10)
    assert charged(JULY, date(2026, 7, 11), both[1]) == [("short", "旅居费（双人间，暑期）", 200_000, 10)]


def test_another_room_s_season_is_not_charged():
    assert charged(JULY, date(2026, 7, 11), season(room="single"))[0][1] == "床位费（双人间）"


def test_a_short_stay_from_the_application_to_the_bill(home, manager):
    today = clock.today().replace(day=1)
    go(days=(today - clock.today()).days)
    daughter = make_user("李娜")
    elder = make_elder(guardian=daughter.person)
    family, bed = viewer_for(daughter), make_bed(home)
    set_season(
        manager,
        facility_id=home.pk,
        room_type="double",
        unit="day",
        fen=20_000,
        since=today,
        until=None,
        includes=["meal"],
    )
    wanted = {
        "facility_id": home.pk,
        "elder_id": elder.pk,
        "room_type": "double",
        "care_grade": "full",
        "wanted_from": today,
        "consent_text_version": "2026-01",
    }
    assert code_of(lambda: apply_to_home(family, **wanted, wanted_until=today)) == "short_stay_days"
    assert code_of(lambda: apply_to_home(family, **wanted, wanted_until=today + 91 * DAY)) == "short_stay_days"
    application = apply_to_home(family, **wanted, wanted_until=today + 5 * DAY)
    days = (today.replace(day=28) + 4 * DAY).replace(day=1) - today
    care = 300_000 * 5 // days.days
    offer = application.offers.first() or offer_bed(
        manager, application_id=application.pk, bed_id=bed.pk, from_day=today
    )
    assert offer.price["gross_fen"] == 100_000 + care
    stay = accept_offer(family, offer_id=offer.pk)
    assert Stay.objects.get().stay_kind == "short"
    check_in(manager, stay_id=stay.pk, on=today)
    go(days=5)
    end_stay(manager, stay_id=stay.pk, until=today + 5 * DAY, reason="went_home")
    go(days=40)
    bill = issue_bill(manager, stay_id=stay.pk, bill_month=Month.of(today))
    assert [(line["item"], line["amount_fen"], line["monthly_fen"]) for line in bill.lines] == [
        ("short", 100_000, None),
        ("care", care, 300_000),
    ]
    assert not BedClaim.objects.filter(released_at=None, days__contains=clock.today()).exists()


# What is announced


def test_a_price_of_any_day_is_answerable_and_the_past_is_not_rewritten(home, manager):
    today = clock.today()
    set_price(manager, facility_id=home.pk, item="meal", monthly_fen=130_000, since=today + 10 * DAY)
    set_price(manager, facility_id=home.pk, item="meal", monthly_fen=125_000, since=today + 5 * DAY)
    asked = (today - DAY, today + 4 * DAY, today + 5 * DAY, today + 90 * DAY)
    assert [price_in_force(home.pk, "meal", on) for on in asked] == [120_000, 120_000, 125_000, 125_000]
    past = {"facility_id": home.pk, "item": "meal", "monthly_fen": 1, "since": today - DAY}
    assert code_of(lambda: set_price(manager, **past)) == "price_day_past"


def test_a_gap_in_the_past_is_filled_only_where_nothing_was_billed(home, manager):
    PriceVersion.objects.filter(facility=home, item="meal").delete()
    last_month = (clock.today().replace(day=1) - DAY).replace(day=1)
    make_bill(make_stay(home, make_elder(), make_person(), since=last_month), last_month)
    past = {"facility_id": home.pk, "item": "meal", "monthly_fen": 90_000}
    assert code_of(lambda: set_price(manager, since=last_month, **past)) == "price_day_billed"
    assert code_of(lambda: set_price(manager, since=last_month - 40 * DAY, **past)) == "price_day_billed"
    assert set_price(manager, since=clock.today(), **past).monthly_fen == 90_000


def test_a_season_is_cut_out_of_the_one_it_falls_into(home, manager):
    today = clock.today()
    known = {"facility_id": home.pk, "room_type": "double", "unit": "day", "includes": []}
    set_season(manager, fen=100, since=today, until=None, season="平日", **known)
    set_season(manager, fen=300, since=today + 10 * DAY, until=today + 20 * DAY, season="节日", **known)
    rows = ShortStayPrice.objects.order_by("days").values_list("season", "fen", "days")
    assert [(name, fen, span.lower - today, span.upper and span.upper - today) for name, fen, span in rows] == [
        ("平日", 100, 0 * DAY, 10 * DAY),
        ("节日", 300, 10 * DAY, 20 * DAY),
        ("平日", 100, 20 * DAY, None),
    ]
    backwards = {"fen": 1, "since": today, "until": today}
    assert code_of(lambda: set_season(manager, **backwards, **known)) == "season_days"


def test_a_deposit_stays_below_its_limit_and_the_refusal_names_the_article(home, manager):
    known = {"facility_id": home.pk, "kind": "deposit", "name": "押金", "since": clock.today()}
    assert code_of(lambda: set_fee(manager, fen=200_000 * 12 + 1, **known)) == "deposit_too_high"
    assert code_of(lambda: set_fee(manager, fen=1, **{**known, "name": " "})) == "fee_name"
    assert set_fee(manager, fen=200_000 * 12, refundable=True, **known).refundable
    set_fee(manager, fen=300_000_000, facility_id=home.pk, kind="one_off", name="床品费", since=clock.today())
    listed = prices_on(home.pk, clock.today()).fees
    assert {(one.kind, one.name, one.fen, one.refundable) for one in listed} == {
        ("deposit", "押金", 2_400_000, True),
        ("one_off", "床品费", 300_000_000, None),
    }


def test_only_the_manager_announces(home):
    helper = make_user()
    make_staff(helper, home, role="staff")
    fee = {"facility_id": home.pk, "kind": "deposit", "name": "押金", "fen": 1, "since": clock.today()}
    assert code_of(lambda: set_fee(viewer_for(helper), **fee)) == "manager_only"
    assert code_of(lambda: set_fee(viewer_for(make_user()), **fee)) == "not_found"


# What the tables refuse


def test_seasons_and_fees_do_not_overlap_and_a_season_includes_the_bed(home):
    def a_season(since, until, **more):
        facts = {"room_type": "double", "unit": "day", "fen": 1, "includes": ["bed"], **more}
        return ShortStayPrice.objects.create(facility=home, days=DateRange(since, until), **facts)

    def a_fee(since, **more):
        facts = {"kind": "deposit", "name": "押金", "fen": 1, **more}
        return Fee.objects.create(facility=home, days=DateRange(since, None), **facts)

    a_season(JUNE, JULY)
    a_season(JUNE, JULY, unit="month")
    a_season(JULY, None)
    a_fee(JUNE)
    for wall, act in (
        ("a_home_has_one_short_stay_price_per_room_unit_and_day", lambda: a_season(date(2026, 6, 30), JULY)),
        ("a_short_stay_price_includes_the_bed", lambda: a_season(JUNE, JULY, room_type="single", includes=["meal"])),
        ("a_short_stay_price_is_not_negative", lambda: a_season(JUNE, JULY, room_type="single", fen=-1)),
        ("a_season_covers_a_day", lambda: a_season(JUNE, JUNE, room_type="single")),
        ("a_home_has_one_fee_of_a_name_room_and_day", lambda: a_fee(JULY)),
        ("a_fee_is_not_negative", lambda: a_fee(JUNE, name="x", fen=-1)),
        ("a_fee_has_a_name", lambda: a_fee(JUNE, name="")),
    ):
        with pytest.raises(IntegrityError, match=wall), transaction.atomic():
            act()


def test_a_billed_month_keeps_its_prices_whoever_asks(home):
    make_bill(make_stay(home, make_elder(), make_person(), since=JUNE), JUNE)
    meal = PriceVersion.objects.filter(facility=home, item="meal")
    for act in (meal.delete, lambda: meal.update(days=DateRange(JUNE, date(2026, 6, 15)))):
        with pytest.raises(IntegrityError, match="a_billed_price_stays"), transaction.atomic():
            act()
    with pytest.raises(InternalError, match="an_announced_price"), transaction.atomic():
        meal.update(monthly_fen=1)
    meal.update(days=DateRange(date(2025, 1, 1), JULY))
    make_price(home, "meal", 1, since=JULY)


# Pages and API


def test_the_manager_announces_on_the_page_and_everybody_sees_what_was_charged_when(home, boss):
    staff = sign_in(Client(), boss)
    today = clock.today()
    page = f"/home/{home.pk}/prices"
    said = {
        "announce": "season",
        "room_type": "double",
        "unit": "day",
        "fen": "188",
        "season": "暑期",
        "includes": ["meal"],
    }
    assert staff.post(page, {**said, "since": str(today), "until": str(today + 30 * DAY)}).status_code == 302
    deposit = {"announce": "fee", "kind": "deposit", "name": "押金", "since": str(today), "refundable": "yes"}
    assert "超过月床位费的 12 倍" in staff.post(page, {**deposit, "fen": "24000.01"}).content.decode()
    assert staff.post(page, {**deposit, "fen": "24000"}).status_code == 302
    assert staff.post(page, {"announce": "fee"}).status_code == 422
    price = {"announce": "price", "what": "meal::", "monthly_fen": "1300", "since": str(today + 5 * DAY)}
    assert staff.post(page, price).status_code == 302
    shown = staff.get(page).content.decode()
    assert "旅居费（双人间，暑期）" in shown
    public = Client().get(f"/homes/{home.pk}/prices").content.decode()
    assert "旅居费（双人间，暑期）" in public
    assert "包含床位和餐费" in public
    assert "24,000.00" in public
    later = Client().get(f"/homes/{home.pk}/prices", {"on": str(today + 5 * DAY)}).content.decode()
    assert "1,300.00" in later
    assert Client().get(f"/homes/{home.pk}/prices", {"on": "x"}).status_code == 422


def test_the_api_answers_for_any_day(home, manager):
    today = clock.today()
    set_price(manager, facility_id=home.pk, item="meal", monthly_fen=130_000, since=today + 5 * DAY)
    path = f"/api/v1/facilities/{home.pk}/prices"
    now, later = (Client().get(path, {"on": str(on)}).json() for on in (today, today + 5 * DAY))

    def meals(answer):
        return [
            (row["monthly_fen"], row["from"], row["until"])
            for row in answer["in_force"]["monthly"]
            if row["item"] == "meal"
        ]

    assert meals(now) == [(120_000, "2025-01-01", str(today + 5 * DAY))]
    assert meals(later) == [(130_000, str(today + 5 * DAY), None)]
    assert len([row for row in now["history"]["monthly"] if row["item"] == "meal"]) == 2
    assert now["deposit_limit"]["times_bed_fee"] == 12
    assert Client().get(path, {"on": "2020-01-01"}).json()["deposit_limit"] is None
    assert Client().get(path, {"on": "x"}).status_code == 422
    assert Client().get(path.replace(str(home.pk), str(manager.user_id))).status_code == 404


def test_a_price_list_needs_three_queries_whatever_was_announced(home, manager, django_assert_num_queries):
    with django_assert_num_queries(3):
        prices_on(home.pk, JUNE)
    with django_assert_num_queries(3):
        price_history(home.pk)


# Who pays is told


def told():
    return sorted(Letter.objects.filter(kind="price.changed").values_list("to_person", flat=True))


def resident(home, name, **facts):
    daughter = make_user(f"{name}的女儿")
    elder = make_elder(name, guardian=daughter.person)
    return make_stay(home, elder, daughter.person, since=date(2026, 1, 1), **facts), daughter.person.pk


def test_who_pays_a_price_is_told_when_it_changes_and_nobody_else(home, manager):
    today = clock.today()
    _double, first = resident(home, "王一")
    _single, second = resident(home, "王二", room_type="single")
    _lighter, third = resident(home, "王三", care_grade="partial")
    end_stay(manager, stay_id=resident(home, "王四")[0].pk, until=today, reason="went_home")
    facts = {"facility_id": home.pk, "since": today + 30 * DAY}
    set_price(manager, **facts, item="bed", room_type="single", monthly_fen=BED_FEN)
    assert told() == []  # as much as before
    set_price(manager, **facts, item="bed", room_type="single", monthly_fen=BED_FEN + 1)
    assert told() == [second]
    Letter.objects.all().delete()
    set_price(manager, **facts, item="care", care_grade="full", monthly_fen=1)
    assert told() == sorted([first, second])
    assert "失能" not in str(Letter.objects.first().subject) + str(Letter.objects.first().body)
    Letter.objects.all().delete()
    set_price(manager, **facts, item="meal", monthly_fen=1)
    assert told() == sorted([first, second, third])
    Letter.objects.all().delete()
    set_price(manager, facility_id=home.pk, since=today, item="care", care_grade="partial", monthly_fen=2)
    assert told() == [third]


def test_a_short_stay_that_is_expected_is_told_of_a_new_season_and_so_is_who_has_a_bed_on_offer(home, manager):
    today = clock.today()
    people = []
    for name in ("王一", "王二"):
        daughter = make_user(f"{name}的女儿")
        elder = make_elder(name, guardian=daughter.person)
        days = {"wanted_from": today + 10 * DAY, "wanted_until": today + 20 * DAY}
        facts = {"facility_id": home.pk, "elder_id": elder.pk, "room_type": "double", "care_grade": "full"}
        family = viewer_for(daughter)
        application = apply_to_home(family, **facts, **days, consent_text_version="2026-01")
        bed, day = make_bed(home), today + 10 * DAY
        offer = offer_bed(manager, application_id=application.pk, bed_id=bed.pk, from_day=day, out_of_turn="x")
        people.append((daughter.person.pk, family, offer))
    accept_offer(people[0][1], offer_id=people[0][2].pk)
    facts = {"facility_id": home.pk, "room_type": "double", "unit": "day", "fen": 9_000, "includes": ["meal"]}
    set_season(manager, **facts, since=today + 20 * DAY, until=None)
    assert told() == []
    set_season(manager, **facts, since=today + 19 * DAY, until=today + 20 * DAY)
    assert told() == sorted(person for person, _family, _offer in people)


def test_a_season_over_new_year_is_charged_on_both_sides_of_it():
    everything = ("bed", "care", "meal")
    winter = season(since=date(2026, 12, 20), until=date(2027, 2, 20), name="冬季", includes=everything)
    by_month = stay_charges(DayRange(date(2026, 12, 25), date(2027, 1, 5)), "double", "full", [winter], [])
    assert [(str(month), [line.amount_fen for line in lines]) for month, lines in by_month] == [
        ("2026-12", [7 * 30_000]),
        ("2027-01", [4 * 30_000]),
    ]
