"""A thousand families answer at the very moment their time runs out: each bed ends one way. Without the wall it does not."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from facilities.choices import ApplicationState, ClaimKind, OfferState, StayState
from facilities.models import Application, Bed, BedClaim, Offer, Room, Stay
from facilities.services import accept_offer, close_lapsed_offers
from tests.builders.accounts import make_user, viewer_for
from tests.builders.facilities import LONG_AGO, make_home
from tests.builders.people import make_elder
from tests.races.alone import alone
from tests.races.test_one_bed import JUNE, claims_of, without_the_wall

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

RACES = 1000
AT_ONCE = 25
FIRST_SPREAD = timedelta(milliseconds=600)


class Races:
    """So many races at once, round after round: a family accepts its offer, a rival takes the bed as soon as it can.

    Fifty clients stay on their connections through all rounds. The offers of a round lapse one after the other in the
    time the round before took, so that on any machine some families are in time and some are not.
    """

    def __init__(self) -> None:
        daughter = make_user()
        self.person = daughter.person
        self.elders = [make_elder(guardian=daughter.person) for _number in range(AT_ONCE)]
        self.family = viewer_for(daughter)
        self.home = make_home(prices=False)
        self.spread = FIRST_SPREAD
        self.offers: list[Offer] = []
        self.answers: list[object] = [None] * (2 * AT_ONCE)
        self.began = None
        self.after_round = lambda: None

    def run(self, rounds: int) -> None:
        """Run the rounds; `after_round` looks at each before the next begins."""
        start = Barrier(2 * AT_ONCE, action=self.deal)
        end = Barrier(2 * AT_ONCE, action=self.look)

        def client(number: int) -> None:
            try:
                for _round in range(rounds):
                    start.wait(timeout=120)
                    self.answers[number] = self.act(number)
                    end.wait(timeout=120)
            except BaseException:
                start.abort()
                end.abort()
                raise
            finally:
                connection.close()

        with alone(), ThreadPoolExecutor(2 * AT_ONCE) as pool:
            for one in [pool.submit(client, number) for number in range(2 * AT_ONCE)]:
                one.result()

    def act(self, number: int) -> object:
        offer = self.offers[number % AT_ONCE]
        try:
            if number < AT_ONCE:
                return accept_offer(self.family, offer_id=offer.pk)
            return claims_of(offer.bed, 0)()
        except Refusal as refusal:
            return refusal.code

    def look(self) -> None:
        self.spread = clock.now() - self.began
        self.after_round()
        Stay.objects.filter(state=StayState.EXPECTED).update(state=StayState.DROPPED)
        Application.objects.filter(state=ApplicationState.ACCEPTED).update(state=ApplicationState.CLOSED)
        Application.objects.exclude(state=ApplicationState.CLOSED).update(state=ApplicationState.WITHDRAWN)

    def deal(self) -> None:
        """Make the round's offers; the families wish for another room, so that no bed is asked further."""
        round_ = Room.objects.count()
        rooms = [Room(facility=self.home, name=f"{round_}-{row}", room_type="double") for row in range(AT_ONCE)]
        beds = [Bed(room=room, name="1", valid_from=LONG_AGO) for room in rooms]
        waiting = {"facility": self.home, "by_person": self.person, "room_type": "single", "care_grade": "full"}
        applications = [
            Application(elder=elder, wanted_from=JUNE, state=ApplicationState.OFFERED, fit={}, **waiting)
            for elder in self.elders
        ]
        self.began = now = clock.now()
        ends = [now + self.spread * (row + 1) / AT_ONCE for row in range(AT_ONCE)]
        claims = [
            BedClaim(bed=bed, kind=ClaimKind.OFFER, days=DateRange(JUNE, None), lapses_at=end)
            for bed, end in zip(beds, ends, strict=True)
        ]
        self.offers = [
            Offer(application=one, bed=bed, claim=claim, from_day=JUNE, offered_at=now, lapses_at=end, price={})
            for one, bed, claim, end in zip(applications, beds, claims, ends, strict=True)
        ]
        for rows in (rooms, beds, applications, claims, self.offers):
            type(rows[0]).objects.bulk_create(rows)

    def taken_twice(self) -> int:
        """Count the beds of this round that more than one claim holds."""
        held = BedClaim.objects.filter(bed__in=[offer.bed_id for offer in self.offers], released_at__isnull=True)
        return sum(count - 1 for count in Counter(held.values_list("bed", flat=True)).values())


def test_a_thousand_acceptances_against_their_expiry_have_one_outcome_each():
    races, outcomes = Races(), Counter()

    def one_outcome_each():
        while Offer.objects.filter(state=OfferState.LIVE).exists():
            close_lapsed_offers()
        mine = Offer.objects.filter(pk__in=[offer.pk for offer in races.offers])
        states = dict(mine.values_list("pk", "state"))
        stays = set(Stay.objects.filter(application__offers__in=mine).values_list("application", flat=True))
        assert races.taken_twice() == 0
        for number, offer in enumerate(races.offers):
            accepted, claimed = races.answers[number], races.answers[number + AT_ONCE]
            won = isinstance(accepted, Stay)
            assert won or accepted == "offer_lapsed"
            assert states[offer.pk] == (OfferState.ACCEPTED if won else OfferState.LAPSED)
            assert (offer.application_id in stays) == won
            assert not (won and isinstance(claimed, BedClaim))
            outcomes[states[offer.pk]] += 1

    races.after_round = one_outcome_each
    races.run(RACES // AT_ONCE)
    assert sum(outcomes.values()) == RACES
    assert set(outcomes) == {OfferState.ACCEPTED, OfferState.LAPSED}


def test_without_the_wall_beds_are_taken_twice_in_the_same_races():
    races, twice = Races(), []
    # Nobody's time runs out in the first round: all of these families accept, and every rival takes the bed, too.
    races.spread = timedelta(hours=1)
    races.after_round = lambda: twice.append(races.taken_twice())
    with without_the_wall():
        races.run(2)
        Stay.objects.all().delete()
        Offer.objects.all().delete()
    assert twice[0] == AT_ONCE
