"""One board and many hands: offers against the board, two people and one bed, a bed that is closed while it is claimed."""

from contextlib import contextmanager
from datetime import timedelta
from threading import Event
from time import sleep

import pytest
from django.db import IntegrityError, connection, transaction

from eldercare.kernel import clock
from facilities.choices import ClaimKind
from facilities.models import Bed, BedClaim, BedConfirmation, HomeToken, TokenUse
from facilities.services import confirm_beds
from facilities.services.board import change_to
from facilities.services.claims import claim_bed
from facilities.services.tokens import seconds_to_wait
from tests.builders.accounts import make_user, viewer_for
from tests.builders.facilities import make_bed, make_home, make_staff
from tests.races.test_one_bed import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

CLIENTS = 24


@pytest.fixture
def home():
    return make_home(prices=False)


@pytest.fixture
def staff(home):
    user = make_user()
    make_staff(user, home)
    return viewer_for(user)


def says(staff, home, bed, state, *, seen="free"):
    """One of the staff says on the board what a bed is."""
    return lambda: confirm_beds(staff, facility_id=home.pk, changes=[change_to(state, bed.pk, seen=seen)])


def promises(bed):
    """Somebody promises the bed to a family."""

    @transaction.atomic
    def act():
        until = clock.now() + timedelta(hours=1)
        return claim_bed(bed, ClaimKind.OFFER, since=clock.today(), lapses_at=until)

    return act


def living(bed):
    return BedClaim.objects.filter(bed=bed, released_at__isnull=True).count()


def test_of_offers_and_board_exactly_one_gets_the_bed(home, staff):
    bed = make_bed(home)
    said = ("occupied", "held")
    acts = [says(staff, home, bed, said[number % 4 // 2]) if number % 2 else promises(bed) for number in range(CLIENTS)]
    answers = at_once(acts)
    winners = [one for one in answers if not isinstance(one, str)]
    assert (len(winners), living(bed)) == (1, 1)
    assert {one for one in answers if isinstance(one, str)} <= {"bed_taken", "board_changed"}


def test_of_many_who_say_different_things_of_one_bed_one_is_heard_and_the_others_are_told(home, staff):
    bed = make_bed(home)
    states = ("occupied", "blocked", "closed", "held")
    answers = at_once([says(staff, home, bed, states[number % 4]) for number in range(CLIENTS)])
    saved = [one for one in answers if isinstance(one, BedConfirmation)]
    assert (len(saved), BedConfirmation.objects.count()) == (1, 1)
    assert {one for one in answers if isinstance(one, str)} == {"board_changed"}


def test_where_nobody_says_what_was_seen_the_last_word_silently_wins(home, staff):
    """The negative control: without `seen` several are saved, and all but the last are lost."""
    bed = make_bed(home)
    states = ("occupied", "blocked", "closed")
    answers = at_once([says(staff, home, bed, states[number % 3], seen=None) for number in range(6)])
    assert len([one for one in answers if isinstance(one, BedConfirmation)]) > 1


def test_what_is_said_at_once_of_different_beds_is_all_kept(home, staff):
    beds = [make_bed(home) for _number in range(4)]
    answers = at_once([says(staff, home, bed, "occupied") for bed in beds])
    assert all(isinstance(one, BedConfirmation) for one in answers), answers
    assert [living(bed) for bed in beds] == [1] * len(beds)


@contextmanager
def without(trigger, table):
    """Take one wall down: a trigger of a table, found by its sentence."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE %s", [f"pgtrigger_{trigger}%"])
        (name,) = cursor.fetchone()
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {name}")


def close_while_claimed(bed):
    """Close a bed in a transaction that is still open when somebody moves in; give who got through."""
    closing = Event()

    @transaction.atomic
    def close():
        Bed.objects.filter(pk=bed.pk).update(valid_until=clock.today() + timedelta(days=1))
        closing.set()
        sleep(0.3)
        return "closed"

    def move_in():
        closing.wait(30)
        try:
            BedClaim.objects.create(bed=bed, kind=ClaimKind.STAY, days=(clock.today(), None))
        except IntegrityError as error:
            assert "a_claim_ends_before_its_bed_does" in str(error)
            return "refused"
        return "moved in"

    return at_once([close, move_in])


def test_a_bed_that_is_being_closed_takes_nobody_in(home):
    bed = make_bed(home)
    assert close_while_claimed(bed) == ["closed", "refused"]
    assert living(bed) == 0


def test_without_the_wall_somebody_lives_in_a_bed_that_is_gone(home):
    bed = make_bed(home)
    with without("a_claim_ends_before_its_bed_does", "facilities_bedclaim"):
        assert close_while_claimed(bed) == ["closed", "moved in"]
    BedClaim.objects.update(released_at=clock.now())


def test_a_bed_somebody_is_moving_into_is_not_closed(home):
    bed, moving = make_bed(home), Event()

    @transaction.atomic
    def move_in():
        BedClaim.objects.create(bed=bed, kind=ClaimKind.STAY, days=(clock.today(), None))
        moving.set()
        sleep(0.3)
        return "moved in"

    def close():
        moving.wait(30)
        try:
            Bed.objects.filter(pk=bed.pk).update(valid_until=clock.today() + timedelta(days=1))
        except IntegrityError as error:
            assert "a_bed_outlasts_what_claims_it" in str(error)
            return "refused"
        return "closed"

    assert at_once([move_in, close]) == ["moved in", "refused"]


def test_every_use_of_a_token_is_counted(home):
    token = HomeToken.objects.create(facility=home, name="x", token_digest="x", made_by=make_user())
    at_once([lambda: seconds_to_wait(token.pk)] * CLIENTS)
    assert sum(TokenUse.objects.values_list("count", flat=True)) == CLIENTS
