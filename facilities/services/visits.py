"""A home publishes times for a visit; a family books one, moves or cancels it; afterwards both say how it was.

One time is one family: the constraint `a_visit_time_is_booked_once` has the last word.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.clock import ClockNow
from eldercare.kernel.locks import lock, lock_one
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.viewer import Viewer, system
from eldercare.people.access import elders_visible_to
from eldercare.people.services.letters import write_letter
from facilities.access import facilities_of, may_change_visit, visits_visible_to, works_for
from facilities.choices import VisitState
from facilities.models import Visit, VisitSlot
from facilities.rules.licence import NOT_OPEN
from facilities.rules.settings import setting
from facilities.selectors.history import as_it_stood
from facilities.selectors.licence import licence_of
from facilities.services.guards import family_only, found, no_longer, staff_only
from facilities.services.letters import tell_home

BOOKED_ONCE = "a_visit_time_is_booked_once"
ONE_AHEAD = "one_visit_ahead_per_person_and_home"


@transaction.atomic
def publish_slots(
    viewer: Viewer, *, facility_id: UUID, starts_at: datetime, minutes: int, count: int = 1
) -> list[VisitSlot]:
    """Publish times one after the other from a moment on; those that are there already stay as they are.

    Raises Refusal `not_found` (404), `slot_past`, `slot_too_far` (422).
    """
    home = found(facilities_of(viewer), facility_id)
    now = clock.now()
    rule = setting("visits", now.date())
    if starts_at <= now:
        sentence = say("参观时间要在现在之后。")
        raise Refusal("slot_past", sentence, fields={"day": sentence})
    if starts_at > now + timedelta(days=rule["most_days_ahead"]):
        sentence = say("参观时间最多提前 {days} 天公布。", days=rule["most_days_ahead"])
        raise Refusal("slot_too_far", sentence, fields={"day": sentence})
    slots = [
        VisitSlot(facility=home, starts_at=starts_at + timedelta(minutes=minutes * number), minutes=minutes)
        for number in range(count)
    ]
    VisitSlot.objects.bulk_create(slots, ignore_conflicts=True)
    record(viewer, "visits.published", f"facility:{home.pk}", place=home.region_id, facts={"slots": len(slots)})
    starts = [slot.starts_at for slot in slots]
    return list(VisitSlot.objects.filter(facility=home, starts_at__in=starts, withdrawn_at__isnull=True))


@transaction.atomic
def withdraw_slot(viewer: Viewer, *, slot_id: UUID, reason: str = "") -> VisitSlot:
    """Take a time back; whoever booked it is told why. Raises Refusal `not_found` (404), `reason_missing` (422)."""
    slot = found(VisitSlot.objects.filter(facility__in=facilities_of(viewer)).select_related("facility"), slot_id)
    slot = lock_one(VisitSlot.objects.select_related("facility").filter(pk=slot.pk))
    booked = lock_one(Visit.objects.filter(slot=slot, state=VisitState.BOOKED).select_related("slot", "facility"))
    if booked and not reason.strip():
        sentence = say("这个时段已有家庭预约，取消请写明原因，家属会看到。")
        raise Refusal("reason_missing", sentence, fields={"reason": sentence})
    if booked:
        _cancel(viewer, booked, by_home=True, reason=reason)
    if slot.withdrawn_at is None:
        VisitSlot.objects.filter(pk=slot.pk).update(withdrawn_at=ClockNow())
        record(viewer, "visits.withdrawn", str(slot), place=slot.facility.region_id)
    slot.refresh_from_db()
    return slot


@transaction.atomic
def book_visit(viewer: Viewer, *, slot_id: UUID, elder_id: UUID | None = None, instead_of: UUID | None = None) -> Visit:
    """Book a time; with `instead_of` the visit booked before is cancelled in the same transaction.

    Raises Refusal `not_found` (404), `slot_taken`, `visit_ahead` (409), `already_answered` (409), `slot_past`,
    `home_not_open` (422).
    """
    if viewer.person_id is None:
        found(VisitSlot.objects.none(), slot_id)
    slot = found(VisitSlot.objects.select_related("facility"), slot_id)
    if elder_id is not None:
        family_only(viewer, found(elders_visible_to(viewer), elder_id).pk)
    before = None if instead_of is None else found(visits_visible_to(viewer), instead_of)
    slot = _lock_slots(slot, before)
    if slot.withdrawn_at is not None or slot.starts_at <= clock.now():
        raise Refusal(
            "slot_past",
            say("这个参观时段已经过去或者取消了。"),
            next_step=say("请在下面选另一个时段。"),
            fields={"slot": say("请选另一个时段。")},
        )
    if slot.facility.operating in NOT_OPEN:
        raise Refusal(
            "home_not_open",
            licence_of(slot.facility, clock.today()).because,
            next_step=say("请另选一家机构。"),
            fields={"slot": say("这家机构现在不接待参观。")},
        )
    if before is not None:
        before = _mine(viewer, before.pk)
        elder_id = elder_id or before.elder_id
        _cancel(viewer, before, by_home=False)
    visit = Visit(slot=slot, facility=slot.facility, by_person_id=viewer.person_id, elder_id=elder_id)
    _keep(visit)
    home = slot.facility
    record(viewer, "visit.booked", str(visit), place=home.region_id)
    _tell_family(visit, "visit.booked", say("参观“{home}”约好了", home=home.name))
    tell_home(
        home.pk,
        kind="visit.booked",
        subject=say("有家庭预约参观"),
        body=say("时间是 {when}，请安排人接待，结束后记下结果。", when=_when(slot)),
    )
    return visit


@transaction.atomic
def cancel_visit(viewer: Viewer, *, visit_id: UUID, reason: str = "") -> Visit:
    """Cancel a booked visit, by the family or (with a reason) by the home; the time is open again for others.

    A second call gives the same visit. Raises Refusal `not_found` (404), `reason_missing` (422), `already_answered` (409).
    """
    visit = _lock(found(visits_visible_to(viewer), visit_id))
    by_home = works_for(viewer, visit.facility_id)
    if not by_home:
        visitors_only(viewer, visit)
    if visit.state == VisitState.CANCELLED:
        return visit
    if by_home and not reason.strip():
        sentence = say("请写明取消的原因，家属会看到。")
        raise Refusal("reason_missing", sentence, fields={"reason": sentence})
    _cancel(viewer, visit, by_home=by_home, reason=reason)
    return visit


def cancel_visits_for(viewer: Viewer, elder_id: UUID) -> None:
    """Cancel what was booked for an elder who died; nobody is reminded any more."""
    booked = Visit.objects.filter(elder=elder_id, state=VisitState.BOOKED)
    for visit in lock(booked.select_related("slot", "facility")):
        _cancel(viewer, visit, by_home=False, tell=False)


@transaction.atomic
def record_visit(viewer: Viewer, *, visit_id: UUID, came: bool) -> Visit:
    """Note whether the family came, once the time has begun; what the public page says about free beds is kept with it.

    Raises Refusal `not_found` (404), `not_due_yet` (422), `already_answered` (409).
    """
    visit = found(visits_visible_to(viewer), visit_id)
    staff_only(viewer, visit.facility_id)
    visit = _lock(visit)
    wanted = VisitState.CAME if came else VisitState.NO_SHOW
    if visit.state == wanted:
        return visit
    if visit.state != VisitState.BOOKED:
        raise no_longer(visit)
    now = clock.now()
    if now < visit.slot.starts_at:
        raise Refusal(
            "not_due_yet",
            say("参观时间是 {when}，还没有到。", when=_when(visit.slot)),
            next_step=say("请在参观开始以后再记。"),
        )
    # However late it is noted: what counts is what the page said when the family came.
    shown = as_it_stood(visit.facility_id, visit.slot.starts_at).beds
    visit.state, visit.shown_free = wanted, shown.free if shown.is_published and came else None
    visit.save(update_fields=["state", "shown_free"])
    record(viewer, f"visit.{wanted}", str(visit), place=visit.facility.region_id)
    return visit


@transaction.atomic
def say_what_was_found(viewer: Viewer, *, visit_id: UUID, number_right: bool, found_free: int | None = None) -> Visit:
    """The family says whether the number of free beds on the page was right, and how many it found; feeds the accuracy.

    Said anew it replaces what was said. Raises Refusal `not_found` (404), `not_visited` (422).
    """
    visit = found(visits_visible_to(viewer), visit_id)
    visitors_only(viewer, visit)
    visit = _lock(visit)
    if visit.state != VisitState.CAME:
        raise Refusal(
            "not_visited",
            say("机构还没有记下这次参观。"),
            next_step=say("请在参观以后再填；机构忘了记，可以提醒他们。"),
        )
    visit.number_right, visit.found_free, visit.found_at = number_right, found_free, clock.now()
    visit.save(update_fields=["number_right", "found_free", "found_at"])
    facts = {"right": number_right}
    record(viewer, "visit.found", str(visit), place=visit.facility.region_id, facts=facts)
    return visit


def remind_visitors(limit: int = 200) -> int:
    """Remind those whose visit is near, once each; gives how many. Safe to call twice at once."""
    now = clock.now()
    until = now + timedelta(hours=setting("visits", now.date())["remind_hours"])
    due = Visit.objects.filter(
        state=VisitState.BOOKED, reminded_at__isnull=True, slot__starts_at__gt=now, slot__starts_at__lte=until
    )
    return sum(_remind(visit_id) for visit_id in due.order_by("pk").values_list("pk", flat=True)[:limit])


@transaction.atomic
def _remind(visit_id: UUID) -> bool:
    mine = Visit.objects.filter(pk=visit_id, state=VisitState.BOOKED, reminded_at__isnull=True)
    if not mine.update(reminded_at=ClockNow()):
        return False
    visit = Visit.objects.select_related("slot", "facility").get(pk=visit_id)
    _tell_family(visit, "visit.reminder", say("别忘了参观“{home}”", home=visit.facility.name))
    record(system("clock"), "visit.reminded", str(visit), place=visit.facility.region_id)
    return True


def _keep(visit: Visit) -> None:
    try:
        with transaction.atomic():
            visit.save(force_insert=True)
    except IntegrityError as error:
        if BOOKED_ONCE in str(error):
            raise Refusal(
                "slot_taken",
                say("这个时段刚刚被别的家庭约走了。"),
                next_step=say("请在下面选另一个时段。"),
                status=409,
                fields={"slot": say("请选另一个时段。")},
            ) from error
        if ONE_AHEAD in str(error):
            raise Refusal(
                "visit_ahead",
                say("您在这家机构已经约了一次参观。"),
                next_step=say("要换时间，请在“我的参观”里改期。"),
                status=409,
            ) from error
        raise


def _cancel(viewer: Viewer, visit: Visit, *, by_home: bool, reason: str = "", tell: bool = True) -> None:
    """Cancel a locked booked visit."""
    if visit.state != VisitState.BOOKED:
        raise no_longer(visit)
    visit.state, visit.cancelled_by_home, visit.reason = VisitState.CANCELLED, by_home, reason.strip()[:300]
    visit.save(update_fields=["state", "cancelled_by_home", "reason"])
    record(viewer, "visit.cancelled", str(visit), place=visit.facility.region_id, facts={"by_home": by_home})
    if not tell:
        return
    if by_home:
        write_letter(
            to_person_id=visit.by_person_id,
            kind="visit.cancelled",
            subject=say("“{home}”取消了参观", home=visit.facility.name),
            body=say("{when} 的参观取消了。请登录查看原因，另选一个时段。", when=_when(visit.slot)),
        )
    else:
        tell_home(
            visit.facility_id,
            kind="visit.cancelled",
            subject=say("有家庭取消了参观"),
            body=say("{when} 的参观取消了，这个时段又可以预约。", when=_when(visit.slot)),
        )


def _tell_family(visit: Visit, kind: str, subject: Sentence) -> None:
    write_letter(
        to_person_id=visit.by_person_id,
        kind=kind,
        subject=subject,
        body=say(
            "时间是 {when}，地址：{address}。来不了请登录改期或取消，把时间让给别人。",
            when=_when(visit.slot),
            address=visit.facility.address or visit.facility.name,
        ),
    )


def _mine(viewer: Viewer, visit_id: UUID) -> Visit:
    visit = found(visits_visible_to(viewer), visit_id)
    visitors_only(viewer, visit)
    return _lock(visit)


def _lock(visit: Visit) -> Visit:
    return lock_one(Visit.objects.select_related("slot", "facility").filter(pk=visit.pk))


def _lock_slots(slot: VisitSlot, before: Visit | None) -> VisitSlot:
    """Lock a time that is wanted and the one given up for it together: two families may want each other's."""
    slots = [slot.pk, before.slot_id] if before else [slot.pk]
    locked = lock(VisitSlot.objects.select_related("facility").filter(pk__in=slots))
    return next(one for one in locked if one.pk == slot.pk)


def visitors_only(viewer: Viewer, visit: Visit) -> None:
    """Whoever booked may change the visit; for an elder also those who act for them."""
    if not may_change_visit(viewer, visit):
        family_only(viewer, visit.elder_id)


def _when(slot: VisitSlot) -> str:
    return f"{slot.starts_at.astimezone(clock.CHINA):%Y-%m-%d %H:%M}"
