"""A family names the days of a short stay: every result says what they cost, and the order and the budget go by it."""

import json
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eldercare.kernel import clock
from eldercare.kernel.days import DayRange, Month
from eldercare.recognition.services import load_reference as load_agreements
from facilities.models import Facility, PriceVersion, ShortStayPrice
from facilities.rules.short_stay import ShortPrice, _by_season
from facilities.selectors.quotes import short_quote
from facilities.selectors.search import SearchFilters, facets
from facilities.services import (
    accept_offer,
    apply_to_home,
    check_in,
    end_stay,
    issue_bill,
    offer_bed,
    relist,
    set_season,
)
from facilities.services.relist import relist_due, stale_listings
from tests.builders.accounts import make_user, viewer_for
from tests.builders.facilities import make_bed, make_home, make_price, make_staff
from tests.builders.people import make_elder
from tests.facilities.test_beds import go

pytestmark = pytest.mark.django_db
API = "/api/v1/facilities"
DAY = timedelta(days=1)


def make_season(
    home: Facility, fen: int, *, since=None, until=None, unit="day", room="double", includes=("bed",)
) -> None:
    ShortStayPrice.objects.create(
        facility=home,
        room_type=room,
        unit=unit,
        season="旺季",
        fen=fen,
        includes=list(includes),
        days=DateRange(since or date(2025, 1, 1), until),
    )


def days(number: int = 10, *, ahead: int = 3) -> dict[str, str]:
    since = clock.today() + ahead * DAY
    return {"stay_from": str(since), "stay_until": str(since + number * DAY)}


def found(**asked) -> list[dict]:
    answer = Client().get(API, asked)
    assert answer.status_code == 200, answer.content.decode()[:500]
    return answer.json()["results"]


def rooms(card: dict) -> dict[str, int]:
    return {room["room_type"]: room["gross_fen"] for room in card["stay"]["rooms"]}


def test_the_search_the_offer_and_the_bills_say_the_same_to_the_fen():
    """Forty days from today lie in two months at least, and two seasons."""
    home, today = make_home(beds=1), clock.today()
    boss, daughter = make_user("陈院长"), make_user("李娜")
    make_staff(boss, home)
    elder = make_elder(guardian=daughter.person)
    make_season(home, 17_333, until=today + 7 * DAY, includes=("bed", "meal"))
    make_season(home, 555_555, since=today + 7 * DAY, unit="month", includes=("bed",))
    relist()
    until = today + 40 * DAY
    asked = {"stay_from": str(today), "stay_until": str(until), "care_grade": "full"}

    (card,) = found(**asked)
    room = next(room for room in card["stay"]["rooms"] if room["room_type"] == "double")

    manager, family = viewer_for(boss), viewer_for(daughter)
    application = apply_to_home(
        family,
        facility_id=home.pk,
        elder_id=elder.pk,
        room_type="double",
        care_grade="full",
        wanted_from=today,
        wanted_until=until,
        consent_text_version="2026-01",
    )
    bed = home.rooms.get().beds.get()
    offer = offer_bed(manager, application_id=application.pk, bed_id=bed.pk, from_day=today)
    stay = accept_offer(family, offer_id=offer.pk)
    check_in(manager, stay_id=stay.pk, on=today)
    go(days=40)
    end_stay(manager, stay_id=stay.pk, until=until, reason="went_home")
    go(days=40)
    months = list(dict.fromkeys(line["month"] for line in room["lines"]))
    bills = [issue_bill(manager, stay_id=stay.pk, bill_month=Month.parse(month)) for month in months]

    assert len(months) >= 2
    assert room["by_season"]
    assert room["gross_fen"] == offer.price["gross_fen"] == sum(bill.total_fen for bill in bills)
    for month, bill in zip(months, bills, strict=True):
        quoted = [(line["item"], line["amount_fen"]) for line in room["lines"] if line["month"] == month]
        assert quoted == [(line["item"], line["amount_fen"]) for line in bill.lines]


def test_the_day_of_leaving_is_not_charged_and_each_room_type_has_its_price():
    home = make_home(beds=1)
    make_season(home, 10_000, includes=("bed", "care", "meal"))
    relist()

    (card,) = found(**days(3))

    assert rooms(card)["double"] == 30_000
    assert set(rooms(card)) == {"single", "double", "triple", "multi"}
    assert [room["by_season"] for room in card["stay"]["rooms"]] == [True, False, False, False]
    assert card["stay"]["rooms"][0]["lines"][0]["label"] == "旅居费（双人间，旺季）"
    assert rooms(found(**days(3), room_type="double")[0]) == {"double": 30_000}


def test_a_day_without_a_complete_price_is_not_published_and_never_nought():
    home = make_home(beds=1)
    PriceVersion.objects.filter(facility=home, item="meal").delete()
    make_price(home, "meal", 1, until=clock.today() + 5 * DAY)
    relist()

    assert found(**days(10))[0]["stay"]["rooms"] == []
    assert found(**days(2))[0]["stay"]["rooms"] != []


def test_the_room_types_with_a_free_bed_come_first_as_for_a_month():
    home = make_home(beds=1)
    make_season(home, 100, room="multi", includes=("bed", "care", "meal"))
    relist()

    first, *others = found(**days())[0]["stay"]["rooms"]

    assert (first["room_type"], first["has_free_bed"]) == ("double", True)
    assert others[0]["room_type"] == "multi"


@pytest.fixture
def priced():
    """Nine homes whose days cost otherwise than their months; one publishes nothing."""
    load_agreements()
    for number in range(9):
        home = make_home(f"示例·{number}", prices=bool(number), beds=1)
        if number:
            make_season(home, (number * 5 % 9) * 1_000, includes=("bed", "care", "meal"))
    relist()


def costs(cards: list[dict]) -> list[int | None]:
    return [card["stay"]["rooms"][0]["gross_fen"] if card["stay"]["rooms"] else None for card in cards]


def test_the_order_of_prices_goes_by_what_the_days_cost_over_all_pages_and_back(priced):
    asked = {**days(), "sort": "price", "page_size": 4}
    pages = [Client().get(API, asked).json()]
    while pages[-1]["next"]:
        pages.append(Client().get(pages[-1]["next"]).json())
    cards = [card for page in pages for card in page["results"]]

    assert costs(cards) == [*(number * 10_000 for number in range(1, 9)), None]
    back = Client().get(pages[1]["previous"]).json()["results"]
    assert [card["id"] for card in back] == [card["id"] for card in pages[0]["results"]]


def test_after_the_first_homes_by_score_the_common_order_goes_on(priced, monkeypatch):
    monkeypatch.setattr("facilities.selectors.paging.HEAD", 4)
    common = [card["id"] for card in found(**days())]
    asked = {**days(), "sort": "price", "page_size": 3}
    pages = [Client().get(API, asked).json()]
    while pages[-1]["next"]:
        pages.append(Client().get(pages[-1]["next"]).json())
    ids = [card["id"] for page in pages for card in page["results"]]

    assert sorted(ids) == sorted(common)
    assert set(ids[:4]) == set(common[:4])
    assert ids[4:] == common[4:]


@pytest.mark.parametrize("sort", ["recommended", "price", "distance"])
def test_the_budget_is_for_these_days_and_is_held_to_the_fen(priced, sort):
    asked = {**days(), "sort": sort, "near": "39.4,117.0"}

    assert sorted(costs(found(**asked, budget_fen=30_000))) == [10_000, 20_000, 30_000]
    assert sorted(costs(found(**asked, budget_fen=29_999))) == [10_000, 20_000]


def test_a_page_that_the_budget_shortens_still_leads_on(priced, monkeypatch):
    monkeypatch.setattr("facilities.selectors.paging.HEAD", 2)
    page, cards = Client().get(API, {**days(), "budget_fen": 30_000, "page_size": 2}).json(), []
    while True:
        cards += page["results"]
        if not page["next"]:
            break
        page = Client().get(page["next"]).json()

    assert sorted(costs(cards)) == [10_000, 20_000, 30_000]


def test_counts_of_monthly_budgets_are_not_given_for_days(priced):
    since = clock.today() + DAY
    asked = SearchFilters(stay_from=since, stay_until=since + DAY, budget_fen=1)

    assert facets(asked).of("budget_fen", 300_000) is None
    assert facets(asked).of("kind", "home").count == 9


def test_free_beds_are_asked_for_from_the_first_day_on():
    home = make_home(beds=1)
    bed = home.rooms.get().beds.get()
    since = clock.today() + 5 * DAY
    bed.claims.create(kind="stay", days=DateRange(clock.today(), since))
    relist()

    assert found(free_beds=1) == []
    assert len(found(free_beds=1, **days(ahead=5))) == 1
    assert found(free_beds=1, **days(ahead=4)) == []


def test_without_days_the_seasons_prices_are_given_and_only_when_a_short_stay_is_asked_for():
    home, today = make_home(), clock.today()
    make_bed(home, bed_type="short_stay")
    make_season(home, 30_000, since=today + 5 * DAY)
    make_season(home, 20_000, until=today + 5 * DAY)
    relist()

    (card,) = found(short_stay="true")

    assert [(price["fen"], price["until"]) for price in card["short_stay_prices"]] == [
        (20_000, str(today + 5 * DAY)),
        (30_000, None),
    ]
    assert card["stay"] is None
    assert found()[0]["short_stay_prices"] is None
    assert found(short_stay="true", **days())[0]["short_stay_prices"] is None


def test_who_announces_a_season_is_found_by_short_stays_and_no_longer_than_it_lasts():
    home, boss, today = make_home(beds=1), make_user("陈院长"), clock.today()
    make_staff(boss, home)
    relist()
    assert found(short_stay="true") == []

    known = {"facility_id": home.pk, "room_type": "double", "unit": "day", "includes": []}
    set_season(viewer_for(boss), fen=100, since=today + 2 * DAY, until=today + 9 * DAY, **known)
    relist_due()
    assert [card["id"] for card in found(short_stay="true")] == [str(home.pk)]
    assert stale_listings() == []

    go(days=9)
    relist_due()
    assert found(short_stay="true") == []
    assert stale_listings() == []


def test_a_season_written_into_the_table_by_whatever_way_is_heard_of():
    home, today = make_home(beds=1), clock.today()
    relist()

    make_season(home, 100, until=today + 9 * DAY)
    relist_due()
    assert [card["id"] for card in found(short_stay="true")] == [str(home.pk)]

    ShortStayPrice.objects.filter(facility=home).update(days=DateRange(today - 9 * DAY, today))
    relist_due()
    assert found(short_stay="true") == []
    assert stale_listings() == []


@pytest.mark.parametrize(
    ("asked", "code", "field", "words"),
    [
        ({"stay_from": 3}, "stay_days_missing", "stay_until", "入住和离开两个日子"),
        ({"stay_until": 3}, "stay_days_missing", "stay_from", "入住和离开两个日子"),
        ({"stay_from": -1, "stay_until": 3}, "day_past", "stay_from", "不能早于今天"),
        ({"stay_from": 366, "stay_until": 367}, "day_too_far", "stay_from", "最多提前 365 天"),
        ({"stay_from": 3, "stay_until": 3}, "short_stay_days", "stay_until", "至少住一天"),
        ({"stay_from": 3, "stay_until": 1}, "short_stay_days", "stay_until", "至少住一天"),
        ({"stay_from": 0, "stay_until": 91}, "short_stay_days", "stay_until", "最多 90 天"),
    ],
)
def test_days_nobody_can_stay_are_refused_in_words(db, asked, code, field, words):
    sent = {name: str(clock.today() + ahead * DAY) for name, ahead in asked.items()}
    for answer in (
        Client().get(API, sent),
        Client().post(f"{API}/search", json.dumps(sent), content_type="application/json"),
    ):
        said = answer.json()
        assert (answer.status_code, said["code"]) == (422, code)
        assert [error["field"] for error in said["errors"]] == [field]
        assert words in said["errors"][0]["message"]


@pytest.mark.parametrize("asked", [{}, {"sort": "price"}, {"budget_fen": 99_999_999}])
def test_the_database_is_asked_as_often_for_one_home_as_for_many(asked):
    counted = []
    for number in (1, 25):
        for name in range(number):
            make_season(make_home(f"示例·{number}·{name}", beds=1), 1_000)
        relist()
        with CaptureQueriesContext(connection) as queries:
            found(**days(), **asked)
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_the_quote_of_an_offer_is_the_search_s(priced):
    since = clock.today() + DAY
    span = DayRange(since, since + 45 * DAY)
    home = Facility.objects.get(name="示例·3")

    lines = short_quote(home.pk, "double", "full", span)
    (card,) = found(q=home.name, stay_from=str(span.start), stay_until=str(span.until), care_grade="full")

    assert rooms(card)["double"] == sum(line.amount_fen for line in lines)


# The split of days by seasons

JULY = Month(2026, 7)
DAYS = st.dates(date(2026, 6, 25), date(2026, 8, 5))
IN_JULY = st.dates(JULY.first_day, JULY.last_day)


@st.composite
def spells(draw, unit: str) -> list[ShortPrice]:
    """Seasons of one unit in one room, one after the other, perhaps with gaps; the last may have no end."""
    edges = sorted(draw(st.sets(DAYS, max_size=6)))
    found = []
    for since, until in pairwise(edges):
        if draw(st.booleans()):
            found.append(ShortPrice("double", unit, "", draw(st.integers(1, 3)), ("bed",), DayRange(since, until)))
    if edges and draw(st.booleans()):
        found.append(ShortPrice("double", unit, "", 9, ("bed",), DayRange(edges[-1], None)))
    return found


def charged_on(day: date, within: DayRange, seasons: list[ShortPrice]) -> ShortPrice | None:
    """The rule as it is said: a whole month by the month where one season has all of it; else by the day, then by the month."""
    monthly = [one for one in seasons if one.unit == "month"]
    if within == JULY.period:
        for one in monthly:
            if one.days.within(JULY.period) == JULY.period:
                return one
    return next((one for one in [*(s for s in seasons if s.unit == "day"), *monthly] if day in one.days), None)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seasons=st.tuples(spells("day"), spells("month")), ends=st.tuples(IN_JULY, IN_JULY))
def test_days_are_split_as_if_each_were_asked_for_itself(seasons, ends):
    known = [*seasons[0], *seasons[1]]
    within = DayRange(min(ends), max(ends) + DAY)

    split = _by_season(within, "double", JULY, known)

    by_day = {day: season for span, season in split for day in span.each_day()}
    assert list(by_day) == within.each_day()
    assert by_day == {day: charged_on(day, within, known) for day in within.each_day()}
    assert all(one[1] != other[1] for one, other in pairwise(split))
