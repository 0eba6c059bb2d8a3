"""Visits that are moved, withdrawn, held and cancelled at the same moment; and a crowd that says a number is wrong."""

from datetime import timedelta

import pytest

from eldercare.kernel import clock
from eldercare.kernel.viewer import VISITOR, system
from eldercare.people.models import Letter
from facilities.choices import VisitState
from facilities.models import NumberReport, Visit, VisitSlot
from facilities.rules.settings import setting
from facilities.services import book_visit, record_visit, resident_died, withdraw_slot
from facilities.services.number_reports import report_number
from tests.builders.accounts import make_user, viewer_for
from tests.builders.facilities import make_bed
from tests.builders.waiting import Queue
from tests.races.test_one_bed import at_once
from tests.races.worst_moment import meeting_after

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
VISITS = "facilities.services.visits"


def slot_in(queue, hours):
    return VisitSlot.objects.create(facility=queue.home, starts_at=clock.now() + timedelta(hours=hours), minutes=30)


def begun(visit):
    """Let the hour of a booked visit have come."""
    VisitSlot.objects.filter(pk=visit.slot_id).update(starts_at=clock.now() - timedelta(minutes=5))


def test_two_families_who_each_want_the_other_s_time_keep_their_own():
    """Whoever comes first is told that the time is taken, and so is the other: nobody gave theirs up yet."""
    queue = Queue(prices=False)
    slots = [slot_in(queue, 24), slot_in(queue, 25)]
    viewers = [viewer_for(make_user()) for _family in slots]
    visits = [book_visit(viewer, slot_id=slot.pk) for viewer, slot in zip(viewers, slots, strict=True)]
    acts = [
        lambda viewer=viewer, visit=visit, slot=slot: book_visit(viewer, slot_id=slot.pk, instead_of=visit.pk)
        for viewer, visit, slot in zip(viewers, visits, reversed(slots), strict=True)
    ]
    with meeting_after(VISITS, "_cancel"):
        assert at_once(acts) == ["slot_taken", "slot_taken"]
    assert {visit.pk for visit in Visit.objects.filter(state=VisitState.BOOKED)} == {visit.pk for visit in visits}


def test_a_time_that_is_taken_back_while_the_family_is_there_ends_one_way():
    for _round in range(4):
        queue = Queue(prices=False)
        visit = book_visit(viewer_for(make_user()), slot_id=slot_in(queue, 24).pk)
        begun(visit)
        with meeting_after(VISITS, "lock_one", patience=0.3):
            withdrawn, came = at_once(
                [
                    lambda: withdraw_slot(queue.manager, slot_id=visit.slot_id, reason="停电"),  # noqa: B023
                    lambda: record_visit(queue.manager, visit_id=visit.pk, came=True),  # noqa: B023
                ]
            )
        visit.refresh_from_db()
        assert isinstance(withdrawn, VisitSlot)
        assert (visit.state, came if isinstance(came, str) else "noted") in (
            (VisitState.CAME, "noted"),
            (VisitState.CANCELLED, "already_answered"),
        )
        assert visit.cancelled_by_home == (visit.state == VisitState.CANCELLED)


def test_a_visit_held_while_the_death_of_the_elder_is_recorded_ends_one_way():
    for _round in range(4):
        queue = Queue(prices=False)
        family = queue.join("王一")
        visit = book_visit(family.viewer, slot_id=slot_in(queue, 24).pk, elder_id=family.elder.pk)
        begun(visit)
        died, came = at_once(
            [
                lambda: resident_died(system("test"), elder_id=family.elder.pk, died_on=queue.today),  # noqa: B023
                lambda: record_visit(queue.manager, visit_id=visit.pk, came=True),  # noqa: B023
            ]
        )
        visit.refresh_from_db()
        assert died is None
        assert (visit.state == VisitState.CAME) == isinstance(came, Visit)
        assert visit.state in (VisitState.CAME, VisitState.CANCELLED)


def test_of_a_crowd_that_says_a_number_is_wrong_as_many_are_heard_as_an_hour_allows_and_the_home_is_told_once():
    queue = Queue(prices=False)
    make_bed(queue.home)
    most = setting("number_reports", clock.today())["per_home_an_hour"]
    acts = [
        lambda number=number: report_number(
            VISITOR, facility_id=queue.home.pk, says="full", note="", client=f"10.0.0.{number}"
        )
        for number in range(most + 10)
    ]
    answers = at_once(acts)
    assert [isinstance(answer, NumberReport) for answer in answers].count(True) == most
    assert {answer for answer in answers if isinstance(answer, str)} == {"too_many_reports"}
    assert NumberReport.objects.count() == most
    assert Letter.objects.filter(kind="beds.reported").count() == 1
