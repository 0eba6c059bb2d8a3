"""Makes one offer: the price as it stands, the claim on the bed, the row, the letter. Whose turn it is, others decide."""

from datetime import date, timedelta

from django.db import IntegrityError, transaction

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.clock import ClockNow
from eldercare.kernel.days import DayRange, Month
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer
from facilities.choices import ApplicationState, ClaimKind
from facilities.models import Application, Bed, BedClaim, Offer
from facilities.selectors.quotes import quote, short_quote
from facilities.services.claims import claim_bed, claimed_until, not_after, release
from facilities.services.findings import keep_finding, shown_free
from facilities.services.guards import no_longer
from facilities.services.letters import tell_family
from facilities.services.lock_order import holds_for, lock_application


def make_offer(viewer: Viewer, application: Application, bed: Bed, *, from_day: date, hours: int) -> Offer:
    """Offer a bed for an application, inside a transaction; a hold on the bed for this very application becomes the offer.

    A short stay has the bed until the day it asked for. Raises Refusal `price_missing`, `short_stay_over` (422), `bed_taken` (409), `already_answered` (409), `offer_live` (409).
    """
    now = clock.now()
    until = claimed_until(application, from_day)
    lapses_at = not_after(now + timedelta(hours=hours), until)
    price = _price(application, bed, from_day, until)
    shown = shown_free(application.facility_id)
    for hold in BedClaim.objects.filter(bed=bed, kind=ClaimKind.HOLD, noun=str(application), released_at__isnull=True):
        release(hold)
    # What else was held for this family is over by the clock, and goes along the list at the next sweep.
    holds_for([application]).update(lapses_at=ClockNow())
    claim = claim_bed(bed, ClaimKind.OFFER, since=from_day, until=until, lapses_at=lapses_at)
    application = lock_application(application)
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
    BedClaim.objects.filter(pk=claim.pk).update(noun=str(offer))
    Application.objects.filter(pk=application.pk).update(state=ApplicationState.OFFERED)
    keep_finding(application, shown=shown, as_shown=True)
    home = application.facility
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


def _price(application: Application, bed: Bed, from_day: date, until: date | None) -> dict:
    room_type, grade, home = bed.room.room_type, application.care_grade, application.facility_id
    month = Month.of(from_day)
    if until:
        lines = short_quote(home, room_type, grade, DayRange(from_day, until))
    else:
        priced = quote(home, room_type, grade, month)
        lines = priced and priced.lines
    if lines is None:
        raise Refusal(
            "price_missing",
            say("这种房型或护理档次还没有公布收费，不能留床。"),
            next_step=say("请先到“收费”页补上价格。"),
        )
    return {
        "room_type": room_type,
        "month": str(month),
        "until": until and str(until),
        "lines": [line.to_json() for line in lines],
        "gross_fen": sum(line.amount_fen for line in lines),
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
