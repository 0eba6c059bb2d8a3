"""The portal's doorbells. So far one: the heartbeat by which /healthz knows that worker and beat are alive."""

import contextlib

from celery import shared_task
from celery.signals import beat_init, before_task_publish, worker_ready
from django.db import DatabaseError

from eldercare.portal import health


@shared_task(name="eldercare.portal.tasks.heartbeat")
def heartbeat() -> None:
    """Rung by beat every few seconds: whoever executes it is a living worker."""
    health.leave_mark("worker")


@worker_ready.connect
def _worker_begins(**_: object) -> None:
    with contextlib.suppress(DatabaseError):
        health.leave_mark("worker")


@beat_init.connect
def _beat_begins(**_: object) -> None:
    with contextlib.suppress(DatabaseError):
        health.leave_mark("beat")


@before_task_publish.connect(sender=heartbeat.name)
def _beat_rings(**_: object) -> None:
    """Beat leaves its own mark as it rings, so a dead worker does not make beat look dead."""
    with contextlib.suppress(DatabaseError):
        health.leave_mark("beat")
