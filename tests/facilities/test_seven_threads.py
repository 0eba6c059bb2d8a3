"""The seven threads in which pretix' waiting list failed its users, each as what a family would live through here."""

from datetime import timedelta

import pytest

from eldercare.audit.services import move_clock
from eldercare.kernel import clock
from eldercare.kernel.viewer import system
from eldercare.people.models import Letter
from facilities.access import skips_visible_to
from facilities.choices import ApplicationState, ClaimKind, OfferState, OpeningState
from facilities.models import Bed, BedClaim, Offer, Opening, PriceVersion, Skip
from facilities.selectors import vacancies
from facilities.selectors.waiting import places_of, skips_shown
from facilities.services import (
    accept_offer,
    change_wishes,
    close_lapsed_offers,
    confirm_beds,
    drop_stay,
    end_stay,
    offer_bed,
)
from facilities.services.board import change_to
from tests.builders.facilities import make_bed
from tests.builders.waiting import Queue
from tests.facilities.test_waiting_list import asked, code_of, leaves, reasons, resident

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue():
    return Queue()


def taken_and_called_off(queue, family):
    """The family accepts the bed that became free and some minutes later does not want it after all."""
    leaves(queue, resident(queue))
    stay = accept_offer(family.viewer, offer_id=Offer.objects.get(state=OfferState.LIVE).pk)
    drop_stay(family.viewer, stay_id=stay.pk)
    return stay


def test_1163_who_took_a_bed_and_called_it_off_is_not_asked_about_it_again(queue):
    """They used their voucher, cancelled, were still first in line, and got a new one."""
    first, second = queue.join("王一"), queue.join("王二")
    taken_and_called_off(queue, first)
    assert first.state == ApplicationState.CLOSED
    assert asked() == [second.application.pk]
    assert places_of([first.application.pk], queue.today) == {}


def test_1405_a_bed_called_off_counts_as_free_at_once_and_is_not_held_for_who_gave_it_back(queue):
    """The order was cancelled, the number of free places did not go up: the used voucher kept its place."""
    first = queue.join("王一")
    stay = taken_and_called_off(queue, first)
    assert vacancies([queue.home.pk], queue.today)[queue.home.pk].free == 1
    assert not BedClaim.objects.filter(
        bed=stay.claim.bed_id, released_at__isnull=True, days__contains=queue.today
    ).exists()
    second = queue.join("王二")
    again = offer_bed(
        queue.manager, application_id=second.application.pk, bed_id=stay.claim.bed_id, from_day=queue.today
    )
    assert again.state == OfferState.LIVE


def test_2119_the_first_is_not_passed_over_for_the_last_without_being_told_that_the_wish_is_no_longer_sold(queue):
    """The oldest entry waited for a product that had ended; the voucher went to the last, and nobody knew why."""
    first, last = queue.join("王一", room_type="single", also_rooms=["double"]), queue.join("王二")
    PriceVersion.objects.filter(facility=queue.home, room_type="single").delete()
    leaves(queue, resident(queue))
    assert asked() == [first.application.pk]  # what they would also take is asked about, though the first wish is gone
    Offer.objects.filter(state=OfferState.LIVE).update(state=OfferState.WITHDRAWN)
    only = Queue()
    gone, next_one = only.join("王三", care_grade="partial"), only.join("王四")
    PriceVersion.objects.filter(facility=only.home, care_grade="partial").delete()
    leaves(only, resident(only))
    assert asked() == [next_one.application.pk]
    (told,) = skips_shown(skips_visible_to(gone.viewer))
    assert (told.reason, str(told.label)) == ("no_price", "机构没有公布这种房型或护理档次的收费")
    assert last.state == ApplicationState.SUBMITTED


def test_1238_letting_go_of_sixty_beds_that_could_not_be_slept_in_asks_nobody(queue):
    """A voucher for sixty places beyond the quota was deleted unused, and sixty people on the list were sent one."""
    families = [queue.join(f"王{number}") for number in range(6)]
    beds = [make_bed(queue.home, admittable=False) for _number in range(60)]
    BedClaim.objects.bulk_create(
        BedClaim(bed=bed, kind=ClaimKind.BLOCKED, days=(queue.today, None), noun="board") for bed in beds
    )
    let_go = [change_to("closed", bed.pk, why="staffing") for bed in beds]
    confirm_beds(queue.manager, facility_id=queue.home.pk, changes=let_go)
    assert (asked(), Opening.objects.filter(state=OpeningState.OPEN).count()) == ([], 0)
    # Four of them are made ready: four families are asked, in order, one bed each.
    ready = [change_to("free", bed.pk) for bed in beds[:4]]
    confirm_beds(queue.manager, facility_id=queue.home.pk, changes=ready)
    assert set(asked()) == {family.application.pk for family in families[:4]}
    assert set(Offer.objects.values_list("bed", flat=True)) == {bed.pk for bed in beds[:4]}


def test_681_no_bed_is_offered_for_days_on_which_the_home_may_not_take_anybody_in(queue):
    """A place was offered although the last day on which it could be paid was over."""
    waiting = queue.join("王一")
    for field, value in (
        ("licence_valid_until", queue.today - timedelta(1)),
        ("operating", "closed"),
        ("operating", "suspended"),
    ):
        queue.home.refresh_from_db()
        queue.home.licence_valid_until, queue.home.operating = queue.today + timedelta(900), ""
        setattr(queue.home, field, value)
        queue.home.save()
        leaves(queue, resident(queue))
        assert asked() == [], field
        by_hand = {"bed_id": make_bed(queue.home).pk, "from_day": queue.today}
        act = lambda: offer_bed(queue.manager, application_id=waiting.application.pk, **by_hand)  # noqa: E731, B023
        assert code_of(act) == "does_not_fit"
    assert set(reasons().values()) == {"not_fit"}


def test_1031_no_bed_is_offered_for_a_visit_whose_days_are_over(queue):
    """A place at an event was offered a quarter of an hour after it had begun."""
    short = queue.join("王一", wanted_until=queue.today + timedelta(10))
    stay = resident(queue)
    move_clock(system("test"), timedelta(days=10))
    end_stay(queue.manager, stay_id=stay.pk, until=clock.today(), reason="went_home")
    assert asked() == []
    assert reasons() == {short.application.pk: "past"}
    change_wishes(
        short.viewer,
        application_id=short.application.pk,
        room_type="double",
        care_grade="full",
        wanted_from=clock.today() + timedelta(1),
    )
    other = resident(queue)
    end_stay(queue.manager, stay_id=other.pk, until=clock.today(), reason="went_home")
    assert asked() == [short.application.pk]


def test_1031_a_lapsed_offer_is_not_passed_on_for_days_gone_by(queue):
    queue.join("王一")
    second = queue.join("王二")
    leaves(queue, resident(queue))
    move_clock(system("test"), timedelta(days=9))
    assert close_lapsed_offers() == 1
    offer = Offer.objects.get(state=OfferState.LIVE)
    assert (offer.application_id, offer.from_day) == (second.application.pk, clock.today())


def test_3628_a_bed_for_which_nobody_is_asked_says_why_to_the_home_and_to_each_family(queue):
    """A place was free, somebody waited, nothing was sent, and only the makers could find out why."""
    single = queue.join("要单间", room_type="single")
    misfit = queue.join("天津户籍", hukou="120114")
    queue.home.accepts_hukou = ["110000"]
    queue.home.save()
    leaves(queue, resident(queue))
    assert asked() == []
    assert reasons() == {single.application.pk: "other_room", misfit.application.pk: "not_fit"}
    assert Letter.objects.filter(kind="opening.exhausted").count() == 1
    for family in (single, misfit):
        assert skips_shown(skips_visible_to(family.viewer))[0].label
    assert Skip.objects.count() == 2
    assert Bed.objects.filter(admittable=True).exists()
