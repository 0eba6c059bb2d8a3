"""A stay begins at check-in, changes grade, is interrupted by leave, and ends; when it ends the bed is free."""

from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.locks import lock, lock_one
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer
from facilities.access import stays_visible_to
from facilities.choices import ApplicationState, EndReason, StayState
from facilities.models import Application, Bed, BedClaim, GradeSpell, Leave, Stay
from facilities.services.claims import bed_is_taken_refused, end_claim, release
from facilities.services.guards import found, no_longer, staff_only
from facilities.services.letters import tell_family


@transaction.atomic
def check_in(viewer: Viewer, *, stay_id: UUID, on: date | None = None) -> Stay:
    """Begin an expected stay on a day (today when none is named); a second call gives the same stay.

    The claim reaches back when the elder came earlier than agreed. Raises Refusal `not_found` (404),
    `check_in_future` (422), `lives_elsewhere` (409), `bed_taken` (409), `already_answered` (409).
    """
    stay = _stay_of_my_home(viewer, stay_id)
    today = clock.today()
    day = on or today
    if day > today:
        sentence = say("入住日期不能晚于今天。")
        raise Refusal("check_in_future", sentence, next_step=say("请在老人到达当天办理入住。"), fields={"on": sentence})
    if stay.state == StayState.IN:
        return stay
    if stay.state != StayState.EXPECTED:
        raise no_longer(stay)
    claim = stay.claim
    if day < claim.days.lower:
        with bed_is_taken_refused():
            BedClaim.objects.filter(pk=claim.pk).update(days=DateRange(day, claim.days.upper))
    GradeSpell.objects.filter(stay=stay).update(days=DateRange(day, None))
    _begin(stay, day)
    record(viewer, "stay.began", str(stay), place=stay.facility.region_id, facts={"on": str(day)})
    tell_family(
        stay.application,
        kind="stay.began",
        subject=say("老人已入住“{home}”", home=stay.facility.name),
        body=say("入住从 {day} 算起。每月账单在次月出来，请登录查看。", day=day),
    )
    return stay


def _begin(stay: Stay, day: date) -> None:
    stay.state, stay.days = StayState.IN, DateRange(day, None)
    try:
        with transaction.atomic():
            stay.save(update_fields=["state", "days"])
    except IntegrityError as error:
        if "an_elder_lives_in_one_home_a_day" not in str(error):
            raise
        raise Refusal(
            "lives_elsewhere",
            say("这位老人这一天还登记住在另一家机构。"),
            next_step=say("请家属先请原来的机构办理离院，再来办入住。"),
            status=409,
        ) from error


@transaction.atomic
def no_show(viewer: Viewer, *, stay_id: UUID) -> Stay:
    """Close an expected stay to which nobody came, on or after the agreed day; the bed is free."""
    stay = _stay_of_my_home(viewer, stay_id)
    if stay.state != StayState.EXPECTED:
        raise no_longer(stay)
    if clock.today() < stay.days.lower:
        raise Refusal(
            "not_due_yet",
            say("约定的入住日是 {day}，还没有到。", day=stay.days.lower),
            next_step=say("请等到那一天；家属改变主意时，可以请他们告诉您。"),
        )
    stay.state = StayState.NO_SHOW
    stay.save(update_fields=["state"])
    release(stay.claim)
    Application.objects.filter(pk=stay.application_id).update(state=ApplicationState.CLOSED)
    record(viewer, "stay.no_show", str(stay), place=stay.facility.region_id)
    return stay


@transaction.atomic
def end_stay(viewer: Viewer, *, stay_id: UUID, until: date, reason: str) -> Stay:
    """End a stay: `until` is the first day not stayed (the day of leaving); the bed is free from it.

    A second call with the same day gives the same stay. Raises Refusal `not_found` (404), `already_answered` (409),
    `leaving_day` (422).
    """
    stay = _stay_of_my_home(viewer, stay_id)
    if stay.state == StayState.ENDED and stay.days.upper == until:
        return stay
    if stay.state != StayState.IN:
        raise no_longer(stay)
    if not stay.days.lower < until <= clock.today():
        sentence = say("离院日要在入住日 {start} 之后，不能晚于今天。", start=stay.days.lower)
        raise Refusal("leaving_day", sentence, next_step=say("请核对日期后再提交。"), fields={"until": sentence})
    _end(viewer, stay, until, reason)
    tell_family(
        stay.application,
        kind="stay.ended",
        subject=say("老人在“{home}”的入住已结束", home=stay.facility.name),
        body=say("离院日是 {day}，最后一个月的账单出来后会告诉您。", day=until),
    )
    return stay


@transaction.atomic
def resident_died(viewer: Viewer, *, elder_id: UUID, died_on: date) -> Stay | None:
    """End the stay an elder was in when they died; the day of death is the day of leaving. None when there was none.

    For callers who have established the death: it asks no permission of its own.
    """
    rows = Stay.objects.filter(elder=elder_id, state=StayState.IN).select_related("claim", "facility")
    lock(Bed.objects.filter(pk__in=rows.values("claim__bed")))
    stay = lock_one(rows)
    if stay is None:
        return None
    # A stay of less than a day still leaves a trace: half-open days need one.
    first_free = max(died_on, stay.days.lower + date.resolution)
    _end(viewer, stay, first_free, EndReason.DEATH)
    return stay


@transaction.atomic
def change_grade(viewer: Viewer, *, stay_id: UUID, care_grade: str, from_day: date) -> GradeSpell:
    """Charge another care grade from a day on. Raises Refusal `grade_day` (422) for a day before the current spell."""
    stay = _stay_of_my_home(viewer, stay_id)
    if stay.state != StayState.IN:
        raise no_longer(stay)
    current = GradeSpell.objects.get(stay=stay, days__upper_inf=True)
    if from_day <= current.days.lower:
        sentence = say("新档次要从 {day} 之后的某一天算起。", day=current.days.lower)
        raise Refusal("grade_day", sentence, fields={"from_day": sentence})
    current.days = DateRange(current.days.lower, from_day)
    current.save(update_fields=["days"])
    record(viewer, "stay.grade_changed", str(stay), place=stay.facility.region_id, facts={"from": str(from_day)})
    return GradeSpell.objects.create(stay=stay, care_grade=care_grade, days=DateRange(from_day, None))


@transaction.atomic
def record_leave(viewer: Viewer, *, stay_id: UUID, since: date, until: date) -> Leave:
    """Note the days `[since, until)` on which a resident is away. Raises Refusal `leave_days` (422)."""
    stay = _stay_of_my_home(viewer, stay_id)
    if stay.state != StayState.IN:
        raise no_longer(stay)
    sentence = say("请假日期要在入住期间，不能和已记的请假重叠。")
    refusal = Refusal("leave_days", sentence, next_step=say("请核对日期。"), fields={"since": sentence})
    if not stay.days.lower <= since < until:
        raise refusal
    try:
        with transaction.atomic():
            leave = Leave.objects.create(stay=stay, days=DateRange(since, until))
    except IntegrityError as error:
        raise refusal from error
    record(viewer, "stay.leave", str(stay), place=stay.facility.region_id, facts={"days": (until - since).days})
    return leave


def _end(viewer: Viewer, stay: Stay, until: date, reason: str) -> None:
    for spell in GradeSpell.objects.filter(stay=stay, days__upper_inf=True):
        if spell.days.lower < until:
            spell.days = DateRange(spell.days.lower, until)
            spell.save(update_fields=["days"])
        else:
            spell.delete()
    stay.state, stay.ended_reason = StayState.ENDED, reason
    stay.days = DateRange(stay.days.lower, until)
    stay.save(update_fields=["state", "ended_reason", "days"])
    end_claim(stay.claim, until)
    Application.objects.filter(pk=stay.application_id).update(state=ApplicationState.CLOSED)
    record(viewer, "stay.ended", str(stay), place=stay.facility.region_id, facts={"until": str(until)})


def _stay_of_my_home(viewer: Viewer, stay_id: UUID) -> Stay:
    """Find and lock a stay and its bed, bed first as every act does."""
    stay = found(stays_visible_to(viewer).select_related("claim__bed", "facility", "application"), stay_id)
    staff_only(viewer, stay.facility_id)
    lock(Bed.objects.filter(pk=stay.claim.bed_id))
    return lock_one(Stay.objects.filter(pk=stay.pk).select_related("claim__bed", "facility", "application"))
