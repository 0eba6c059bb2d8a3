"""What happened is written down, a repeated request gets its first answer, a long job reports, the demo clock moves."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from eldercare.audit.choices import JobState
from eldercare.audit.models import ChainLink, ClockOffset, Event, Job, RequestKey, ViewOfFile
from eldercare.audit.rules import NO_HASH, link_hash
from eldercare.audit.selectors import event_content
from eldercare.kernel.keys import digest
from eldercare.kernel.locks import lock_name
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer

LINKS_AT_ONCE = 5000


def record(viewer: Viewer, act: str, noun: str, *, place: str = "", facts: dict[str, Any] | None = None) -> None:
    """Write down one act, inside the transaction that does it.

    `noun` is a reference such as `offer:<id>`; `facts` must hold nothing personal.
    """
    actor = viewer.reference if viewer.is_known else viewer.name or viewer.reference
    Event.objects.create(actor=actor, act=act, noun=noun, place=place, facts=facts or {})


def record_view(viewer: Viewer, elder_id: UUID, part: str, reason: str) -> None:
    """Write down that the viewer looked at a part of an elder's file. The elder's family can read it."""
    roles = ",".join(sorted(viewer.roles()))[:60]
    ViewOfFile.objects.create(
        actor=viewer.reference, actor_role=roles, elder_id=elder_id, part=part, reason=reason[:120]
    )


def once(
    viewer: Viewer, door: str, key: str | None, body: Any, act: Callable[[], dict[str, Any]]
) -> tuple[dict[str, Any], bool]:
    """Do an act once per key: the same key and body give the first answer again (and True).

    Without a key the act is simply done. Raises Refusal `key_reused` (409) when the key came with another body.
    A second call that arrives while the first is still running waits for it; a refused act leaves no key behind.
    """
    key = (key or "").replace("\0", "")[:120]  # PostgreSQL keeps no NUL
    with transaction.atomic():
        if not key:
            return act(), False
        mine = RequestKey(actor=viewer.reference, door=door, key=key, body=digest(body))
        try:
            with transaction.atomic():
                mine.save(force_insert=True)
        except IntegrityError:
            return _first_answer(mine), True
        mine.answer = act()
        mine.save(update_fields=["answer"])
        return mine.answer, False


def _first_answer(mine: RequestKey) -> dict[str, Any]:
    first = RequestKey.objects.get(actor=mine.actor, door=mine.door, key=mine.key)
    if first.body != mine.body:
        raise Refusal(
            "key_reused",
            say("这个请求编号已经用于另一项内容。"),
            next_step=say("请刷新页面后重新提交；通过接口调用时，请换一个 Idempotency-Key。"),
            status=409,
        )
    return first.answer


def start_job(viewer: Viewer, kind: str, total: int | None = None) -> Job:
    """Open a long job owned by the viewer."""
    return Job.objects.create(kind=kind, owner=viewer.reference, total=total)


def advance(job_id: UUID, done: int, **report: Any) -> None:
    """Say how far a job is; `report` is what its page shows besides."""
    changes: dict[str, Any] = {"done": done, "touched_at": Now()}
    if report:
        changes["report"] = report
    Job.objects.filter(pk=job_id).update(**changes)


def finish(job_id: UUID, *, failed: bool = False, **report: Any) -> None:
    """Close a job, as done or as failed, with its report."""
    state = JobState.FAILED if failed else JobState.DONE
    Job.objects.filter(pk=job_id).update(state=state, touched_at=Now(), report=report)


def move_clock(viewer: Viewer, offset: timedelta) -> None:
    """Set the one clock's offset. Only where DEMO is on; Refusal `not_a_demo` (404) elsewhere."""
    if not settings.DEMO:
        raise Refusal("not_a_demo", say("这里不能调整时钟。"), status=404)
    with transaction.atomic():
        ClockOffset.objects.update_or_create(pk=1, defaults={"offset": offset})
        record(viewer, "clock.moved", "clock:1", facts={"offset_seconds": int(offset.total_seconds())})


def extend_chain() -> int:
    """Link the events that are not linked yet; gives how many. Safe to call twice at once: one waits."""
    linked = 0
    while True:
        with transaction.atomic():
            lock_name("audit.chain")
            last = ChainLink.objects.order_by("-position").first()
            position, before = (last.position, last.hash) if last else (0, NO_HASH)
            fresh = _unlinked()
            links = []
            for event in fresh:
                position, before = position + 1, link_hash(before, event_content(event))
                links.append(ChainLink(position=position, event=event, hash=before))
            ChainLink.objects.bulk_create(links)
        linked += len(links)
        if len(links) < LINKS_AT_ONCE:
            return linked


def _unlinked() -> list[Event]:
    return list(
        Event.objects.raw(
            "SELECT e.* FROM audit_event e WHERE NOT EXISTS"
            " (SELECT 1 FROM audit_chainlink c WHERE c.event_id = e.id) ORDER BY e.id LIMIT %s",
            [LINKS_AT_ONCE],
        )
    )
