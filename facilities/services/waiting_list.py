"""A bed that becomes free goes along the waiting list: the next family is asked, or proposed to the home's staff.

Everything here runs inside the transaction that freed the bed, with the bed locked: a bed is never free without somebody
being asked, and nobody is asked about a bed that is not free. Implements data/waiting_list.yaml.
"""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.locks import lock_one
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.viewer import Viewer
from facilities.access import applications_to_answer, applications_visible_to, facilities_of
from facilities.choices import ClaimKind, ListMode, OpeningState, SkipReason, StayState
from facilities.models import Application, Bed, ListRule, Offer, Opening, Stay
from facilities.models.admission import OPEN
from facilities.rules.settings import setting
from facilities.rules.waiting import DOCUMENT, ORDINARY, RESIDENT, list_settings
from facilities.selectors.beds import live_claims, nobodys_since, nobodys_until
from facilities.selectors.waiting import class_now, hours_to_answer, is_automatic, judged, waiting_list
from facilities.services.claims import release
from facilities.services.directed import follow_directed_at
from facilities.services.guards import family_only, found, manager_only, no_longer
from facilities.services.letters import tell_family, tell_home
from facilities.services.lock_order import (
    holds_for,
    lock_application,
    lock_beds,
    lock_homes,
    lock_to_ask,
    lock_with_beds,
)
from facilities.services.offering import make_offer
from facilities.services.openings import Passed, close_opening, opening_of, pass_over

# A refusal of one offer that says something about the family, not about the bed.
PASSES_OVER = {
    "price_missing": SkipReason.NO_PRICE,
    "already_answered": SkipReason.HAS_OFFER,
    "offer_live": SkipReason.HAS_OFFER,
}


def bed_freed(viewer: Viewer, bed: Bed, *, from_day: date, cause: str) -> Offer | None:
    """Ask the next family on the home's list about a locked bed that is free from a day on; None when nobody is asked."""
    today = clock.today()
    on_its_way = Opening.objects.filter(bed=bed, state=OpeningState.OPEN).exists()
    if not on_its_way and not waiting_list(bed.room.facility_id, today).exists():
        return None
    return ask_next(viewer, opening_of(bed, from_day=max(from_day, today), cause=cause))


def ask_next(viewer: Viewer, opening: Opening) -> Offer | None:
    """Go on along the list; whoever is passed over on the way is kept with the reason."""
    today = clock.today()
    # Who let the bed go may have wanted it from a later day on only.
    opening.from_day = nobodys_since(opening.bed, max(opening.from_day, today), today=today)
    if not _is_free(opening):
        close_opening(viewer, opening, OpeningState.STOPPED)
        return None
    follow_directed_at(opening.facility_id)
    until = nobodys_until(opening.bed, opening.from_day)
    passed: list[Passed] = []
    offer, found_one = None, False
    for application, reason, conditions in judged(opening, today):
        if _stays_beyond(application, until):
            continue
        if not reason:
            offer, reason = _ask(viewer, opening, application, today)
        if reason:
            passed.append((application, reason, conditions))
            continue
        found_one = True
        break
    pass_over(viewer, opening, passed)
    if not found_one and until:
        close_opening(viewer, opening, OpeningState.STOPPED)
    elif not found_one:
        _nobody(viewer, opening)
    return offer


def _ask(viewer: Viewer, opening: Opening, application: Application, today: date) -> tuple[Offer | None, str]:
    """Offer the bed to one family, or propose it to the staff; gives the reason when it turns out that it can't be."""
    if not is_automatic(opening.facility_id):
        _propose(viewer, opening, application)
        return None, ""
    from_day = max(opening.from_day, application.wanted_from)
    try:
        with transaction.atomic():
            hours = hours_to_answer(opening.facility_id, today)
            return make_offer(viewer, application, opening.bed, from_day=from_day, hours=hours), ""
    except Refusal as refusal:
        if refusal.code not in PASSES_OVER:
            raise
        return None, PASSES_OVER[refusal.code]


def _propose(viewer: Viewer, opening: Opening, application: Application) -> None:
    Opening.objects.filter(pk=opening.pk).update(proposed=application)
    facts = {"application": str(application.pk)}
    record(viewer, "opening.proposed", str(opening), place=opening.facility.region_id, facts=facts)
    tell_home(
        opening.facility_id,
        kind="opening.proposed",
        subject=say("空出一张床，轮到下一家了"),
        body=say("请登录“轮候”页，给轮到的家庭留床；不留给他们也请写明原因。"),
    )


def _nobody(viewer: Viewer, opening: Opening) -> None:
    close_opening(viewer, opening, OpeningState.EXHAUSTED)
    tell_home(
        opening.facility_id,
        kind="opening.exhausted",
        subject=say("空出的床位没有合适的轮候家庭"),
        body=say("名单上的家庭都问过了或者不合适，原因写在“轮候”页。这张床会作为空床公布，您也可以自己留给别人。"),
    )


def _stays_beyond(application: Application, until: date | None) -> bool:
    """Tell whether a bed that is nobody's until a day is none for a family: it would stay longer. It is not passed over."""
    wanted = application.wanted_until
    return until is not None and (wanted is None or wanted > until)


def _is_free(opening: Opening) -> bool:
    bed, since = opening.bed, opening.from_day
    bed.refresh_from_db()
    # Whoever is asked is asked to stay; a bed that is to be closed is the home's own to give for the days it has left.
    in_use = bed.valid_from <= since and bed.valid_until is None
    claims = live_claims().filter(bed=bed, days__overlap=DateRange(since, None))
    # Of a bed that is somebody's later, short stays are asked; while one family is asked about it, no other is.
    claimed = claims.filter(Q(days__contains=since) | Q(kind=ClaimKind.OFFER)).exists()
    return bed.admittable and in_use and not claimed


def let_holds_go(viewer: Viewer, application: Application) -> None:
    """Ask the next families about the beds that were kept for one that no longer waits; the beds are locked."""
    for hold in holds_for([application]).select_related("bed__room__facility").order_by("bed"):
        release(hold)
        bed_freed(viewer, hold.bed, from_day=hold.days.lower, cause=str(application))
    propose_others(viewer, application)


def propose_others(viewer: Viewer, application: Application) -> None:
    """Go on along the list with the beds proposed for a family that cannot be asked about them now; the beds are locked."""
    proposed = Opening.objects.filter(proposed=application, state=OpeningState.OPEN).order_by("bed")
    for opening in proposed.select_related("bed__room__facility", "facility"):
        Opening.objects.filter(pk=opening.pk).update(proposed=None)
        ask_next(viewer, opening)


def offered_by_hand(viewer: Viewer, offer: Offer, *, words: str) -> None:
    """Keep why those before this family were not asked. Raises Refusal `out_of_turn` (422) where the staff must say it.

    A bed that is free only for some days is no bed for those who want to stay longer: they are not passed over.
    """
    today = clock.today()
    opening = opening_of(offer.bed, from_day=offer.from_day, cause=str(offer))
    passed: list[Passed] = []
    until = offer.claim.days.upper and nobodys_until(offer.bed, offer.claim.days.upper)
    for application, reason, conditions in judged(opening, today):
        if application.pk == offer.application_id:
            break
        if _stays_beyond(application, until):
            continue
        if not reason and not words:
            raise _out_of_turn()
        passed.append((application, reason or SkipReason.STAFF, conditions or {"words": words}))
    pass_over(viewer, opening, passed)
    Opening.objects.filter(pk=opening.pk).update(proposed=None)


def _out_of_turn() -> Refusal:
    sentence = say("轮候名单上还有排在前面、也合适的家庭。")
    return Refusal(
        "out_of_turn",
        sentence,
        next_step=say("请先给排在前面的家庭留床；有特殊情况，请写明为什么先留给这一家，被跳过的家庭会看到。"),
        fields={"out_of_turn": say("请写明为什么先留给这一家。")},
    )


@transaction.atomic
def pass_over_proposed(viewer: Viewer, *, opening_id: UUID, reason: str, application_id: UUID | None = None) -> Opening:
    """Do not offer the bed to the family whose turn it is, with the reason it reads; the next one is proposed.

    `application_id`: the family that is meant; where another one's turn it is by now, nobody is passed over.
    Raises Refusal `not_found` (404), `reason_missing` (422), `already_answered` (409).
    """
    opening = found(Opening.objects.filter(facility__in=facilities_of(viewer)), opening_id)
    if not reason.strip():
        sentence = say("请写明原因，被跳过的家庭会看到。")
        raise Refusal("reason_missing", sentence, fields={"reason": sentence})
    lock_to_ask(opening.bed_id)
    opening = lock_one(Opening.objects.select_related("bed__room", "facility").filter(pk=opening.pk))
    application = Application.objects.filter(pk=opening.proposed_id).first()
    if opening.state != OpeningState.OPEN or application is None or application_id not in (None, application.pk):
        raise no_longer(opening)
    pass_over(viewer, opening, [(application, SkipReason.STAFF, {"words": reason.strip()[:300]})])
    Opening.objects.filter(pk=opening.pk).update(proposed=None)
    ask_next(viewer, opening)
    opening.refresh_from_db()
    return opening


@transaction.atomic
def stop_opening(viewer: Viewer, *, opening_id: UUID) -> Opening:
    """Ask nobody further about a bed; an offer that is out stays out. Raises Refusal `not_found` (404)."""
    opening = found(Opening.objects.filter(facility__in=facilities_of(viewer)).select_related("facility"), opening_id)
    lock_to_ask(opening.bed_id)
    close_opening(viewer, opening, OpeningState.STOPPED)
    opening.refresh_from_db()
    return opening


@transaction.atomic
def set_list_rule(viewer: Viewer, *, facility_id: UUID, mode: str, hours: int | None = None) -> ListRule:
    """Say how the home's list moves; where it moves by itself from now on, whoever's turn it is is asked at once.

    Raises Refusal `not_found` (404), `manager_only` (403), `offer_hours` (422).
    """
    home = found(facilities_of(viewer), facility_id)
    manager_only(viewer, home.pk)
    most = setting("offers", clock.today())["most_hours"]
    if hours is not None and not 1 <= hours <= most:
        sentence = say("给家属的答复时间应在 1 到 {most} 小时之间。", most=most)
        raise Refusal("offer_hours", sentence, fields={"hours": sentence})
    rule, _made = ListRule.objects.update_or_create(facility=home, defaults={"mode": ListMode(mode), "hours": hours})
    if rule.mode == ListMode.AUTO:
        _ask_who_was_proposed(viewer, home.pk)
    record(
        viewer, "waiting.rule_set", f"facility:{home.pk}", place=home.region_id, facts={"mode": mode, "hours": hours}
    )
    return rule


def _ask_who_was_proposed(viewer: Viewer, facility_id: UUID) -> None:
    lock_homes([facility_id])
    proposed = Opening.objects.filter(facility=facility_id, state=OpeningState.OPEN, proposed__isnull=False)
    lock_beds(proposed.values_list("bed", flat=True))
    for opening in proposed.select_related("bed__room__facility", "facility").order_by("bed"):
        Opening.objects.filter(pk=opening.pk).update(proposed=None)
        ask_next(viewer, opening)


@transaction.atomic
def set_priority(
    viewer: Viewer,
    *,
    application_id: UUID,
    priority: str,
    because: str,
    resident: UUID | None = None,
    document: str = "",
) -> Application:
    """Put a waiting family into a class the home confirms, or back among the ordinary, with the reason it reads.

    A class that follows from the 户籍 and stands before it stays; the confirmed one counts where that ends.
    The class's proof must be there: `document` names the paper that was looked at, `resident` is a running stay in this
    home. Raises Refusal `not_found` (404), `manager_only` (403), `priority_unknown`, `reason_missing`, `proof_missing`
    (422), `already_answered` (409).
    """
    application = found(applications_to_answer(viewer).select_related("facility"), application_id)
    manager_only(viewer, application.facility_id)
    allowed = {one.id for one in list_settings(clock.today()).claimable()} | {ORDINARY}
    if priority not in allowed:
        sentence = say("这一类不由机构认定。")
        raise Refusal("priority_unknown", sentence, fields={"priority": sentence})
    if not because.strip():
        sentence = say("请写明核实的情况，家属会看到。")
        raise Refusal("reason_missing", sentence, fields={"because": sentence})
    lock_homes([application.facility_id])
    proof = _proof(application, priority, resident, document.strip()[:100])
    application = _lock_waiting(application)
    before, kept = application.priority, application.priority_case or {}
    said = {"priority": priority, "because": because.strip()[:300], "by": viewer.reference, "proof": proof}
    application.priority_case = {**kept, "set": said}
    application.priority = class_now(application, clock.today())
    application.save(update_fields=["priority", "priority_case"])
    facts = {"priority": application.priority, "confirmed": priority, "before": before}
    record(viewer, "waiting.priority_set", str(application), place=application.facility.region_id, facts=facts)
    tell_family(
        application,
        kind="waiting.priority_set",
        subject=say("“{home}”答复了您的轮候类别", home=application.facility.name),
        body=say("请登录查看您现在的轮候位置和原因。"),
    )
    application.refresh_from_db()
    return application


def _proof(application: Application, priority: str, resident: UUID | None, document: str) -> dict[str, Any] | None:
    needed = list_settings(clock.today()).named(priority).proof
    if needed == DOCUMENT:
        if not document:
            raise _proof_missing("document", say("请写明看了什么材料。"))
        return {"kind": DOCUMENT, "document": document}
    if needed == RESIDENT:
        here = Stay.objects.filter(facility=application.facility_id, state=StayState.IN)
        if not here.exclude(elder=application.elder_id).filter(pk=resident).exists():
            raise _proof_missing("resident", say("请选出住在本机构的配偶；入住登记里没有，就不能按这一类排。"))
        return {"kind": RESIDENT, "stay": str(resident)}
    return None


def _proof_missing(field: str, sentence: Sentence) -> Refusal:
    return Refusal(
        "proof_missing",
        say("这一类要有证明才能认定。"),
        next_step=say("没有证明以前，这个家庭按普通轮候排，位置不变。"),
        fields={field: sentence},
    )


def end_priority_by(viewer: Viewer, stay: Stay) -> None:
    """Put back those who were first because somebody lived here who now does not; inside a transaction, the home locked.

    Their time on the list stays as it was.
    """
    today = clock.today()
    classes = list_settings(today).proven_by(RESIDENT)
    waiting = Application.objects.filter(facility=stay.facility_id, state__in=OPEN, priority__in=classes).order_by("pk")
    for application in waiting.select_related("facility"):
        case = application.priority_case or {}
        if ((case.get("set") or {}).get("proof") or {}).get("stay") != str(stay.pk):
            continue
        application = lock_application(application)
        application.priority_case = {**case, "set": None}
        application.priority = class_now(application, today)
        application.save(update_fields=["priority", "priority_case"])
        record(viewer, "waiting.priority_ended", str(application), place=application.facility.region_id)
        tell_family(
            application,
            kind="waiting.priority_ended",
            subject=say("“{home}”的轮候类别变了", home=application.facility.name),
            body=say("优先的原因已经不在：配偶不再住在那里。申请时间不变，请登录查看现在的位置。"),
        )


@transaction.atomic
def pause_place(viewer: Viewer, *, application_id: UUID, until: date | None) -> Application:
    """Keep the place and be asked about no bed until a day; None: be asked again from now on.

    Raises Refusal `not_found` (404), `not_acting_for_elder` (403), `pause_days` (422), `already_answered` (409).
    """
    application = found(applications_visible_to(viewer).select_related("facility"), application_id)
    family_only(viewer, application.elder_id)
    today, most = clock.today(), list_settings(clock.today()).pause_days
    if until is not None and not today < until <= today + timedelta(days=most):
        sentence = say("可以从明天起暂停，最长 {days} 天，到期前可以再延。", days=most)
        raise Refusal("pause_days", sentence, fields={"until": sentence})
    lock_with_beds(application)
    application = _lock_waiting(application)
    Application.objects.filter(pk=application.pk).update(paused_until=until)
    if until:
        propose_others(viewer, application)
    act = "waiting.paused" if until else "waiting.resumed"
    record(viewer, act, str(application), place=application.facility.region_id)
    application.refresh_from_db()
    return application


def _lock_waiting(application: Application) -> Application:
    locked = lock_application(application)
    if locked.state not in OPEN:
        raise no_longer(locked)
    return locked
