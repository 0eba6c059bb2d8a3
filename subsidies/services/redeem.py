"""A month's credit pays the home's bill it is routed to: elder's restricted account → what we owe the home.

Bills are another floor's; nothing here issues or changes one.
"""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet, Sum

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.days import Month
from eldercare.kernel.locks import lock, lock_one
from eldercare.kernel.viewer import system
from facilities.models import Bill
from facilities.selectors.admission import facts_of
from subsidies.choices import Cause, LedgerKind
from subsidies.models import LedgerAccount, Redemption, Routing, RunLine
from subsidies.rules.programme import Benefit, benefit
from subsidies.rules.routing import BillLine, Part, share_of_bill
from subsidies.selectors.redeemable import CREDITED_STATES, bills_to_redeem, routings_of_bill
from subsidies.services import post
from subsidies.services.pay import order_payout

OWN_MONTH = "own_month"


def redeem_due() -> int:
    """Redeem every issued bill whose routed credit has arrived; give how many bills were looked at."""
    bills = bills_to_redeem()
    for bill_id in bills:
        redeem_bill(bill_id)
    return len(bills)


@transaction.atomic
def redeem_bill(bill_id: UUID) -> list[Redemption]:
    """Spend the routed credits of a bill's month on its eligible lines, once per routing; order the payouts.

    The amount is the smallest of the month's credit not yet spent, the eligible lines, and what is open of the bill.
    """
    bill = lock_one(Bill.objects.filter(pk=bill_id))
    routings = routings_of_bill(bill).select_related("entitlement").order_by("pk") if bill else []
    redeemed = []
    for routing in routings:
        redemption = _redeem(routing, bill)
        if redemption:
            order_payout(redemption)
            redeemed.append(redemption)
    return redeemed


def _redeem(routing: Routing, bill: Bill) -> Redemption | None:
    credit = _credit_of(routing, bill)
    if credit is None:
        return None
    owner = f"elder:{routing.elder_id}"
    lock(LedgerAccount.objects.filter(kind=LedgerKind.ELDER_RESTRICTED, owner=owner))
    earlier = list(Redemption.objects.filter(bill=bill))
    if any(one.routing_id == routing.pk for one in earlier):
        return None
    parts = _parts(routing, bill, earlier)
    if not parts:
        return None
    redemption = Redemption.objects.create(
        routing=routing,
        bill=bill,
        credit=credit,
        elder_id=bill.elder_id,
        facility_id=bill.facility_id,
        bill_month=bill.bill_month,
        amount_fen=sum(part.amount_fen for part in parts),
        parts=[
            {"number": part.number, "eligible_key": part.eligible_key, "amount_fen": part.amount_fen} for part in parts
        ],
        redeemed_on=clock.today(),
    )
    post.transfer(
        key=redemption.key,
        debit=post.account(LedgerKind.ELDER_RESTRICTED, owner),
        credit=post.account(LedgerKind.HOME_PAYABLE, f"facility:{bill.facility_id}"),
        amount_fen=redemption.amount_fen,
        effective_on=redemption.redeemed_on,
    )
    record(
        system("settlement"),
        "credit.redeemed",
        f"redemption:{redemption.pk}",
        place=f"facility:{bill.facility_id}",
        facts={"bill": str(bill.pk), "month": str(Month.of(bill.bill_month)), "amount_fen": redemption.amount_fen},
    )
    return redemption


def _credit_of(routing: Routing, bill: Bill) -> RunLine | None:
    """Give the line that credited the bill's month, once it is posted; whichever district paid it."""
    return credits_of(routing).filter(benefit_month=bill.bill_month, cause__in=[Cause.REGULAR, Cause.BACK_PAY]).first()


def credits_of(routing: Routing) -> QuerySet[RunLine]:
    """Give what was credited to the elder of the benefit a routing pays from."""
    programme = routing.entitlement.programme
    return RunLine.objects.filter(
        elder=routing.elder_id, entitlement__programme=programme, run__state__in=CREDITED_STATES
    )


def _parts(routing: Routing, bill: Bill, earlier: list[Redemption]) -> tuple[Part, ...]:
    benefit_rules = benefit(routing.entitlement.programme)
    paid: dict[int, int] = {}
    for part in (part for one in earlier for part in one.parts):
        paid[part["number"]] = paid.get(part["number"], 0) + part["amount_fen"]
    return share_of_bill(
        _left_to_spend(routing, bill, benefit_rules),
        [
            BillLine(number, line.eligible_key, line.amount_fen)
            for number, line in enumerate(facts_of(bill).lines, start=1)
        ],
        eligible=benefit_rules.eligible_lines,
        paid=paid,
        bill_open_fen=bill.total_fen - sum(one.amount_fen for one in earlier),
    )


def _left_to_spend(routing: Routing, bill: Bill, rules: Benefit) -> int:
    """Give the credit not yet spent: of the bill's own month only, or of all months until then (a setting)."""
    only_own = rules.programme.setting("credit_routed") == OWN_MONTH
    credited = credits_of(routing)
    spent = Redemption.objects.filter(
        elder=routing.elder_id, routing__entitlement__programme=routing.entitlement.programme
    )
    if only_own:
        credited, spent = credited.filter(benefit_month=bill.bill_month), spent.filter(bill_month=bill.bill_month)
    else:
        credited, spent = credited.filter(benefit_month__lte=bill.bill_month), spent
    return _total(credited) - _total(spent)


def _total(rows) -> int:
    return rows.aggregate(total=Sum("amount_fen"))["total"] or 0
