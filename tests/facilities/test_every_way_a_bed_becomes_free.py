"""Whatever makes a bed free, the next family on the list is asked: by an act taken back, by a day that comes, and from today on."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eldercare.audit.services import move_clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.viewer import system
from facilities.choices import OfferState, OpeningState
from facilities.models import Application, Bed, Facility, Offer, Opening
from facilities.services import (
    accept_offer,
    close_beds,
    close_lapsed_offers,
    confirm_beds,
    drop_stay,
    offer_bed,
    set_list_rule,
    stop_opening,
    undo_board,
)
from facilities.services.board import change_to
from facilities.services.free_by_day import ask_about_days_that_came
from tests.builders.facilities import make_bed
from tests.builders.waiting import Queue

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def queue():
    return Queue()


def say(queue, bed, state, **more):
    return confirm_beds(queue.manager, facility_id=queue.home.pk, changes=[change_to(state, bed.pk, **more)])


def pass_days(days):
    move_clock(system("test"), timedelta(days=days))


def asked():
    return list(Offer.objects.filter(state=OfferState.LIVE).values_list("application", "from_day"))


@pytest.mark.parametrize("state", ["blocked", "occupied"])
def test_a_bed_that_is_free_from_a_day_named_before_is_asked_about_once_when_the_day_comes(queue, state):
    bed = make_bed(queue.home)
    say(queue, bed, state, until=queue.today + 3 * DAY)
    first = queue.join("王一")
    assert (ask_about_days_that_came(), asked()) == (0, [])
    pass_days(3)
    assert (ask_about_days_that_came(), ask_about_days_that_came()) == (1, 0)
    assert asked() == [(first.application.pk, queue.today + 3 * DAY)]
    stop_opening(queue.manager, opening_id=Opening.objects.get().pk)
    Offer.objects.update(state=OfferState.WITHDRAWN)
    pass_days(4)
    assert ask_about_days_that_came() == 0


def test_a_day_that_comes_asks_nobody_about_a_bed_that_is_somebodys_again_or_takes_nobody_in(queue):
    taken, shut, free = make_bed(queue.home), make_bed(queue.home), make_bed(queue.home)
    for bed in (taken, shut, free):
        say(queue, bed, "occupied", until=queue.today + DAY)
    Bed.objects.filter(pk=shut.pk).update(admittable=False)
    for name in ("王一", "王二", "王三"):
        queue.join(name)
    pass_days(1)
    say(queue, taken, "occupied")
    assert ask_about_days_that_came() == 1
    assert list(Offer.objects.values_list("bed", flat=True)) == [free.pk]


def test_who_joins_the_list_after_the_day_sees_a_free_bed_and_the_home_answers_as_ever(queue):
    say(queue, make_bed(queue.home), "blocked", until=queue.today + DAY)
    pass_days(1)
    queue.join("王一", wanted_from=queue.today + DAY)
    assert (ask_about_days_that_came(), Offer.objects.count()) == (0, 0)


def test_where_nobody_waits_a_day_that_comes_costs_two_queries(queue):
    for _number in range(5):
        say(queue, make_bed(queue.home), "blocked", until=queue.today + DAY)
    pass_days(1)
    with CaptureQueriesContext(connection) as queries:
        assert ask_about_days_that_came() == 0
    assert len(queries) == 2  # the clock, and which day has come


def test_an_undo_that_frees_a_bed_goes_on_along_the_list(queue):
    """The staff tapped the wrong bed; whose turn it was is not forgotten by it."""
    bed = make_bed(queue.home, admittable=False)
    set_list_rule(queue.manager, facility_id=queue.home.pk, mode="propose")
    first = queue.join("王一")
    say(queue, bed, "free")
    assert Opening.objects.get(state=OpeningState.OPEN).proposed == first.application
    mistake = say(queue, bed, "occupied")
    assert not Opening.objects.filter(state=OpeningState.OPEN).exists()
    undo_board(queue.manager, facility_id=queue.home.pk, confirmation_id=mistake.pk)
    assert Opening.objects.get(state=OpeningState.OPEN).proposed == first.application


def test_an_undo_asks_nobody_about_a_bed_nobody_was_asked_about_before(queue):
    bed = make_bed(queue.home)
    queue.join("王一")
    mistake = say(queue, bed, "occupied")
    undo_board(queue.manager, facility_id=queue.home.pk, confirmation_id=mistake.pk)
    assert (asked(), Opening.objects.count()) == ([], 0)


def test_a_bed_that_is_kept_after_all_goes_along_the_list(queue):
    bed = make_bed(queue.home)
    facts = {"facility_id": queue.home.pk, "bed_ids": [bed.pk]}
    close_beds(queue.manager, **facts, until=queue.today + 30 * DAY)
    first = queue.join("王一")
    close_beds(queue.manager, **facts, until=queue.today + 20 * DAY)
    assert asked() == []
    close_beds(queue.manager, **facts, until=None)
    assert asked() == [(first.application.pk, queue.today)]
    close_beds(queue.manager, **facts, until=None)
    assert Offer.objects.count() == 1


def test_who_is_asked_about_a_bed_promised_for_later_may_come_as_soon_as_it_is_free(queue):
    """A family that calls off a bed from the 20th on leaves a bed that is empty today."""
    bed = make_bed(queue.home)
    late = queue.join("王一", wanted_from=queue.today + 20 * DAY)
    facts = {"bed_id": bed.pk, "from_day": queue.today + 20 * DAY}
    stay = accept_offer(late.viewer, offer_id=offer_bed(queue.manager, application_id=late.application.pk, **facts).pk)
    soon = queue.join("王二")
    drop_stay(late.viewer, stay_id=stay.pk)
    assert asked() == [(soon.application.pk, queue.today)]


def test_not_before_whoever_has_the_bed_in_between_is_gone(queue):
    bed = make_bed(queue.home)
    say(queue, bed, "occupied", until=queue.today + 5 * DAY)
    late = queue.join("王一", wanted_from=queue.today + 20 * DAY)
    offer = offer_bed(queue.manager, application_id=late.application.pk, bed_id=bed.pk, from_day=queue.today + 20 * DAY)
    soon = queue.join("王二")
    move_clock(system("test"), timedelta(hours=49))
    assert close_lapsed_offers() == 1
    assert asked() == [(soon.application.pk, queue.today + 5 * DAY)]
    assert Application.objects.get(pk=offer.application_id).state == "submitted"


def test_a_list_that_moves_by_itself_from_now_on_asks_whose_turn_it_is(queue):
    rule = lambda mode: set_list_rule(queue.manager, facility_id=queue.home.pk, mode=mode)  # noqa: E731
    rule("propose")
    first, second, _third = queue.join("王一"), queue.join("王二"), queue.join("王三")
    for _number in range(2):
        say(queue, make_bed(queue.home, admittable=False), "free")
    assert asked() == []
    rule("auto")
    assert sorted(pk for pk, _day in asked()) == sorted([first.application.pk, second.application.pk])
    assert not Opening.objects.filter(proposed__isnull=False).exists()
    rule("auto")
    assert Offer.objects.count() == 2


@pytest.mark.parametrize("facts", [{"operating": "suspended"}, {"licence_valid_until": date(2026, 1, 1)}])
def test_an_offer_of_a_home_that_may_take_nobody_in_any_more_is_not_accepted(queue, facts):
    family = queue.join("王一")
    say(queue, make_bed(queue.home, admittable=False), "free")
    Facility.objects.filter(pk=queue.home.pk).update(**facts)
    with pytest.raises(Refusal) as refusal:
        accept_offer(family.viewer, offer_id=Offer.objects.get().pk)
    assert (refusal.value.code, refusal.value.status) == ("home_not_open", 409)
    assert Offer.objects.get().state == OfferState.LIVE
