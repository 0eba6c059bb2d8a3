"""What a home is paid from its residents' benefits in a month, bill by bill: redeemed, paid out, still to come."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from eldercare.kernel.days import Month
from eldercare.kernel.verdict import Line
from eldercare.people.selectors import masked_names
from facilities.models import Bill
from subsidies.choices import PaymentState
from subsidies.models import Payment, Redemption, Routing, RunLine
from subsidies.selectors.payments import Progress, newest_payments, parts_as_lines, progress_of
from subsidies.selectors.redeemable import CREDITED_STATES


@dataclass(frozen=True)
class StatementRow:
    """One bill: its whole, what benefits pay of it, and how far each payout is. Names are masked."""

    bill: Bill
    elder_name: str
    redeemed_fen: int
    paid_out_fen: int
    parts: tuple[tuple[Line, Progress], ...]

    @property
    def family_fen(self) -> int:
        return self.bill.total_fen - self.redeemed_fen

    @property
    def waiting_fen(self) -> int:
        return self.redeemed_fen - self.paid_out_fen


@dataclass(frozen=True)
class Expected:
    """A routed credit that has arrived and whose bill is not issued yet: at most this much will be paid."""

    elder_name: str
    at_most_fen: int


@dataclass(frozen=True)
class HomeStatement:
    """A home's month. The totals are the sums of the rows."""

    month: Month
    rows: tuple[StatementRow, ...]
    expected: tuple[Expected, ...]

    @property
    def billed_fen(self) -> int:
        return sum(row.bill.total_fen for row in self.rows)

    @property
    def redeemed_fen(self) -> int:
        return sum(row.redeemed_fen for row in self.rows)

    @property
    def paid_out_fen(self) -> int:
        return sum(row.paid_out_fen for row in self.rows)

    @property
    def waiting_fen(self) -> int:
        return self.redeemed_fen - self.paid_out_fen

    @property
    def family_fen(self) -> int:
        return self.billed_fen - self.redeemed_fen


def home_statement(facility_id: UUID, month: Month) -> HomeStatement:
    """Give a home's statement for a bill month, in a constant number of queries."""
    bills = list(Bill.objects.filter(facility=facility_id, bill_month=month.first_day).order_by("pk"))
    redemptions = list(Redemption.objects.filter(bill__in=bills).order_by("pk"))
    payments = newest_payments(Q(redemption__in=redemptions))
    credits = list(_routed_credits(facility_id, month))
    names = masked_names({*(bill.elder_id for bill in bills), *(line.elder_id for line in credits)})
    billed = {bill.elder_id for bill in bills}
    return HomeStatement(
        month=month,
        rows=tuple(
            _row(bill, names.get(bill.elder_id, ""), [one for one in redemptions if one.bill_id == bill.pk], payments)
            for bill in bills
        ),
        expected=tuple(
            Expected(names.get(line.elder_id, ""), line.amount_fen) for line in credits if line.elder_id not in billed
        ),
    )


def _row(bill: Bill, name: str, redemptions: list[Redemption], payments: dict[UUID, Payment]) -> StatementRow:
    done = [one for one in redemptions if _is_paid(payments.get(one.pk))]
    return StatementRow(
        bill=bill,
        elder_name=name,
        redeemed_fen=sum(one.amount_fen for one in redemptions),
        paid_out_fen=sum(one.amount_fen for one in done),
        parts=tuple(
            (line, progress_of(payments.get(one.pk))) for one in redemptions for line in parts_as_lines(one, bill)
        ),
    )


def _is_paid(payment: Payment | None) -> bool:
    return payment is not None and payment.state == PaymentState.EXECUTED


def _routed_credits(facility_id: UUID, month: Month):
    """Give the credits of a month that are routed to a home."""
    stands = Q(until_month__isnull=True) | Q(until_month__gt=month.first_day)
    routed = Routing.objects.filter(stands, facility=facility_id, from_month__lte=month.first_day)
    return RunLine.objects.filter(
        entitlement__in=routed.values("entitlement"), benefit_month=month.first_day, run__state__in=CREDITED_STATES
    ).order_by("pk")
