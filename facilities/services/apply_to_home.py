"""A family asks a home for a place, or takes the request back."""

from datetime import date, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from assessments.selectors import valid_assessment
from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.locks import lock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.verdict import Answer, Verdict
from eldercare.kernel.viewer import Viewer
from eldercare.people.access import elders_visible_to
from eldercare.people.choices import Purpose
from eldercare.people.selectors import elder_facts
from eldercare.people.services.consents import give_consent
from facilities.access import applications_visible_to
from facilities.choices import ApplicationState, OfferState
from facilities.models import Application, Bed, Facility, Offer
from facilities.models.admission import OPEN
from facilities.rules.fit import HomeFacts, Need, fit
from facilities.rules.settings import setting
from facilities.services.claims import release
from facilities.services.guards import family_only, found, no_longer
from facilities.services.letters import tell_home


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
) -> Application:
    """Apply for a place. The consent to show the home the elder's file is given with it.

    Raises Refusal `not_found` (404), `not_acting_for_elder` (403), `day_past`, `day_too_far` (422), `does_not_fit` (422, with
    every condition's answer) and `application_open` (409).
    """
    home = found(Facility.objects.all(), facility_id)
    elder = found(elders_visible_to(viewer), elder_id)
    family_only(viewer, elder.pk)
    today = clock.today()
    check_day(wanted_from, today, "wanted_from")
    verdict = fit_of(home, elder.pk, care_grade, on=today)
    if verdict.answer is Answer.NO:
        raise Refusal(
            "does_not_fit",
            say("这家机构现在不能接收这位老人。"),
            next_step=say("请看下面哪一条不符合，再找一家接收条件合适的机构。"),
            reasons=verdict.reasons,
        )
    application = Application(
        facility=home,
        elder=elder,
        by_person_id=viewer.person_id,
        room_type=room_type,
        care_grade=care_grade,
        wanted_from=wanted_from,
        fit=verdict.to_json(),
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


def fit_of(home: Facility, elder_id: UUID, care_grade: str, *, on: date) -> Verdict:
    """Judge a home and an elder by what is known on a day."""
    elder = elder_facts(elder_id, on)
    assessment = valid_assessment(elder_id, on)
    need = Need(elder.birth_date, elder.hukou_code, assessment.level if assessment else None, care_grade)
    return fit(
        HomeFacts(home.kind, home.accepts_levels, home.accepts_hukou, home.takes_dementia, home.licence_valid_until),
        need,
        on=on,
        admission=setting("admission", on),
        grades=setting("care_grades", on)["levels"],
    )


@transaction.atomic
def withdraw_application(viewer: Viewer, *, application_id: UUID) -> Application:
    """Take an open application back; a live offer ends with it and the bed is free. Raises `already_answered` (409)."""
    application = found(applications_visible_to(viewer).select_related("facility"), application_id)
    family_only(viewer, application.elder_id)
    live = Offer.objects.filter(application=application, state=OfferState.LIVE)
    lock(Bed.objects.filter(pk__in=live.values("bed")))
    if not Application.objects.filter(pk=application.pk, state__in=OPEN).update(state=ApplicationState.WITHDRAWN):
        application.refresh_from_db()
        raise no_longer(application)
    for offer in live.select_related("claim"):
        Offer.objects.filter(pk=offer.pk).update(state=OfferState.WITHDRAWN, answered_at=clock.ClockNow())
        release(offer.claim)
    record(viewer, "application.withdrawn", str(application), place=application.facility.region_id)
    application.refresh_from_db()
    return application


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
