"""What do we know of what was done and seen?"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from eldercare.audit.models import ChainLink, Event, Job, ViewOfFile
from eldercare.audit.rules import NO_HASH, link_hash
from eldercare.kernel.viewer import Viewer


def views_of(elder_id: UUID) -> QuerySet[ViewOfFile]:
    """Give who looked at an elder's file, newest first."""
    return ViewOfFile.objects.filter(elder_id=elder_id).order_by("-id")


def events_about(noun: str) -> QuerySet[Event]:
    """Give what was done to a noun, newest first."""
    return Event.objects.filter(noun=noun).order_by("-id")


def jobs_of(viewer: Viewer) -> QuerySet[Job]:
    """Give the viewer's own long jobs, newest first."""
    return Job.objects.filter(owner=viewer.reference).order_by("-id")


@dataclass(frozen=True)
class ChainReport:
    """What checking the chain found: how many links hold, and the first position that does not."""

    links: int
    broken_at: int | None


def check_chain() -> ChainReport:
    """Recompute every link from the events as they stand."""
    before, links = NO_HASH, 0
    for link in ChainLink.objects.select_related("event").order_by("position").iterator(chunk_size=2000):
        before, links = link_hash(before, event_content(link.event)), links + 1
        if link.position != links or link.hash != before:
            return ChainReport(links - 1, link.position)
    return ChainReport(links, None)


def event_content(event: Event) -> dict[str, Any]:
    """Give what a link protects of an event."""
    return {
        "id": str(event.id),
        "at": event.at.isoformat(),
        "recorded_at": event.recorded_at.isoformat(),
        "actor": event.actor,
        "act": event.act,
        "noun": event.noun,
        "place": event.place,
        "facts": event.facts,
    }


def clock_offset() -> timedelta:
    """Give the stored offset (zero when none was ever set)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_offset()")
        return cursor.fetchone()[0]
