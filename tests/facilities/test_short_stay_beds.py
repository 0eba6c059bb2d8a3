"""A short stay (旅居) has its bed for the days it asked for and no longer: free again from the known day of leaving."""

from datetime import datetime, time, timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client

from eldercare.kernel import clock
from eldercare.kernel.days import DayRange
from eldercare.people.models import Letter
from facilities.choices import ClaimKind, OfferState, StayState
from facilities.models import Bed, BedClaim, Listing
from facilities.selectors.beds import board
from facilities.services import (
    accept_offer,
    check_in,
    close_beds,
    confirm_beds,
    drop_stay,
    end_stay,
    extend_offer,
    hold_bed,
    keep_for_who_stays,
    no_show,
    offer_bed,
    plan_leaving,
)
from facilities.services.board import change_to
from facilities.services.claims import claim_bed
from facilities.services.relist import relist_due
from facilities.tasks import close_lapsed
from tests.builders.accounts import sign_in
from tests.builders.facilities import make_bed
from tests.builders.waiting import Queue
from tests.facilities.test_beds import DAY, code_of, counted, go, state_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue():
    return Queue(beds=1)


@pytest.fixture
def bed(queue):
    return queue.home.rooms.get().beds.select_related("room").get()


def short(queue, name="旅居老人", *, since=0, until=7):
    return queue.join(name, wanted_from=queue.today + since * DAY, wanted_until=queue.today + until * DAY)


def offered(queue, family, bed, *, since=0, **more):
    day = queue.today + since * DAY
    return offer_bed(queue.manager, application_id=family.application.pk, bed_id=bed.pk, from_day=day, **more)


def expected(queue, family, bed, **more):
    return accept_offer(family.viewer, offer_id=offered(queue, family, bed, **more).pk)


def living(queue, family, bed):
    stay = expected(queue, family, bed)
    check_in(queue.manager, stay_id=stay.pk, on=queue.today)
    return stay


def days_of(stay):
    return BedClaim.objects.get(pk=stay.claim_id).days


def letters(kind):
    return Letter.objects.filter(kind=kind).count()


# From the offer to the stay


def test_everybody_reads_the_day_from_which_the_bed_is_free_again(queue, bed):
    """Three free now, two more from the days on which short stays end: board, listing, page, API."""
    for _number in range(4):
        make_bed(queue.home)
    first, second = Bed.objects.exclude(pk=bed.pk)[:2]
    living(queue, short(queue, "王一", until=5), first)
    living(queue, short(queue, "王二", until=5), second)
    day = queue.today + 5 * DAY
    relist_due()

    now = counted(queue.home)
    assert (now.free, now.later, counted(queue.home, day).free) == (3, ((day, 2),), 5)
    shown = {one.until for room in board(queue.home.pk, queue.today) for one in room.beds}
    assert shown == {None, day}
    assert Listing.objects.get().free_days.count(day) == 2
    assert f"{day.month}月{day.day}日起再有 2 张" in Client().get(f"/homes/{queue.home.pk}").content.decode()
    for asked, found in (({"free_beds": 4}, 0), ({"free_beds": 4, "free_on": str(day)}, 1)):
        assert len(Client().get("/api/v1/facilities", asked).json()["results"]) == found
    (card,) = Client().get("/api/v1/facilities").json()["results"]
    assert card["beds"]["later"] == [{"on": str(day), "free": 2}]


def test_a_hold_an_offer_and_a_stay_each_have_the_days_asked_for(queue, bed):
    family = short(queue, since=3, until=9)
    days = DateRange(queue.today + 3 * DAY, queue.today + 9 * DAY)
    hold = hold_bed(queue.manager, application_id=family.application.pk, bed_id=bed.pk, from_day=days.lower)
    assert hold.days == days
    offer = offered(queue, family, bed, since=3)
    assert (offer.claim.days, offer.price["until"]) == (days, str(days.upper))
    stay = accept_offer(family.viewer, offer_id=offer.pk)
    assert (days_of(stay), stay.days.upper) == (days, None)


def test_a_hold_by_the_board_has_them_too_even_where_the_bed_was_held_for_nobody(queue, bed):
    family, end = short(queue, until=9), queue.today + 9 * DAY
    hold = change_to("held", bed.pk)
    confirm_beds(queue.manager, facility_id=queue.home.pk, changes=[hold])
    assert BedClaim.objects.get().days.upper is None
    for_them = change_to("held", bed.pk, held_for=family.application.pk)
    confirm_beds(queue.manager, facility_id=queue.home.pk, changes=[for_them])
    assert BedClaim.objects.get().days.upper == end
    assert counted(queue.home).later == ((end, 1),)


def test_a_later_first_day_does_not_move_the_last_one(queue, bed):
    family = short(queue, since=1, until=9)
    offer = offered(queue, family, bed, since=4)
    assert (offer.claim.days.upper, offer.price["until"]) == (queue.today + 9 * DAY, str(queue.today + 9 * DAY))


@pytest.mark.parametrize("since", [9, 10])
def test_no_day_is_offered_or_held_after_the_last_one(queue, bed, since):
    family = short(queue, since=1, until=9)
    assert code_of(lambda: offered(queue, family, bed, since=since)) == "short_stay_over"
    there = {"application_id": family.application.pk, "bed_id": bed.pk, "from_day": queue.today + since * DAY}
    assert code_of(lambda: hold_bed(queue.manager, **there)) == "short_stay_over"
    assert not BedClaim.objects.exists()


def test_an_offer_is_not_open_longer_than_its_days(queue, bed):
    family = short(queue, until=1)
    end = datetime.combine(queue.today + DAY, time(), clock.CHINA)
    offer = offered(queue, family, bed, hours=72)
    assert offer.lapses_at == end
    assert extend_offer(family.viewer, offer_id=offer.pk).lapses_at == end


def test_a_long_stay_has_its_bed_without_end_as_before(queue, bed):
    family = queue.join("王一")
    assert days_of(expected(queue, family, bed)) == DateRange(queue.today, None)


def test_the_bed_can_be_promised_from_the_day_of_leaving_on_and_not_before(queue, bed):
    first, second = short(queue, "王一", until=7), queue.join("王二")
    living(queue, first, bed)
    assert code_of(lambda: offered(queue, second, bed, since=6)) == "bed_taken"
    assert days_of(expected(queue, second, bed, since=7)) == DateRange(queue.today + 7 * DAY, None)


def test_a_bed_that_will_be_closed_takes_a_short_stay_that_ends_before(queue, bed):
    close_beds(queue.manager, facility_id=queue.home.pk, bed_ids=[bed.pk], until=queue.today + 9 * DAY)
    assert code_of(lambda: offered(queue, short(queue, "王一", until=10), bed)) == "bed_closes"
    assert days_of(expected(queue, short(queue, "王二", until=9), bed, out_of_turn="床要撤销")).upper == (
        queue.today + 9 * DAY
    )


# Arriving


def test_who_comes_earlier_or_later_leaves_on_the_day_agreed(queue, bed):
    stay = expected(queue, short(queue, since=3, until=9), bed, since=3)
    go(days=2)
    check_in(queue.manager, stay_id=stay.pk)
    assert days_of(stay) == DateRange(queue.today + 2 * DAY, queue.today + 9 * DAY)


def test_who_comes_when_the_days_are_over_is_not_let_into_a_bed_that_is_not_theirs(queue, bed):
    stay = expected(queue, short(queue, until=3), bed)
    go(days=3)
    assert counted(queue.home).free == 1
    assert code_of(lambda: check_in(queue.manager, stay_id=stay.pk)) == "short_stay_over"
    assert no_show(queue.manager, stay_id=stay.pk).state == StayState.NO_SHOW


def test_an_arrival_written_down_late_still_counts(queue, bed):
    stay = expected(queue, short(queue, until=3), bed)
    go(days=3)
    check_in(queue.manager, stay_id=stay.pk, on=queue.today)
    assert close_lapsed() == 1
    assert (state_of(bed), days_of(stay).upper) == ("resident", None)


def test_a_short_stay_called_off_frees_the_bed(queue, bed):
    stay = expected(queue, short(queue, since=2, until=9), bed, since=2)
    drop_stay(queue.manager, stay_id=stay.pk)
    assert counted(queue.home).free == 1


# Leaving


def test_on_the_day_of_leaving_the_home_is_reminded_once_and_who_is_still_here_keeps_the_bed(queue, bed):
    stay = living(queue, short(queue, until=3), bed)
    go(days=2)
    assert (close_lapsed(), letters("stay.still_here")) == (0, 0)
    go(days=1)
    assert (close_lapsed(), close_lapsed(), letters("stay.still_here")) == (1, 0, 1)
    assert (state_of(bed), days_of(stay).upper) == ("resident", None)
    assert Letter.objects.get(kind="stay.still_here").subject


def test_where_the_next_family_comes_on_that_day_the_home_is_reminded_once_and_the_bed_is_theirs(queue, bed):
    stay = living(queue, short(queue, "王一", until=3), bed)
    second = expected(queue, queue.join("王二"), bed, since=3)
    go(days=3)
    assert (close_lapsed(), close_lapsed(), letters("stay.still_here")) == (0, 0, 1)
    assert days_of(stay).upper == days_of(second).lower
    go(days=1)
    assert (close_lapsed(), letters("stay.still_here")) == (0, 1)


def test_who_leaves_late_leaves_the_next_family_s_days_alone(queue, bed):
    """The stay is charged until the day they left; the claim on the bed does not grow over somebody else's."""
    stay = living(queue, short(queue, "王一", until=3), bed)
    second = expected(queue, queue.join("王二"), bed, since=3)
    go(days=5)
    end_stay(queue.manager, stay_id=stay.pk, until=clock.today(), reason="went_home")
    stay.refresh_from_db()
    assert (stay.days.upper, days_of(stay).upper) == (clock.today(), queue.today + 3 * DAY)
    assert days_of(second) == DateRange(queue.today + 3 * DAY, None)


def test_who_leaves_earlier_leaves_a_free_bed(queue, bed):
    stay = living(queue, short(queue, until=9), bed)
    go(days=4)
    end_stay(queue.manager, stay_id=stay.pk, until=clock.today(), reason="went_home")
    assert (counted(queue.home).free, days_of(stay).upper) == (1, queue.today + 4 * DAY)


def test_a_short_stay_is_made_longer_as_far_as_the_bed_is_nobody_else_s(queue, bed):
    stay = living(queue, short(queue, "王一", until=3), bed)
    expected(queue, queue.join("王二"), bed, since=6)
    assert code_of(lambda: plan_leaving(queue.manager, stay_id=stay.pk, on=queue.today + 7 * DAY)) == "bed_taken"
    assert code_of(lambda: plan_leaving(queue.manager, stay_id=stay.pk, on=None)) == "bed_taken"
    plan_leaving(queue.manager, stay_id=stay.pk, on=queue.today + 6 * DAY)
    assert days_of(stay).upper == queue.today + 6 * DAY


def test_who_stays_on_in_a_bed_that_will_be_closed_keeps_it_until_then_and_stops_no_other(queue, bed):
    other = make_bed(queue.home)
    stay, second = (
        living(queue, short(queue, "王一", until=3), bed),
        living(queue, short(queue, "王二", until=3), other),
    )
    close_beds(queue.manager, facility_id=queue.home.pk, bed_ids=[bed.pk], until=queue.today + 5 * DAY)
    go(days=3)
    assert keep_for_who_stays() == 2
    assert (days_of(stay).upper, days_of(second).upper) == (queue.today + 5 * DAY, None)
    go(days=2)
    assert (keep_for_who_stays(), letters("stay.still_here")) == (0, 3)


def test_staff_read_the_day_of_leaving_before_and_after_arrival(queue, bed):
    family = short(queue, until=7)
    stay = expected(queue, family, bed)
    day = queue.today + 7 * DAY
    staff = sign_in(Client(), queue.manager_user)
    page = f"/home/{queue.home.pk}/stays/{stay.pk}"
    assert "打算离院" in staff.get(page).content.decode()
    read = staff.get("/api/v1/stays").json()["results"][0]
    assert (read["state"], read["until"], read["leaving_on"]) == ("expected", None, str(day))


def test_what_is_offered_is_what_is_priced(queue, bed):
    offer = offered(queue, short(queue, since=2, until=12), bed, since=4)
    span = DayRange(queue.today + 4 * DAY, queue.today + 12 * DAY)
    assert sum(line.get("days") or 0 for line in offer.price["lines"] if line["item"] == "bed") == span.days
    assert offer.state == OfferState.LIVE


def test_a_claim_of_the_days_between_is_the_constraint_s_to_judge(queue, bed):
    living(queue, short(queue, until=7), bed)
    until = queue.today + 12 * DAY
    claim_bed(bed, ClaimKind.STAY, since=queue.today + 7 * DAY, until=until)
    assert counted(queue.home).later == ((until, 1),)
    assert timedelta(days=5) == until - queue.today - 7 * DAY


def test_letting_a_hold_go_on_the_board_leaves_the_next_family_s_hold_alone(queue, bed):
    there = {"bed_id": bed.pk}
    first, second = short(queue, "王一", until=5), short(queue, "王二", since=5, until=9)
    for family in (first, second):
        application = family.application
        hold_bed(queue.manager, application_id=application.pk, from_day=application.wanted_from, **there)
    confirm_beds(queue.manager, facility_id=queue.home.pk, changes=[change_to("free", bed.pk, seen="held")])
    kept = BedClaim.objects.get(released_at__isnull=True)
    assert kept.noun == str(second.application)


# Short stays from before claims had an end


def test_what_was_offered_without_an_end_gets_the_day_it_was_priced_until(queue, bed):
    module = import_module("facilities.migrations.0006_short_stays_end_when_they_were_asked_to")
    beds = [bed, *(make_bed(queue.home) for _number in range(3))]
    here = living(queue, short(queue, "王一", until=9), beds[0])
    offer = offered(queue, short(queue, "王二", since=2, until=9), beds[1], since=2)
    over = living(queue, short(queue, "王三", until=3), beds[2])
    long = expected(queue, queue.join("王四"), beds[3])
    for claim in BedClaim.objects.all():
        BedClaim.objects.filter(pk=claim.pk).update(days=DateRange(claim.days.lower, None))
    go(days=3)
    for _twice in range(2):
        with connection.cursor() as cursor:
            cursor.execute(module.GIVE_THEM_THEIR_DAY)
    offer.claim.refresh_from_db()
    ends = [days_of(here).upper, offer.claim.days.upper, days_of(over).upper, days_of(long).upper]
    assert ends == [queue.today + 9 * DAY, queue.today + 9 * DAY, None, None]
