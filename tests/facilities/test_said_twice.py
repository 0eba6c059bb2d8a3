"""What two people say of one thing: the second is told yes only where it is so. Nothing anybody was told is dropped."""

from datetime import timedelta

import pytest
from django.test import Client

from eldercare.kernel.refusal import Refusal
from eldercare.kernel.viewer import VISITOR
from facilities.choices import OfferState, OpeningState
from facilities.models import BedClaim, NumberReport, Offer, Opening, Skip
from facilities.selectors.beds import live_claims
from facilities.services import (
    accept_offer,
    add_room,
    check_in,
    close_lapsed_offers,
    confirm_beds,
    drop_stay,
    end_stay,
    hold_bed,
    offer_bed,
    pass_over_proposed,
    set_list_rule,
    undo_board,
)
from facilities.services.board import change_to
from facilities.services.number_reports import answer_report, report_number
from tests.builders.accounts import sign_in
from tests.builders.facilities import make_bed, make_stay
from tests.builders.people import make_elder
from tests.builders.waiting import Queue
from tests.facilities.test_lapsed_is_over import lapse

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def queue():
    return Queue()


def code_of(act):
    with pytest.raises(Refusal) as no:
        act()
    return no.value.code


def accepted(queue, family):
    offer = offer_bed(
        queue.manager, application_id=family.application.pk, bed_id=make_bed(queue.home).pk, from_day=queue.today
    )
    return offer, accept_offer(family.viewer, offer_id=offer.pk)


def resident(queue):
    elder = make_elder("住院老人")
    return make_stay(queue.home, elder, elder.person, since=queue.today - 30 * DAY)


def test_who_accepts_a_bed_again_that_was_called_off_since_is_told_so(queue):
    family = queue.join("王一")
    offer, stay = accepted(queue, family)
    assert accept_offer(family.viewer, offer_id=offer.pk) == stay
    drop_stay(queue.manager, stay_id=stay.pk)
    assert code_of(lambda: accept_offer(family.viewer, offer_id=offer.pk)) == "already_answered"


def test_two_who_check_somebody_in_on_different_days_are_not_both_told_yes(queue):
    _offer, stay = accepted(queue, queue.join("王一"))
    come = lambda **facts: check_in(queue.manager, stay_id=stay.pk, **facts)  # noqa: E731
    first = come(on=queue.today - DAY)
    assert [come(), come(on=queue.today - DAY)] == [first, first]
    assert code_of(lambda: come(on=queue.today)) == "already_answered"


def test_a_death_is_not_dropped_because_somebody_noted_that_the_resident_went_home_that_day(queue):
    stay = resident(queue)
    leave = lambda reason: end_stay(queue.manager, stay_id=stay.pk, until=queue.today, reason=reason)  # noqa: E731
    assert leave("went_home") == leave("went_home")
    assert code_of(lambda: leave("death")) == "already_answered"


def test_of_two_who_pass_over_the_family_they_saw_the_second_passes_over_nobody_else(queue, client):
    set_list_rule(queue.manager, facility_id=queue.home.pk, mode="propose")
    first, second = queue.join("王一"), queue.join("王二")
    end_stay(queue.manager, stay_id=resident(queue).pk, until=queue.today, reason="went_home")
    opening = Opening.objects.get()
    shown = sign_in(Client(), queue.manager_user).get(f"/home/{queue.home.pk}/waiting").content.decode()
    assert f"?application={first.application.pk}" in shown
    facts = {"opening_id": opening.pk, "application_id": first.application.pk}
    assert pass_over_proposed(queue.manager, reason="住得太远", **facts).proposed_id == second.application.pk
    assert code_of(lambda: pass_over_proposed(queue.manager, reason="住得太远", **facts)) == "already_answered"
    desk = sign_in(Client(), queue.manager_user)
    door = f"/home/{queue.home.pk}/waiting/{opening.pk}/pass-over?application={first.application.pk}"
    desk.post(door, {"reason": "住得太远", "request_key": "k"})
    assert list(Skip.objects.values_list("application", flat=True)) == [first.application.pk]


def test_two_different_answers_to_one_report_are_not_both_taken(queue):
    make_bed(queue.home)
    report = report_number(VISITOR, facility_id=queue.home.pk, says="full", note="", client="10.0.0.1")

    def answers(answer):
        return answer_report(queue.manager, facility_id=queue.home.pk, report_id=report.pk, answer=answer)

    assert answers("corrected") == answers("corrected")
    assert code_of(lambda: answers("was_right")) == "already_answered"
    assert NumberReport.objects.get().answer == "corrected"


def test_what_was_held_for_a_family_that_is_asked_about_another_bed_goes_to_the_next(queue):
    first, second = queue.join("王一"), queue.join("王二")
    held = hold_bed(
        queue.manager, application_id=first.application.pk, bed_id=make_bed(queue.home).pk, from_day=queue.today
    )
    add_room(queue.manager, facility_id=queue.home.pk, name="新房", room_type="double", beds=1, bed_type="nursing")
    asked = Offer.objects.get()
    assert asked.application_id == first.application.pk
    assert not live_claims().filter(pk=held.pk).exists()
    assert close_lapsed_offers() == 1
    assert Offer.objects.get(bed=held.bed_id).application_id == second.application.pk


def test_a_hold_taken_back_lets_the_list_go_on_where_somebody_s_time_had_run_out(queue):
    bed, first, second = make_bed(queue.home), queue.join("王一"), queue.join("王二")
    offer = offer_bed(queue.manager, application_id=first.application.pk, bed_id=bed.pk, from_day=queue.today)
    lapse(offer.claim)
    held = confirm_beds(queue.manager, facility_id=queue.home.pk, changes=[change_to("held", bed.pk)])
    undo_board(queue.manager, facility_id=queue.home.pk, confirmation_id=held.pk)
    live = Offer.objects.get(state=OfferState.LIVE)
    assert (live.application_id, Opening.objects.get().state) == (second.application.pk, OpeningState.OPEN)
    assert BedClaim.objects.filter(released_at__isnull=True).count() == 1
