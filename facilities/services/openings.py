"""The record of a bed's way along the waiting list: its opening, and who was passed over in it. Asks nobody itself."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.viewer import Viewer
from facilities.choices import OpeningState
from facilities.models import Application, Bed, Opening, Skip

Passed = tuple[Application, Any, dict[str, Any] | None]  # whom, a SkipReason, the fit's answers


def opening_of(bed: Bed, *, from_day: date, cause: str) -> Opening:
    """Give the way this locked bed is on, or begin one."""
    open_now = Opening.objects.select_related("bed__room", "facility").filter(bed=bed, state=OpeningState.OPEN).first()
    return open_now or Opening.objects.create(bed=bed, facility=bed.room.facility, from_day=from_day, cause=cause)


def pass_over(viewer: Viewer, opening: Opening, passed: Iterable[Passed]) -> None:
    """Keep why these families were passed over, once each, and write it down for the auditor."""
    rows = [
        Skip(opening=opening, application=application, reason=reason, conditions=conditions, by=_by(viewer))
        for application, reason, conditions in passed
    ]
    if not rows:
        return
    Skip.objects.bulk_create(rows, ignore_conflicts=True)
    reasons = {str(row.application_id): row.reason for row in rows}
    record(viewer, "waiting.passed_over", str(opening), place=opening.facility.region_id, facts={"reasons": reasons})


def close_opening(viewer: Viewer, opening: Opening, state: str) -> None:
    """End a bed's way along the list. Twice changes nothing."""
    ended = Opening.objects.filter(pk=opening.pk, state=OpeningState.OPEN).update(
        state=state, closed_at=clock.ClockNow(), proposed=None
    )
    if ended:
        record(viewer, f"opening.{state}", str(opening), place=opening.facility.region_id)


def close_opening_on(viewer: Viewer, bed: Bed, state: str) -> None:
    """End the way the bed is on, if it is on one."""
    for opening in Opening.objects.select_related("facility").filter(bed=bed, state=OpeningState.OPEN):
        close_opening(viewer, opening, state)


def _by(viewer: Viewer) -> str:
    return viewer.reference if viewer.is_known else viewer.name or viewer.reference
