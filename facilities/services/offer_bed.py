"""A home answers an application: it offers a bed until an hour, takes the offer back, or refuses with a reason."""

from datetime import date, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.days import Month
from eldercare.kernel.locks import lock, lock_one
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.verdict import Answer
from eldercare.kernel.viewer import Viewer
from facilities.access import applications_visible_to, offers_visible_to
from facilities.choices import ApplicationState, ClaimKind, OfferState
from facilities.models import Application, Bed, Offer
from facilities.rules.settings import setting
from facilities.selectors.quotes import quote
from facilities.services.apply_to_home import check_day, fit_of
from facilities.services.claims import claim_bed, close_lapsed_on, release
from facilities.services.guards import found, no_longer, staff_only
from facilities.services.letters import tell_family


@transaction.atomic
def offer_bed(viewer: Viewer, *, application_id: UUID, bed_id: UUID, from_day: date, hours: int | None = None) -> Offer:
    """Offer one bed for one application; it holds the bed from `from_day` until the family answers or the hours pass.

    The price the family will pay is kept with it. Raises Refusal `not_found` (404), `already_answered` (409),
    `bed_taken` (409), `bed_not_admittable`, `day_past`, `day_too_far`, `offer_hours`, `price_missing`, `does_not_fit` (422).
    """
    application = found(applications_visible_to(viewer).select_related("facility"), application_id)
    home = application.facility
    staff_only(viewer, home.pk)
    bed = found(Bed.objects.select_related("room").filter(room__facility=home), bed_id)
    now = clock.now()
    lapses_at = now + timedelta(hours=_hours(hours, now.date()))
    _check_bed(bed, from_day, now.date())
    price = _price(application, bed, from_day)
    verdict = fit_of(home, application.elder_id, application.care_grade, on=now.date())
    if verdict.answer is Answer.NO:
        raise Refusal(
            "does_not_fit",
            say("按现在的资料，这位老人不符合接收条件。"),
            next_step=say("请看哪一条不符合；资料有误请家属更正，确实不能接收请填写原因后回绝。"),
            reasons=verdict.reasons,
        )
    claim = claim_bed(bed, ClaimKind.OFFER, since=from_day, lapses_at=lapses_at)
    application = lock_one(Application.objects.filter(pk=application.pk))
    if application.state != ApplicationState.SUBMITTED:
        raise no_longer(application)
    offer = Offer(
        application=application,
        bed=bed,
        claim=claim,
        from_day=from_day,
        offered_at=now,
        lapses_at=lapses_at,
        price=price,
    )
    _keep(offer)
    type(claim).objects.filter(pk=claim.pk).update(noun=str(offer))
    Application.objects.filter(pk=application.pk).update(state=ApplicationState.OFFERED)
    record(viewer, "offer.made", str(offer), place=home.region_id, facts={"bed": str(bed.pk), "from": str(from_day)})
    tell_family(
        application,
        kind="offer.made",
        subject=say("“{home}”给您留了一张床", home=home.name),
        body=say(
            "请在 {until} 前登录答复。过了这个时间，床位会自动放开，您可以再请机构留床。",
            until=f"{lapses_at:%Y-%m-%d %H:%M}",
        ),
    )
    return offer


@transaction.atomic
def withdraw_offer(viewer: Viewer, *, offer_id: UUID) -> Offer:
    """Take a live offer back; the family waits again and the bed is free. Raises `already_answered` (409)."""
    offer = found(offers_visible_to(viewer).select_related("bed", "claim", "application__facility"), offer_id)
    staff_only(viewer, offer.application.facility_id)
    return _end(viewer, offer, OfferState.WITHDRAWN, then=ApplicationState.SUBMITTED)


@transaction.atomic
def refuse_application(viewer: Viewer, *, application_id: UUID, reason: str) -> Application:
    """Say no to an application, with the reason the family reads. Raises `reason_missing`, `already_answered` (409)."""
    application = found(applications_visible_to(viewer).select_related("facility"), application_id)
    staff_only(viewer, application.facility_id)
    if not reason.strip():
        sentence = say("请写明不能接收的原因，家属会看到。")
        raise Refusal("reason_missing", sentence, fields={"reason": sentence})
    refused = Application.objects.filter(pk=application.pk, state=ApplicationState.SUBMITTED).update(
        state=ApplicationState.REFUSED, reason=reason.strip()[:300]
    )
    application.refresh_from_db()
    if not refused:
        raise no_longer(application)
    home = application.facility
    record(viewer, "application.refused", str(application), place=home.region_id)
    tell_family(
        application,
        kind="application.refused",
        subject=say("“{home}”这次不能接收", home=home.name),
        body=say("请登录查看原因。您可以再找一家条件合适的机构，资料不用重新填写。"),
    )
    return application


def _end(viewer: Viewer, offer: Offer, state: str, *, then: str) -> Offer:
    """End a live offer in one statement and free its bed."""
    lock(Bed.objects.filter(pk=offer.bed_id))
    ended = Offer.objects.filter(pk=offer.pk, state=OfferState.LIVE).update(state=state, answered_at=clock.ClockNow())
    if not ended:
        offer.refresh_from_db()
        raise no_longer(offer)
    release(offer.claim)
    Application.objects.filter(pk=offer.application_id, state=ApplicationState.OFFERED).update(state=then)
    record(viewer, f"offer.{state}", str(offer), place=offer.application.facility.region_id)
    offer.refresh_from_db()
    return offer


def close_lapsed_offers(limit: int = 200) -> int:
    """Close what lapsed and was met by nobody since, each bed for itself; gives how many. Safe to call twice at once."""
    lapsed = Offer.objects.filter(state=OfferState.LIVE, lapses_at__lte=clock.ClockNow()).order_by("bed")
    return sum(_close_lapsed(offer) for offer in lapsed.select_related("application__facility")[:limit])


@transaction.atomic
def _close_lapsed(offer: Offer) -> bool:
    bed = lock_one(Bed.objects.filter(pk=offer.bed_id))
    if not close_lapsed_on(bed):
        return False
    tell_family(
        offer.application,
        kind="offer.lapsed",
        subject=say("“{home}”留的床已过期", home=offer.application.facility.name),
        body=say("您的申请还在，机构可以重新给您留床。也可以登录后直接联系机构。"),
    )
    return True


def _hours(hours: int | None, on: date) -> int:
    rule = setting("offers", on)
    if hours is None:
        return int(rule["hours"])
    if not 1 <= hours <= rule["most_hours"]:
        sentence = say("给家属的答复时间应在 1 到 {most} 小时之间。", most=rule["most_hours"])
        raise Refusal("offer_hours", sentence, fields={"hours": sentence})
    return hours


def _check_bed(bed: Bed, from_day: date, today: date) -> None:
    check_day(from_day, today, "from_day")
    if not bed.admittable or (bed.valid_until and bed.valid_until <= from_day) or bed.valid_from > from_day:
        sentence = say("这张床现在不能收人。")
        raise Refusal(
            "bed_not_admittable",
            sentence,
            next_step=say("请先在床位板上把它改为可收住，或者换一张床。"),
            fields={"bed": sentence},
        )


def _price(application: Application, bed: Bed, from_day: date) -> dict:
    room_type = bed.room.room_type
    priced = quote(application.facility_id, room_type, application.care_grade, Month.of(from_day))
    if priced is None:
        raise Refusal(
            "price_missing",
            say("这种房型或护理档次还没有公布收费，不能留床。"),
            next_step=say("请先到“收费”页补上价格。"),
        )
    return {
        "room_type": room_type,
        "month": str(priced.month),
        "lines": [line.to_json() for line in priced.lines],
        "gross_fen": priced.gross_fen,
    }


def _keep(offer: Offer) -> None:
    try:
        with transaction.atomic():
            offer.save(force_insert=True)
    except IntegrityError as error:
        if "one_live_offer_per" not in str(error):
            raise
        raise Refusal(
            "offer_live",
            say("这张床或这位老人已经有一份等待答复的留床通知。"),
            next_step=say("请等家属答复，或者先收回原来的通知。"),
            status=409,
        ) from error
