"""Row locks: always in the order of the key, never waited for longer than a moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import OperationalError, connection
from django.db.models import Model, QuerySet

from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say

M = TypeVar("M", bound=Model)
# lock_not_available, deadlock_detected
IN_ITS_WAY = ("55P03", "40P01")
WAIT_MS = 3000


def lock(rows: "QuerySet[M]") -> list[M]:
    """Lock rows of one table, in key order, inside the running transaction.

    Rows that merely point at a locked row may be added meanwhile: no key of ours ever changes, and to wait for them is
    how two acts that lock nothing in common come to wait for each other.
    Raises Refusal `busy` (409) when another transaction holds one of them for more than three seconds.
    """
    with _patience():
        return list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))


def lock_one(rows: "QuerySet[M]") -> M | None:
    """Lock the one row of a query, or give None when there is none."""
    locked: list[M] = lock(rows[:1] if rows.query.is_sliced else rows)
    return locked[0] if locked else None


def lock_name(name: str) -> None:
    """Hold a name until the transaction ends: for what has no row yet."""
    with _patience(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


@contextmanager
def _patience() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {WAIT_MS}")
    try:
        yield
    except OperationalError as error:
        refusal = busy(error)
        if refusal is None:
            raise
        raise refusal from error


def busy(error: Exception) -> Refusal | None:
    """Give the refusal for an act that stood in another's way and was undone whole; None for any other error."""
    if not isinstance(error, OperationalError) or getattr(error.__cause__, "pgcode", None) not in IN_ITS_WAY:
        return None
    return Refusal(
        "busy",
        say("这一项正被别人处理。"),
        next_step=say("请几秒钟后再试一次，您填写的内容没有丢失。"),
        status=409,
        retry_after=3,
    )
