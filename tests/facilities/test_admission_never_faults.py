"""A moment so near the ends of the calendar that it has no place in China's zone is refused, never a fault."""

import pytest
from django.test import Client

from tests.builders.accounts import sign_in
from tests.builders.facilities import make_bed
from tests.builders.waiting import Queue

pytestmark = pytest.mark.django_db
MOMENTS = [
    "0001-01-01",
    "0001-01-01T00:00:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59",
    "9999-12-31T23:59:59-14:00",
]


@pytest.fixture
def manager():
    queue = Queue()
    client = sign_in(Client(raise_request_exception=False), queue.manager_user)
    client.home, client.bed = queue.home, make_bed(queue.home)
    return client


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_moment_at_the_ends_of_the_calendar_is_refused(manager, moment):
    at = f"/api/v1/facilities/{manager.home.pk}"
    slots = {"starts_at": moment, "minutes": 30}
    held = {"beds": [{"id": str(manager.bed.pk), "held": True, "held_until": moment}]}
    assert manager.post(f"{at}/visit-slots", slots, content_type="application/json").status_code == 422
    assert manager.put(f"{at}/beds", held, content_type="application/json").status_code == 422
    assert manager.get(f"{at}/vacancy", {"at": moment}).status_code in (200, 422)
    page = manager.get(f"/home/{manager.home.pk}/board/history", {"at": moment})
    assert page.status_code in (200, 422)
