"""Real organisations as published and nothing more; the listings; prices of any day; beds counted from claims."""

from datetime import date, timedelta

import pytest

from eldercare.audit.services import move_clock
from eldercare.kernel import clock
from eldercare.kernel.days import Month
from eldercare.kernel.viewer import system
from eldercare.regions.rules.codes import covers
from facilities.choices import ClaimKind
from facilities.models import Bed, BedClaim, BedConfirmation, Facility, Listing, PriceVersion, Rating
from facilities.selectors import board, facility_page, price_in_force, quote, quotes_for, search, vacancies
from facilities.selectors.search import SearchFilters
from facilities.services import load_reference, relist
from facilities.services.relist import stale_listings
from tests.builders.facilities import make_bed, make_home, make_price, make_rating, reprice
from tests.builders.recognition import agreements
from tests.builders.regions import regions

pytestmark = pytest.mark.django_db

JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)


def known(name):
    return Facility.objects.get(name=name, is_demo=False)


@pytest.fixture
def reference():
    regions()
    load_reference()


def test_every_published_fact_keeps_its_source_and_day(reference):
    assert Facility.objects.filter(is_demo=False).count() == 23
    for home in Facility.objects.filter(is_demo=False):
        assert home.published, home.name
        assert all(fact["source"] and fact["as_of"] and fact["confidence"] for fact in home.published), home.name


def test_nothing_is_invented_about_a_real_organisation(reference):
    assert not Bed.objects.exists()
    assert not PriceVersion.objects.exists()
    assert not Rating.objects.exists()
    home = known("北京市朝阳区缘爱康宸养老院")
    assert (home.region_id, home.phone, home.latitude, home.medical_insurance) == ("110105", "", None, None)


def test_fees_as_stated_are_marked_and_never_become_a_price(reference):
    home = known("椿萱茂(北京青塔)老年公寓")
    fees = next(fact for fact in home.published if fact["name"] == "fees_2026")
    assert (fees["use"], fees["as_of"], fees["value"]["餐费"]) == ("as_stated", "2026", 2400)
    assert quote(home.pk, None, "self_care", Month(2026, 6)) is None
    card = next(card for card in search(SearchFilters(q="青塔")).cards if card.id == home.pk)
    assert (card.price_from_fen, card.stars, card.beds.is_published) == (None, None, False)


def test_an_old_star_is_a_stated_fact_not_a_rating(reference):
    home = known("北京市第一社会福利院")
    assert facility_page(home.pk).stars == ()
    assert {fact["name"]: fact["use"] for fact in home.published}["star"] == "as_stated"


def test_loading_twice_changes_nothing(reference):
    before = list(Facility.objects.order_by("pk").values())
    load_reference()
    assert list(Facility.objects.order_by("pk").values()) == before


def test_a_region_is_read_as_it_is_stated(reference):
    assert known("燕达金色年华健康养护中心").region_id == "131082"
    assert covers("120000", known("康宁津园养老社区").region_id)
    assert known("北京市第一社会福利院").region_id == "110000"


def test_the_listings_can_be_thrown_away_and_come_out_the_same(reference):
    home = make_home(beds=2)
    make_rating(home, 3)
    relist()
    assert stale_listings() == []
    kept = {row.pk: row for row in Listing.objects.all()}
    assert (kept[home.pk].free_days, kept[home.pk].full_from_fen) == ([date(2025, 1, 1)] * 2, 620_000)
    Listing.objects.filter(pk=home.pk).update(free_days=[])
    assert stale_listings() == [home.pk]


def test_a_number_nobody_confirms_sinks_by_itself():
    fresh, stale = (make_home(f"示例·{name}", beds=1) for name in ("勤快", "懒惰"))
    BedConfirmation.objects.create(facility=stale, by="staff")
    relist()
    assert [card.id for card in search(SearchFilters()).cards] == [stale.pk, fresh.pk]
    move_clock(system("test"), timedelta(days=4))
    BedConfirmation.objects.create(facility=fresh, by="staff")
    relist()
    cards = search(SearchFilters()).cards
    assert [(card.id, card.confirmed.level) for card in cards] == [(fresh.pk, "fresh"), (stale.pk, "verify")]


def test_a_rating_that_ran_out_is_shown_but_not_counted():
    agreements()
    home = make_home()
    make_rating(home, 5, issued_on=date(2020, 1, 1), valid_until=date(2022, 12, 31))
    make_rating(home, 2)
    relist()
    assert [search(SearchFilters(stars=stars)).cards != () for stars in (1, 2, 3, 5)] == [True, True, False, False]
    assert [(star.level, star.recognised) for star in facility_page(home.pk).stars] == [(2, True), (5, False)]


def test_the_price_in_force_on_any_day_is_answerable():
    home = make_home(prices=False)
    make_price(home, "bed", 200_000, room_type="double", since=date(2025, 1, 1), until=JULY)
    make_price(home, "bed", 230_000, room_type="double", since=JULY)
    prices = [
        price_in_force(home.pk, "bed", day, room_type="double")
        for day in (date(2024, 12, 31), date(2025, 1, 1), date(2026, 6, 30), JULY, date(2099, 1, 1))
    ]
    assert prices == [None, 200_000, 200_000, 230_000, 230_000]


def test_a_quote_is_the_whole_month_and_takes_the_cheapest_room_unless_told():
    home = make_home()
    reprice(home, "multi", 150_000)
    cheapest, double = (quote(home.pk, room, "full", Month(2026, 6)) for room in (None, "double"))
    assert (cheapest.room_type, cheapest.gross_fen) == ("multi", 570_000)
    assert [(line.item, line.eligible_key, line.amount_fen) for line in double.lines] == [
        ("bed", "bed", 200_000),
        ("care", "care", 300_000),
        ("meal", "meal", 120_000),
    ]
    assert quotes_for([home.pk], "single", "full", Month(2024, 1)) == {}


def test_many_homes_are_quoted_with_one_query(django_assert_num_queries):
    ids = [make_home().pk for _number in range(4)]
    with django_assert_num_queries(1):
        assert {found.gross_fen for found in quotes_for(ids, None, "full", Month(2026, 6)).values()} == {620_000}


def test_beds_are_free_later_on_their_day_and_never_twice():
    home, today = make_home(beds=1), clock.today()
    soon = today + timedelta(10)
    BedClaim.objects.create(bed=make_bed(home), kind=ClaimKind.STAY, days=(today - timedelta(30), soon))
    BedClaim.objects.create(bed=make_bed(home), kind=ClaimKind.STAY, days=(today, None))
    BedClaim.objects.create(bed=make_bed(home), kind=ClaimKind.STAY, days=(today + timedelta(5), None))
    make_bed(home, admittable=False)
    now, later = vacancies([home.pk], today)[home.pk], vacancies([home.pk], soon)[home.pk]
    assert (now.total, now.free, now.not_admittable, now.claimed) == (5, 1, 1, 3)
    assert now.later == ((soon, 1),)
    assert later.free == 2


def test_a_lapsed_offer_no_longer_counts_though_nobody_closed_it():
    home, today = make_home(), clock.today()
    hour = timedelta(hours=1)
    claims = {"kind": ClaimKind.OFFER, "days": (today, None)}
    BedClaim.objects.create(bed=make_bed(home), lapses_at=clock.now() - hour, **claims)
    BedClaim.objects.create(bed=make_bed(home), lapses_at=clock.now() + hour, **claims)
    assert vacancies([home.pk], today)[home.pk].free == 1
    assert sorted(bed.kind for room in board(home.pk, today) for bed in room.beds) == ["", "offer"]


def test_a_bed_that_is_gone_is_not_counted():
    home, today = make_home(), clock.today()
    bed = make_bed(home)
    Bed.objects.filter(pk=bed.pk).update(valid_until=today)
    assert vacancies([home.pk], today) == {}


@pytest.mark.slow
def test_the_demo_homes_are_labelled_spread_and_the_same_every_time():
    from eldercare.portal.demo.homes import load_homes

    agreements()
    assert load_homes() == load_homes() == 605
    demo = Facility.objects.filter(is_demo=True)
    assert not demo.exclude(name__startswith="示例").exists()
    counts = {code: demo.filter(region__pk__startswith=code).count() for code in ("11", "12", "13")}
    assert counts == {"11": 240, "12": 155, "13": 210}
    tour = demo.get(name="示例·武清运河颐养中心")
    page = facility_page(tour.pk)
    assert (tour.region_id, page.beds.rooms, page.stars[0].level, page.stars[0].recognised) == (
        "120114",
        {"double": 24, "single": 3},
        4,
        True,
    )
    assert quote(tour.pk, "double", "full", clock.this_month()).gross_fen == 180_000 + 300_000 + 100_000
    beds, claims = Bed.objects.count(), BedClaim.objects.count()
    assert 0.40 < claims / beds < 0.52
    assert set(BedClaim.objects.values_list("noun", flat=True)) == {"demo"}
