"""The staff keep the board true: nothing changed, or these beds did. Who is registered here is not its business.

Two people may have the same board before them: what they said about different beds is merged; what they said about one
bed is judged by what the second saw, and refused by name when it is no longer so.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.locks import lock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.verdict import Outcome, Reason
from eldercare.kernel.viewer import Viewer
from facilities.access import facilities_of
from facilities.choices import ApplicationState, ClaimKind
from facilities.models import Application, Bed, BedClaim, BedConfirmation, Facility
from facilities.rules.board import FREE, HELD, NOUN, PROMISED, RESIDENT, WORDS, facts_for
from facilities.rules.settings import setting
from facilities.rules.vacancy import Vacancy
from facilities.selectors.beds import BoardBed, board, board_beds, mark_of, vacancies
from facilities.services.claims import claim_bed, claimed_until, end_claim, move_claim, not_after, release
from facilities.services.guards import found, no_longer
from facilities.services.lock_order import lock_homes
from facilities.services.relist import relist
from facilities.services.waiting_list import bed_freed


@dataclass(frozen=True)
class BedChange:
    """What is said about one bed; None leaves a thing as it is.

    `occupied`: somebody lives there who is not registered here, until `until` (the first free day) where it is known; of
    a registered resident's bed only the register says that day. What is said again replaces what was said.
    `held`: the home keeps it until `held_until` (None: some hours, a setting) without asking anybody, for the
    application `held_for` where one is said. `blocked`: out of use. `admittable` off: takes nobody in, `why` of
    choices.WhyClosed. `seen` is the state (rules/board.py) the bed had when this was said; None: it does not matter.
    """

    bed_id: UUID
    occupied: bool | None = None
    blocked: bool | None = None
    held: bool | None = None
    admittable: bool | None = None
    why: str = ""
    until: date | None = None
    held_until: datetime | None = None
    held_for: UUID | None = None
    note: str = ""
    seen: str | None = None


def change_to(state: str, bed_id: UUID, **more: Any) -> BedChange:
    """Give the change that brings a bed into a state of the board."""
    return BedChange(bed_id, **facts_for(state), **more)


@transaction.atomic
def confirm_beds(
    viewer: Viewer, *, facility_id: UUID, changes: Iterable[BedChange] = (), note: str = "", mark: str = ""
) -> BedConfirmation:
    """Say that the board is right, after the changes named, as one act: all of them or none.

    `mark` (selectors.beds.mark_of) is of the board that was looked at; empty: it does not matter. Raises Refusal `not_found`
    (404) for a home, a bed or an application that is not the viewer's, `board_changed` (409) where the board or a bed is no
    longer what was seen, `bed_occupied` (409) for a bed that a stay or an offer has, `already_answered` (409) for an
    application that does not wait, `bed_day`, `hold_hours`, `bed_said_twice` (422).
    """
    home = found(facilities_of(viewer), facility_id)
    if mark:
        lock_board(home)
        _check_mark(home, mark)
    return confirm_as_it_is(viewer, home, changes=changes, by=_by(viewer), note=note)


def confirm_as_it_is(
    viewer: Viewer, home: Facility, *, changes: Iterable[BedChange] = (), by: str, note: str = ""
) -> BedConfirmation:
    """Do it for whoever was let in: the beds are locked, so that the count kept with it is exactly what then was.

    A bed that becomes free goes along the home's waiting list in the same transaction.
    """
    today = clock.today()
    beds = lock_board(home)
    kept = apply_changes(beds, changes, today)
    ask_about_freed(viewer, beds, kept, today)
    counted = vacancies([home.pk], today).get(home.pk, Vacancy()).to_json()
    confirmation = BedConfirmation.objects.create(
        facility=home,
        at=clock.now(),
        by=by,
        reference=viewer.reference if viewer.is_known else viewer.name,
        note=note[:200],
        changes=kept,
        counted=counted,
    )
    facts = {"changed": len(kept), **counted}
    record(viewer, "beds.confirmed", f"facility:{home.pk}", place=home.region_id, facts=facts)
    relist([home.pk])
    return confirmation


def apply_changes(beds: dict[UUID, Bed], changes: Iterable[BedChange], today: date) -> list[dict[str, Any]]:
    """Change the locked beds of one home; gives what was changed, from what to what. Raises as `confirm_beds` does."""
    said = _one_each(changes)
    for bed_id in said:
        if bed_id not in beds:
            found(Bed.objects.none(), bed_id)
    before = board_beds(said, today)
    _check_seen(said.values(), before)
    for bed_id, change in said.items():
        _apply(beds[bed_id], before[bed_id], change, today)
    after = board_beds(said, today)
    return [
        {"bed": str(bed_id), "from": _kept(before[bed_id]), "to": _kept(after[bed_id])}
        for bed_id in said
        if _kept(before[bed_id]) != _kept(after[bed_id])
    ]


def ask_about_freed(viewer: Viewer, beds: dict[UUID, Bed], kept: list[dict[str, Any]], today: date) -> None:
    """Ask the next families about the locked beds that a change has made free."""
    for change in kept:
        if change["to"]["state"] == FREE != change["from"]["state"]:
            bed = beds[UUID(change["bed"])]
            bed_freed(viewer, bed, from_day=today, cause=f"facility:{bed.room.facility_id}")


def lock_board(home: Facility) -> dict[UUID, Bed]:
    """Lock a home's board and give its beds: whoever adds, closes, claims or confirms here comes one after the other."""
    lock_homes([home.pk])
    return {bed.pk: bed for bed in lock(Bed.objects.filter(room__facility=home).select_related("room__facility"))}


def _check_mark(home: Facility, mark: str) -> None:
    if mark_of(board(home.pk, clock.today())) != mark:
        raise Refusal(
            "board_changed",
            say("您打开床位板以后，床位有了变化，所以还没有记下。"),
            next_step=say("请看一眼床位现在的样子；都对，就再点一次“全部无变化”。"),
            status=409,
        )


def _one_each(changes: Iterable[BedChange]) -> dict[UUID, BedChange]:
    said: dict[UUID, BedChange] = {}
    for change in sorted(changes, key=lambda change: change.bed_id):
        if change.bed_id in said or [change.occupied, change.blocked, change.held].count(True) > 1:
            raise Refusal(
                "bed_said_twice",
                say("同一张床说了两种不同的情况，没有保存。"),
                next_step=say("请每张床只说一种情况，再提交一次。"),
            )
        said[change.bed_id] = change
    return said


def _check_seen(changes: Collection[BedChange], before: dict[UUID, BoardBed]) -> None:
    moved = [
        Reason(
            str(change.bed_id),
            Outcome.FAIL,
            say(
                "{bed} 现在是“{state}”。", bed=before[change.bed_id].full_name, state=WORDS[before[change.bed_id].state]
            ),
        )
        for change in changes
        if change.seen and change.seen != before[change.bed_id].state
    ]
    if moved:
        asked = any(change.seen and before[change.bed_id].state == PROMISED for change in changes)
        raise Refusal(
            "board_changed",
            say("您打开床位板以后，您点的床有了变化，所以都还没有保存。"),
            next_step=say("空出来的床已经按轮候通知了一家；要收回，请到“申请”里点“收回留床”。")
            if asked
            else say("请看看下面这些床现在的样子，再点一次有变化的床。"),
            status=409,
            reasons=moved,
        )


def _apply(bed: Bed, was: BoardBed, change: BedChange, today: date) -> None:
    if change.until is not None and change.until <= today:
        sentence = say("空出来的日子要在今天以后。")
        raise Refusal("bed_day", sentence, next_step=say("今天就空出来的床，请改成空床。"), fields={"until": sentence})
    if change.blocked is False:
        _unblock(bed, today)
    if was.kind == ClaimKind.HOLD and (change.held is False or change.occupied or change.blocked):
        _let_go(bed)
    if change.occupied is False and was.kind == ClaimKind.STAY:
        if was.state == RESIDENT:
            raise _not_the_boards(was)
        end_claim(_standing(bed, was), today)
    if change.occupied is True:
        _occupy(bed, was, change, today)
    if change.blocked is True:
        _block(bed, was, change, today)
    if change.held is True:
        _hold(bed, was, change)
    if change.admittable is not None:
        why = "" if change.admittable else change.why
        Bed.objects.filter(pk=bed.pk).exclude(admittable=change.admittable, why_closed=why).update(
            admittable=change.admittable, why_closed=why
        )


def _occupy(bed: Bed, was: BoardBed, change: BedChange, today: date) -> None:
    if was.state == RESIDENT:
        if change.until not in (None, was.until):
            raise _the_register_s(was)
    elif was.kind == ClaimKind.STAY:
        _keep_until(bed, was, change.until)
    else:
        _claim(bed, was, ClaimKind.STAY, today, change)


def _block(bed: Bed, was: BoardBed, change: BedChange, today: date) -> None:
    if was.kind == ClaimKind.BLOCKED:
        _keep_until(bed, was, change.until, note=change.note[:200])
    else:
        _claim(bed, was, ClaimKind.BLOCKED, today, change)


def _standing(bed: Bed, was: BoardBed) -> BedClaim:
    """Give what has the bed today."""
    return BedClaim.objects.get(bed=bed, kind=was.kind, released_at__isnull=True, days__contains=clock.today())


def _keep_until(bed: Bed, was: BoardBed, until: date | None, **facts: str) -> None:
    """What the board says again of a bed holds until the day it names now."""
    live = _standing(bed, was)
    with _bed_is_promised_refused(was):
        move_claim(live, live.days.lower, until, **facts)


def _hold(bed: Bed, was: BoardBed, change: BedChange) -> None:
    """Keep the bed for some hours; a hold that stands goes on until the new hour."""
    family = _held_for(bed, change.held_for)
    noun = str(family) if family else NOUN
    if was.kind == ClaimKind.HOLD:
        live = _standing(bed, was)
        since = live.days.lower
    else:
        live, since = None, clock.today()
    until = claimed_until(family, since) if family else None
    lapses_at = not_after(_hold_until(change.held_until), until)
    if live:
        move_claim(live, since, until, lapses_at=lapses_at, noun=noun)
    else:
        _claim(bed, was, ClaimKind.HOLD, since, change, until=until, lapses_at=lapses_at, noun=noun)


def _hold_until(wanted: datetime | None) -> datetime:
    now = clock.now()
    if wanted is None:
        return now + timedelta(hours=setting("offers", now.date())["hold_hours"])
    most = max(setting("board", now.date())["hold_hours"])
    if not now < wanted <= now + timedelta(hours=most):
        sentence = say("一张床最多先留 {most} 小时，从现在算起。", most=most)
        next_step = say("请换一个时间；家庭定下来了，请在“申请”里留床并通知家属。")
        raise Refusal("hold_hours", sentence, next_step=next_step, fields={"hours": sentence})
    return wanted


def _held_for(bed: Bed, application_id: UUID | None) -> Application | None:
    if application_id is None:
        return None
    application = found(Application.objects.filter(facility=bed.room.facility_id), application_id)
    if application.state != ApplicationState.SUBMITTED:
        raise no_longer(application)
    return application


def _let_go(bed: Bed) -> None:
    """Let go what is held today; who has the bed promised for later days keeps it."""
    holds = BedClaim.objects.filter(bed=bed, kind=ClaimKind.HOLD, released_at__isnull=True)
    for claim in holds.filter(days__contains=clock.today()):
        release(claim)


def _unblock(bed: Bed, today: date) -> None:
    for claim in BedClaim.objects.filter(bed=bed, kind=ClaimKind.BLOCKED, released_at__isnull=True):
        if claim.days.upper is None or claim.days.upper > today:
            end_claim(claim, today)


def _claim(
    bed: Bed,
    was: BoardBed,
    kind: str,
    today: date,
    change: BedChange,
    *,
    until: date | None = None,
    lapses_at: datetime | None = None,
    noun: str = NOUN,
) -> None:
    until = until if lapses_at else change.until
    with _bed_is_promised_refused(was):
        claim_bed(bed, kind, since=today, until=until, lapses_at=lapses_at, noun=noun, note=change.note[:200])


@contextmanager
def _bed_is_promised_refused(was: BoardBed) -> Iterator[None]:
    """Say of a bed that somebody else has on one of the days who that is, and until when it is the board's."""
    try:
        yield
    except Refusal as refusal:
        if refusal.code != "bed_taken":
            raise
        if was.state in (RESIDENT, PROMISED) or was.next_from is None:
            raise _not_the_boards(was) from refusal
        raise _promised_from(was, was.next_from) from refusal


def _promised_from(was: BoardBed, day: date) -> Refusal:
    return Refusal(
        "bed_occupied",
        say("{bed} 从 {day} 起已经留给一个家庭，床位板上只能安排到那天以前。", bed=was.full_name, day=day),
        next_step=say("请写明哪天空出来，最晚 {day}；家庭不来了，请在“入住”里取消。", day=day),
        status=409,
    )


def _the_register_s(was: BoardBed) -> Refusal:
    return Refusal(
        "bed_occupied",
        say("{bed} 住着在这里登记的老人，哪天空出来以入住登记为准，没有保存。", bed=was.full_name),
        next_step=say("请在“入住”里记下打算离院的日子，床位板会跟着改。"),
        status=409,
    )


def _not_the_boards(was: BoardBed) -> Refusal:
    return Refusal(
        "bed_occupied",
        say("{bed} 有登记在住的老人，或者已经留给一个家庭，不能在床位板上改成空床或暂停使用。", bed=was.full_name),
        next_step=say("请先在“入住”里办理离院，或者收回留床通知。"),
        status=409,
    )


def _kept(bed: BoardBed) -> dict[str, Any]:
    """Give what is kept of a bed for the undo; nobody's name is among it."""
    return {
        "state": bed.state,
        "admittable": bed.admittable,
        "why": bed.why_closed,
        "until": bed.until and str(bed.until),
        "note": bed.note,
        "held_until": bed.lapses_at.isoformat() if bed.state == HELD and bed.lapses_at else None,
        "held_for": bed.held_for and str(bed.held_for),
    }


def _by(viewer: Viewer) -> str:
    """What the public reads beside the time: never a person's name."""
    return "token" if viewer.name.startswith("token:") else "staff"
