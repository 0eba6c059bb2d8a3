"""The last save of a board is taken back, bed by bed, while it is still the last word on them."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer
from facilities.access import facilities_of
from facilities.choices import ApplicationState, OpeningState
from facilities.models import Application, BedClaim, BedConfirmation, Opening
from facilities.rules.board import CHANGEABLE, FREE, facts_for
from facilities.rules.settings import setting
from facilities.services.board import BedChange, apply_changes, ask_about_freed, lock_board
from facilities.services.guards import found
from facilities.services.relist import relist


@transaction.atomic
def undo_board(viewer: Viewer, *, facility_id: UUID, confirmation_id: int) -> BedConfirmation:
    """Undo the last save: its beds are again what they were, and the number is as old as it was before.

    A bed about which the list was being asked goes on along it. Twice changes nothing. Raises Refusal `not_found` (404),
    `undo_too_late` (409), `board_changed` (409) where one of its beds was changed since.
    """
    home = found(facilities_of(viewer), facility_id)
    saved = found(BedConfirmation.objects.filter(facility=home), confirmation_id)
    beds = lock_board(home)
    saved.refresh_from_db()
    if saved.undone_at:
        return saved
    if not may_be_undone(saved, clock.now()):
        raise Refusal(
            "undo_too_late",
            say("这次保存已经不能撤销：之后又有人保存过，或者时间过去太久了。"),
            next_step=say("请在床位板上把要改的床再改一次。"),
            status=409,
        )
    today = clock.today()
    kept = apply_changes(beds, [_back(change) for change in saved.changes], today)
    ask_about_freed(viewer, beds, [change for change in kept if _was_on_its_way(change, saved)], today)
    saved.undone_at = clock.now()
    saved.save(update_fields=["undone_at"])
    facts = {"changed": len(saved.changes)}
    record(viewer, "beds.undone", f"facility:{home.pk}", place=home.region_id, facts=facts)
    relist([home.pk])
    return saved


def may_be_undone(saved: BedConfirmation, now: datetime) -> bool:
    """Tell whether a save is the last one of its home, young enough, and of beds the board may still change."""
    if saved.undone_at:
        return False
    minutes = setting("board", now.date())["undo_minutes"]
    newer = BedConfirmation.objects.filter(facility=saved.facility_id, undone_at__isnull=True, at__gt=saved.at)
    return now - saved.at <= timedelta(minutes=minutes) and not newer.exists()


def _was_on_its_way(change: dict[str, Any], saved: BedConfirmation) -> bool:
    """Tell whether the list was being asked about a bed: nobody is yet, or the save itself stopped it."""
    if Opening.objects.filter(bed=change["bed"], state=OpeningState.OPEN, proposed=None).exists():
        return True
    claim = BedClaim.objects.filter(bed=change["bed"], claimed_at__lte=saved.at).order_by("-claimed_at").first()
    stopped = Opening.objects.filter(bed=change["bed"], state=OpeningState.STOPPED)
    return claim is not None and stopped.filter(closed_at__range=(claim.claimed_at, saved.at)).exists()


def _back(kept: dict[str, Any]) -> BedChange:
    """Give the change back to what was. A hold whose hour has passed meanwhile, or whose family no longer waits, is over."""
    old, bed_id = kept["from"], UUID(kept["bed"])
    facts = facts_for(old["state"]) if old["state"] in CHANGEABLE else {}
    held_until = old.get("held_until") and datetime.fromisoformat(old["held_until"])
    if held_until and held_until <= clock.now():
        facts, held_until = facts_for(FREE), None
    held_for = Application.objects.filter(pk=old.get("held_for"), state=ApplicationState.SUBMITTED).first()
    return BedChange(
        bed_id,
        **{**facts, "admittable": old["admittable"]},
        why=old["why"],
        until=old["until"] and date.fromisoformat(old["until"]),
        held_until=held_until,
        held_for=held_for and held_for.pk,
        note=old["note"],
        seen=kept["to"]["state"],
    )
