"""The search over the listings: free beds that are never out of date, names, places, order, pages that stay put."""

import json
from datetime import date, timedelta
from itertools import pairwise
from operator import itemgetter

import pytest
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eldercare.audit.services import move_clock
from eldercare.kernel import clock
from eldercare.kernel.viewer import system
from eldercare.recognition.services import load_reference as load_agreements
from facilities.choices import BedType, ClaimKind, FacilityKind
from facilities.models import Bed, BedClaim, BedConfirmation, Facility, Listing, ListingDue, PriceVersion
from facilities.rules.marks import KINDS
from facilities.selectors.facets import Count
from facilities.selectors.search import SearchFilters, facets, search
from facilities.services import relist
from facilities.services.relist import relist_due, stale_listings
from tests.builders.facilities import make_bed, make_home, make_price, make_rating
from tests.builders.regions import CHAOYANG, WUQING, regions

pytestmark = pytest.mark.django_db
API = "/api/v1/facilities"
GATHERING = 'SELECT 0 AS "number", "facilities_listing"."facility_id"'
ELDER = {
    "birth_date": "1945-03-10",
    "hukou": [{"region": CHAOYANG, "from": "1955-03-10", "until": None}],
    "assessments": [
        {"standard": "GB/T 42195-2022", "level": 3, "concluded_on": "2026-01-15", "valid_until": "2099-01-14"}
    ],
    "certificates": [],
    "circumstances": dict.fromkeys(
        (
            *("dibao", "urban_hardship_allowance", "low_income", "special_family_planning", "destitute_support"),
            *("work_injury_nursing", "good_samaritan_nursing", "returned_youth_nursing"),
            *("hardship_institution_allowance", "disability_nursing_allowance", "disability_living_allowance"),
            "long_term_care_insurance",
        ),
        False,
    ),
    "prison": [],
    "welfare_allowances": [],
}


def names(**filters) -> list[str]:
    return [card.name for card in search(SearchFilters(**filters)).cards]


def claim(bed, kind=ClaimKind.STAY, *, until=None, lapses_at=None) -> BedClaim:
    return BedClaim.objects.create(bed=bed, kind=kind, days=DateRange(clock.today(), until), lapses_at=lapses_at)


# Free beds


def test_a_bed_that_was_just_claimed_is_not_found_free_though_nothing_was_listed_anew():
    home = make_home(beds=1)
    relist()
    assert names(free_beds=1) == [home.name]

    claim(Bed.objects.get())

    assert names(free_beds=1) == []
    assert facets(SearchFilters()).of("free_beds", 1).count == 0


def test_a_hold_that_lapsed_sets_the_bed_free_at_once_without_anybody_closing_it():
    home = make_home(beds=1)
    claim(Bed.objects.get(), ClaimKind.HOLD, lapses_at=clock.now() + timedelta(hours=1))
    relist()
    assert (ListingDue.objects.count(), names(free_beds=1)) == (0, [])

    move_clock(system("test"), timedelta(hours=2))

    assert names(free_beds=1) == [home.name]


def test_a_bed_is_found_for_the_day_it_becomes_free():
    home = make_home(beds=2)
    soon = clock.today() + timedelta(10)
    for bed in Bed.objects.all():
        claim(bed, until=soon)
    relist()

    assert names(free_beds=1) == names(free_on=soon - timedelta(1)) == []
    assert names(free_on=soon) == names(free_beds=2, free_on=soon, room_type="double") == [home.name]
    assert names(free_beds=3, free_on=soon) == names(free_on=soon, room_type="single") == []


def test_a_bed_that_will_end_is_promised_to_nobody():
    home = make_home(beds=2)
    Bed.objects.filter(pk=Bed.objects.first().pk).update(valid_until=clock.today() + timedelta(30))
    relist()
    assert names(free_beds=1) == names(free_on=clock.today() + timedelta(60)) == [home.name]
    assert names(free_beds=2) == []


def test_what_the_listing_keeps_is_used_only_while_nothing_has_happened():
    """The other way round: a listing that holds is believed, so a false one would be noticed by verify_listings."""
    home = make_home(beds=1)
    relist()
    Listing.objects.update(free_days=[])

    assert names(free_beds=1) == []
    assert stale_listings() == [home.pk]


@pytest.mark.parametrize(
    "change",
    [
        lambda home: Facility.objects.filter(pk=home.pk).update(name="示例·改了名"),
        lambda home: BedConfirmation.objects.create(facility=home, by="staff"),
        lambda home: make_bed(home),
        lambda home: PriceVersion.objects.filter(facility=home, item="meal").delete(),
        lambda home: make_rating(home, 5),
        lambda home: claim(Bed.objects.first()),
    ],
)
def test_whatever_a_listing_derives_from_rings_its_bell_and_is_followed(change):
    load_agreements()
    home = make_home(beds=1)
    relist()
    before = Listing.objects.values().get()
    assert not ListingDue.objects.exists()

    change(home)
    assert ListingDue.objects.filter(facility=home).exists()
    assert relist_due() == 1

    assert not ListingDue.objects.exists()
    assert stale_listings() == []
    assert Listing.objects.values().get() != before


def test_a_listing_is_made_anew_when_its_time_is_over():
    home = make_home(licence_valid_until=clock.today())
    relist()
    assert names() == [home.name]

    move_clock(system("test"), timedelta(days=1))
    assert relist_due() == 1

    assert names() == []
    assert relist_due() == 0


def test_a_home_whose_licence_ran_out_leaves_matching_and_is_shown_with_the_reason(client):
    home = make_home("示例·过期", licence_valid_until=date(2026, 1, 31))
    make_home("示例·停业", operating="suspended")
    relist()

    assert names() == []
    shown = search(SearchFilters(unlicensed=True)).cards
    assert [str(card.not_matched) for card in shown if card.id == home.pk] == [
        "备案（许可）已于 2026-01-31 到期，暂不能收住"
    ]
    assert {card.name for card in shown} == {"示例·过期", "示例·停业"}
    assert client.get(f"/homes/{home.pk}").status_code == 200


# Names and places


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("康", ["示例·康乐养老院"]),
        ("武清 康", ["示例·康乐养老院"]),  # a place and a piece of the name
        ("wuqing kangle", ["示例·康乐养老院"]),
        ("朝阳 康", []),
        ("慷乐", ["示例·康乐养老院"]),
        ("klyly", ["示例·康乐养老院"]),
        ("kangel", ["示例·康乐养老院"]),
        ("黄庄街", ["示例·康乐养老院"]),  # its address
        ("朝阳", ["示例·松鹤之家"]),
        ("东方红", []),
        ("%", []),
        ("_", []),
    ],
)
def test_homes_are_found_by_name_place_and_address(typed, found):
    make_home("示例·康乐养老院", region=WUQING, address="黄庄街道1号")
    make_home("示例·松鹤之家", region=CHAOYANG)
    relist()
    assert names(q=typed) == found


def test_what_is_called_exactly_so_is_not_mixed_with_what_is_called_nearly_so():
    make_home("示例·康乐养老院")
    make_home("示例·慷乐养老院")
    relist()
    found = search(SearchFilters(q="慷乐"))
    assert ([card.name for card in found.cards], found.slipped) == (["示例·慷乐养老院"], False)


def test_each_of_several_other_names_begins_for_itself():
    make_home("松鹤之家", alias="老黄庄、大黄庄")
    make_home("大黄庄园", beds=1)
    relist()
    assert names(q="大黄庄") == ["松鹤之家", "大黄庄园"]


def test_a_very_long_name_is_kept_whole():
    home = make_home("乐" * 120, alias="㎏" * 120)
    relist()
    assert names(q="乐" * 40) == [home.name]


def test_homes_are_found_in_the_places_a_district_is_paired_with():
    make_home("示例·承德", region="130802")
    make_home("示例·武清")
    relist()
    assert names(paired_with=CHAOYANG) == ["示例·承德"]
    assert names(paired_with="110101") == []


def test_a_circle_is_a_circle():
    """Forty kilometres to the north-east are within a box of thirty and not within a circle of it."""
    make_home("示例·近", latitude=39.60, longitude=117.0)
    make_home("示例·斜", latitude=39.25 + 0.25, longitude=117.0 + 0.32)
    make_home("示例·不知道", latitude=None, longitude=None)
    relist()
    assert names(near=(39.38, 117.0), within_km=30) == ["示例·近"]
    assert set(names(near=(39.38, 117.0), within_km=60)) == {"示例·近", "示例·斜"}


def test_every_kind_of_home_can_be_asked_for():
    assert set(KINDS) == set(FacilityKind.values)


# Order and pages


def post(body, client=None) -> dict:
    answer = (client or Client()).post(f"{API}/search", json.dumps(body), content_type="application/json")
    assert answer.status_code == 200, answer.content.decode()[:500]
    return answer.json()


def walk(body, size=3) -> list[dict]:
    pages, cursor = [], None
    while cursor or not pages:
        page = post({**body, "page_size": size, **({"cursor": cursor} if cursor else {})})
        pages.append(page)
        cursor = page["next"]
    return pages


@pytest.fixture
def priced():
    """Eleven homes of different prices; one publishes none, one is cheaper than the benefit could pay."""
    load_agreements()
    for number in range(11):
        home = make_home(f"示例·{number:02d}", prices=False, beds=number % 3, medical_insurance=bool(number % 2))
        if number:
            make_price(home, "bed", (number * 37 % 11) * 10_000, room_type="double")
            make_price(home, "bed", 5_000 * number, room_type="single")
            make_price(home, "care", 20_000, care_grade="full")
            make_price(home, "meal", 10_000)
    relist()


def test_net_prices_are_in_order_over_all_pages_and_back(priced):
    body = {"elder": ELDER, "sort": "price"}
    pages = walk(body)
    rows = [row for page in pages for row in page["results"]]
    nets = [row["net_monthly_fen"] for row in rows]

    assert len({row["id"] for row in rows}) == len(rows) == 11
    assert nets == [*sorted(net for net in nets if net is not None), None]
    back = post({**body, "page_size": 3, "cursor": pages[2]["previous"]})
    assert [row["id"] for row in back["results"]] == [row["id"] for row in pages[1]["results"]]


def test_the_family_s_own_points_reorder_and_the_pages_meet_every_home_once(priced):
    body = {"elder": ELDER, "near": "39.38,117.04"}
    pages = walk(body)
    ids = [row["id"] for page in pages for row in page["results"]]
    common = [row["id"] for row in post({"page_size": 20})["results"]]

    assert len(set(ids)) == len(ids) == 11
    assert ids != common
    assert set(ids) == set(common)
    for earlier, later in pairwise(pages):
        back = post({**body, "page_size": 3, "cursor": later["previous"]})
        assert [row["id"] for row in back["results"]] == [row["id"] for row in earlier["results"]]


def test_after_the_first_homes_the_common_order_goes_on_and_leads_back(priced, monkeypatch):
    monkeypatch.setattr("facilities.selectors.paging.HEAD", 5)
    body = {"elder": ELDER}
    pages = walk(body)
    ids = [[row["id"] for row in page["results"]] for page in pages]

    assert [len(page) for page in ids] == [3, 2, 3, 3]
    assert len({key for page in ids for key in page}) == 11
    back, cursor = [], pages[3]["previous"]
    while cursor:
        page = post({**body, "page_size": 3, "cursor": cursor})
        back.append([row["id"] for row in page["results"]])
        cursor = page["previous"]
    assert [key for page in reversed(back) for key in page] == [key for page in ids[:3] for key in page]


@pytest.mark.parametrize("sort", ["recommended", "price"])
def test_what_comes_or_goes_in_the_meantime_neither_repeats_nor_hides_a_home(priced, sort):
    body = {"elder": ELDER, "sort": sort, "page_size": 4}
    first = post(body)
    seen = [row["id"] for row in first["results"]]
    Facility.objects.filter(pk=seen[1]).update(operating="closed")
    cheapest = make_home("示例·新来的", beds=2)
    relist()

    rest, cursor = [], first["next"]
    while cursor:
        page = post({**body, "cursor": cursor})
        rest += [row["id"] for row in page["results"]]
        cursor = page["next"]

    everybody = {str(key) for key in Facility.objects.values_list("pk", flat=True)}
    assert len(set(seen + rest)) == len(seen + rest)
    assert everybody - set(seen + rest) <= {str(cheapest.pk)}


def test_a_net_budget_is_held_to_the_fen(priced):
    rows = post({"elder": ELDER, "page_size": 50})["results"]
    nets = sorted(row["net_monthly_fen"] for row in rows if row["net_monthly_fen"] is not None)
    within = post({"elder": ELDER, "net_budget_fen": nets[4], "sort": "price", "page_size": 50})["results"]
    assert sorted(row["net_monthly_fen"] for row in within) == [net for net in nets if net <= nets[4]]


def test_both_budgets_are_held(priced):
    rows = [row for row in post({"elder": ELDER, "page_size": 50})["results"] if row["net_monthly_fen"] is not None]
    gross = sorted(row["price_from_fen"] for row in rows)[3]
    net = sorted(row["net_monthly_fen"] for row in rows)[-2]
    found = post({"elder": ELDER, "budget_fen": gross, "net_budget_fen": net, "page_size": 50})["results"]
    wanted = {row["id"] for row in rows if row["price_from_fen"] <= gross and row["net_monthly_fen"] <= net}
    assert {row["id"] for row in found} == wanted
    assert len(wanted) < len(rows)


@pytest.mark.parametrize("level", [0, 2, 3])
@pytest.mark.parametrize("room_type", ["", "single"])
def test_the_net_price_of_every_result_is_that_of_the_quote(priced, level, room_type):
    """The quote's figure is the case's: both are `net_month` of the same charges (tests/portal/test_journeys.py)."""
    assessed = [{**ELDER["assessments"][0], "level": level}]
    elder = {**ELDER, "assessments": assessed}
    for home in Facility.objects.filter(prices__isnull=False).distinct():
        for grade in ("self_care", "partial"):
            make_price(home, "care", 7_000, care_grade=grade)
    relist()
    for row in post({"elder": elder, "room_type": room_type, "page_size": 50})["results"]:
        asked = {"facility": row["id"], "elder": elder, "room_type": row["price_room"]}
        quote = Client().post("/api/v1/quotes", json.dumps(asked), content_type="application/json")
        net = quote.json()["net_monthly_fen"] if row["price_room"] else None
        assert row["net_monthly_fen"] == net
        assert row["price_from_fen"] == (quote.json()["gross_fen"] if row["price_room"] else None)


# How often the database is asked


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.get(API, {"page_size": 200, "stars": 1, "free_beds": 1}),
        lambda client: client.post(f"{API}/search", json.dumps({"elder": ELDER}), content_type="application/json"),
        lambda client: client.get("/homes", {"free_beds": "1", "region": "120000", "short_stay": "on"}),
        lambda client: client.get(API, {"q": "shili", "page_size": 200}),
    ],
)
def test_the_database_is_asked_as_often_for_one_home_as_for_twenty_and_two_hundred(client, ask):
    load_agreements()
    asked = []
    made = 0
    for number in (1, 20, 200):
        _many(number - made)
        made = number
        with CaptureQueriesContext(connection) as queries:
            assert ask(client).status_code == 200
        asked.append(len(queries))
    assert asked[0] == asked[1] == asked[2], asked


def _many(number: int) -> None:
    pattern = make_home("示例·样子", beds=1)
    make_rating(pattern, 3)
    Bed.objects.filter(room__facility=pattern).update(bed_type=BedType.SHORT_STAY)
    for copy in range(number - 1):
        home = make_home(f"示例·第{copy}家", prices=False)
        make_price(home, "meal", 1)
        make_bed(home, bed_type=BedType.SHORT_STAY)
        make_rating(home, 3)
    relist()


# What can be sent

WORDS = st.text(max_size=80) | st.sampled_from(
    ["%", "_", "\x00", "康" * 5000, "'; --", "a" * 200, "武清 康", "wuqng", "\ud800"[:0]]
)
VALUES = WORDS | st.sampled_from(
    [
        "0",
        "-1",
        "nan",
        "inf",
        "1e400",
        "39.9,116.4",
        "91,0",
        "0,181",
        "nan,nan",
        "120000",
        "999999",
        "2026-02-30",
        "9999-12-31",
    ]
    + ["true", "home", "double", "full", "price", "5", "200", "99999999999999999999", "0001-01-01"]
)
FILTERS = [*SearchFilters.__dataclass_fields__, "cursor", "page_size", "colour"]
FIELDS = [
    "region",
    "paired_with",
    "start",
    "near",
    "stay_from",
    "stay_until",
    "within_km",
    "care_grade",
    "level",
    "budget",
    "q",
    "stars",
    "room_type",
    "kind",
] + [*("accepts_hukou", "free_beds", "free_on", "unlicensed", "sort", "view", "page", "home")]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=st.dictionaries(st.sampled_from(FILTERS), VALUES, max_size=5))
def test_nothing_sent_to_the_api_is_a_fault(client, db, sent):
    regions()
    assert client.get(API, sent).status_code in (200, 400, 422)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=5))
def test_nothing_sent_to_the_pages_is_a_fault(client, db, sent):
    regions()
    assert client.get("/homes", sent).status_code in (200, 400, 422)
    assert client.get("/compare", sent).status_code in (200, 422)


@pytest.mark.parametrize(
    ("sent", "status", "field"),
    [
        ({"q": "康" * 5000}, 422, "q"),
        ({"near": "95,10"}, 422, "near"),
        ({"near": "39,116", "within_km": "0"}, 422, "within_km"),
        ({"near": "39,116", "within_km": "nan"}, 422, "within_km"),
        ({"within_km": "10"}, 422, "near"),
        ({"paired_with": "999999"}, 422, "paired_with"),
        ({"q": "康\x00乐"}, 422, "q"),
    ],
)
def test_what_cannot_be_looked_for_is_named(client, sent, status, field):
    regions()
    answer = client.get(API, sent)
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (status, [field])


@pytest.mark.parametrize("sent", [{"q": "🌸"}, {"q": "％"}, {"q": "·，。"}, {"q": "东方红"}, {"paired_with": "110101"}])
def test_what_nobody_can_be_is_answered_with_nobody_and_counted(client, sent):
    make_home()
    relist()
    for more in ({}, {"region": "120000"}, {"stars": "3", "free_beds": "1"}):
        answer = client.get(API, {**sent, **more})
        assert (answer.status_code, answer.json()["results"]) == (200, [])
        counted = answer.json()["facets"]
        assert {count["count"] for values in counted.values() for count in values.values()} == {0}


def test_who_is_called_exactly_so_comes_first_then_who_begins_so_then_who_has_it_in_the_name():
    make_home("示例·大康乐", beds=1)
    make_home("爱康乐养老院", beds=1, address="康乐路1号")
    make_home("康乐养老院", prices=False)
    make_home("松鹤之家", beds=1, address="康乐路2号")
    make_home("康乐", prices=False, medical_insurance=None)
    relist()
    inside = sorted(["示例·大康乐", "爱康乐养老院"])
    found = names(q="康乐")
    assert [found[:2], sorted(found[2:4]), found[4:]] == [["康乐", "康乐养老院"], inside, ["松鹤之家"]]
    pages = walk({"q": "康乐", "elder": ELDER}, size=2)
    assert [row["name"] for page in pages for row in page["results"]][:2] == ["康乐", "康乐养老院"]
    assert len({row["id"] for page in pages for row in page["results"]}) == 5


def test_who_is_called_nearly_so_comes_after_who_is_called_so_where_that_is_asked_for(client):
    for name in ("示例·慷乐养老院", "康乐养老院", "松鹤之家"):
        make_home(name, beds=1)
    relist()
    assert (names(q="慷乐"), names(q="慷乐", nearly=True)) == (["示例·慷乐养老院"], ["示例·慷乐养老院", "康乐养老院"])
    answer = client.get(API, {"q": "慷乐", "nearly": "true"}).json()
    assert (len(answer["results"]), answer["slipped"]) == (2, False)
    assert answer["facets"]["kind"]["home"]["count"] == 2
    page = client.get("/homes", {"q": "慷乐"}).content.decode()
    assert "&amp;nearly=on" in page
    assert "也看名字相近的</a>" in page
    for asked in ({"q": "慷乐", "nearly": "on"}, {"q": "慷了"}, {}):
        assert "也看名字相近的</a>" not in client.get("/homes", asked).content.decode()


@pytest.mark.parametrize("typed", ["康乐", "kangle", "kl", "康 乐"])
@pytest.mark.parametrize("few", [3, 2000])
def test_of_a_name_that_many_have_the_nearest_come_first_on_every_page_and_back(typed, few, monkeypatch):
    monkeypatch.setattr("facilities.selectors.matching.FEW", few)
    for number in range(4):
        make_home(f"示例{number}·康乐园", beds=number % 2, medical_insurance=bool(number % 3))
    for number in range(4):
        make_home(f"康乐{number}号院", prices=bool(number % 2))
    make_home("康乐", prices=False, medical_insurance=None)
    relist()
    for own in ({}, {"elder": ELDER}):
        pages = walk({"q": typed, **own}, size=2)
        found = [row["name"] for page in pages for row in page["results"]]
        assert (found[0], {name[:2] for name in found[1:5]}, len(found)) == (
            "康乐",
            {"康乐"},
            len(set(found)) == 9 and 9,
        )
        back, cursor = [], pages[-1]["previous"]
        while cursor:
            page = post({"q": typed, **own, "page_size": 2, "cursor": cursor})
            back = [row["name"] for row in page["results"]] + back
            cursor = page["previous"]
        assert back == found[: len(back)]
        assert len(back) == 8


def test_a_name_that_many_have_is_counted_in_the_region_too_and_the_counts_say_at_least(monkeypatch):
    monkeypatch.setattr("facilities.selectors.matching.FEW", 3)
    for number in range(6):
        make_home(f"康乐{number}", region=(WUQING, CHAOYANG)[number == 5])
    relist()
    counted = facets(SearchFilters(q="康乐", region="110000"))
    assert (counted.of("medical_insurance"), counted.of("region", "110000")) == (Count(1, True), Count(1, True))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("武清康乐", ["康乐养老院"]),  # a place and a name without a gap
        ("天津市武清区康乐", ["康乐养老院"]),
        ("朝阳康乐", []),
        ("朝阳松鹤", ["朝阳区松鹤之家"]),  # something left out between
        ("松鹤朝阳", ["朝阳区松鹤之家"]),
        ("松鹤家", ["朝阳区松鹤之家"]),
    ],
)
def test_what_was_left_out_or_written_together_is_found_as_nearly_so(typed, found):
    make_home("康乐养老院", region=WUQING)
    make_home("朝阳区松鹤之家", region=CHAOYANG)
    relist()
    page = search(SearchFilters(q=typed))
    assert ([card.name for card in page.cards], page.slipped) == (found, bool(found))


def test_a_slip_finds_what_sounds_so_first_and_what_is_nearly_so_at_an_end_only_where_nothing_else_is():
    for name in ("示例·康乐养老院", "康乐养老院", "康源养老院", "瑞乐养老院"):
        make_home(name)
    relist()
    assert names(q="慷乐养老院")[:2] == ["康乐养老院", "示例·康乐养老院"]
    assert "瑞乐养老院" not in names(q="慷乐养老院")
    assert names(q="康乐养老完")[0] == "康乐养老院"


def test_letters_that_are_a_name_come_before_letters_that_sound_like_one():
    make_home("爱康养老院", beds=1)
    make_home("福祉AI康养3号", prices=False)
    relist()
    assert names(q="AI康养") == ["福祉AI康养3号", "爱康养老院"]


def test_the_api_says_that_these_are_only_called_nearly_so(client):
    make_home("示例·康乐养老院")
    relist()
    for typed, slipped in (("康乐", False), ("慷乐", True), ("东方红", False), ("", False)):
        assert client.get(API, {"q": typed}).json()["slipped"] is slipped
        assert post({"q": typed})["slipped"] is slipped


@pytest.mark.parametrize(
    "typed", ["zijia", "kangel", "k", "ly", "guantaoxianbaihuayanglaofuwuzhongxn", "康乐东", "ng a"]
)
def test_a_name_is_gathered_by_its_index_and_never_by_reading_every_home(typed):
    """Of pieces the database has no figure for it supposes that many homes carry them, and would read all of them."""
    _many(30)
    with CaptureQueriesContext(connection) as queries:
        search(SearchFilters(q=typed))
    gathered = [sql for sql in map(itemgetter("sql"), queries) if sql.startswith(GATHERING)]
    assert gathered
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        for sql in gathered:
            cursor.execute(f"EXPLAIN {sql}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "listing_by_name_mark" in plan
            assert "Seq Scan" not in plan
    switches = [one["sql"] for one in queries if "enable_seqscan" in one["sql"]]
    assert [sql.count("off") for sql in switches] == [2, 0] * len(gathered)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ('{"kind": "\\ud800"}', 422),
        ('{"\\ud800": 1}', 400),
        ("null", 400),
        ("[]", 422),
        ('{"stars": {"a": [1]}}', 422),
        ('{"budget_fen": NaN}', 400),
        ('{"within_km": 1e999, "near": "39,116"}', 422),
        ('{"region": "天津"}', 422),
    ],
)
def test_a_body_that_makes_no_sense_is_refused_in_words_and_is_no_fault(client, db, body, status):
    regions()
    answer = client.post(f"{API}/search", body, content_type="application/json")
    assert answer.status_code == status, answer.content
    said = [answer.json()["detail"], *(error["message"] for error in answer.json()["errors"])]
    assert all(any("一" <= letter <= "鿿" for letter in sentence) for sentence in said)


def homes_found(**filters) -> int:
    return len(search(SearchFilters(**filters), size=200).cards)


@pytest.mark.parametrize(
    "filters",
    [
        {"budget_fen": 400_000},  # another room is another price
        {"budget_fen": 400_000, "room_type": "single"},
        {"free_beds": 1},  # and other beds
        {"free_beds": 2, "room_type": "double"},
        {"free_beds": 2},
        {"budget_fen": 400_000, "capability_level": 3},  # another level is another grade
        {"budget_fen": 400_000, "free_beds": 1, "room_type": "double", "capability_level": 0, "region": "120000"},
        {"free_on": date(2027, 6, 1), "budget_fen": 700_000},
    ],
)
@pytest.mark.parametrize("noted", [False, True])
def test_a_choice_is_counted_with_the_price_and_the_beds_it_would_bring(filters, noted):
    for number in range(12):
        home = make_home(f"示例·{number}", prices=False, region=(WUQING, CHAOYANG)[number % 2])
        make_price(home, "bed", 60_000 * number, room_type="double")
        make_price(home, "bed", 100_000 + 90_000 * (number % 5), room_type="single")
        make_price(home, "care", 20_000, care_grade="self_care")
        make_price(home, "care", 50_000 * number, care_grade="full")
        make_price(home, "meal", 10_000)
        for room_type in ("double", "double", "single")[: number % 4]:
            make_bed(home, room_type=room_type)
    for bed in Bed.objects.all()[::3]:
        claim(bed, until=date(2027, 3, 1))
    if not noted:
        relist()
    else:
        relist()
        for bed in Bed.objects.all()[1::3]:
            claim(bed)  # what the listings keep of these homes no longer holds
    counted = facets(SearchFilters(**filters))
    asked = [("room_type", room) for room in ("single", "double", "triple")] + [("free_beds", 1), ("stars", 1)]
    asked += [("capability_level", level) for level in range(5)] + [("budget_fen", 400_000)]
    for name, value in asked:
        count = counted.of(name, value)
        if count is not None:
            assert (name, value, count.count) == (name, value, homes_found(**{**filters, name: value}))
    for name, count in counted.without.items():
        left = {key: value for key, value in filters.items() if key != name and (name, key) != ("free_beds", "free_on")}
        kept = {card.id for card in search(SearchFilters(**filters), size=200).cards}
        more = {card.id for card in search(SearchFilters(**left), size=200).cards} - kept
        assert (name, count.count) == (name, len(more))


def test_a_cursor_begins_no_page_of_another_search(client, priced):
    cursor = post({"page_size": 3})["next"]
    assert len(post({"page_size": 5, "cursor": cursor})["results"]) == 5
    dearer = {**ELDER, "assessments": [{**ELDER["assessments"][0], "level": 0}]}
    own = post({"elder": ELDER, "sort": "price", "page_size": 3})["next"]
    others = [
        {"cursor": cursor, "sort": "price"},
        {"cursor": cursor, "medical_insurance": True},
        {"cursor": cursor, "q": "示例"},
        {"cursor": cursor, "elder": ELDER},
        {"cursor": own, "sort": "price"},
        {"cursor": own, "elder": dearer, "sort": "price"},
        {"cursor": cursor[:-1]},
        {"cursor": cursor.split(".")[0]},
        {"cursor": "." + cursor.split(".")[1]},
        {"cursor": "x"},
    ]
    for body in others:
        answer = client.post(f"{API}/search", json.dumps(body), content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor"), body
    assert client.get("/homes", {"page": cursor, "q": "示例"}).status_code == 400


@pytest.mark.parametrize(("typed", "times"), [("康乐", 1), ("慷乐", 2), ("康乐院", 2), ("康了养老", 3), ("东方红", 4)])
def test_a_name_is_looked_up_once_for_the_page_and_the_counts_and_once_more_for_each_freer_reading(
    client, typed, times
):
    make_home("示例·康乐养老院")
    relist()
    with CaptureQueriesContext(connection) as queries:
        assert client.get(API, {"q": typed, "region": "120000"}).status_code == 200
    assert sum(one["sql"].startswith(GATHERING) for one in queries) == times
