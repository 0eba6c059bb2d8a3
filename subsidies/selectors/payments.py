"""Every payment of an elder and its reason: what was credited, what of it paid the home, what is left. Never writes."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from eldercare.kernel.days import Month
from eldercare.kernel.money import yuan
from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.verdict import Line, line_from
from facilities.models import Bill
from facilities.selectors.admission import facts_of
from subsidies.choices import Cause, LedgerKind, PaymentState
from subsidies.models import Payment, Redemption, RunLine
from subsidies.rules.programme import Benefit, benefit
from subsidies.selectors.ledger import balance
from subsidies.selectors.redeemable import CREDITED_STATES

MONTHS = 12

# What each state means to whoever waits for the money: a kind of status, and a plain sentence.
WORDS: dict[str, tuple[str, Sentence]] = {
    PaymentState.INTENT: ("wait", say("已经安排，就要送到银行")),
    PaymentState.SENT: ("wait", say("已经送到银行，等银行答复")),
    PaymentState.UNKNOWN: ("wait", say("银行还没有答复，我们在查，不会付两次")),
    PaymentState.EXECUTED: ("ok", say("已到账")),
    PaymentState.REFUSED: ("bad", say("银行没有受理，区里正在处理，钱没有丢")),
    PaymentState.RETURNED: ("warn", say("银行退回了，区里正在处理，钱没有丢")),
}
NOT_ORDERED = ("warn", say("还没有收款账户，请到户籍地街道登记银行卡"))


@dataclass(frozen=True)
class Progress:
    """How far one payment is, in plain words. `on` is the day the bank booked it."""

    kind: str
    text: Sentence
    on: object


@dataclass(frozen=True)
class PaidToHome:
    """What of a month's credit paid a home's bill, line by line."""

    redemption: Redemption
    home: str
    lines: tuple[Line, ...]
    progress: Progress


@dataclass(frozen=True)
class MonthOfBenefit:
    """One benefit in one month: the credit with its reason, what it paid, what stays in the elder's account."""

    month: Month
    benefit: Benefit
    credits: tuple[tuple[Line, Progress], ...]
    paid: tuple[PaidToHome, ...]

    @property
    def credited_fen(self) -> int:
        return sum(line.amount_fen for line, _progress in self.credits)

    @property
    def paid_fen(self) -> int:
        return sum(one.redemption.amount_fen for one in self.paid)

    @property
    def left_fen(self) -> int:
        return self.credited_fen - self.paid_fen


@dataclass(frozen=True)
class ElderPayments:
    """A page of months, newest first; `before` is where the next page begins (None: that was all)."""

    months: tuple[MonthOfBenefit, ...]
    balance_fen: int
    before: Month | None


def payments_of(elder_id: UUID, *, before: Month | None = None) -> ElderPayments:
    """Give an elder's months of payments, newest first, a year a page, in a constant number of queries."""
    lines = RunLine.objects.filter(elder=elder_id, run__state__in=CREDITED_STATES)
    if before:
        lines = lines.filter(benefit_month__lt=before.first_day)
    days = sorted(set(lines.values_list("benefit_month", flat=True).distinct()), reverse=True)
    shown = days[:MONTHS]
    rows = list(lines.filter(benefit_month__in=shown).select_related("run").order_by("-benefit_month", "pk"))
    redemptions = list(Redemption.objects.filter(credit__in=rows).select_related("facility").order_by("pk"))
    return ElderPayments(
        months=tuple(_months(rows, redemptions, _newest(rows, redemptions))),
        balance_fen=balance(LedgerKind.ELDER_RESTRICTED, f"elder:{elder_id}"),
        before=Month.of(shown[-1]) if len(days) > MONTHS else None,
    )


def progress_of(payment: Payment | None) -> Progress:
    """Say how far a payment is; without one, there is no account to pay to yet."""
    kind, text = WORDS[payment.state] if payment else NOT_ORDERED
    return Progress(kind, text, payment.booked_on if payment and payment.state == PaymentState.EXECUTED else None)


def parts_as_lines(redemption: Redemption, bill: Bill) -> tuple[Line, ...]:
    """Name the bill's lines a redemption paid."""
    facts = facts_of(bill)
    return tuple(
        Line(
            facts.lines[part["number"] - 1].label,
            part["amount_fen"],
            say("账单这一项 {whole} 元", whole=yuan(facts.lines[part["number"] - 1].amount_fen)),
        )
        for part in redemption.parts
    )


def newest_payments(of: Q) -> dict[UUID, Payment]:
    """Give the last attempt for each line or redemption, by its id, in one query."""
    rows = Payment.objects.filter(of).order_by("attempt")
    return {row.run_line_id or row.redemption_id: row for row in rows}


def _newest(rows: list[RunLine], redemptions: list[Redemption]) -> dict[UUID, Payment]:
    return newest_payments(Q(run_line__in=rows) | Q(redemption__in=redemptions))


def _months(
    rows: Iterable[RunLine], redemptions: Iterable[Redemption], payments: dict[UUID, Payment]
) -> Iterable[MonthOfBenefit]:
    bills = {bill.pk: bill for bill in Bill.objects.filter(pk__in={one.bill_id for one in redemptions})}
    paid: dict[UUID, list[PaidToHome]] = defaultdict(list)
    for one in redemptions:
        lines = parts_as_lines(one, bills[one.bill_id])
        paid[one.credit_id].append(PaidToHome(one, one.facility.name, lines, progress_of(payments.get(one.pk))))
    grouped: dict[tuple, list[RunLine]] = defaultdict(list)
    for row in rows:
        grouped[row.benefit_month, row.run.programme].append(row)
    for (day, programme), lines_of_month in grouped.items():
        yield MonthOfBenefit(
            month=Month.of(day),
            benefit=benefit(programme),
            credits=tuple((_explained(row), progress_of(payments.get(row.pk))) for row in lines_of_month),
            paid=tuple(one for row in lines_of_month for one in paid[row.pk]),
        )


def _explained(row: RunLine) -> Line:
    """Give a credit's own line; a correction says so."""
    (stored,) = row.explanation
    line = line_from(stored)
    label = say("更正") if row.cause == Cause.CORRECTION else line.label
    return Line(label, row.amount_fen, line.because, line.cite)
