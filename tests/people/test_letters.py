"""Letters: a row first, sent once, tried again, swept when the bell was lost; nothing personal in a log."""

from datetime import timedelta

import pytest
import structlog

from eldercare.kernel import clock
from eldercare.kernel.sentences import say
from eldercare.people import senders
from eldercare.people.models import Letter
from eldercare.people.services.letters import deliver, sweep_letters, write_letter
from tests.builders.people import make_person

pytestmark = pytest.mark.django_db
SENT: list[senders.Outgoing] = []


def keep(letter: senders.Outgoing) -> None:
    SENT.append(letter)


def fail(letter: senders.Outgoing) -> None:
    raise senders.CannotSend("ConnectError")


@pytest.fixture(autouse=True)
def sender(settings):
    SENT.clear()
    settings.LETTER_SENDER = "tests.people.test_letters.keep"


def letter(**where) -> Letter:
    where = where or {"address": "13800001234"}
    return write_letter(kind="test", subject=say("验证码"), body=say("您的验证码是 {code}。", code="123456"), **where)


def test_a_letter_is_sent_once_though_its_bell_rings_twice():
    row = letter()
    deliver(row.pk)
    deliver(row.pk)
    row.refresh_from_db()
    assert [(one.channel, one.address, one.body) for one in SENT] == [("sms", "13800001234", "您的验证码是 123456。")]
    assert row.state == "sent" and row.sent_at is not None


def test_a_person_is_reached_by_phone_else_by_mail_else_on_the_site():
    by_phone = letter(to_person_id=make_person(born=None, phone="13800001234", email="a@example.org").pk)
    by_mail = letter(to_person_id=make_person(born=None, email="a@example.org").pk)
    on_site = letter(to_person_id=make_person(born=None).pk)
    assert [one.channel for one in (by_phone, by_mail, on_site)] == ["sms", "email", "in_app"]


def test_a_letter_whose_bell_was_lost_is_swept_up():
    row = letter()
    assert sweep_letters() == 0, "its bell may still be heard"
    Letter.objects.filter(pk=row.pk).update(created_at=clock.now() - timedelta(minutes=2))
    assert sweep_letters() == 1
    assert len(SENT) == 1


def test_a_letter_that_cannot_be_sent_is_tried_five_times_and_then_failed(settings):
    settings.LETTER_SENDER = "tests.people.test_letters.fail"
    row = letter()
    states = []
    for _ in range(6):
        deliver(row.pk)
        row.refresh_from_db()
        states.append((row.tries, row.state))
    assert states == [(1, "queued"), (2, "queued"), (3, "queued"), (4, "queued"), (5, "failed"), (5, "failed")]


def test_what_is_logged_of_a_failure_is_nothing_personal(settings):
    settings.LETTER_SENDER = "tests.people.test_letters.fail"
    with structlog.testing.capture_logs() as logs:
        deliver(letter().pk)
    assert "123456" not in str(logs) and "13800001234" not in str(logs)
    assert logs[0]["event"] == "letter_not_sent"


def test_address_and_text_are_unreadable_in_the_table():
    from django.db import connection

    row = letter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM people_letter t WHERE id = %s", [row.pk])
        (text,) = cursor.fetchone()
    for secret in ("13800001234", "123456"):
        assert secret not in text and secret.encode().hex() not in text


def test_the_outbox_sends_nothing_and_the_gateway_says_when_it_is_not_set_up(monkeypatch):
    out = senders.Outgoing("1", "sms", "13800001234", "s", "b")
    assert senders.outbox(out) is None
    monkeypatch.delenv("SMS_GATEWAY_URL", raising=False)
    with pytest.raises(senders.CannotSend):
        senders.mail_and_sms(out)
