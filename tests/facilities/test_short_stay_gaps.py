"""A bed that is somebody's later is free for a short stay that leaves before: found, counted, shown, and given."""

import random
from datetime import date
from types import SimpleNamespace

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.test.utils import CaptureQueriesContext

from eldercare.kernel import clock
from eldercare.kernel.days import DayRange
from eldercare.people.models import Letter
from facilities.choices import ClaimKind, ListMode, OfferState, OpeningState
from facilities.models import Bed, BedClaim, Offer, Opening, Skip
from facilities.rules.monthly import ROOMS
from facilities.selectors.free_days import rooms_free_on
from facilities.selectors.matching import matching
from facilities.selectors.search import SearchFilters, facets, search
from facilities.services import accept_offer, check_in, end_stay, offer_bed, relist, set_list_rule
from tests.builders.accounts import sign_in
from tests.builders.facilities import make_bed, make_home
from tests.builders.waiting import Queue
from tests.facilities.test_beds import DAY, code_of, go
from tests.facilities.test_short_stay_search import found

pytestmark = pytest.mark.django_db
FIRST_DAY = '"days") >= '


def claim(bed, since, until=None, kind=ClaimKind.STAY, **more):
    today = clock.today()
    return BedClaim.objects.create(
        bed=bed, kind=kind, days=DateRange(today + since * DAY, until and today + until * DAY), **more
    )


def stay(since, until):
    today = clock.today()
    return {"stay_from": today + since * DAY, "stay_until": today + until * DAY}


@pytest.fixture
def bed():
    """One bed of one home, somebody's from the twentieth day on."""
    home = make_home(beds=1)
    bed = home.rooms.get().beds.select_related("room__facility").get()
    claim(bed, 20)
    relist()
    return bed


def test_a_bed_that_is_somebody_s_later_is_found_for_the_days_before(bed):
    (card,) = found(free_beds=1, **stay(5, 12))
    room = next(room for room in card["stay"]["rooms"] if room["room_type"] == "double")
    assert (room["has_free_bed"], card["beds"]["free"]) == (True, 1)
    assert len(found(free_beds=1, **stay(5, 20))) == 1
    assert found(free_beds=1, **stay(5, 21)) == []
    assert found(free_beds=2, **stay(5, 12)) == []
    assert found(free_beds=1, room_type="single", **stay(5, 12)) == []
    assert len(found(free_beds=1, room_type="double", **stay(5, 12))) == 1


def test_who_comes_to_live_here_is_not_shown_it(bed):
    today = clock.today()
    assert found(free_beds=1) == found(free_on=str(today + 5 * DAY)) == []
    assert found(free_on=str(today + 5 * DAY), **stay(5, 12)) == []
    assert found()[0]["beds"]["free"] == 0
    assert facets(SearchFilters()).of("free_beds", 1).count == 0


def test_a_home_that_is_full_on_these_days_says_so(bed):
    claim(bed, 0, 8)
    (card,) = found(**stay(5, 12))
    assert (card["stay"]["rooms"][0]["has_free_bed"], card["beds"]["free"]) == (False, 0)
    assert found(**stay(8, 12))[0]["stay"]["rooms"][0]["has_free_bed"] is True


def test_a_bed_that_will_be_closed_is_free_until_then(bed):
    BedClaim.objects.update(released_at=clock.now())
    Bed.objects.update(valid_until=clock.today() + 15 * DAY)
    relist()
    assert len(found(free_beds=1, **stay(5, 15))) == 1
    assert found(free_beds=1, **stay(5, 16)) == []
    assert found(free_beds=1) == []


@pytest.mark.parametrize("change", [{"admittable": False}, {"valid_from": date(2099, 1, 1)}])
def test_a_bed_that_takes_nobody_in_is_free_to_nobody(bed, change):
    BedClaim.objects.update(days=DateRange(date(2099, 1, 1), None))
    Bed.objects.update(**change)
    relist()
    assert found(free_beds=1, **stay(5, 12)) == []


def test_the_counts_are_those_of_the_search(bed):
    asked = SearchFilters(**stay(5, 12))
    assert facets(asked).of("free_beds", 1).count == 1
    assert facets(SearchFilters(free_beds=1, **stay(5, 12))).of("room_type", "double").count == 1
    assert facets(SearchFilters(**stay(5, 21))).of("free_beds", 1).count == 0


def test_order_and_budget_go_by_the_room_that_has_the_bed(bed):
    """The dearer room is the only one with a bed: what it costs is what the days cost."""
    home = bed.room.facility
    home.prices.filter(room_type="double").delete()
    home.prices.create(item="bed", room_type="double", monthly_fen=900_000, days=DateRange(date(2025, 1, 1), None))
    relist()
    (card,) = found(**stay(5, 12), sort="price")
    assert card["stay"]["rooms"][0]["room_type"] == "double"
    least = card["stay"]["rooms"][0]["gross_fen"]
    assert len(found(**stay(5, 12), budget_fen=least)) == 1
    assert found(**stay(5, 12), budget_fen=least - 1) == []


def test_any_claims_any_days_the_search_finds_what_the_claims_leave():
    """Recounted by hand, day by day; before the listings are made anew, and after."""
    today, dice = clock.today(), random.Random(7)
    homes = [make_home(f"示例·{number}", prices=False) for number in range(12)]
    relist()
    beds = [make_bed(home, room_type=dice.choice(ROOMS)) for home in homes for _number in range(3)]
    for bed in beds:
        day = dice.randrange(3)
        while day < 30 and dice.random() < 0.7:
            length = dice.randrange(1, 12)
            last = dice.random() < 0.2
            claim(bed, day, None if last else day + length)
            day = 99 if last else day + length + dice.randrange(6)
        if dice.random() < 0.3 and day < 99:
            Bed.objects.filter(pk=bed.pk).update(valid_until=today + (day + dice.randrange(1, 9)) * DAY)
    for listed_anew in (False, True):
        for _number in range(20):
            since, least = dice.randrange(40), dice.randrange(1, 4)
            days = stay(since, since + dice.randrange(1, 15))
            free = {home.pk: by_hand(home, days) for home in homes}
            shown = search(SearchFilters(free_beds=least, **days), size=50).cards
            assert {card.id for card in shown} == {pk for pk, rooms in free.items() if len(rooms) >= least}
            assert all(card.beds.free == len(free[card.id]) for card in shown)
            counts = facets(SearchFilters(free_beds=least, **days))
            assert counts.of("free_beds", 1).count == sum(bool(rooms) for rooms in free.values())
            if listed_anew:  # what rooms a home has is known by its listing
                room = dice.choice(ROOMS)
                of_room = search(SearchFilters(free_beds=least, room_type=room, **days), size=50).cards
                assert {card.id for card in of_room} == {pk for pk, rooms in free.items() if rooms.count(room) >= least}
            listed = rooms_free_on([home.pk for home in homes], DayRange(*days.values()))
            assert {pk: set(rooms) for pk, rooms in free.items()} == {pk: set(listed.get(pk, ())) for pk in free}
        relist()


def by_hand(home, days):
    """The room type of each bed that nothing has on any of the days."""
    each = [days["stay_from"] + n * DAY for n in range((days["stay_until"] - days["stay_from"]).days)]
    return [
        bed.room.room_type
        for bed in Bed.objects.filter(room__facility=home).select_related("room").prefetch_related("claims")
        if all(bed.valid_until is None or day < bed.valid_until for day in each)
        and not any(day in one.days for one in bed.claims.all() for day in each)
    ]


def test_the_database_is_asked_as_often_whatever_the_gaps():
    counted = []
    for number in (1, 15):
        for name in range(number):
            claim(make_bed(make_home(f"示例·{number}·{name}")), 20)
        relist()
        with CaptureQueriesContext(connection) as queries:
            found(free_beds=1, **stay(5, 12), sort="price")
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_the_search_of_who_comes_to_live_here_asks_what_it_always_asked():
    """Only a short stay looks for claims by their first day."""
    long, short = (
        str(matching(SearchFilters(free_beds=1, **days), clock.today()).all().query) for days in ({}, stay(5, 12))
    )
    assert FIRST_DAY in short
    assert FIRST_DAY not in long


# What is found can be had


def test_the_staff_are_offered_the_bed_and_the_family_has_it_for_its_days():
    queue = Queue(beds=1)
    set_list_rule(queue.manager, facility_id=queue.home.pk, mode=ListMode.PROPOSE)
    bed = queue.home.rooms.get().beds.get()
    claim(bed, 20)
    longer = queue.join("王一")
    short = queue.join("王二", wanted_from=queue.today + 5 * DAY, wanted_until=queue.today + 12 * DAY)
    staff = sign_in(Client(), queue.manager_user)

    def choices(family):
        page = staff.get(f"/home/{queue.home.pk}/applications/{family.application.pk}").content.decode()
        return str(bed.pk) in page

    assert choices(short)
    assert not choices(longer)
    there = {"bed_id": bed.pk, "from_day": queue.today + 5 * DAY}
    assert code_of(lambda: offer_bed(queue.manager, application_id=longer.application.pk, **there)) == "bed_taken"
    offer = offer_bed(queue.manager, application_id=short.application.pk, **there)
    accepted = accept_offer(short.viewer, offer_id=offer.pk)
    assert accepted.claim.days == DateRange(queue.today + 5 * DAY, queue.today + 12 * DAY)
    # The family before it wants a bed for good; this one was none for it, so nobody was passed over.
    assert not Skip.objects.exists()


def test_another_short_stay_before_it_on_the_list_is_passed_over_with_a_reason():
    queue = Queue(beds=1)
    bed = queue.home.rooms.get().beds.get()
    claim(bed, 20)
    days = {"wanted_from": queue.today + 5 * DAY, "wanted_until": queue.today + 12 * DAY}
    queue.join("王一", **days)
    second = queue.join("王二", **days)
    there = {"application_id": second.application.pk, "bed_id": bed.pk, "from_day": days["wanted_from"]}
    assert code_of(lambda: offer_bed(queue.manager, **there)) == "out_of_turn"
    offer_bed(queue.manager, **there, out_of_turn="家属已说好换日子")
    assert Skip.objects.count() == 1


def test_days_that_are_over_leave_no_bed_to_choose_and_no_fault():
    queue = Queue(beds=1)
    family = queue.join("王一", wanted_from=queue.today, wanted_until=queue.today + DAY)
    bed = queue.home.rooms.get().beds.get()
    go(days=3)
    page = sign_in(Client(), queue.manager_user).get(f"/home/{queue.home.pk}/applications/{family.application.pk}")
    assert page.status_code == 200
    assert str(bed.pk) not in page.content.decode()


# A short stay leaves early, and the bed is the next family's from a later day on


@pytest.fixture
def left_early():
    """Somebody is to stay for twelve days, and somebody else from then on; `leave` ends it on the fourth day."""
    queue = Queue(beds=1)
    bed = queue.home.rooms.get().beds.select_related("room__facility").get()
    first = queue.join("王一", wanted_from=queue.today, wanted_until=queue.today + 12 * DAY)
    there = {"bed_id": bed.pk, "from_day": queue.today}
    offer = offer_bed(queue.manager, application_id=first.application.pk, **there)
    stay = accept_offer(first.viewer, offer_id=offer.pk)
    check_in(queue.manager, stay_id=stay.pk)

    def leave():
        go(days=4)
        end_stay(queue.manager, stay_id=stay.pk, until=clock.today(), reason="went_home")

    return SimpleNamespace(queue=queue, bed=bed, leave=leave)


def offered_days():
    offer = Offer.objects.filter(state=OfferState.LIVE).select_related("claim").first()
    return offer and (offer.application_id, offer.claim.days)


def test_the_next_short_stay_that_fits_between_is_asked_and_who_stays_longer_is_not_passed_over(left_early):
    queue = left_early.queue
    claim(left_early.bed, 12)
    queue.join("王二")
    queue.join("王三", wanted_from=queue.today + 5 * DAY, wanted_until=queue.today + 13 * DAY)
    fits = queue.join("王四", wanted_from=queue.today + 5 * DAY, wanted_until=queue.today + 12 * DAY)
    left_early.leave()
    assert offered_days() == (
        fits.application.pk,
        DateRange(queue.today + 5 * DAY, queue.today + 12 * DAY),
    )
    assert not Skip.objects.exists()


def test_where_nobody_fits_between_nobody_is_asked_and_the_home_is_not_told_of_an_empty_list(left_early):
    queue = left_early.queue
    claim(left_early.bed, 12)
    queue.join("王二")
    left_early.leave()
    assert offered_days() is None
    assert Opening.objects.order_by("opened_at").last().state == OpeningState.STOPPED
    assert not Letter.objects.filter(kind="opening.exhausted").exists()


def test_while_a_family_is_asked_about_the_days_after_no_other_is_asked(left_early):
    queue = left_early.queue
    second = queue.join("王二")
    there = {"bed_id": left_early.bed.pk, "from_day": queue.today + 12 * DAY, "hours": 120}
    offer = offer_bed(queue.manager, application_id=second.application.pk, **there)
    short = queue.join("王三", wanted_from=queue.today + 5 * DAY, wanted_until=queue.today + 9 * DAY)
    left_early.leave()
    assert offered_days() == (second.application.pk, offer.claim.days)
    assert short.state == "submitted"
    assert not Skip.objects.filter(application=short.application).exists()


def test_the_board_says_when_the_next_family_comes(left_early):
    queue = left_early.queue
    claim(left_early.bed, 12)
    page = sign_in(Client(), queue.manager_user).get(f"/home/{queue.home.pk}/board").content.decode()
    assert "换下一家" in page
    assert "空出" not in page.split("bed-resident")[1].split("</a>")[0]
