"""When a resident is going to leave: the bed counts as free from that day. Who is still here on it keeps the bed.

A short stay has its day from the beginning, the one it asked for. Only the claim on the bed knows the day; the stay itself ends when somebody has left (`stay.end_stay`).
"""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, TextField, Value
from django.db.models.functions import Cast, Concat

from eldercare.audit.models import Event
from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer, system
from facilities.access import stays_to_run
from facilities.choices import StayState
from facilities.models import Stay
from facilities.selectors.beds import live_claims, nobodys_until
from facilities.services.claims import move_claim
from facilities.services.guards import found, no_longer
from facilities.services.letters import tell_family, tell_home
from facilities.services.lock_order import lock_stay

TOLD = "stay.bed_given"


@transaction.atomic
def plan_leaving(viewer: Viewer, *, stay_id: UUID, on: date | None) -> Stay:
    """Note the day on which a resident is going to leave; None: stays, no day is known.

    Twice changes nothing. Raises Refusal `not_found` (404), `already_answered` (409) for who does not live here,
    `leaving_planned` (422) for a day that is not ahead, `bed_taken` (409) where the bed is somebody's from the old day on.
    """
    stay = lock_stay(found(stays_to_run(viewer).select_related("claim"), stay_id), frees=True)
    if stay.state != StayState.IN:
        raise no_longer(stay)
    today = clock.today()
    if on is not None and on <= today:
        sentence = say("打算离院的日子要在今天以后。")
        raise Refusal("leaving_planned", sentence, next_step=say("今天就离开，请办理离院。"), fields={"on": sentence})
    if stay.claim.days.upper == on:
        return stay
    move_claim(stay.claim, stay.claim.days.lower, on)
    record(viewer, "stay.leaving", str(stay), place=stay.facility.region_id, facts={"on": on and str(on)})
    if on is not None:
        tell_family(
            stay.application,
            kind="stay.leaving",
            subject=say("“{home}”记下了打算离院的日子", home=stay.facility.name),
            body=say("机构记的是 {day}。日子不对，请告诉机构改正。", day=on),
        )
    stay.claim.refresh_from_db()
    return stay


def keep_for_who_stays(limit: int = 200) -> int:
    """Give back their bed to residents who did not leave on the day planned, unless it is somebody's by now.

    The home is told either way, once. Gives how many kept their bed. Safe to call twice at once.
    """
    today = clock.today()
    rows = Stay.objects.filter(state=StayState.IN, claim__released_at__isnull=True, claim__days__endswith__lte=today)
    told = Event.objects.filter(act=TOLD, noun=Concat(Value("stay:"), Cast(OuterRef("pk"), TextField())))
    others = live_claims().filter(bed=OuterRef("claim__bed"), days__contains=today)
    gone = Exists(others) | Q(claim__bed__valid_until__isnull=False, claim__bed__valid_until__lte=today)
    rows = rows.exclude(Exists(told) & gone).select_related("claim").order_by("pk")
    return sum(_keep_unless_busy(stay) for stay in rows[:limit])


def _keep_unless_busy(stay: Stay) -> bool:
    """Let a bed somebody is busy with wait for the next round; it stops no other."""
    try:
        return _keep(stay)
    except Refusal as refusal:
        if refusal.code != "busy":
            raise
        return False


@transaction.atomic
def _keep(stay: Stay) -> bool:
    stay, today = lock_stay(stay, frees=True), clock.today()
    planned = stay.claim.days.upper
    if stay.state != StayState.IN or planned is None or planned > today:
        return False
    until = nobodys_until(stay.claim.bed, planned)
    if until is not None and until <= today:
        _tell_that_it_is_given(stay, planned)
        return False
    move_claim(stay.claim, stay.claim.days.lower, until)
    tell_home(
        stay.facility_id,
        kind="stay.still_here",
        subject=say("到了打算离院的日子"),
        body=say(
            "有一位老人打算 {day} 离院，还没有办。已经离开，请办理离院；不走了就不用管，床位还是他的。", day=planned
        ),
    )
    return True


def _tell_that_it_is_given(stay: Stay, planned: date) -> None:
    if Event.objects.filter(act=TOLD, noun=str(stay)).exists():
        return
    record(system("clock"), TOLD, str(stay), place=stay.facility.region_id, facts={"planned": str(planned)})
    bed = stay.claim.bed
    tell_home(
        stay.facility_id,
        kind="stay.still_here",
        subject=say("到了打算离院的日子"),
        body=say(
            "住 {bed} 的老人打算 {day} 离院，还没有办；这张床已经定给下一家，或者要撤销了。"
            "已经离开，请办理离院；还没有走，请尽快安排。",
            bed=f"{bed.room.name}-{bed.name}",
            day=planned,
        ),
    )
