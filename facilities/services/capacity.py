"""A home's beds themselves: a room with beds is added, beds are closed for good. Nobody loses a bed by it."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.verdict import Outcome, Reason
from eldercare.kernel.viewer import Viewer
from facilities.access import facilities_of
from facilities.choices import OpeningState
from facilities.models import Bed, Opening, Room
from facilities.selectors.beds import InTheWay, in_the_way
from facilities.services.board import lock_board
from facilities.services.claims import close_lapsed_on
from facilities.services.guards import found, manager_only
from facilities.services.lock_order import lock_beds
from facilities.services.openings import close_opening_on
from facilities.services.relist import relist
from facilities.services.waiting_list import bed_freed

BED_OUTLASTS_CLAIMS = "a_bed_outlasts_what_claims_it"


@transaction.atomic
def add_room(viewer: Viewer, *, facility_id: UUID, name: str, room_type: str, beds: int, bed_type: str) -> Room:
    """Add a room with so many beds, in use from today; they go along the waiting list one after the other.

    Raises `manager_only` (403), `room_name_taken` (409).
    """
    home = found(facilities_of(viewer), facility_id)
    manager_only(viewer, home.pk)
    lock_board(home)
    try:
        with transaction.atomic():
            room = Room.objects.create(facility=home, name=name, room_type=room_type)
    except IntegrityError as error:
        sentence = say("已经有一个叫“{name}”的房间。", name=name)
        raise Refusal(
            "room_name_taken", sentence, next_step=say("请换一个房间名。"), status=409, fields={"name": sentence}
        ) from error
    today = clock.today()
    rows = Bed.objects.bulk_create(
        Bed(room=room, name=str(number), bed_type=bed_type, valid_from=today) for number in range(1, beds + 1)
    )
    lock_beds(bed.pk for bed in rows)
    for bed in rows:
        bed_freed(viewer, bed, from_day=today, cause=f"room:{room.pk}")
        # The beds of a room are alike: a list that has nobody for one of them has nobody for the others.
        if Opening.objects.filter(bed=bed, state=OpeningState.EXHAUSTED).exists():
            break
    facts = {"room": str(room.pk), "beds": beds}
    record(viewer, "room.added", f"facility:{home.pk}", place=home.region_id, facts=facts)
    relist([home.pk])
    return room


@transaction.atomic
def close_beds(viewer: Viewer, *, facility_id: UUID, bed_ids: Iterable[UUID], until: date | None) -> int:
    """Let beds end: `until` is the first day on which they are no longer there; None keeps them after all.

    Whoever comes to live here can have a bed that is kept: where it is free, the next family on the list is asked.
    Gives how many beds changed. Raises Refusal `not_found` (404), `manager_only` (403), `closing_day` (422), `beds_in_use`
    (409) with everybody who lives in one of them, or was promised one, beyond that day.
    """
    home = found(facilities_of(viewer), facility_id)
    manager_only(viewer, home.pk)
    beds = lock_board(home)
    named = sorted(set(bed_ids))
    for bed_id in named:
        if bed_id not in beds:
            found(Bed.objects.none(), bed_id)
    rows = [beds[bed_id] for bed_id in named]
    if until is not None:
        _check_day(until, rows)
        for bed in rows:
            close_lapsed_on(bed)
        _refuse_if_used(in_the_way(named, until))
    kept = [bed for bed in rows if bed.valid_until is not None] if until is None else []
    changed = _close(named, until)
    for bed in rows if until else []:
        close_opening_on(viewer, bed, OpeningState.STOPPED)
    for bed in kept:
        bed_freed(viewer, bed, from_day=clock.today(), cause=f"facility:{home.pk}")
    facts = {"beds": [str(bed_id) for bed_id in named], "until": until and str(until)}
    record(viewer, "beds.closed", f"facility:{home.pk}", place=home.region_id, facts=facts)
    relist([home.pk])
    return changed


def _check_day(until: date, beds: list[Bed]) -> None:
    first = max([clock.today(), *(bed.valid_from + date.resolution for bed in beds)])
    if until < first:
        sentence = say("撤销的日子最早是 {day}。", day=first)
        raise Refusal("closing_day", sentence, next_step=say("请换一个日子。"), fields={"until": sentence})


def _close(bed_ids: list[UUID], until: date | None) -> int:
    try:
        with transaction.atomic():
            return Bed.objects.filter(pk__in=bed_ids).exclude(valid_until=until).update(valid_until=until)
    except IntegrityError as error:
        if BED_OUTLASTS_CLAIMS not in str(error):
            raise
        _refuse_if_used(in_the_way(bed_ids, until))
        raise


def _refuse_if_used(used: list[InTheWay]) -> None:
    if used:
        raise Refusal(
            "beds_in_use",
            say("有 {count} 张床那天以后还有人住，或者已经答应给人，不能撤销。", count=len(used)),
            next_step=say("请先给上面的老人换床或者办理离院，收回留床通知，先留着的床点“不留了”，再来撤销。"),
            status=409,
            reasons=[Reason(str(one.bed_id), Outcome.FAIL, one.sentence) for one in used],
        )
