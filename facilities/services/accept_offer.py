"""The family answers an offer. Time is judged by the database's clock inside the statement that accepts."""

from datetime import date, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Least

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.clock import ClockNow
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer
from facilities.access import offers_visible_to
from facilities.choices import ApplicationState, ClaimKind, OfferState, OpeningState, SkipReason, StayKind, StayState
from facilities.models import Application, Bed, BedClaim, GradeSpell, Offer, Stay
from facilities.models.admission import OPEN
from facilities.rules.waiting import list_settings
from facilities.selectors.licence import licence_of
from facilities.services.claims import morning_of, release
from facilities.services.guards import family_only, found, no_longer
from facilities.services.letters import tell_family, tell_home
from facilities.services.lock_order import lock_beds, lock_elder, lock_to_ask
from facilities.services.openings import close_opening_on, opening_of, pass_over
from facilities.services.transfer import move_from_where_they_live
from facilities.services.waiting_list import bed_freed


@transaction.atomic
def accept_offer(viewer: Viewer, *, offer_id: UUID) -> Stay:
    """Accept a live offer: its claim becomes a stay claim from the agreed day and the stay is expected.

    Who lives at another home then moves; the other lists the elder is on go on, and the family is told of them.
    A second call gives the same stay. Raises Refusal `not_found` (404), `not_acting_for_elder` (403),
    `offer_lapsed` (409), `already_answered` (409), `accepted_elsewhere`, `lives_elsewhere`, `home_not_open`
    (409).
    """
    offer = found(offers_visible_to(viewer).select_related("application__facility", "bed__room", "claim"), offer_id)
    family_only(viewer, offer.application.elder_id)
    lock_elder(offer.application.elder_id)
    lock_beds([offer.bed_id])
    accepted = Offer.objects.filter(pk=offer.pk, state=OfferState.LIVE, lapses_at__gt=ClockNow()).update(
        state=OfferState.ACCEPTED, answered_at=ClockNow()
    )
    if not accepted:
        return _answered_before(offer)
    _check_home(offer)
    _check_nights(offer)
    stay = _expect(offer)
    move_from_where_they_live(viewer, offer.application)
    close_opening_on(viewer, offer.bed, OpeningState.TAKEN)
    home = offer.application.facility
    _tell_of_other_lists(offer.application)
    record(viewer, "offer.accepted", str(offer), place=home.region_id, facts={"stay": str(stay.pk)})
    tell_home(
        home.pk,
        kind="offer.accepted",
        subject=say("家属接受了床位"),
        body=say(
            "{day} 起有一位老人来“{home}”入住，请准备好床位并在到达时办理入住。", day=offer.from_day, home=home.name
        ),
    )
    return stay


@transaction.atomic
def decline_offer(viewer: Viewer, *, offer_id: UUID, stay_on_list: bool = False) -> Offer:
    """Say no to a live offer; in the same transaction the next family on the list is asked.

    With `stay_on_list` the family goes on waiting: at its place for the first beds it declines, then behind its class.
    Raises as `accept_offer` does; twice changes nothing, and who says the other thing of the list than who declined
    before is told `already_answered` (409).
    """
    offer = found(offers_visible_to(viewer).select_related("application__facility", "claim"), offer_id)
    family_only(viewer, offer.application.elder_id)
    bed = lock_to_ask(offer.bed_id)
    declined = Offer.objects.filter(pk=offer.pk, state=OfferState.LIVE).update(
        state=OfferState.DECLINED, answered_at=ClockNow()
    )
    offer.refresh_from_db()
    if declined:
        release(offer.claim)
        _after_no(viewer, offer, bed, stay_on_list)
    elif offer.state != OfferState.DECLINED or _left_the_list(offer) == stay_on_list:
        raise no_longer(offer)
    return offer


def _left_the_list(offer: Offer) -> bool:
    return Application.objects.filter(pk=offer.application_id, state=ApplicationState.DECLINED).exists()


def _after_no(viewer: Viewer, offer: Offer, bed: Bed, stay_on_list: bool) -> None:
    application, home = offer.application, offer.application.facility
    opening = opening_of(bed, from_day=offer.from_day, cause=str(offer))
    pass_over(viewer, opening, [(application, SkipReason.DECLINED, None)])
    if stay_on_list:
        _wait_on(application)
    else:
        Application.objects.filter(pk=application.pk).update(state=ApplicationState.DECLINED)
    record(viewer, "offer.declined", str(offer), place=home.region_id, facts={"stays_on_list": stay_on_list})
    tell_home(
        home.pk,
        kind="offer.declined",
        subject=say("家属谢绝了床位"),
        body=say("这张床已经放开，轮候名单上有合适的家庭就会接着询问。"),
    )
    bed_freed(viewer, bed, from_day=offer.from_day, cause=str(offer))


def _wait_on(application: Application) -> None:
    """Let a family that declined wait on; after the declines that cost nothing it waits from now."""
    free = list_settings(clock.today()).declines_keep_place
    declined = application.skips.filter(reason=SkipReason.DECLINED, at__gte=application.place_since).count()
    place = {} if declined <= free else {"place_since": ClockNow()}
    Application.objects.filter(pk=application.pk).update(state=ApplicationState.SUBMITTED, **place)


@transaction.atomic
def extend_offer(viewer: Viewer, *, offer_id: UUID) -> Offer:
    """Take more time to answer, once for an offer. Judged by the database's clock in the statement that extends.

    Raises Refusal `not_found` (404), `not_acting_for_elder` (403), `offer_lapsed`, `already_answered`, `extended_once` (409).
    """
    offer = found(offers_visible_to(viewer).select_related("application__facility", "claim"), offer_id)
    family_only(viewer, offer.application.elder_id)
    lock_beds([offer.bed_id])
    more = timedelta(hours=list_settings(clock.today()).hours_more)
    live = Offer.objects.filter(pk=offer.pk, state=OfferState.LIVE, lapses_at__gt=ClockNow())
    lapses_at = _no_later(F("lapses_at") + more, offer.claim.days.upper)
    extended = live.filter(extended_at__isnull=True).update(lapses_at=lapses_at, extended_at=ClockNow())
    offer.refresh_from_db()
    if not extended:
        if not live.exists():
            _answered_before(offer)
            raise no_longer(offer)
        raise Refusal(
            "extended_once",
            say("这次留床已经延过一次时间了。"),
            next_step=say("请在答复时间内决定；来不及时可以谢绝这张床并继续轮候。"),
            status=409,
        )
    BedClaim.objects.filter(pk=offer.claim_id).update(lapses_at=offer.lapses_at)
    home = offer.application.facility
    record(viewer, "offer.extended", str(offer), place=home.region_id)
    tell_home(
        home.pk,
        kind="offer.extended",
        subject=say("家属请求多一点时间考虑"),
        body=say(
            "答复时间延到 {until}，每次留床只能延一次。",
            until=f"{offer.lapses_at.astimezone(clock.CHINA):%Y-%m-%d %H:%M}",
        ),
    )
    return offer


def _no_later(moment: Combinable, until: date | None) -> Combinable:
    """Nobody is asked longer than the days last."""
    return Least(moment, Value(morning_of(until))) if until else moment


def _check_home(offer: Offer) -> None:
    """A home that may take nobody in any more takes nobody in by an offer it made before."""
    licence = licence_of(offer.application.facility, max(offer.from_day, clock.today()))
    if licence.stands is False:
        raise Refusal(
            "home_not_open",
            licence.because,
            next_step=say("请先问清这家机构；您在别家的申请和轮候位置不受影响。"),
            status=409,
        )


def _check_nights(offer: Offer) -> None:
    """Nobody stays a night in two homes, on leave or not: a short stay begins when the day of leaving the other is known."""
    if offer.application.stay_kind != StayKind.SHORT:
        return
    rows = Stay.objects.filter(elder=offer.application.elder_id, state=StayState.IN)
    lives = rows.select_related("facility", "claim").first()
    if lives is None or (lives.claim.days.upper and lives.claim.days.upper <= offer.from_day):
        return
    raise Refusal(
        "lives_elsewhere",
        say("老人这些天登记住在“{home}”，请假也算住在那里，不能同一天住两家。", home=lives.facility.name),
        next_step=say(
            "请先请“{home}”记下打算离院的日子，再回来接受；这张床在答复时间内还给您留着。", home=lives.facility.name
        ),
        status=409,
    )


def _expect(offer: Offer) -> Stay:
    application = offer.application
    Application.objects.filter(pk=application.pk).update(state=ApplicationState.ACCEPTED)
    stay = Stay(
        elder_id=application.elder_id,
        facility_id=application.facility_id,
        application=application,
        claim=offer.claim,
        room_type=offer.bed.room.room_type,
        stay_kind=application.stay_kind,
        days=DateRange(offer.from_day, None),
        state=StayState.EXPECTED,
    )
    _keep(stay)
    GradeSpell.objects.create(stay=stay, care_grade=application.care_grade, days=DateRange(offer.from_day, None))
    BedClaim.objects.filter(pk=offer.claim_id).update(kind=ClaimKind.STAY, lapses_at=None, noun=str(stay))
    return stay


def _keep(stay: Stay) -> None:
    try:
        with transaction.atomic():
            stay.save(force_insert=True)
    except IntegrityError as error:
        if "an_elder_is_expected_in_one_home" not in str(error):
            raise
        first = Stay.objects.select_related("facility").get(
            elder=stay.elder_id, state=StayState.EXPECTED, stay_kind=StayKind.LONG
        )
        raise Refusal(
            "accepted_elsewhere",
            say("老人已经接受了“{home}”的床位，正等着入住，不能同时占两家的床。", home=first.facility.name),
            next_step=say("想改住这一家，请先取消那边的入住，再回来接受；这张床在答复时间内还给您留着。"),
            status=409,
        ) from error


def _tell_of_other_lists(application: Application) -> None:
    """A place is lost only by leaving the list, so it is the family that says which other lists it leaves."""
    others = Application.objects.filter(elder=application.elder_id, state__in=OPEN).exclude(pk=application.pk)
    names = list(others.order_by("submitted_at").values_list("facility__name", flat=True))
    if names:
        tell_family(
            application,
            kind="waiting.other_lists",
            subject=say("老人还在别的养老院轮候"),
            body=say(
                "老人还排在这些养老院的名单上：{homes}。不再需要的，请登录在“我的申请”里撤回，把位置让给别人；"
                "想接着等的，位置会保留。",
                homes="、".join(names),
            ),
        )


def _answered_before(offer: Offer) -> Stay:
    """Give the stay of an acceptance that stands; every other answer is a refusal, and nothing is written."""
    offer.refresh_from_db()
    if offer.state == OfferState.ACCEPTED:
        stay = Stay.objects.get(application=offer.application_id)
        if stay.state not in (StayState.EXPECTED, StayState.IN):
            raise no_longer(stay)
        return stay
    if offer.state in (OfferState.LIVE, OfferState.LAPSED):
        raise Refusal(
            "offer_lapsed",
            say("这次留床已经过了答复时间，床位已放开。"),
            next_step=say("您的申请还在。请联系机构重新留床，或者再看看别的机构。"),
            status=409,
        )
    raise no_longer(offer)
