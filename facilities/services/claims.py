"""Puts claims on beds and takes them off. The exclusion constraint has the last word on who gets a bed.

The bed's row is locked first, only so that claims on it come one after the other; nothing is checked before the insert.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from eldercare.kernel import clock
from eldercare.kernel.clock import CHINA, ClockNow
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import system
from facilities.choices import ApplicationState, ClaimKind, OfferState, OpeningState, SkipReason
from facilities.models import Application, Bed, BedClaim, Offer
from facilities.rules.waiting import list_settings
from facilities.services.letters import tell_family
from facilities.services.lock_order import lock_to_ask
from facilities.services.openings import close_opening_on, opening_of, pass_over

BED_IS_TAKEN = "one_bed_is_claimed_once_a_day"
BED_ENDS = "a_claim_ends_before_its_bed_does"


def claim_bed(
    bed: Bed,
    kind: str,
    *,
    since: date,
    until: date | None = None,
    lapses_at: datetime | None = None,
    noun: str = "",
    note: str = "",
) -> BedClaim:
    """Claim a bed for the days `[since, until)`; inside a transaction.

    What lapsed on the bed is closed first; a bed that is lived in or out of use is asked about no further. Raises Refusal `bed_taken` (409) when another claim has one of the days.
    """
    lock_to_ask(bed.pk)
    close_lapsed_on(bed)
    with bed_is_taken_refused():
        claim = BedClaim.objects.create(
            bed=bed, kind=kind, days=DateRange(since, until), lapses_at=lapses_at, noun=noun, note=note
        )
    if kind in (ClaimKind.STAY, ClaimKind.BLOCKED):
        close_opening_on(system("claims"), bed, OpeningState.STOPPED)
    return claim


def move_claim(claim: BedClaim, since: date, until: date | None, **facts: Any) -> None:
    """Let a claim on a bed that is locked to ask about it have the days `[since, until)`.

    What lapsed on the bed is closed first. Raises Refusal `bed_taken`, `bed_closes` (409) as `claim_bed` does.
    """
    if close_lapsed_on(claim.bed) and claim.kind in (ClaimKind.STAY, ClaimKind.BLOCKED):
        close_opening_on(system("claims"), claim.bed, OpeningState.STOPPED)
    with bed_is_taken_refused():
        BedClaim.objects.filter(pk=claim.pk).update(days=DateRange(since, until), **facts)


def claimed_until(application: Application, from_day: date) -> date | None:
    """Give the first day on which an application no longer needs a bed it has from a day on; None: a long stay's.

    The days of a short stay end when they were asked to, whenever they begin. Raises Refusal `short_stay_over` (422).
    """
    until = application.wanted_until
    if until is not None and until <= from_day:
        raise short_stay_over(until, "from_day")
    return until


def morning_of(day: date) -> datetime:
    """Give the moment at which a day begins."""
    return datetime.combine(day, time(), CHINA)


def not_after(moment: datetime, until: date | None) -> datetime:
    """Give the moment, or the morning on which the days a family is asked about are over, if that comes first."""
    return min(moment, morning_of(until)) if until else moment


def short_stay_over(until: date, field: str) -> Refusal:
    """The refusal of a first day on which the days asked for are over."""
    sentence = say("这个家庭只住到 {day}，从您选的日子起已经没有要住的天数。", day=until)
    next_step = say("请选早一些的日子；家庭想换日子，请他们在“我的申请”里改，或者重新申请。")
    return Refusal("short_stay_over", sentence, next_step=next_step, fields={field: sentence})


@contextmanager
def bed_is_taken_refused() -> Iterator[None]:
    """Turn the constraint's no into a Refusal; the savepoint keeps the transaction usable."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if BED_ENDS in str(error):
            raise _bed_ends() from error
        if BED_IS_TAKEN not in str(error):
            raise
        raise Refusal(
            "bed_taken",
            say("这张床在这些天已经有人了。"),
            next_step=say("请换一张床，或者换一个入住日期。"),
            status=409,
        ) from error


def _bed_ends() -> Refusal:
    return Refusal(
        "bed_closes",
        say("机构要撤销这张床，不能住到那天以后。"),
        next_step=say("请换一张床，或者先在床位板上取消撤销。"),
        status=409,
    )


def release(claim: BedClaim) -> bool:
    """Take a claim off before its days are over; tells whether it was still on."""
    done = BedClaim.objects.filter(pk=claim.pk, released_at__isnull=True).update(released_at=ClockNow())
    return bool(done)


def end_claim(claim: BedClaim, until: date) -> None:
    """Let a claim end on a day, if it does not end before; a claim that would cover no day is released."""
    since, until = claim.days.lower, min(until, claim.days.upper or until)
    if until <= since:
        release(claim)
        return
    BedClaim.objects.filter(pk=claim.pk).update(days=DateRange(since, until))


def close_lapsed_on(bed: Bed) -> int:
    """Close the offers and claims on a locked bed that have lapsed; gives how many claims.

    One moment judges both, so that an offer and its claim always end together. The family keeps its place on the list;
    that it did not answer is kept as the reason for which the next one is asked.
    """
    now = clock.now()
    lapsed = Offer.objects.filter(bed=bed, state=OfferState.LIVE, lapses_at__lte=now)
    for offer in lapsed.select_related("application__facility", "bed__room__facility"):
        _lapse(offer, now)
    return BedClaim.objects.filter(bed=bed, released_at__isnull=True, lapses_at__lte=now).update(released_at=now)


def _lapse(offer: Offer, now: datetime) -> None:
    Offer.objects.filter(pk=offer.pk).update(state=OfferState.LAPSED, answered_at=now)
    waiting = Application.objects.filter(pk=offer.application_id, state=ApplicationState.OFFERED)
    waiting.update(state=ApplicationState.SUBMITTED)
    tell_family(
        offer.application,
        kind="offer.lapsed",
        subject=say("“{home}”留的床已过期", home=offer.application.facility.name),
        body=say("您的申请还在轮候名单上，机构可以重新给您留床。也可以登录后直接联系机构。"),
    )
    opening = opening_of(offer.bed, from_day=offer.from_day, cause=str(offer))
    pass_over(system("clock"), opening, [(offer.application, SkipReason.UNREACHABLE, None)])
    rule = list_settings(now.date())
    latest = Offer.objects.filter(application=offer.application_id).order_by("-offered_at")
    states = list(latest.values_list("state", flat=True)[: rule.lapses_then_pause])
    if states == [OfferState.LAPSED] * rule.lapses_then_pause:
        waiting = Application.objects.filter(pk=offer.application_id)
        waiting.update(paused_until=now.date() + timedelta(days=rule.pause_days))
