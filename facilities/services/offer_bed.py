"""A home answers an application: it offers a bed until an hour, takes the offer back, or refuses with a reason."""

from datetime import date
from uuid import UUID

from django.db import transaction

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.verdict import Answer
from eldercare.kernel.viewer import Viewer, system
from facilities.access import applications_visible_to, offers_visible_to
from facilities.choices import ApplicationState, OfferState, OpeningState
from facilities.models import Application, Bed, BedClaim, Offer
from facilities.rules.settings import setting
from facilities.selectors.fit import fit_of
from facilities.selectors.waiting import hours_to_answer
from facilities.services.apply_to_home import check_day
from facilities.services.claims import close_lapsed_on, release
from facilities.services.findings import keep_finding, shown_free
from facilities.services.guards import found, no_longer, staff_only
from facilities.services.letters import tell_family
from facilities.services.lock_order import lock_to_ask, lock_to_give, lock_with_beds
from facilities.services.offering import make_offer
from facilities.services.openings import close_opening_on
from facilities.services.waiting_list import bed_freed, let_holds_go, offered_by_hand, propose_others


@transaction.atomic
def offer_bed(
    viewer: Viewer,
    *,
    application_id: UUID,
    bed_id: UUID,
    from_day: date,
    hours: int | None = None,
    out_of_turn: str = "",
) -> Offer:
    """Offer one bed for one application; it holds the bed from `from_day` until the family answers or the hours pass.

    The price the family will pay is kept with it. Whoever stands before this family on the list and is not asked is
    passed over with the reason; where the list gives none, `out_of_turn` must say it. Raises Refusal `not_found` (404),
    `already_answered` (409), `bed_taken` (409), `bed_not_admittable`, `day_past`, `day_too_far`, `offer_hours`,
    `short_stay_over`, `price_missing`, `does_not_fit`, `out_of_turn` (422).
    """
    application = found(applications_visible_to(viewer).select_related("facility"), application_id)
    home = application.facility
    staff_only(viewer, home.pk)
    bed = found(Bed.objects.select_related("room__facility").filter(room__facility=home), bed_id)
    today = clock.today()
    hours = _hours(home.pk, hours, today)
    _check_bed(bed, from_day, today)
    verdict = fit_of(home, application.elder_id, application.care_grade, on=max(from_day, today))
    if verdict.answer is Answer.NO:
        raise Refusal(
            "does_not_fit",
            say("按现在的资料，这位老人不符合接收条件。"),
            next_step=say("请看哪一条不符合；资料有误请家属更正，确实不能接收请填写原因后回绝。"),
            reasons=verdict.reasons,
        )
    bed = bed_to_give(bed.pk, application)
    offer = make_offer(viewer, application, bed, from_day=from_day, hours=hours)
    offered_by_hand(viewer, offer, words=out_of_turn.strip()[:300])
    propose_others(viewer, application)
    return offer


@transaction.atomic
def withdraw_offer(viewer: Viewer, *, offer_id: UUID) -> Offer:
    """Take a live offer back; the family waits again, at its old place, and the bed is free.

    The list is not asked further: the home needs the bed itself. Raises `already_answered` (409).
    """
    offer = found(offers_visible_to(viewer).select_related("bed", "claim", "application__facility"), offer_id)
    staff_only(viewer, offer.application.facility_id)
    lock_to_ask(offer.bed_id)
    ended = Offer.objects.filter(pk=offer.pk, state=OfferState.LIVE).update(
        state=OfferState.WITHDRAWN, answered_at=clock.ClockNow()
    )
    if not ended:
        offer.refresh_from_db()
        raise no_longer(offer)
    release(offer.claim)
    application = offer.application
    waits = Application.objects.filter(pk=application.pk, state=ApplicationState.OFFERED)
    waits.update(state=ApplicationState.SUBMITTED)
    close_opening_on(viewer, offer.bed, OpeningState.STOPPED)
    record(viewer, "offer.withdrawn", str(offer), place=application.facility.region_id)
    tell_family(
        application,
        kind="offer.withdrawn",
        subject=say("“{home}”收回了留床", home=application.facility.name),
        body=say("机构暂时用不了这张床。您的申请还在原来的位置继续轮候，有床位会再通知您。"),
    )
    offer.refresh_from_db()
    return offer


@transaction.atomic
def refuse_application(viewer: Viewer, *, application_id: UUID, reason: str, house_full: bool = False) -> Application:
    """Say no to an application, with the reason the family reads. Raises `reason_missing`, `already_answered` (409).

    `house_full`: there is no bed. Where the page shows some, that counts against its number.
    """
    application = found(applications_visible_to(viewer).select_related("facility"), application_id)
    staff_only(viewer, application.facility_id)
    if not reason.strip():
        sentence = say("请写明不能接收的原因，家属会看到。")
        raise Refusal("reason_missing", sentence, fields={"reason": sentence})
    lock_with_beds(application)
    refused = Application.objects.filter(pk=application.pk, state=ApplicationState.SUBMITTED).update(
        state=ApplicationState.REFUSED, reason=reason.strip()[:300]
    )
    application.refresh_from_db()
    if not refused:
        raise no_longer(application)
    home = application.facility
    if house_full:
        keep_finding(application, shown=shown_free(home.pk), as_shown=False)
    let_holds_go(viewer, application)
    facts = {"house_full": house_full}
    record(viewer, "application.refused", str(application), place=home.region_id, facts=facts)
    tell_family(
        application,
        kind="application.refused",
        subject=say("“{home}”这次不能接收", home=home.name),
        body=say("请登录查看原因。您可以再找一家条件合适的机构，资料不用重新填写。"),
    )
    return application


def bed_to_give(bed_id: UUID, application: Application) -> Bed:
    """Lock a bed for a family that waits. A bed it did not answer for in time is over first, and goes along the list."""
    bed = lock_to_give(bed_id, application)[bed_id]
    lapsed = Offer.objects.filter(application=application, state=OfferState.LIVE, lapses_at__lte=clock.ClockNow())
    for offer in lapsed.exclude(bed=bed).select_related("claim"):
        _close_lapsed(offer.claim)
    close_lapsed_on(bed)
    return bed


def close_lapsed_offers(limit: int = 200) -> int:
    """Close the offers and holds that lapsed and were met by nobody since, each bed for itself; the next are asked.

    Gives how many. Safe to call twice at once; a bed somebody is busy with waits for the next sweep and stops no other.
    """
    lapsed = BedClaim.objects.filter(released_at__isnull=True, lapses_at__lte=clock.ClockNow())
    return sum(_close_unless_busy(claim) for claim in lapsed.order_by("lapses_at", "pk")[:limit])


def _close_unless_busy(claim: BedClaim) -> bool:
    try:
        return _close_lapsed(claim)
    except Refusal as refusal:
        if refusal.code != "busy":
            raise
        return False


@transaction.atomic
def _close_lapsed(claim: BedClaim) -> bool:
    bed = lock_to_ask(claim.bed_id)
    if not close_lapsed_on(bed):
        return False
    bed_freed(system("clock"), bed, from_day=claim.days.lower, cause=claim.noun)
    return True


def _hours(facility_id: UUID, hours: int | None, on: date) -> int:
    rule = setting("offers", on)
    if hours is None:
        return hours_to_answer(facility_id, on)
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
