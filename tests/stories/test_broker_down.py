"""When the broker is down, pages still work; what waited is done when it is back."""

from datetime import timedelta

import pytest
from django.test import Client

from eldercare.audit.services import move_clock
from eldercare.celery import app
from eldercare.kernel.viewer import VISITOR
from eldercare.people.choices import LetterState
from eldercare.people.models import Letter
from eldercare.people.services.letters import sweep_letters

NOBODY_LISTENS = "redis://127.0.0.1:1/0"


def speak_to(url: str) -> None:
    """Let the next bell be rung at this address."""
    app.conf.broker_url = app.conf.broker_write_url = url
    app.set_default()
    for holder, pool in ((app, "_pool"), (app.amqp, "_producer_pool")):
        setattr(holder, pool, None)


@pytest.fixture
def broker_down(settings):
    speak_to(NOBODY_LISTENS)
    yield
    speak_to(settings.CELERY_BROKER_URL)


@pytest.mark.django_db(transaction=True)
def test_a_code_can_be_asked_for_while_the_broker_is_down_and_is_sent_when_it_is_back(broker_down, settings):
    answer = Client().post("/sign-in", {"address": "13912340001"})
    letter = Letter.objects.get()
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/sign-in/code")
    assert letter.state == LetterState.QUEUED

    speak_to(settings.CELERY_BROKER_URL)
    move_clock(VISITOR, timedelta(minutes=2))
    assert sweep_letters() == 1
    letter.refresh_from_db()
    assert letter.state == LetterState.SENT


@pytest.mark.django_db(transaction=True)
def test_with_the_broker_up_the_bell_is_really_rung(settings):
    heard = []
    with app.connection_for_read() as connection:
        speak_to(settings.CELERY_BROKER_URL)
        Client().post("/sign-in", {"address": "13912340002"})
        queue = connection.SimpleQueue("celery")
        heard.append(queue.get(timeout=5).headers["task"])
        queue.clear()
        queue.close()
    assert heard == ["eldercare.people.tasks.deliver_letter"]
