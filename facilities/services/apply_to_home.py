"""A family asks a home for a place, or takes the request back."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.verdict import Answer, Verdict
from eldercare.kernel.viewer import Viewer
from eldercare.people.access import elders_visible_to
from eldercare.people.choices import Purpose
from eldercare.people.services.consents import give_consent
from facilities.access import applications_visible_to
from facilities.choices import ApplicationState, OfferState, StayKind, StayState
from facilities.models import Application, Facility, Offer, Stay
from facilities.models.admission import OPEN
from facilities.rules.settings import setting
from facilities.rules.waiting import DIRECTED, ORDINARY, list_settings
from facilities.selectors.fit import fit_of
from facilities.selectors.waiting import class_now, class_of
from facilities.services.claims import release
from facilities.services.guards import family_only, found, no_longer
from facilities.services.letters import tell_home
from facilities.services.lock_order import lock_application, lock_elder, lock_with_beds
from facilities.services.waiting_list import bed_freed, let_holds_go


@transaction.atomic
def apply_to_home(
    viewer: Viewer,
    *,
    facility_id: UUID,
    elder_id: UUID,
    room_type: str,
    care_grade: str,
    wanted_from: date,
    consent_text_version: str,
    wanted_until: date | None = None,
    also_rooms: Sequence[str] = (),
    bed_type: str = "",
    priority_asked: str = "",
    priority_words: str = "",
) -> Application:
    """Apply for a place: from now on the family waits on the home's list.

    The consent to show the home the elder's file is given with it. The class on the list follows from the 户籍;
    another one can be asked for in words, and the home confirms it. With `wanted_until`, the first day after, it is a
    short stay (旅居), charged by the season.

    Raises Refusal `not_found` (404), `not_acting_for_elder` (403), `same_home`, `day_past`, `day_too_far`,
    `short_stay_days` (422), `does_not_fit` (422, with every condition's answer) and `application_open` (409).
    """
    home = found(Facility.objects.all(), facility_id)
    elder = found(elders_visible_to(viewer), elder_id)
    family_only(viewer, elder.pk)
    lock_elder(elder.pk)
    _check_home(home, elder.pk)
    today = clock.today()
    check_day(wanted_from, today, "wanted_from")
    _check_short(wanted_from, wanted_until, today)
    verdict = fit_of(home, elder.pk, care_grade, on=today)
    if verdict.answer is Answer.NO:
        raise _does_not_fit(verdict)
    application = Application(
        facility=home,
        elder=elder,
        by_person_id=viewer.person_id,
        room_type=room_type,
        care_grade=care_grade,
        wanted_from=wanted_from,
        wanted_until=wanted_until,
        stay_kind=StayKind.SHORT if wanted_until else StayKind.LONG,
        fit=verdict.to_json(),
        also_rooms=_others(also_rooms, room_type),
        bed_type=bed_type,
        priority=class_of(home.pk, elder.pk, today),
        priority_case=_case(priority_asked, priority_words, today),
    )
    _keep(application)
    give_consent(
        viewer,
        elder_id=elder.pk,
        purpose=Purpose.HOME_APPLICATION,
        text_version=consent_text_version,
        about=f"facility:{home.pk}",
    )
    record(viewer, "application.submitted", str(application), place=home.region_id, facts={"facility": str(home.pk)})
    tell_home(
        home.pk,
        kind="application.submitted",
        subject=say("有一份新的入住申请"),
        body=say("有家庭向“{home}”申请入住。请登录后查看并答复。", home=home.name),
    )
    return application


def _check_home(home: Facility, elder_id: UUID) -> None:
    """Who lives at the home for good has a place there already; after a short stay one may ask to stay."""
    if Stay.objects.filter(elder=elder_id, facility=home, state=StayState.IN, stay_kind=StayKind.LONG).exists():
        raise lives_here()


def lives_here() -> Refusal:
    """The refusal of a place at the home where the elder lives."""
    return Refusal(
        "same_home",
        say("老人现在就住在这家机构。"),
        next_step=say("想换房间请直接联系机构；转院请选另一家机构。"),
        fields={"facility": say("请选另一家机构。")},
    )


def _check_short(wanted_from: date, wanted_until: date | None, today: date) -> None:
    most = setting("short_stay", today)["most_days"]
    if wanted_until is None or timedelta() < wanted_until - wanted_from <= timedelta(days=most):
        return
    sentence = say("短住要从入住日的第二天起算，最多 {most} 天。", most=most)
    raise Refusal(
        "short_stay_days", sentence, next_step=say("要住得更久，请选长住。"), fields={"wanted_until": sentence}
    )


@transaction.atomic
def change_wishes(
    viewer: Viewer,
    *,
    application_id: UUID,
    room_type: str,
    care_grade: str,
    wanted_from: date,
    also_rooms: Sequence[str] = (),
    bed_type: str = "",
    priority_asked: str = "",
    priority_words: str = "",
) -> Application:
    """Say anew what is wanted while waiting; the place on the list stays, whatever changes.

    A class the home has confirmed stays, too; one that follows from the 户籍 is judged anew. Raises as `apply_to_home`
    does, and `already_answered` (409) once nothing is waited for, also while an offer is to be answered.
    """
    application = found(applications_visible_to(viewer).select_related("facility"), application_id)
    family_only(viewer, application.elder_id)
    today = clock.today()
    if wanted_from != application.wanted_from:
        check_day(wanted_from, today, "wanted_from")
    verdict = fit_of(application.facility, application.elder_id, care_grade, on=today)
    if verdict.answer is Answer.NO:
        raise _does_not_fit(verdict)
    application = lock_application(application)
    if application.state != ApplicationState.SUBMITTED:
        raise no_longer(application)
    if application.wanted_until:
        application.wanted_until += wanted_from - application.wanted_from
    application.room_type, application.care_grade, application.wanted_from = room_type, care_grade, wanted_from
    application.also_rooms, application.bed_type = _others(also_rooms, room_type), bed_type
    application.fit = verdict.to_json()
    if application.priority in (ORDINARY, DIRECTED):
        application.priority = class_now(application, today)
    asked = _case(priority_asked, priority_words, today)
    if asked:
        application.priority_case = {**(application.priority_case or {}), **asked}
    application.save()
    record(viewer, "waiting.wishes_changed", str(application), place=application.facility.region_id)
    return application


@transaction.atomic
def withdraw_application(viewer: Viewer, *, application_id: UUID) -> Application:
    """Take an open application back; a live offer ends with it and the next family is asked about its bed.

    Raises `already_answered` (409).
    """
    application = found(applications_visible_to(viewer).select_related("facility"), application_id)
    family_only(viewer, application.elder_id)
    end_application(viewer, application, ApplicationState.WITHDRAWN)
    record(viewer, "application.withdrawn", str(application), place=application.facility.region_id)
    application.refresh_from_db()
    return application


def end_application(viewer: Viewer, application: Application, state: str) -> None:
    """End a waiting application, its live offer and its holds with it, and ask the next families about the beds.

    Inside a transaction.
    """
    live = Offer.objects.filter(application=application, state=OfferState.LIVE)
    lock_with_beds(application)
    if not Application.objects.filter(pk=application.pk, state__in=OPEN).update(state=state):
        application.refresh_from_db()
        raise no_longer(application)
    for offer in live.select_related("claim", "bed__room__facility"):
        Offer.objects.filter(pk=offer.pk).update(state=OfferState.WITHDRAWN, answered_at=clock.ClockNow())
        release(offer.claim)
        bed_freed(viewer, offer.bed, from_day=offer.from_day, cause=str(offer))
    let_holds_go(viewer, application)


def _others(also_rooms: Sequence[str], room_type: str) -> list[str]:
    return sorted(set(also_rooms) - {room_type})


def _case(asked: str, words: str, on: date) -> dict | None:
    """Keep what the family says for another class. Raises Refusal `priority_words` (422) for a class without words."""
    if not asked:
        return None
    if asked not in {one.id for one in list_settings(on).claimable()}:
        sentence = say("这一类不能申请。")
        raise Refusal("priority_unknown", sentence, fields={"priority_asked": sentence})
    if not words.strip():
        sentence = say("请用一两句话说明情况，机构核实后认定。")
        raise Refusal("priority_words", sentence, fields={"priority_words": sentence})
    return {"asked": {"priority": asked, "words": words.strip()[:300]}}


def _does_not_fit(verdict: Verdict) -> Refusal:
    return Refusal(
        "does_not_fit",
        say("这家机构现在不能接收这位老人。"),
        next_step=say("请看下面哪一条不符合，再找一家接收条件合适的机构。"),
        reasons=verdict.reasons,
    )


def _keep(application: Application) -> None:
    try:
        with transaction.atomic():
            application.save(force_insert=True)
    except IntegrityError as error:
        if "one_open_application_per_elder_and_home" not in str(error):
            raise
        raise Refusal(
            "application_open",
            say("这位老人已经向这家机构申请过，正在办理。"),
            next_step=say("请到“我的申请”查看进展，不用重复提交。"),
            status=409,
        ) from error


def check_day(day: date, today: date, field: str) -> None:
    """Refuse a first day in the past or too far ahead: `day_past`, `day_too_far` (422)."""
    most = setting("admission", today)["most_days_ahead"]
    if day < today:
        code, sentence = "day_past", say("入住日期不能早于今天。")
    elif day > today + timedelta(days=most):
        code, sentence = "day_too_far", say("入住日期最多提前 {days} 天约定。", days=most)
    else:
        return
    raise Refusal(code, sentence, next_step=say("请换一个日期。"), fields={field: sentence})
