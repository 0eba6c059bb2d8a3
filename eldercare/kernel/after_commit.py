"""Ring a task's bell once what was written is really there.

A broker that is down loses only the bell: sweepers find the row.
"""

from typing import Any

import structlog
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)


def ring(task: Any, *args: Any) -> None:
    """Send a Celery task after the running transaction commits; ids only."""
    transaction.on_commit(lambda: _send(task, args), robust=True)


def _send(task: Any, args: tuple[Any, ...]) -> None:
    try:
        task.apply_async(args=args, retry=False)
    except (OperationalError, ConnectionError, OSError) as error:
        log.warning("bell_not_heard", task=task.name, error=type(error).__name__)
