"""Two hundred clients and one bed: exactly one gets it. And the same race without the wall, where it must go wrong."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import connection, transaction

from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from facilities.choices import ApplicationState, ClaimKind, OfferState, StayState
from facilities.models import Bed, BedClaim, Offer, Stay
from facilities.services import accept_offer, withdraw_application
from facilities.services.claims import claim_bed
from tests.builders.accounts import make_user, viewer_for
from tests.builders.facilities import make_application, make_bed, make_home
from tests.builders.people import make_elder
from tests.races.alone import alone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

CLIENTS = 200
WALL = "one_bed_is_claimed_once_a_day"
JUNE = date(2026, 6, 1)


def at_once(acts: list[Callable]) -> list:
    """Run all acts at the same moment, each on its own connection; give what each returned, or the code it was refused with."""
    start = Barrier(len(acts))

    def client(act):
        try:
            connection.ensure_connection()
        except BaseException:
            start.abort()
            raise
        try:
            start.wait(timeout=60)
            return act()
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()

    with alone(), ThreadPoolExecutor(len(acts)) as pool:
        running = [pool.submit(client, act) for act in acts]
    failed = [one.exception() for one in running if one.exception()]
    for error in sorted(failed, key=lambda error: isinstance(error, BrokenBarrierError)):
        raise error  # one that never connected keeps the others from starting: that one is the reason
    return [one.result() for one in running]


def claims_of(bed: Bed, number: int) -> Callable:
    """A client who wants the bed for ever, from some day in June."""

    @transaction.atomic
    def act():
        return claim_bed(bed, ClaimKind.STAY, since=JUNE + timedelta(number % 30), noun=f"client:{number}")

    return act


@contextmanager
def without_the_wall():
    """Take the exclusion constraint down, and put it up again."""
    wall = next(row for row in BedClaim._meta.constraints if row.name == WALL)
    with connection.schema_editor() as editor:
        editor.remove_constraint(BedClaim, wall)
    try:
        yield
    finally:
        BedClaim.objects.filter(released_at__isnull=True).update(released_at=clock.now())
        with connection.schema_editor() as editor:
            editor.add_constraint(BedClaim, wall)


def test_two_hundred_clients_want_one_bed_and_one_gets_it():
    bed = make_bed(make_home(prices=False))
    answers = at_once([claims_of(bed, number) for number in range(CLIENTS)])
    winners = [answer for answer in answers if isinstance(answer, BedClaim)]
    assert len(winners) == 1
    assert BedClaim.objects.filter(bed=bed, released_at__isnull=True).count() == 1
    assert {answer for answer in answers if isinstance(answer, str)} == {"bed_taken"}


def test_without_the_wall_the_same_race_gives_the_bed_to_many():
    bed = make_bed(make_home(prices=False))
    with without_the_wall():
        answers = at_once([claims_of(bed, number) for number in range(CLIENTS)])
        winners = [answer for answer in answers if isinstance(answer, BedClaim)]
        assert len(winners) > 1
    with pytest.raises(Refusal), transaction.atomic():
        claims_of(bed, 0)()
        claims_of(bed, 1)()


class Offered:
    """A live offer that lapses after so many milliseconds, and the family that may accept it."""

    def __init__(self, home, milliseconds):
        daughter = make_user()
        elder = make_elder(guardian=daughter.person)
        application = make_application(home, elder, daughter.person, state=ApplicationState.OFFERED)
        self.bed = make_bed(home)
        self.family = viewer_for(daughter)
        now = clock.now()
        lapses_at = now + timedelta(milliseconds=milliseconds)
        claim = BedClaim.objects.create(bed=self.bed, kind=ClaimKind.OFFER, days=(JUNE, None), lapses_at=lapses_at)
        self.offer = Offer.objects.create(
            application=application,
            bed=self.bed,
            claim=claim,
            from_day=JUNE,
            offered_at=now,
            lapses_at=lapses_at,
            price={},
        )

    def accept(self):
        return accept_offer(self.family, offer_id=self.offer.pk)


def test_two_hundred_families_of_one_home_accept_two_hundred_beds_at_once_and_each_has_one():
    """Nobody waits for anybody: an acceptance takes one bed and one family, never the home."""
    home = make_home(prices=False)
    offered = [Offered(home, milliseconds=600_000) for _number in range(CLIENTS)]
    stays = at_once([one.accept for one in offered])
    assert all(isinstance(stay, Stay) for stay in stays)
    assert {stay.claim_id for stay in stays} == {one.offer.claim_id for one in offered}


def test_ten_clicks_on_accept_are_one_stay():
    offered = Offered(make_home(prices=False), milliseconds=60_000)
    stays = at_once([offered.accept] * 10)
    assert {stay.pk for stay in stays} == {Stay.objects.get(state=StayState.EXPECTED).pk}


def test_accepting_and_withdrawing_at_once_ends_one_way_and_never_in_a_deadlock():
    home = make_home(prices=False)
    for _number in range(10):
        offered = Offered(home, milliseconds=60_000)

        def withdraw(offered=offered):
            return withdraw_application(offered.family, application_id=offered.offer.application_id)

        accepted, withdrawn = at_once([offered.accept, withdraw])
        offer = Offer.objects.select_related("application").get(pk=offered.offer.pk)
        claims = BedClaim.objects.filter(bed=offered.bed, released_at__isnull=True).count()
        if isinstance(accepted, Stay):
            assert (withdrawn, offer.state, offer.application.state, claims) == (
                "already_answered",
                OfferState.ACCEPTED,
                ApplicationState.ACCEPTED,
                1,
            )
        else:
            assert (accepted, offer.state, offer.application.state, claims) == (
                "already_answered",
                OfferState.WITHDRAWN,
                ApplicationState.WITHDRAWN,
                0,
            )
