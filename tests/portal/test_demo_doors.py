"""The doors for proof: the clock is moved and put back, the outbox shows codes; without DEMO neither is there."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from eldercare.audit.selectors import clock_offset
from eldercare.kernel import clock
from eldercare.portal.demo import homes
from eldercare.portal.demo.case import load_case
from eldercare.portal.demo.cast import cast, load_cast, logins, viewer_of
from eldercare.portal.demo.queue import load_queue, queue
from eldercare.portal.journeys.officer_desk import queues
from eldercare.recognition.services import load_reference as load_agreements
from subsidies.models import Application
from tests.builders.regions import regions

pytestmark = pytest.mark.django_db


def move(client, body: object, content_type: str = "application/json"):
    return client.post("/demo/clock", json.dumps(body), content_type=content_type)


def test_the_clock_is_set_to_an_instant_and_shown(client):
    answer = move(client, {"to": "2026-12-25T09:00:00+08:00"})

    assert answer.status_code == 200
    assert answer.json()["now"].startswith("2026-12-25T09:00:0")
    assert str(clock.today()) == "2026-12-25"
    assert client.get("/demo/clock?format=json").json()["offset_seconds"] == answer.json()["offset_seconds"]


def test_the_clock_is_moved_by_an_offset_and_put_back(client):
    move(client, {"offset_seconds": 86_400})
    assert clock_offset() == timedelta(days=1)

    move(client, {"offset_seconds": 0})
    assert clock_offset() == timedelta(0)


@pytest.mark.parametrize(
    "body", [{}, {"to": "soon"}, {"to": 5}, {"offset_seconds": "x"}, [], {"to": "2026-12-25", "x": 1}]
)
def test_what_is_no_time_is_refused_and_the_clock_stays(client, body):
    answer = move(client, body)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert clock_offset() == timedelta(0)


def test_the_clock_goes_no_farther_than_ten_years(client):
    assert move(client, {"offset_seconds": 400_000_000}).status_code == 422


def test_a_foreign_form_cannot_move_the_clock():
    client = Client(enforce_csrf_checks=True)

    assert client.post("/demo/clock", {"to": "2026-12-25T09:00"}).status_code == 403
    assert clock_offset() == timedelta(0)


def test_without_demo_there_is_neither_clock_nor_outbox(client, settings):
    settings.DEMO = False

    assert move(client, {"offset_seconds": 60}).status_code == 404
    assert client.get("/demo/outbox").status_code == 404


def test_the_outbox_shows_the_code_that_was_sent(client):
    client.post("/sign-in", {"address": "13900000001"})

    letter = client.get("/demo/outbox", headers={"Accept": "application/json"}).json()["letters"][0]

    assert letter["address"] == "13900000001"
    assert "验证码" in letter["subject"]
    assert "13900000001" in client.get("/demo/outbox").content.decode()


def test_the_cast_and_its_case_come_in_once_and_everybody_has_something_to_do(client, monkeypatch):
    """The cast stands at one home; that all six hundred come in is tests/facilities/test_directory.py's."""
    monkeypatch.setattr(homes, "_places", lambda luck: ())
    regions()
    load_agreements()
    assert homes.load_homes() == 1

    for _twice in range(2):
        load_cast()
        load_case()

    shown = [queue for key in ("street", "manager") for queue in queues(_play(key))]
    waiting = {queue.title.text: queue.count for queue in shown if queue.count}
    assert waiting == {"待初审的补贴申请": 2, "{home}": 1}

    assert {row["key"] for row in logins()} >= {
        "city",
        "auditor",
        "district_a",
        "district_b",
        "street",
        "manager",
        "family",
    }
    codes = client.get("/demo/outbox?format=json").json()["second_factor"]
    officers = [one["address"] for one in cast()["officers"]]
    assert [row["address"] for row in codes] == officers
    assert all(len(row["code"]) == 6 for row in codes)


def test_the_street_has_a_days_work_of_plain_and_less_plain_cases():
    regions()
    load_agreements()

    for _twice in range(2):
        load_queue()

    waiting = Application.objects.filter(street=queue()["hukou"])
    assert waiting.values("elder").distinct().count() == len(queue()["cases"])
    assert {one.verdict["verdict"] for one in waiting} >= {"yes", "no", "choice", "cannot_decide"}


def _play(key: str):
    members = [*cast()["officers"], cast()["manager"]]
    return viewer_of(next(one for one in members if one["key"] == key))
