"""Ten people do whatever comes to their minds at two homes, at the same moment: no deadlock, no fault, and the tables agree."""

from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from django.db.models import F

from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.viewer import system
from facilities.choices import ApplicationState, ClaimKind, OfferState, StayState
from facilities.models import Application, Bed, BedClaim, Offer, Opening, Stay
from facilities.models.admission import OPEN
from facilities.services import (
    accept_offer,
    apply_to_home,
    check_in,
    close_lapsed_offers,
    confirm_beds,
    decline_offer,
    drop_stay,
    end_stay,
    hold_bed,
    offer_bed,
    refuse_application,
    release_hold,
    resident_died,
    withdraw_application,
    withdraw_offer,
)
from facilities.services.board import change_to
from tests.builders.facilities import make_bed
from tests.builders.waiting import Queue
from tests.races.test_one_bed import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PEOPLE, ACTS = 10, 30


class Town:
    """Two homes with five beds each and eight families, each on both lists."""

    def __init__(self):
        self.queues = [Queue(), Queue()]
        for queue in self.queues:
            for _bed in range(5):
                make_bed(queue.home)
        self.families = [self.queues[number % 2].join(f"王{number}") for number in range(8)]
        for number, family in enumerate(self.families):
            self.apply(family, self.queues[(number + 1) % 2])

    def apply(self, family, queue):
        return apply_to_home(
            family.viewer,
            facility_id=queue.home.pk,
            elder_id=family.elder.pk,
            room_type="double",
            care_grade="full",
            wanted_from=queue.today,
            consent_text_version="2026-01",
        )

    def act(self, chance: Random):
        """Do one thing somebody could do now; most are refused, because somebody else was there first."""
        queue, family = chance.choice(self.queues), chance.choice(self.families)
        boss, day = queue.manager, queue.today
        here = {"facility": queue.home}
        application = self.some(chance, Application.objects.filter(elder=family.elder, state__in=OPEN, **here))
        bed = self.some(chance, Bed.objects.filter(room__facility=queue.home))
        offer = self.some(chance, Offer.objects.filter(application__elder=family.elder, state=OfferState.LIVE))
        stay = self.some(chance, Stay.objects.filter(elder=family.elder, state__in=["expected", "in"], **here))
        hold = self.some(chance, BedClaim.objects.filter(kind=ClaimKind.HOLD, released_at__isnull=True))
        acts = {
            "offer": lambda: offer_bed(
                boss, application_id=application.pk, bed_id=bed.pk, from_day=day, out_of_turn="这样定了"
            ),
            "hold": lambda: hold_bed(boss, application_id=application.pk, bed_id=bed.pk, from_day=day),
            "let go": lambda: release_hold(boss, claim_id=hold.pk),
            "accept": lambda: accept_offer(family.viewer, offer_id=offer.pk),
            "decline": lambda: decline_offer(family.viewer, offer_id=offer.pk, stay_on_list=True),
            "withdraw": lambda: withdraw_application(family.viewer, application_id=application.pk),
            "take back": lambda: withdraw_offer(boss, offer_id=offer.pk),
            "refuse": lambda: refuse_application(boss, application_id=application.pk, reason="暂无人手"),
            "apply": lambda: self.apply(family, queue),
            "check in": lambda: check_in(boss, stay_id=stay.pk, on=day),
            "drop": lambda: drop_stay(family.viewer, stay_id=stay.pk),
            "leave": lambda: end_stay(boss, stay_id=stay.pk, until=day, reason="went_home"),
            "block": lambda: confirm_beds(boss, facility_id=queue.home.pk, changes=[change_to("blocked", bed.pk)]),
            "free": lambda: confirm_beds(boss, facility_id=queue.home.pk, changes=[change_to("free", bed.pk)]),
            "sweep": close_lapsed_offers,
            "die": lambda: resident_died(system("test"), elder_id=family.elder.pk, died_on=day),
        }
        weights = [6, 3, 2, 6, 3, 1, 2, 1, 4, 5, 2, 3, 2, 4, 1, 1]
        name = chance.choices(list(acts), weights)[0]
        needs = {
            **dict.fromkeys(("offer", "hold", "withdraw", "refuse"), application),
            **dict.fromkeys(("accept", "decline", "take back"), offer),
            **dict.fromkeys(("check in", "drop", "leave"), stay),
            "let go": hold,
        }
        return ("nothing", lambda: None) if needs.get(name, queue) is None else (name, acts[name])

    @staticmethod
    def some(chance, rows):
        found = list(rows[:20])
        return chance.choice(found) if found else None


def busy_person(town, number):
    """Thirty acts of one person; gives what became of each."""

    def act():
        chance, told = Random(number), Counter()
        for _act in range(ACTS):
            name, one = town.act(chance)
            try:
                one()
                told[name] += 1
            except Refusal as refusal:
                assert "deadlock" not in str(refusal.__cause__), (name, str(refusal.__cause__))
                told[refusal.code] += 1
        return told

    return act


def test_whatever_ten_people_do_at_once_nothing_deadlocks_and_the_tables_agree():
    town = Town()
    told = sum(at_once([busy_person(town, number) for number in range(PEOPLE)]), Counter())
    assert sum(told.values()) == PEOPLE * ACTS
    assert told["offer"] + told["accept"] + told["check in"] > 0, told
    close_lapsed_offers()
    live = Offer.objects.filter(state=OfferState.LIVE).select_related("application", "claim")
    for offer in live:
        assert offer.application.state == ApplicationState.OFFERED
        assert (offer.claim.kind, offer.claim.released_at, offer.claim.bed_id) == ("offer", None, offer.bed_id)
    offered = Application.objects.filter(state=ApplicationState.OFFERED)
    assert set(offered.values_list("pk", flat=True)) == {offer.application_id for offer in live}
    for stay in Stay.objects.filter(state__in=[StayState.EXPECTED, StayState.IN]).select_related("claim"):
        assert (stay.claim.kind, stay.claim.released_at) == ("stay", None)
    claims = BedClaim.objects.filter(released_at__isnull=True, days__contains=town.queues[0].today)
    assert max(Counter(claims.values_list("bed", flat=True)).values(), default=1) == 1
    orphans = claims.filter(kind=ClaimKind.OFFER).exclude(offer__state=OfferState.LIVE)
    assert not orphans.exists()
    assert not Opening.objects.filter(state="open", proposed__isnull=False).exists()
    assert not Offer.objects.filter(state=OfferState.LIVE, lapses_at__lt=clock.now() - timedelta(days=1)).exists()
    assert not Stay.objects.filter(state=StayState.IN).exclude(facility=F("application__facility")).exists()
