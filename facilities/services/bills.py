"""A home bills a month that is over. What of it is paid by whom is recorded above this floor."""

from uuid import UUID

from django.db import IntegrityError, transaction

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.days import DayRange, Month
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer
from facilities.access import facilities_of, stays_visible_to
from facilities.choices import BillState, StayKind, StayState
from facilities.models import Bill, Stay
from facilities.rules.charging import Charge, Presence, PriceMissing, charges
from facilities.rules.settings import setting
from facilities.rules.short_stay import short_charges
from facilities.selectors.admission import stays_to_bill
from facilities.selectors.quotes import prices_of, seasons_of
from facilities.services.guards import found, staff_only
from facilities.services.letters import tell_family


@transaction.atomic
def issue_bill(viewer: Viewer, *, stay_id: UUID, bill_month: Month) -> Bill:
    """Bill one stay for one month that is over; a second call gives the bill that is there.

    Raises Refusal `not_found` (404), `month_not_over`, `nothing_to_bill`, `price_missing` (422).
    """
    stay = found(stays_visible_to(viewer).select_related("facility", "application"), stay_id)
    staff_only(viewer, stay.facility_id)
    _month_is_over(bill_month)
    return _bill(viewer, stay, bill_month)


@transaction.atomic
def issue_bills(viewer: Viewer, *, facility_id: UUID, bill_month: Month) -> list[Bill]:
    """Bill every stay of a home that has days in a month and no bill for it yet. Raises as `issue_bill` does."""
    home = found(facilities_of(viewer), facility_id)
    _month_is_over(bill_month)
    stays = stays_to_bill(home.pk, bill_month).select_related("facility", "application")
    return [_bill(viewer, stay, bill_month) for stay in stays]


@transaction.atomic
def settle_bill(viewer: Viewer, *, bill_id: UUID) -> None:
    """Mark a bill as settled, on the word of a floor above that recorded who paid it. Twice changes nothing."""
    settled = Bill.objects.filter(pk=bill_id, state=BillState.ISSUED).update(state=BillState.SETTLED)
    if settled:
        record(viewer, "bill.settled", f"bill:{bill_id}")


def _bill(viewer: Viewer, stay: Stay, bill_month: Month) -> Bill:
    known = Bill.objects.filter(stay=stay, bill_month=bill_month.first_day).first()
    if known:
        return known
    lines = _charges(stay, bill_month)
    if not lines:
        raise Refusal(
            "nothing_to_bill",
            say("{month} 这位老人没有在这里住过，不用出账。", month=bill_month),
            next_step=say("请核对月份。"),
        )
    bill = Bill(
        stay=stay,
        elder_id=stay.elder_id,
        facility_id=stay.facility_id,
        bill_month=bill_month.first_day,
        lines=[line.to_json() for line in lines],
        total_fen=sum(line.amount_fen for line in lines),
    )
    try:
        with transaction.atomic():
            bill.save(force_insert=True)
    except IntegrityError:
        # Somebody issued it between the look and the insert: theirs is the bill.
        return Bill.objects.get(stay=stay, bill_month=bill_month.first_day)
    bill.refresh_from_db()
    facts = {"month": str(bill_month), "total_fen": bill.total_fen}
    record(viewer, "bill.issued", str(bill), place=stay.facility.region_id, facts=facts)
    tell_family(
        stay.application,
        kind="bill.issued",
        subject=say("“{home}”{month} 的账单出来了", home=stay.facility.name, month=bill_month),
        body=say("请登录查看每一项费用，以及补贴付了哪些、自己还要付多少。"),
    )
    return bill


def _charges(stay: Stay, bill_month: Month) -> tuple[Charge, ...]:
    if stay.state not in (StayState.IN, StayState.ENDED):
        return ()
    rule = setting("billing", bill_month.first_day)
    stayed = DayRange(stay.days.lower, stay.days.upper)
    presences = [
        Presence(within, stay.room_type, spell.care_grade)
        for spell in stay.grades.order_by("days")
        if (within := DayRange(spell.days.lower, spell.days.upper).within(stayed))
    ]
    away = [DayRange(leave.days.lower, leave.days.upper) for leave in stay.leaves.all()]
    prices = prices_of([stay.facility_id], bill_month.period).get(stay.facility_id, [])
    leave = {"away": away, "not_charged_on_leave": tuple(rule["not_charged_on_leave"])}
    try:
        if stay.stay_kind == StayKind.SHORT:
            seasons = seasons_of([stay.facility_id], bill_month.period).get(stay.facility_id, [])
            return short_charges(bill_month, presences, seasons, prices, **leave)
        return charges(bill_month, presences, prices, **leave)
    except PriceMissing as missing:
        raise Refusal(
            "price_missing",
            say("{day} 没有“{item}”的价格，不能出账。", day=missing.day, item=missing.name),
            next_step=say("请先到“收费”页补上这一天起的价格，再出账。"),
        ) from missing


def _month_is_over(bill_month: Month) -> None:
    if bill_month >= clock.this_month():
        sentence = say("{month} 还没有过完，不能出账。", month=bill_month)
        raise Refusal(
            "month_not_over",
            sentence,
            next_step=say("请等这个月过完，下个月 1 日起再出账。"),
            fields={"bill_month": sentence},
        )
