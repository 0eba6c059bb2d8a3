"""/healthz: each of the four parts answers for itself, and the door never falls over with them."""

import time

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client

from eldercare.portal import health
from eldercare.portal.tasks import heartbeat

pytestmark = pytest.mark.django_db


@pytest.fixture
def alive() -> None:
    cache.clear()
    health.leave_mark("worker")
    health.leave_mark("beat")


def test_all_four_alive_is_200_with_a_sentence_each(client: Client, alive: None) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert {name: answer.json()[name]["message"] for name in ("database", "broker", "worker", "beat")} == {
        "database": "数据库正常。",
        "broker": "消息服务正常。",
        "worker": "任务进程正常。",
        "beat": "定时进程正常。",
    }


@pytest.mark.parametrize(
    ("silent", "sentence"),
    [("worker", "任务进程超过45秒没有动静。"), ("beat", "定时进程超过45秒没有动静。")],
)
def test_a_part_that_left_no_mark_is_named(client: Client, alive: None, silent: str, sentence: str) -> None:
    cache.delete(f"alive:{silent}")
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert [name for name in ("database", "broker", "worker", "beat") if not answer.json()[name]["ok"]] == [silent]
    assert answer.json()[silent]["message"] == sentence


def test_a_broker_that_is_down_is_told_at_once(client: Client, alive: None, settings: object) -> None:
    client.get("/healthz")  # the first request of a process loads every door
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    began = time.monotonic()
    answer = client.get("/healthz")
    assert time.monotonic() - began < 2
    assert answer.status_code == 503
    assert answer.json()["broker"]["ok"] is False
    assert answer.json()["database"]["ok"] is True


def test_a_database_that_is_down_is_a_503_and_not_a_crash(
    client: Client, alive: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(self: BaseDatabaseWrapper) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(BaseDatabaseWrapper, "cursor", gone)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert [name for name in ("database", "worker", "beat") if answer.json()[name]["ok"]] == []
    assert answer.json()["broker"]["ok"] is True


def test_ringing_the_heartbeat_is_beats_mark_and_answering_it_the_workers(celery_worker: object) -> None:
    cache.clear()

    heartbeat.delay()

    assert cache.get("alive:beat") is not None
    until = time.monotonic() + 10
    while cache.get("alive:worker") is None:
        assert time.monotonic() < until, "the real worker did not execute the heartbeat"
        time.sleep(0.1)
