"""The staff keep the board true: nothing changed, a bed out of use or back, a new room. Stays are not its business."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer
from facilities.access import facilities_of
from facilities.choices import ClaimKind
from facilities.models import Bed, BedClaim, BedConfirmation, Room
from facilities.selectors.beds import live_claims
from facilities.services.claims import claim_bed, end_claim
from facilities.services.guards import found, manager_only
from facilities.services.relist import relist


@dataclass(frozen=True)
class BedChange:
    """What is said about one bed; None leaves a thing as it is. `blocked` takes it out of use from today, or back in."""

    bed_id: UUID
    blocked: bool | None = None
    admittable: bool | None = None
    note: str = ""


@transaction.atomic
def confirm_beds(
    viewer: Viewer, *, facility_id: UUID, changes: Iterable[BedChange] = (), note: str = ""
) -> BedConfirmation:
    """Say that the board is right, after the changes named, as one act: all of them or none.

    Raises Refusal `not_found` (404) for a home or bed that is not the viewer's, `bed_occupied` (409) for blocking a
    bed that is claimed.
    """
    home = found(facilities_of(viewer), facility_id)
    named = sorted(changes, key=lambda change: change.bed_id)
    beds = Bed.objects.filter(room__facility=home).in_bulk([change.bed_id for change in named])
    for change in named:
        bed = beds.get(change.bed_id) or found(Bed.objects.none(), change.bed_id)
        _apply(bed, change)
    confirmation = BedConfirmation.objects.create(
        facility=home, at=clock.now(), by=_by(viewer), reference=viewer.reference, note=note[:200]
    )
    facts = {"changed": len(named)}
    record(viewer, "beds.confirmed", f"facility:{home.pk}", place=home.region_id, facts=facts)
    relist([home.pk])
    return confirmation


def _apply(bed: Bed, change: BedChange) -> None:
    if change.admittable is not None and change.admittable != bed.admittable:
        Bed.objects.filter(pk=bed.pk).update(admittable=change.admittable)
    if change.blocked is True:
        _block(bed, change.note)
    elif change.blocked is False:
        today = clock.today()
        for claim in BedClaim.objects.filter(bed=bed, kind=ClaimKind.BLOCKED, released_at__isnull=True):
            if claim.days.upper is None or claim.days.upper > today:
                end_claim(claim, today)


def _block(bed: Bed, note: str) -> None:
    today = clock.today()
    if live_claims().filter(bed=bed, kind=ClaimKind.BLOCKED, days__contains=today).exists():
        return
    try:
        claim_bed(bed, ClaimKind.BLOCKED, since=today, note=note[:200])
    except Refusal as refusal:
        if refusal.code != "bed_taken":
            raise
        raise Refusal(
            "bed_occupied",
            say("{bed} 号床有人入住或正在等家属答复，不能暂停使用。", bed=bed.name),
            next_step=say("请先办理离院或收回留床通知。"),
            status=409,
        ) from refusal


@transaction.atomic
def add_room(viewer: Viewer, *, facility_id: UUID, name: str, room_type: str, beds: int, bed_type: str) -> Room:
    """Add a room with so many beds, in use from today. Raises `manager_only` (403), `room_name_taken` (409)."""
    home = found(facilities_of(viewer), facility_id)
    manager_only(viewer, home.pk)
    try:
        with transaction.atomic():
            room = Room.objects.create(facility=home, name=name, room_type=room_type)
    except IntegrityError as error:
        sentence = say("已经有一个叫“{name}”的房间。", name=name)
        raise Refusal(
            "room_name_taken", sentence, next_step=say("请换一个房间名。"), status=409, fields={"name": sentence}
        ) from error
    today = clock.today()
    Bed.objects.bulk_create(
        Bed(room=room, name=str(number), bed_type=bed_type, valid_from=today) for number in range(1, beds + 1)
    )
    record(
        viewer, "room.added", f"facility:{home.pk}", place=home.region_id, facts={"room": str(room.pk), "beds": beds}
    )
    relist([home.pk])
    return room


def _by(viewer: Viewer) -> str:
    """What the public reads beside the time: never a person's name."""
    return "token" if viewer.name.startswith("token:") else "staff"
