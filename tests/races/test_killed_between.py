"""A process is killed (SIGKILL) after it freed a bed and before it asked the next family: the bed is as it was, nobody is lost."""

import os
import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from eldercare.kernel import clock
from facilities.choices import ClaimKind, OfferState, StayState
from facilities.models import BedClaim, Offer, Opening, Skip, Stay
from facilities.services import close_lapsed_offers, end_stay, hold_bed, offer_bed
from tests.builders.facilities import make_bed, make_stay
from tests.builders.people import make_elder
from tests.builders.waiting import Queue

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]

# The act is done as it is, up to the moment at which the freed bed would be offered on.
BEFORE = """
import sys, time, django
django.setup()
from facilities.services import close_lapsed_offers, end_stay
from eldercare.accounts.models import User
from eldercare.accounts.selectors import build_viewer
from datetime import date
waiting = sys.modules["facilities.services.waiting_list"]
def stuck(*args, **facts):
    print("freed", flush=True)
    time.sleep(120)
waiting.ask_next = stuck
"""
SWEEP = "close_lapsed_offers()"
LEAVE = (
    "end_stay(build_viewer(User.objects.get(pk=sys.argv[1]), second_factor=True),"
    " stay_id=sys.argv[2], until=date.fromisoformat(sys.argv[3]), reason='went_home')"
)


def killed_in(act: str, *arguments: str) -> None:
    """Let another process do an act, and kill it when the bed is free and nobody asked yet."""
    name = settings.DATABASES["default"]["NAME"]
    env = {
        **os.environ,
        "DATABASE_URL": os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{name}",
        "PYTHONPATH": str(ROOT),
    }
    worker = subprocess.Popen(
        [sys.executable, "-c", BEFORE + act, *arguments], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
    )
    try:
        assert worker.stdout.readline().strip() == "freed"
    finally:
        worker.send_signal(signal.SIGKILL)
        assert worker.wait(10) == -signal.SIGKILL


def lapsed(claim_id):
    over = clock.now() - timedelta(seconds=1)
    Offer.objects.filter(claim=claim_id).update(offered_at=over - timedelta(hours=1), lapses_at=over)
    BedClaim.objects.filter(pk=claim_id).update(lapses_at=over)


def asked():
    return list(Offer.objects.filter(state=OfferState.LIVE).values_list("application", flat=True))


def test_the_next_sweep_makes_the_offer_that_a_killed_sweeper_did_not():
    queue = Queue()
    first, second = queue.join("王一"), queue.join("王二")
    offer = offer_bed(
        queue.manager, application_id=first.application.pk, bed_id=make_bed(queue.home).pk, from_day=queue.today
    )
    lapsed(offer.claim_id)
    killed_in(SWEEP)
    offer.refresh_from_db()
    assert (offer.state, Skip.objects.count(), first.state) == (OfferState.LIVE, 0, "offered")
    assert close_lapsed_offers() == 1
    assert asked() == [second.application.pk]
    assert Skip.objects.filter(application=first.application).count() == 1
    assert close_lapsed_offers() == 0


def test_the_next_sweep_goes_on_with_a_hold_whose_sweeper_was_killed():
    queue = Queue()
    single, second = queue.join("王一", room_type="single"), queue.join("王二")
    hold = hold_bed(
        queue.manager, application_id=single.application.pk, bed_id=make_bed(queue.home).pk, from_day=queue.today
    )
    lapsed(hold.pk)
    killed_in(SWEEP)
    hold.refresh_from_db()
    assert (hold.released_at, Opening.objects.count()) == (None, 0)
    assert close_lapsed_offers() == 1
    assert asked() == [second.application.pk]


def test_a_check_out_that_was_killed_has_not_happened_and_done_again_asks_once():
    queue = Queue()
    first, _second = queue.join("王一"), queue.join("王二")
    elder = make_elder("住院老人")
    stay = make_stay(queue.home, elder, elder.person, since=date(2026, 1, 1))
    killed_in(LEAVE, str(queue.manager.user_id), str(stay.pk), str(queue.today))
    stay.refresh_from_db()
    assert (stay.state, stay.days.upper, asked()) == (StayState.IN, None, [])
    assert BedClaim.objects.get(pk=stay.claim_id).days.upper is None
    end_stay(queue.manager, stay_id=stay.pk, until=queue.today, reason="went_home")
    assert asked() == [first.application.pk]
    assert BedClaim.objects.filter(bed=stay.claim.bed_id, kind=ClaimKind.OFFER).count() == 1
    assert Stay.objects.get(pk=stay.pk).state == StayState.ENDED
