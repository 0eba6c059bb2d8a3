"""The watch over the order of locks bites, and knows what is held already."""

import pytest
from django.db import transaction

from facilities.services.lock_order import lock_application, lock_beds, lock_elder, lock_homes, lock_to_ask
from tests.builders.facilities import make_application, make_bed, make_home
from tests.builders.people import make_elder
from tests.facilities.lock_watch import OutOfOrder

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows():
    home, elder = make_home(prices=False), make_elder()
    return home, make_bed(home), elder, make_application(home, elder, elder.person)


@transaction.atomic
def take(*steps):
    for step in steps:
        step()


def test_the_order_of_the_record_passes_and_may_be_asked_for_again(rows):
    _home, bed, elder, application = rows
    elders, homes, beds = lambda: lock_elder(elder.pk), lambda: lock_to_ask(bed.pk), lambda: lock_beds([bed.pk])
    take(elders, homes, beds, lambda: lock_application(application), homes, beds, elders)


def test_any_earlier_lock_after_a_later_one_is_found(rows):
    home, bed, elder, application = rows
    elders, homes, beds = lambda: lock_elder(elder.pk), lambda: lock_homes([home.pk]), lambda: lock_beds([bed.pk])
    place = lambda: lock_application(application)  # noqa: E731
    for steps in [(beds, homes), (homes, elders), (place, beds), (place, homes), (beds, elders)]:
        with pytest.raises(OutOfOrder):
            take(*steps)


def test_homes_out_of_their_own_order_are_found(rows):
    first, second = sorted([make_home(prices=False).pk, make_home(prices=False).pk])
    take(lambda: lock_homes([second, first]))
    with pytest.raises(OutOfOrder):
        take(lambda: lock_homes([second]), lambda: lock_homes([first]))
