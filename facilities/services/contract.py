"""The contract of a stay: drawn up from the prices in force, signed by the home, then by the family, or voided.

A short stay's has its days and what they cost; one for good a month by the prices of its first day.
What both sides sign is one content with one digest; it is never edited (`a_contract_drawn_up_is_not_rewritten`).
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from eldercare.audit.services import record
from eldercare.kernel.clock import ClockNow
from eldercare.kernel.days import DayRange, Month
from eldercare.kernel.keys import digest
from eldercare.kernel.locks import lock_one
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.verdict import Line, Outcome
from eldercare.kernel.viewer import Viewer
from eldercare.people.models import Elder, Person
from eldercare.people.rules.masks import mask_id
from facilities.access import contracts_visible_to, stays_to_run
from facilities.choices import ContractState, FeeKind, PriceItem, StayKind, StayState
from facilities.models import Contract, Fee, Stay
from facilities.rules.charging import Charge
from facilities.rules.prepayment import deposit_limit, deposit_reason
from facilities.rules.settings import setting
from facilities.selectors.quotes import price_in_force, quote_as_of, short_quote
from facilities.services.guards import family_only, found, manager_only, no_longer
from facilities.services.letters import tell_family, tell_home

REFUNDED = {True: say("离开时退"), False: say("不退"), None: say("机构没有写明退不退")}
RUNNING = [StayState.EXPECTED, StayState.IN]


@transaction.atomic
def draw_up_contract(viewer: Viewer, *, stay_id: UUID, deposit_fen: int) -> Contract:
    """Draw up the contract of an expected or running stay: parties, fee items as they are charged, deposit, first day.

    Raises Refusal `not_found` (404), `already_answered` (409), `price_missing`, `deposit_too_high` (422, with the article),
    `contract_exists` (409).
    """
    stay = found(stays_to_run(viewer).select_related("facility", "application"), stay_id)
    stay = lock_one(Stay.objects.select_related("facility", "application", "claim").filter(pk=stay.pk))
    if stay.state not in RUNNING:
        raise no_longer(stay)
    starts_on = stay.days.lower
    until = _until(stay)
    lines = _lines(stay, starts_on, until)
    bed_fen = price_in_force(stay.facility_id, PriceItem.BED, starts_on, room_type=stay.room_type)
    limit = deposit_limit(bed_fen or 0, _prepayment(starts_on) if bed_fen is not None else None)
    reason = deposit_reason(deposit_fen, limit)
    if reason.outcome is Outcome.FAIL:
        raise Refusal(
            "deposit_too_high",
            reason.text,
            next_step=say("请把押金改到上限以内。"),
            reasons=[reason],
            fields={"deposit_fen": reason.text},
        )
    content = {
        "parties": _parties(stay),
        "lines": [line.to_json() for line in lines],
        "monthly_fen": sum(line.amount_fen for line in lines),
        "deposit_fen": deposit_fen,
        "deposit_limit_fen": limit.fen,
        "terms": {
            "deposit": reason.to_json(),
            "deposit_example": limit.example,
            "price_month": str(Month.of(starts_on)),
            "until": until and until.isoformat(),
            "once": [line.to_json() for line in _once(stay, starts_on)],
        },
        "starts_on": starts_on.isoformat(),
    }
    contract = Contract(stay=stay, content=digest(content), **{**content, "starts_on": starts_on})
    _keep(contract)
    record(viewer, "contract.drawn", str(contract), place=stay.facility.region_id, facts={"deposit_fen": deposit_fen})
    return contract


@transaction.atomic
def sign_for_home(viewer: Viewer, *, contract_id: UUID) -> Contract:
    """Sign as the home; its manager does. Twice changes nothing. Raises `manager_only` (403), `already_answered` (409)."""
    contract = found(contracts_visible_to(viewer).select_related("stay__facility", "stay__application"), contract_id)
    manager_only(viewer, contract.stay.facility_id)
    _not_called_off(contract)
    signed = Contract.objects.filter(pk=contract.pk, state=ContractState.DRAWN).update(
        state=ContractState.HOME_SIGNED, home_signed_by=viewer.reference, home_signed_at=ClockNow()
    )
    contract.refresh_from_db()
    if not signed:
        if contract.state == ContractState.VOID:
            raise no_longer(contract)
        return contract
    home = contract.stay.facility
    record(viewer, "contract.home_signed", str(contract), place=home.region_id, facts={"content": contract.content})
    tell_family(
        contract.stay.application,
        kind="contract.to_sign",
        subject=say("“{home}”的入住合同等您签", home=home.name),
        body=say("请登录逐项看清费用、押金和起始日，再决定签不签。"),
    )
    return contract


@transaction.atomic
def sign_for_family(viewer: Viewer, *, contract_id: UUID, content: str) -> Contract:
    """Sign for the elder what was read: `content` is the digest of the page that was shown. Twice changes nothing.

    Raises Refusal `not_found` (404), `not_acting_for_elder` (403), `contract_changed` (409), `already_answered` (409).
    """
    contract = found(contracts_visible_to(viewer).select_related("stay__facility"), contract_id)
    family_only(viewer, contract.stay.elder_id)
    if content != contract.content:
        raise Refusal(
            "contract_changed",
            say("您看到的合同和现在的不一样。"),
            next_step=say("请刷新页面，看清每一项再签。"),
            status=409,
        )
    _not_called_off(contract)
    signed = Contract.objects.filter(pk=contract.pk, state=ContractState.HOME_SIGNED).update(
        state=ContractState.SIGNED, family_signed_by=viewer.person_id, family_signed_at=ClockNow()
    )
    contract.refresh_from_db()
    if not signed:
        if contract.state == ContractState.SIGNED:
            return contract
        raise no_longer(contract)
    home = contract.stay.facility
    record(viewer, "contract.signed", str(contract), place=home.region_id, facts={"content": content})
    tell_home(
        home.pk,
        kind="contract.signed",
        subject=say("家属签了入住合同"),
        body=say("双方都已签字，合同可以在入住页面打印。"),
    )
    return contract


@transaction.atomic
def void_contract(viewer: Viewer, *, contract_id: UUID, reason: str) -> Contract:
    """Void a contract that is not signed by both, with the reason the family reads. Twice changes nothing.

    Raises Refusal `not_found` (404), `reason_missing` (422), `already_answered` (409) once both have signed.
    """
    contract = found(contracts_visible_to(viewer).select_related("stay__facility"), contract_id)
    found(stays_to_run(viewer), contract.stay_id)
    if not reason.strip():
        sentence = say("请写明作废的原因，家属会看到。")
        raise Refusal("reason_missing", sentence, fields={"reason": sentence})
    open_states = [ContractState.DRAWN, ContractState.HOME_SIGNED]
    voided = Contract.objects.filter(pk=contract.pk, state__in=open_states).update(
        state=ContractState.VOID, voided_at=ClockNow(), reason=reason.strip()[:300]
    )
    contract.refresh_from_db()
    if not voided and contract.state != ContractState.VOID:
        raise no_longer(contract)
    if voided:
        record(viewer, "contract.voided", str(contract), place=contract.stay.facility.region_id)
    return contract


def _not_called_off(contract: Contract) -> None:
    stay = lock_one(Stay.objects.filter(pk=contract.stay_id))
    if stay.state in (StayState.DROPPED, StayState.NO_SHOW):
        raise no_longer(stay)


def _until(stay: Stay) -> date | None:
    """Give the day of leaving of a short stay; a stay for good has none, whatever is planned."""
    return stay.claim.days.upper if stay.stay_kind == StayKind.SHORT else None


def _lines(stay: Stay, on: date, until: date | None) -> Sequence[Charge]:
    """Give what is charged: all days of a short stay, a month of a stay for good."""
    spell = next((one for one in stay.grades.all() if on in one.days), None) or stay.grades.order_by("days").first()
    lines: Sequence[Charge] | None
    if until:
        lines = short_quote(stay.facility_id, stay.room_type, spell.care_grade, DayRange(on, until))
    else:
        priced = quote_as_of(stay.facility_id, stay.room_type, spell.care_grade, on)
        lines = priced and priced.lines
    if lines is None:
        raise Refusal(
            "price_missing",
            say("这种房型或护理档次还没有公布收费，不能拟合同。"),
            next_step=say("请先到“收费”页补上价格。"),
        )
    return lines


def _once(stay: Stay, on: date) -> Iterator[Line]:
    """Give what is paid once, as published for this kind of room on the first day; the deposit stands for itself."""
    fees = Fee.objects.filter(facility=stay.facility_id, kind=FeeKind.ONE_OFF, days__contains=on)
    for fee in fees.filter(room_type__in=["", stay.room_type]).order_by("name", "pk"):
        yield Line(Sentence(fee.name), fee.fen, REFUNDED[fee.refundable])


def _prepayment(on: date) -> dict[str, Any] | None:
    try:
        return setting("prepayment", on)
    except LookupError:
        return None


def _parties(stay: Stay) -> dict[str, Any]:
    """Name both sides as the paper does; the identity number stays masked: the office has seen the card."""
    home = stay.facility
    elder = Elder.objects.select_related("person").get(pk=stay.elder_id).person
    speaker = Person.objects.get(pk=stay.application.by_person_id)
    return {
        "home": {"name": home.name, "credit_code": home.credit_code, "address": home.address, "phone": home.phone},
        "elder": {"name": elder.name, "id_masked": mask_id(elder.id_number or "")},
        "speaker": {"name": speaker.name},
    }


def _keep(contract: Contract) -> None:
    try:
        with transaction.atomic():
            contract.save(force_insert=True)
    except IntegrityError as error:
        if "a_stay_has_one_contract_that_counts" not in str(error):
            raise
        raise Refusal(
            "contract_exists",
            say("这次入住已经有一份合同。"),
            next_step=say("要改内容，请先作废原来的，再重新拟一份。"),
            status=409,
        ) from error
