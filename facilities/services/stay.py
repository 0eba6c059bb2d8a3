"""A stay begins at check-in, changes grade, is interrupted by leave, and ends; when it ends the bed is free."""

from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q, QuerySet

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.clock import ClockNow
from eldercare.kernel.locks import lock_one
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer
from facilities.access import stays_visible_to, works_for
from facilities.choices import ApplicationState, EndReason, StayState
from facilities.models import Application, Bill, GradeSpell, Leave, Stay, Transfer
from facilities.models.admission import OPEN
from facilities.services.apply_to_home import end_application
from facilities.services.claims import end_claim, move_claim, release, short_stay_over
from facilities.services.guards import family_only, found, no_longer, staff_only
from facilities.services.letters import tell_family, tell_home
from facilities.services.lock_order import lock_all_of, lock_elder, lock_stay
from facilities.services.visits import cancel_visits_for
from facilities.services.waiting_list import bed_freed, end_priority_by


@transaction.atomic
def check_in(viewer: Viewer, *, stay_id: UUID, on: date | None = None) -> Stay:
    """Begin an expected stay on a day (today when none is named); a second call for the same day gives the same stay.

    Where the family asked for a move, the stay at the old home ends on that very day in the same transaction: no day is
    stayed twice and none in neither home, and the old bed goes to the next on the old home's list. The claim reaches back when the elder came earlier than agreed. Raises Refusal `not_found` (404),
    `check_in_future`, `short_stay_over` (422), `lives_elsewhere` (409), `bed_taken` (409), `already_answered` (409).
    """
    lock_elder(_my_stay(viewer, stay_id).elder_id)
    stay = _stay_of_my_home(viewer, stay_id, frees=True)
    today = clock.today()
    day = on or today
    if day > today:
        sentence = say("入住日期不能晚于今天。")
        raise Refusal("check_in_future", sentence, next_step=say("请在老人到达当天办理入住。"), fields={"on": sentence})
    if stay.state == StayState.IN and on in (None, stay.days.lower):
        return stay
    if stay.state != StayState.EXPECTED:
        raise no_longer(stay)
    claim = stay.claim
    if claim.days.upper is not None and claim.days.upper <= day:
        raise short_stay_over(claim.days.upper, "on")
    if day < claim.days.lower:
        move_claim(claim, day, claim.days.upper)
    GradeSpell.objects.filter(stay=stay).update(days=DateRange(day, None))
    move = _move_of(stay)
    if move:
        _leave_the_old_home(viewer, move, day)
    _begin(stay, day)
    record(viewer, "stay.began", str(stay), place=stay.facility.region_id, facts={"on": str(day)})
    tell_family(
        stay.application,
        kind="stay.began",
        subject=say("老人已入住“{home}”", home=stay.facility.name),
        body=say("入住从 {day} 算起。每月账单在次月出来，请登录查看。", day=day),
    )
    return stay


def _move_of(stay: Stay) -> Transfer | None:
    rows = Transfer.objects.filter(application=stay.application_id, moved_at__isnull=True)
    return rows.select_related(
        "old_stay__claim__bed__room__facility", "old_stay__facility", "old_stay__application", "application"
    ).first()


def _leave_the_old_home(viewer: Viewer, move: Transfer, day: date) -> None:
    """End the stay that is left on the day the new one begins, and tell the home that is left."""
    old = lock_one(Stay.objects.select_related("claim__bed__room__facility", "facility").filter(pk=move.old_stay_id))
    if old.state == StayState.IN:
        if day <= old.days.lower:
            sentence = say("老人 {day} 才住进原来的机构，转入日要在那之后。", day=old.days.lower)
            raise Refusal("moving_day", sentence, next_step=say("请核对日期。"), fields={"on": sentence})
        _end(viewer, old, day, EndReason.MOVED)
        if old.facility_id != move.application.facility_id:
            tell_home(
                old.facility_id,
                kind="transfer.moved",
                subject=say("一位老人已转到别的机构"),
                body=say("离院日是 {day}，床位从那天起放开；最后一个月的账单请照常出。", day=day),
            )
    Transfer.objects.filter(pk=move.pk).update(moved_on=day, moved_at=ClockNow())
    facts = {"from": str(old.facility_id), "on": str(day)}
    record(viewer, "transfer.moved", str(move), place=old.facility.region_id, facts=facts)


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
    stay = _stay_of_my_home(viewer, stay_id, frees=True)
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
    _give_up(viewer, stay)
    record(viewer, "stay.no_show", str(stay), place=stay.facility.region_id)
    return stay


@transaction.atomic
def drop_stay(viewer: Viewer, *, stay_id: UUID) -> Stay:
    """Call an expected stay off, by the family or by the home; the next family is asked about the bed.

    A second call gives the same stay. Raises Refusal `not_found` (404), `not_acting_for_elder` (403), `already_answered` (409).
    """
    stay = found(stays_visible_to(viewer), stay_id)
    if not works_for(viewer, stay.facility_id):
        family_only(viewer, stay.elder_id)
    stay = lock_stay(stay, frees=True)
    if stay.state == StayState.DROPPED:
        return stay
    if stay.state != StayState.EXPECTED:
        raise no_longer(stay)
    stay.state = StayState.DROPPED
    stay.save(update_fields=["state"])
    _give_up(viewer, stay)
    record(viewer, "stay.dropped", str(stay), place=stay.facility.region_id)
    words = {"kind": "stay.dropped", "subject": say("“{home}”的入住取消了", home=stay.facility.name)}
    tell_family(stay.application, **words, body=say("床位已放开。您随时可以再申请。"))
    tell_home(stay.facility_id, **words, body=say("床位已放开，轮候名单上有合适的家庭就会接着询问。"))
    return stay


def _give_up(viewer: Viewer, stay: Stay) -> None:
    """Free the bed of a stay that never began and ask the next family."""
    release(stay.claim)
    Application.objects.filter(pk=stay.application_id).update(state=ApplicationState.CLOSED)
    bed_freed(viewer, stay.claim.bed, from_day=stay.days.lower, cause=str(stay))


@transaction.atomic
def end_stay(viewer: Viewer, *, stay_id: UUID, until: date, reason: str) -> Stay:
    """End a stay: `until` is the first day not stayed (the day of leaving); the bed is free from it.

    A second call with the same day and reason gives the same stay. Raises Refusal `not_found` (404), `already_answered` (409),
    `leaving_day` (422).
    """
    if reason == EndReason.DEATH:
        lock_all_of(_my_stay(viewer, stay_id).elder_id)
    stay = _stay_of_my_home(viewer, stay_id, frees=True)
    latest = clock.today()
    if reason == EndReason.DEATH and until == stay.days.lower:
        until = latest = _first_free(stay, until)
    if stay.state == StayState.ENDED and (stay.days.upper, stay.ended_reason) == (until, reason):
        return stay
    if stay.state != StayState.IN:
        raise no_longer(stay)
    if not stay.days.lower < until <= latest:
        raise _leaving_day(stay)
    if reason == EndReason.DEATH:
        end_what_waits(viewer, stay.elder_id)
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
    """End all an elder had here when they died; the day of death is the day of leaving. Gives the stay, None without one.

    What waited for the elder anywhere (applications, offers, expected stays, visits) ends first; then the bed is free and
    the next family is asked, all in one transaction. For callers who have established the death: it asks no permission.
    """
    rows = Stay.objects.filter(elder=elder_id, state=StayState.IN)
    end_what_waits(viewer, elder_id)
    stay = lock_one(rows.select_related("claim__bed__room__facility", "facility"))
    if stay is None:
        return None
    _end(viewer, stay, _first_free(stay, died_on), EndReason.DEATH)
    return stay


def _first_free(stay: Stay, day: date) -> date:
    """Give the day of leaving; a stay of less than a day still leaves a trace: half-open days need one."""
    return max(day, stay.days.lower + date.resolution)


def _leaving_day(stay: Stay) -> Refusal:
    sentence = say("离院日要在入住日 {start} 之后，不能晚于今天。", start=stay.days.lower)
    next_step = say("请核对日期后再提交。")
    if stay.days.lower >= clock.today():
        next_step = say("住不满一天也算一天：当天入住又离开的，请明天来办离院。")
    return Refusal("leaving_day", sentence, next_step=next_step, fields={"until": sentence})


def end_what_waits(viewer: Viewer, elder_id: UUID) -> None:
    """End what waits for an elder at any home; everything is locked before any of it is touched."""
    lock_all_of(elder_id)
    for application in Application.objects.filter(elder=elder_id, state__in=OPEN).order_by("pk"):
        end_application(viewer, application, ApplicationState.CLOSED)
        record(viewer, "application.closed", str(application))
    expected = Stay.objects.filter(elder=elder_id, state=StayState.EXPECTED).order_by("pk")
    for stay in expected.select_related("claim__bed__room__facility"):
        Stay.objects.filter(pk=stay.pk).update(state=StayState.DROPPED)
        _give_up(viewer, stay)
        record(viewer, "stay.dropped", str(stay))
    cancel_visits_for(viewer, elder_id)


@transaction.atomic
def change_grade(viewer: Viewer, *, stay_id: UUID, care_grade: str, from_day: date) -> GradeSpell:
    """Charge another care grade from a day on.

    Raises Refusal `grade_day` (422) for a day before the current spell, `grade_day_billed` (422) for a month that was billed.
    """
    stay = _stay_of_my_home(viewer, stay_id)
    if stay.state != StayState.IN:
        raise no_longer(stay)
    current = GradeSpell.objects.get(stay=stay, days__upper_inf=True)
    if from_day <= current.days.lower:
        sentence = say("新档次要从 {day} 之后的某一天算起。", day=current.days.lower)
        raise Refusal("grade_day", sentence, fields={"from_day": sentence})
    billed = Bill.objects.filter(stay=stay, bill_month__gte=from_day.replace(day=1)).order_by("-bill_month").first()
    if billed:
        sentence = say("{month} 已经出过账，护理档次不能从那时改起。", month=f"{billed.bill_month:%Y-%m}")
        raise Refusal(
            "grade_day_billed", sentence, next_step=say("请选出账以后的日期。"), fields={"from_day": sentence}
        )
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


@transaction.atomic
def come_back(viewer: Viewer, *, stay_id: UUID, on: date) -> Leave:
    """End the leave a resident is on earlier: `on` is the first day back; on its very first day there was no leave.

    Raises Refusal `not_on_leave` (422).
    """
    stay = _stay_of_my_home(viewer, stay_id)
    leave = Leave.objects.filter(stay=stay, days__contains=on).first()
    if leave is None:
        sentence = say("这一天没有记请假。")
        raise Refusal("not_on_leave", sentence, next_step=say("请核对日期。"), fields={"on": sentence})
    if on == leave.days.lower:
        Leave.objects.filter(pk=leave.pk).delete()
    else:
        leave.days = DateRange(leave.days.lower, on)
        leave.save(update_fields=["days"])
    record(viewer, "stay.back", str(stay), place=stay.facility.region_id)
    return leave


def _end(viewer: Viewer, stay: Stay, until: date, reason: str) -> None:
    _cut(GradeSpell.objects.filter(stay=stay), until)
    _cut(Leave.objects.filter(stay=stay), until)
    stay.state, stay.ended_reason = StayState.ENDED, reason
    stay.days = DateRange(stay.days.lower, until)
    stay.save(update_fields=["state", "ended_reason", "days"])
    end_claim(stay.claim, until)
    Application.objects.filter(pk=stay.application_id).update(state=ApplicationState.CLOSED)
    record(viewer, "stay.ended", str(stay), place=stay.facility.region_id, facts={"until": str(until)})
    end_priority_by(viewer, stay)
    bed_freed(viewer, stay.claim.bed, from_day=until, cause=str(stay))


def _cut(rows: QuerySet[GradeSpell] | QuerySet[Leave], until: date) -> None:
    """Let nothing of a stay reach beyond its end, what was agreed for later included."""
    rows.filter(days__startswith__gte=until).delete()
    for row in rows.filter(Q(days__upper_inf=True) | Q(days__endswith__gt=until)):
        row.days = DateRange(row.days.lower, until)
        row.save(update_fields=["days"])


def _my_stay(viewer: Viewer, stay_id: UUID) -> Stay:
    """Find a stay of the viewer's home."""
    stay = found(stays_visible_to(viewer).select_related("claim"), stay_id)
    staff_only(viewer, stay.facility_id)
    return stay


def _stay_of_my_home(viewer: Viewer, stay_id: UUID, *, frees: bool = False) -> Stay:
    """Find and lock a stay of the viewer's home; `frees`: its bed may become free by what follows."""
    return lock_stay(_my_stay(viewer, stay_id), frees=frees)
