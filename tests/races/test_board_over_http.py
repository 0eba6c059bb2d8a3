"""One bed, every door of the board at once: staff, the home's own system, a spreadsheet, the reminder's link."""

from collections import Counter

import pytest
from django.core import signing
from django.test import Client

from eldercare.accounts.models import User
from facilities.choices import ReminderStage
from facilities.models import BedClaim, BedConfirmation, BedReminder
from facilities.selectors.beds import board_beds
from facilities.selectors.history import differing_counts
from facilities.services import make_home_token
from facilities.services.board_link import link_text, open_link
from facilities.web.board_sheet import SALT
from tests.builders.accounts import sign_in
from tests.builders.facilities import make_bed
from tests.builders.waiting import Queue
from tests.races.test_one_bed import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
EACH = 6
DONE = (200, 302)


class Doors:
    """A home with one free bed, and the doors through which somebody says what it is."""

    def __init__(self):
        self.queue = Queue(prices=False)
        self.bed = make_bed(self.queue.home)
        _row, self.token = make_home_token(self.queue.manager, facility_id=self.queue.home.pk, name="x")
        self.cookies = sign_in(Client(), User.objects.get(pk=self.queue.manager.user_id)).cookies
        reminder = BedReminder.objects.create(facility=self.queue.home, stage=ReminderStage.SOON)
        self.link = link_text(reminder)
        self.link_saw = open_link(self.link).seen

    def put(self, key, **said):
        """The home's own system says it by the API."""
        answer = Client(raise_request_exception=False).put(
            f"/api/v1/facilities/{self.queue.home.pk}/beds",
            {"beds": [{"id": str(self.bed.pk), "seen": "free", **said}]},
            content_type="application/json",
            headers={"Idempotency-Key": key, "Authorization": f"Bearer {self.token}"},
        )
        return answer.status_code, answer.json()

    def page(self, path, body):
        client = Client(raise_request_exception=False)
        client.cookies = self.cookies
        return client.post(path, body).status_code

    def sheet(self, number):
        rows = [[str(self.bed.pk), "free", "closed", "", None]]
        sealed = signing.dumps({"home": str(self.queue.home.pk), "rows": rows}, salt=SALT)
        body = {"sealed": sealed, "request_key": f"s{number}"}
        return self.page(f"/home/{self.queue.home.pk}/board/sheet/apply", body)

    def tap(self):
        return (
            Client(raise_request_exception=False).post(f"/board-link/{self.link}", {"seen": self.link_saw}).status_code
        )


def test_a_home_s_system_that_sends_one_change_many_times_at_once_has_made_it_once():
    doors = Doors()
    answers = at_once([lambda: doors.put("same", occupied=True)] * 20)
    assert [status for status, _body in answers] == [200] * 20
    assert all(body == answers[0][1] for _status, body in answers)
    assert (BedConfirmation.objects.count(), BedClaim.objects.count()) == (1, 1)


def test_of_all_doors_that_say_something_else_of_one_bed_one_is_heard_and_the_link_confirms_what_was_shown():
    doors = Doors()
    acts = [lambda number=number: doors.put(f"t{number}", occupied=True)[0] for number in range(EACH)]
    acts += [lambda number=number: doors.put(f"b{number}", blocked=True)[0] for number in range(EACH)]
    acts += [lambda number=number: doors.sheet(number) for number in range(EACH)]
    acts += [doors.tap] * EACH
    answers = at_once(acts)
    assert set(answers) <= {*DONE, 409}
    said, tapped = answers[: 3 * EACH], answers[3 * EACH :]
    assert sum(status in DONE for status in said) == 1
    # Whoever tapped first confirmed the free bed, if nobody had said anything of it yet; nobody taps twice.
    assert Counter(tapped)[200] <= 1
    saved = BedConfirmation.objects.all()
    assert saved.count() == sum(status in DONE for status in answers)
    assert board_beds([doors.bed.pk], doors.queue.today)[doors.bed.pk].state in ("occupied", "blocked", "closed")
    assert differing_counts(saved) == []
