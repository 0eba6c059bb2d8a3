"""Families who want one bed for some days, all at once: a day is had once, and days that only adjoin are all had."""

from datetime import timedelta

import pytest

from facilities.choices import OfferState
from facilities.models import BedClaim, Offer
from facilities.services import accept_offer, hold_bed, offer_bed
from tests.builders.facilities import make_bed
from tests.builders.waiting import Queue
from tests.races.test_one_bed import at_once, without_the_wall

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
DAY = timedelta(days=1)
FAMILIES = 8
# Everybody wants the eighth day; and everybody comes on the day the one before leaves.
OVERLAPPING = [(number, 9 + number) for number in range(FAMILIES)]
ADJOINING = [(3 * number, 3 * number + 3) for number in range(FAMILIES)]


def families(queue, spans):
    return [
        queue.join(f"老人{number}", wanted_from=queue.today + since * DAY, wanted_until=queue.today + until * DAY)
        for number, (since, until) in enumerate(spans)
    ]


def holds(queue, bed, spans):
    def act(family):
        application = family.application
        there = {"bed_id": bed.pk, "from_day": application.wanted_from}
        return lambda: hold_bed(queue.manager, application_id=application.pk, **there)

    return [act(family) for family in families(queue, spans)]


def days_had(bed):
    """Every day some claim has, as often as one has it."""
    claims = BedClaim.objects.filter(bed=bed, released_at__isnull=True)
    spans = [(claim.days.lower, (claim.days.upper - claim.days.lower).days) for claim in claims]
    return [since + number * DAY for since, length in spans for number in range(length)]


def test_overlapping_days_of_one_bed_are_one_family_s():
    queue = Queue()
    bed = make_bed(queue.home)
    answers = at_once(holds(queue, bed, OVERLAPPING))
    assert [isinstance(answer, BedClaim) for answer in answers].count(True) == 1
    assert {answer for answer in answers if isinstance(answer, str)} == {"bed_taken"}
    assert len(days_had(bed)) == 9


def test_days_that_adjoin_are_had_by_everybody():
    queue = Queue()
    bed = make_bed(queue.home)
    answers = at_once(holds(queue, bed, ADJOINING))
    assert all(isinstance(answer, BedClaim) for answer in answers), answers
    assert len(days_had(bed)) == len(set(days_had(bed))) == 3 * FAMILIES


def test_without_the_wall_overlapping_days_go_to_many():
    queue = Queue()
    bed = make_bed(queue.home)
    with without_the_wall():
        answers = at_once(holds(queue, bed, OVERLAPPING))
        had = days_had(bed)
    assert [isinstance(answer, BedClaim) for answer in answers].count(True) > 1
    assert len(had) > len(set(had))


def test_an_acceptance_and_an_offer_of_the_days_after_it_both_stand_and_of_a_day_in_it_not():
    """Accepting gives the bed until the day of leaving, not one day more and not one less."""
    for late, stands in ((0, True), (-1, False)):
        queue = Queue()
        bed = make_bed(queue.home)
        first, second = families(queue, [(0, 7), (7 + late, 12)])
        there = {"bed_id": bed.pk}
        offer = offer_bed(queue.manager, application_id=first.application.pk, from_day=queue.today, **there)
        wanted = {"application_id": second.application.pk, "from_day": second.application.wanted_from, **there}
        accepted, held = at_once(
            [
                lambda first=first, offer=offer: accept_offer(first.viewer, offer_id=offer.pk),
                lambda queue=queue, wanted=wanted: hold_bed(queue.manager, **wanted),
            ]
        )
        assert not isinstance(accepted, str)
        assert isinstance(held, BedClaim) is stands, held
        assert Offer.objects.get(pk=offer.pk).state == OfferState.ACCEPTED
        assert len(days_had(bed)) == len(set(days_had(bed)))
