"""A thousand families answer at the very moment their time runs out: each bed ends one way. Without the wall it does not."""

from datetime import timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F

from eldercare.kernel import clock
from facilities.choices import ApplicationState, ClaimKind, OfferState
from facilities.models import Application, Bed, BedClaim, Offer, Room, Stay
from facilities.services import accept_offer, close_lapsed_offers
from tests.builders.accounts import make_user, viewer_for
from tests.builders.facilities import LONG_AGO, make_home
from tests.builders.people import make_elder
from tests.races.test_one_bed import JUNE, at_once, claims_of, without_the_wall

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

RACES = 1000
AT_ONCE = 50
FIRST_SPREAD = timedelta(seconds=1)


class Family:
    """One daughter who acts for as many elders as there are races at once; each waits for a bed of its own."""

    def __init__(self) -> None:
        daughter = make_user()
        self.person = daughter.person
        self.elders = [make_elder(guardian=daughter.person) for _number in range(AT_ONCE)]
        self.viewer = viewer_for(daughter)
        self.home = make_home(prices=False)
        self.spread = FIRST_SPREAD

    def offers(self) -> list[Offer]:
        """Live offers that lapse one after the other within `spread`, each on a bed of its own."""
        number = Room.objects.count()
        rooms = [Room(facility=self.home, name=f"{number}-{row}", room_type="double") for row in range(AT_ONCE)]
        beds = [Bed(room=room, name="1", valid_from=LONG_AGO) for room in rooms]
        applications = [
            Application(
                facility=self.home,
                elder=elder,
                by_person=self.person,
                room_type="double",
                care_grade="full",
                wanted_from=JUNE,
                state=ApplicationState.OFFERED,
                fit={},
            )
            for elder in self.elders
        ]
        now = clock.now()
        ends = [now + self.spread * (row + 1) / AT_ONCE for row in range(AT_ONCE)]
        claims = [
            BedClaim(bed=bed, kind=ClaimKind.OFFER, days=DateRange(JUNE, None), lapses_at=end)
            for bed, end in zip(beds, ends, strict=True)
        ]
        offers = [
            Offer(application=one, bed=bed, claim=claim, from_day=JUNE, offered_at=now, lapses_at=end, price={})
            for one, bed, claim, end in zip(applications, beds, claims, ends, strict=True)
        ]
        for rows in (rooms, beds, applications, claims, offers):
            type(rows[0]).objects.bulk_create(rows)
        return offers

    def race(self, offers: list[Offer]) -> list[tuple[object, object]]:
        """Let the family accept each bed while a rival takes it as soon as it can; gives both answers for each.

        The offers' time begins when all stand ready; the next batch's is as long as this one took, on any machine.
        """
        made = offers[0].offered_at
        started = []

        def begin():
            shift = clock.now() - made
            Offer.objects.filter(state=OfferState.LIVE).update(lapses_at=F("lapses_at") + shift)
            BedClaim.objects.filter(kind=ClaimKind.OFFER, released_at__isnull=True).update(
                lapses_at=F("lapses_at") + shift
            )
            started.append(clock.now())

        accepts = [lambda offer=offer: accept_offer(self.viewer, offer_id=offer.pk) for offer in offers]
        rivals = [claims_of(offer.bed, 0) for offer in offers]
        answers = at_once([*accepts, *rivals], first=begin)
        self.spread = clock.now() - started[0]
        return list(zip(answers[:AT_ONCE], answers[AT_ONCE:], strict=True))

    def next_batch(self) -> None:
        """Let the applications end, so that the same elders can wait again."""
        Application.objects.filter(state=ApplicationState.ACCEPTED).update(state=ApplicationState.CLOSED)
        Application.objects.exclude(state=ApplicationState.CLOSED).update(state=ApplicationState.WITHDRAWN)


def taken_twice(offers: list[Offer]) -> int:
    """Count the beds that more than one claim holds."""
    held = BedClaim.objects.filter(bed__in=[offer.bed_id for offer in offers], released_at__isnull=True)
    beds = list(held.values_list("bed", flat=True))
    return len(beds) - len(set(beds))


def settled(offers: list[Offer]) -> dict:
    """Let the sweeper close what lapsed and was met by nobody; give each offer's state."""
    while Offer.objects.filter(state=OfferState.LIVE).exists():
        close_lapsed_offers()
    return dict(Offer.objects.filter(pk__in=[offer.pk for offer in offers]).values_list("pk", "state"))


def test_a_thousand_acceptances_against_their_expiry_have_one_outcome_each():
    family, outcomes = Family(), {OfferState.ACCEPTED: 0, OfferState.LAPSED: 0}
    for _batch in range(RACES // AT_ONCE):
        offers = family.offers()
        answers = family.race(offers)
        states = settled(offers)
        stays = set(Stay.objects.filter(application__offers__in=offers).values_list("application", flat=True))
        assert taken_twice(offers) == 0
        for offer, (accepted, claimed) in zip(offers, answers, strict=True):
            won = isinstance(accepted, Stay)
            assert states[offer.pk] == (OfferState.ACCEPTED if won else OfferState.LAPSED)
            assert (offer.application_id in stays) == won
            assert not (won and isinstance(claimed, BedClaim))
            assert won or accepted == "offer_lapsed"
            outcomes[states[offer.pk]] += 1
        family.next_batch()
    assert sum(outcomes.values()) == RACES
    assert min(outcomes.values()) > 0


def test_without_the_wall_beds_are_taken_twice_in_the_same_races():
    family = Family()
    offers = family.offers()
    with without_the_wall():
        family.race(offers)
        twice = taken_twice(offers)
        Stay.objects.all().delete()
        Offer.objects.all().delete()
    assert twice > 0
