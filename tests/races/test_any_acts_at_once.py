"""Ten people do whatever comes to their minds at two homes, at the same moment: no deadlock, no fault, and the tables agree."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest

from eldercare.kernel.refusal import Refusal
from eldercare.kernel.viewer import system
from facilities.choices import ApplicationState, ClaimKind, OfferState, StayState
from facilities.models import Application, Bed, BedClaim, BedConfirmation, Offer, Opening, Stay
from facilities.models.admission import OPEN
from facilities.selectors.beds import live_claims
from facilities.selectors.history import differing_counts
from facilities.services import (
    accept_offer,
    apply_to_home,
    check_in,
    close_beds,
    close_lapsed_offers,
    confirm_beds,
    decline_offer,
    drop_stay,
    end_stay,
    extend_offer,
    hold_bed,
    keep_for_who_stays,
    no_show,
    offer_bed,
    pass_over_proposed,
    pause_place,
    plan_leaving,
    refuse_application,
    release_hold,
    request_transfer,
    resident_died,
    set_list_rule,
    undo_board,
    withdraw_application,
    withdraw_offer,
)
from facilities.services.board import change_to
from facilities.services.free_by_day import ask_about_days_that_came
from tests.builders.facilities import make_bed
from tests.builders.waiting import Queue
from tests.races.test_one_bed import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PEOPLE, ACTS = 10, 30


class Town:
    """Two homes with five beds each and eight families, each on both lists; the second home's staff are proposed who is next."""

    def __init__(self):
        self.queues = [Queue(), Queue()]
        for queue in self.queues:
            for _bed in range(5):
                make_bed(queue.home)
        set_list_rule(self.queues[1].manager, facility_id=self.queues[1].home.pk, mode="propose")
        self.families = [self.queues[number % 2].join(f"王{number}") for number in range(8)]
        self.speaks = {family.elder.pk: family.viewer for family in self.families}
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
        application = self.some(chance, Application.objects.filter(state__in=OPEN, **here))
        bed = self.some(chance, Bed.objects.filter(room__facility=queue.home))
        offers = Offer.objects.filter(application__facility=queue.home, state=OfferState.LIVE)
        offer = self.some(chance, offers.select_related("application"))
        stay = self.some(chance, Stay.objects.filter(state__in=["expected", "in"], **here))
        hold = self.some(chance, BedClaim.objects.filter(kind=ClaimKind.HOLD, released_at__isnull=True))
        saved = BedConfirmation.objects.filter(facility=queue.home).order_by("-at").first()
        turn = self.some(chance, Opening.objects.filter(facility=queue.home, proposed__isnull=False))
        days = [day + timedelta(number) for number in (1, 3, 7)]
        acts = {
            "offer": lambda: offer_bed(
                boss, application_id=application.pk, bed_id=bed.pk, from_day=day, out_of_turn="这样定了"
            ),
            "hold": lambda: hold_bed(boss, application_id=application.pk, bed_id=bed.pk, from_day=day),
            "let go": lambda: release_hold(boss, claim_id=hold.pk),
            "accept": lambda: accept_offer(self.speaks[offer.application.elder_id], offer_id=offer.pk),
            "decline": lambda: decline_offer(
                self.speaks[offer.application.elder_id], offer_id=offer.pk, stay_on_list=True
            ),
            "withdraw": lambda: withdraw_application(self.speaks[application.elder_id], application_id=application.pk),
            "take back": lambda: withdraw_offer(boss, offer_id=offer.pk),
            "refuse": lambda: refuse_application(boss, application_id=application.pk, reason="暂无人手"),
            "apply": lambda: self.apply(family, queue),
            "check in": lambda: check_in(boss, stay_id=stay.pk, on=day),
            "drop": lambda: drop_stay(self.speaks[stay.elder_id], stay_id=stay.pk),
            "leave": lambda: end_stay(boss, stay_id=stay.pk, until=day, reason="went_home"),
            "block": lambda: confirm_beds(boss, facility_id=queue.home.pk, changes=[change_to("blocked", bed.pk)]),
            "free": lambda: confirm_beds(boss, facility_id=queue.home.pk, changes=[change_to("free", bed.pk)]),
            "promise": lambda: offer_bed(
                boss, application_id=application.pk, bed_id=bed.pk, from_day=chance.choice(days), out_of_turn="约好了"
            ),
            "more time": lambda: extend_offer(self.speaks[offer.application.elder_id], offer_id=offer.pk),
            "plan": lambda: plan_leaving(boss, stay_id=stay.pk, on=chance.choice([*days, None])),
            "no show": lambda: no_show(boss, stay_id=stay.pk),
            "move": lambda: self.move(stay, chance.choice(self.queues)),
            "pause": lambda: pause_place(
                self.speaks[application.elder_id], application_id=application.pk, until=chance.choice([*days, None])
            ),
            "close": lambda: close_beds(
                boss, facility_id=queue.home.pk, bed_ids=[bed.pk], until=chance.choice([*days, None])
            ),
            "lived in": lambda: confirm_beds(
                boss, facility_id=queue.home.pk, changes=[change_to("occupied", bed.pk, until=chance.choice(days))]
            ),
            "keep": lambda: confirm_beds(boss, facility_id=queue.home.pk, changes=[change_to("held", bed.pk)]),
            "undo": lambda: undo_board(boss, facility_id=queue.home.pk, confirmation_id=saved.pk),
            "pass over": lambda: pass_over_proposed(
                boss, opening_id=turn.pk, reason="这次不便", application_id=turn.proposed_id
            ),
            "sweep": lambda: (close_lapsed_offers(), keep_for_who_stays(), ask_about_days_that_came()),
            "die": lambda: resident_died(system("test"), elder_id=family.elder.pk, died_on=day),
        }
        often = {"offer": 6, "accept": 6, "check in": 5, "apply": 4, "free": 4, "leave": 3, "hold": 3, "decline": 3}
        name = chance.choices(list(acts), [often.get(one, 1 if one == "die" else 2) for one in acts])[0]
        needs = {
            **dict.fromkeys(("offer", "promise", "hold", "withdraw", "refuse", "pause"), application),
            **dict.fromkeys(("accept", "decline", "take back", "more time"), offer),
            **dict.fromkeys(("check in", "drop", "leave", "plan", "no show", "move"), stay),
            "let go": hold,
            "undo": saved,
            "pass over": turn,
        }
        return ("nothing", lambda: None) if needs.get(name, queue) is None else (name, acts[name])

    def move(self, stay, to):
        return request_transfer(
            self.speaks[stay.elder_id],
            stay_id=stay.pk,
            facility_id=to.home.pk,
            room_type="double",
            care_grade="full",
            wanted_from=to.today,
            consent_text_version="2026-01",
        )

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
    tables_agree()
    for queue in town.queues:
        assert differing_counts(BedConfirmation.objects.filter(facility=queue.home)) == []


def tables_agree():
    """Offers, claims, stays, holds and places tell one story."""
    live = Offer.objects.filter(state=OfferState.LIVE).select_related("application", "claim")
    for offer in live:
        assert offer.application.state == ApplicationState.OFFERED
        assert (offer.claim.kind, offer.claim.released_at, offer.claim.bed_id) == ("offer", None, offer.bed_id)
        assert (offer.claim.lapses_at, offer.claim.days.lower) == (offer.lapses_at, offer.from_day)
    offered = Application.objects.filter(state=ApplicationState.OFFERED)
    assert set(offered.values_list("pk", flat=True)) == {offer.application_id for offer in live}
    waits = Stay.objects.filter(state__in=[StayState.EXPECTED, StayState.IN]).select_related("claim", "application")
    for stay in waits:
        assert (stay.claim.kind, stay.claim.released_at) == ("stay", None)
        assert stay.claim.days.lower == stay.days.lower
        assert (stay.application.state, stay.application.facility_id) == (ApplicationState.ACCEPTED, stay.facility_id)
    accepted = Application.objects.filter(state=ApplicationState.ACCEPTED)
    assert set(accepted.values_list("pk", flat=True)) == {stay.application_id for stay in waits}
    gone = Stay.objects.filter(state__in=[StayState.DROPPED, StayState.NO_SHOW], claim__released_at__isnull=True)
    assert not gone.exists()
    claims = BedClaim.objects.filter(released_at__isnull=True).select_related("bed").order_by("bed", "days")
    for one, other in pairwise(claims):
        assert one.bed_id != other.bed_id or (one.days.upper and one.days.upper <= other.days.lower)
    for claim in claims.exclude(kind=ClaimKind.BLOCKED):
        ends = claim.bed.valid_until
        assert ends is None or (claim.days.upper and claim.days.upper <= ends)
    assert not claims.filter(kind=ClaimKind.OFFER).exclude(offer__state=OfferState.LIVE).exists()
    waiting = Application.objects.filter(state=ApplicationState.SUBMITTED)
    holds = live_claims().filter(kind=ClaimKind.HOLD, noun__startswith="application:")
    assert set(holds.values_list("noun", flat=True)) <= {str(application) for application in waiting}
    proposed = Opening.objects.filter(proposed__isnull=False)
    assert not proposed.exclude(state="open", proposed__state=ApplicationState.SUBMITTED).exists()
