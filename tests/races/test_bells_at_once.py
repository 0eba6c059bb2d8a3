"""Bells that ring several times at the same moment: what a day brings is done once, whoever hears it."""

from datetime import date, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from eldercare.audit.services import move_clock
from eldercare.kernel.viewer import system
from eldercare.people.models import HukouSpell, Letter
from facilities.choices import OfferState
from facilities.models import DirectedPriority, Offer, Opening
from facilities.services import accept_offer, confirm_beds, offer_bed
from facilities.services.arrivals import tell_of_who_did_not_come
from facilities.services.board import change_to
from facilities.services.directed import follow_directed
from facilities.services.free_by_day import ask_about_days_that_came
from tests.builders.facilities import make_bed
from tests.builders.waiting import Queue
from tests.races.test_one_bed import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
BELLS = 5
DAY = timedelta(days=1)


def rung(bell):
    """Ring it five times at once, and once more for what somebody was busy with; gives how much was done in all."""
    return sum(at_once([bell] * BELLS)) + bell()


def test_beds_whose_day_has_come_are_each_asked_about_once():
    queue = Queue()
    families = [queue.join(name).application.pk for name in ("王一", "王二")]
    beds = [make_bed(queue.home) for _number in range(3)]
    changes = [change_to("blocked", bed.pk, until=queue.today + DAY) for bed in beds]
    confirm_beds(queue.manager, facility_id=queue.home.pk, changes=changes)
    move_clock(system("test"), DAY)
    assert rung(ask_about_days_that_came) == 2  # of the third bed nobody is left to be asked
    assert Opening.objects.count() == 2
    asked = Offer.objects.filter(state=OfferState.LIVE).values_list("application", flat=True)
    assert sorted(asked) == sorted(families)


def test_a_class_that_is_gained_and_a_family_that_did_not_come_are_told_of_once():
    queue = Queue()
    facts = {"document": "x", "days": DateRange(date(2024, 3, 13), None)}
    DirectedPriority.objects.create(facility=queue.home, hukou_id="110101", **facts)
    moved, late = queue.join("王一"), queue.join("王二")
    HukouSpell.objects.filter(elder=moved.elder).update(region_id="110101001")
    bed = {"bed_id": make_bed(queue.home).pk, "from_day": queue.today}
    offer = offer_bed(queue.manager, application_id=late.application.pk, out_of_turn="x", **bed)
    accept_offer(late.viewer, offer_id=offer.pk)
    move_clock(system("test"), DAY)
    assert (rung(follow_directed), rung(tell_of_who_did_not_come)) == (1, 1)
    told = Letter.objects.filter(kind__in=["waiting.priority_changed", "stay.not_arrived"])
    assert sorted(told.values_list("kind", flat=True)) == [
        "stay.not_arrived",
        "stay.not_arrived",
        "waiting.priority_changed",
    ]
