"""What has lapsed is over by the one clock, though nobody has closed it yet: it stands in nobody's way."""

from datetime import timedelta

import pytest

from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from facilities.choices import OfferState, OpeningState, StayState
from facilities.models import BedClaim, Offer, Opening, Stay
from facilities.services import (
    accept_offer,
    check_in,
    close_beds,
    confirm_beds,
    hold_bed,
    keep_for_who_stays,
    offer_bed,
    plan_leaving,
)
from facilities.services.board import BedChange, change_to
from tests.builders.facilities import make_bed, make_stay
from tests.builders.people import make_elder
from tests.builders.waiting import Queue

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def queue():
    return Queue()


def lapse(claim):
    """Let a hold or an offer run out a second ago; no sweeper comes by."""
    over = clock.now() - timedelta(seconds=1)
    Offer.objects.filter(claim=claim).update(offered_at=over - timedelta(hours=1), lapses_at=over)
    BedClaim.objects.filter(pk=claim.pk).update(lapses_at=over)


def resident(queue, *, leaving):
    elder = make_elder("住院老人")
    stay = make_stay(queue.home, elder, elder.person, since=queue.today - 30 * DAY)
    return plan_leaving(queue.manager, stay_id=stay.pk, on=leaving)


def lapsed_offer(queue, bed, day):
    offer = offer_bed(
        queue.manager, application_id=queue.join("王一").application.pk, bed_id=bed.pk, from_day=day, out_of_turn="急"
    )
    lapse(offer.claim)
    return offer


def test_who_does_not_leave_after_all_keeps_the_bed_that_nobody_answered_for(queue):
    stay = resident(queue, leaving=queue.today + 5 * DAY)
    offer = lapsed_offer(queue, stay.claim.bed, queue.today + 5 * DAY)
    plan_leaving(queue.manager, stay_id=stay.pk, on=None)
    stay.claim.refresh_from_db()
    offer.refresh_from_db()
    assert (stay.claim.days.upper, offer.state) == (None, OfferState.LAPSED)
    assert Opening.objects.get().state == OpeningState.STOPPED


def test_the_clock_gives_back_such_a_bed_too(queue):
    stay = resident(queue, leaving=queue.today + DAY)
    BedClaim.objects.filter(pk=stay.claim_id).update(days=(queue.today - 30 * DAY, queue.today))
    lapsed_offer(queue, stay.claim.bed, queue.today)
    assert keep_for_who_stays() == 1
    assert BedClaim.objects.get(pk=stay.claim_id).days.upper is None


def test_who_comes_early_has_the_days_that_were_held_for_somebody_until_now(queue):
    bed, family = make_bed(queue.home), queue.join("王二")
    offer = offer_bed(
        queue.manager, application_id=family.application.pk, bed_id=bed.pk, from_day=queue.today + 7 * DAY
    )
    stay = accept_offer(family.viewer, offer_id=offer.pk)
    short = queue.join("王短", wanted_from=queue.today, wanted_until=queue.today + 3 * DAY)
    held = hold_bed(queue.manager, application_id=short.application.pk, bed_id=bed.pk, from_day=queue.today)
    with pytest.raises(Refusal) as no:
        check_in(queue.manager, stay_id=stay.pk)
    assert no.value.code == "bed_taken"
    lapse(held)
    assert check_in(queue.manager, stay_id=stay.pk).state == StayState.IN


def test_the_board_goes_on_past_what_lapsed(queue):
    bed = make_bed(queue.home)

    def say(**more):
        return confirm_beds(queue.manager, facility_id=queue.home.pk, changes=[change_to("occupied", bed.pk, **more)])

    say(until=queue.today + 4 * DAY)
    lapsed_offer(queue, bed, queue.today + 4 * DAY)
    say()
    assert [claim.days.upper for claim in BedClaim.objects.filter(released_at__isnull=True)] == [None]


def test_a_family_whose_time_ran_out_can_be_held_the_same_bed_and_offered_another_at_once(queue):
    beds = [make_bed(queue.home), make_bed(queue.home)]
    family = queue.join("王一")
    wanted = {"application_id": family.application.pk, "from_day": queue.today}
    first = offer_bed(queue.manager, bed_id=beds[0].pk, **wanted)
    lapse(first.claim)
    hold = hold_bed(queue.manager, bed_id=beds[0].pk, **wanted)
    assert family.state == "submitted"
    offer_bed(queue.manager, bed_id=beds[0].pk, **wanted)
    hold.refresh_from_db()
    assert hold.released_at
    lapse(BedClaim.objects.get(released_at__isnull=True))
    second = offer_bed(queue.manager, bed_id=beds[1].pk, **wanted)
    assert [offer.pk for offer in Offer.objects.filter(state=OfferState.LIVE)] == [second.pk]
    assert not Stay.objects.exists()


def test_of_a_bed_that_is_to_be_closed_nobody_is_asked_further(queue):
    bed = make_bed(queue.home)
    lapsed_offer(queue, bed, queue.today)
    queue.join("王二")
    close_beds(queue.manager, facility_id=queue.home.pk, bed_ids=[bed.pk], until=queue.today + 2 * DAY)
    assert Opening.objects.get().state == OpeningState.STOPPED


def test_a_hold_of_the_board_goes_on_past_what_lapsed(queue):
    """The hold is said anew for a family; what lapsed after it is no longer there."""
    bed = make_bed(queue.home)
    short = queue.join("王短", wanted_from=queue.today, wanted_until=queue.today + 3 * DAY)
    told = [BedChange(bed.pk, held=True, held_for=short.application.pk)]
    confirm_beds(queue.manager, facility_id=queue.home.pk, changes=told)
    lapsed_offer(queue, bed, queue.today + 3 * DAY)
    confirm_beds(queue.manager, facility_id=queue.home.pk, changes=[BedChange(bed.pk, held=True)])
    (live,) = BedClaim.objects.filter(released_at__isnull=True)
    assert (live.noun, live.days.upper) == ("board", None)
