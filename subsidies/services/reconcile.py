"""The bank's statement beside our payments: taken in once, matched by key, every difference named, balances checked.

It corrects nothing by itself: a statement is proof of what the bank did, so silence becomes knowledge, and the rest breaks.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F, Q, Sum

from eldercare.audit.services import record
from eldercare.kernel import clock, faults
from eldercare.kernel.keys import digest
from eldercare.kernel.locks import lock, lock_name, lock_one
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sealed import blind_indexes
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer, system
from subsidies.access import may_settle
from subsidies.channels import channel as channel_named
from subsidies.channels.port import DayStatement, NoAnswer
from subsidies.choices import BreakClass, PaymentKind, PaymentState, StatementState
from subsidies.models import BalanceCheck, Break, Payment, PayoutAccount, Run, Statement, StatementLine
from subsidies.rules.matching import EXECUTED, RETURNED, Finding, Ours, Theirs, agrees, compare
from subsidies.services.pay import mark_executed, mark_returned

STATEMENT_MID_IMPORT = faults.point("statement.mid_import", "a statement's lines are written and not yet committed")
STATEMENT_IMPORTED = faults.point("statement.imported", "a statement is committed and not yet matched")
MATCH_MID = faults.point("match.mid", "one chunk of payments is matched, others may follow")
BREAK_OPENED = faults.point("break.opened", "a difference is written and not yet committed")
BREAK_CLOSING = faults.point("break.closing", "a difference is about to be closed")
RETURN_RECORDED = faults.point("return.recorded", "money that came back is written and not yet committed")
CHUNK = 500
OWNERS = {"FUND": "region", "HOME": "facility"}
FOUND_LATER = say("后来的对账单里有这一笔")
OTHER_DAY_ONLY = say("银行记在另一天，金额一致")
MOVED = (PaymentState.EXECUTED, PaymentState.RETURNED)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ImportReport:
    """What taking in a statement came to. `repeated`: the same content was there already."""

    statement: Statement
    repeated: bool
    breaks: tuple[Break, ...]


def collect_statements(channel_name: str, *, until: date) -> int:
    """Fetch the statements of the days up to one that are not in yet, and again those that left a payment unmatched.

    Gives how many were taken in. A channel that is silent is asked again next time.
    """
    taken = 0
    for day in _days_to_fetch(channel_name, until):
        try:
            statement = channel_named(channel_name).statement(day)
        except NoAnswer as silence:
            log.warning("channel_silent", channel=channel_name, day=str(day), because=str(silence))
            return taken
        taken += not import_statement(channel_name, statement).repeated
    return taken


def import_statement(channel_name: str, statement: DayStatement) -> ImportReport:
    """Take in a day's statement and match it. The same content twice is taken in once.

    A statement whose own totals don't add up is held: kept, and none of its lines used.
    """
    kept, repeated = _take_in(channel_name, statement)
    faults.passing(STATEMENT_IMPORTED)
    match_payments(channel_name)
    _reckon_balances(channel_name)
    lines = kept.lines.values("pk")
    touched = Q(line__in=lines) | Q(payment__booked_on=kept.day, payment__channel=channel_name)
    breaks = Break.objects.filter(touched).select_related("payment").order_by("pk")
    return ImportReport(kept, repeated, tuple(breaks))


def match_payments(channel_name: str) -> int:
    """Match what is not matched yet; give how many payments now agree. May be called again at any time."""
    _name_foreign_bookings(channel_name)
    days_known = set(
        Statement.objects.filter(channel=channel_name, state=StatementState.ACCEPTED).values_list("day", flat=True)
    )
    matched, after = 0, None
    while True:
        agreed, after = _match_chunk(channel_name, days_known, after)
        matched += agreed
        faults.passing(MATCH_MID)
        if after is None:
            return matched


@transaction.atomic
def close_break(viewer: Viewer, *, break_id: UUID, resolution: str) -> Break:
    """Close a difference with the officer's explanation. Refusals: `no_such_break` (404), `break_is_closed` (409),
    `reason_missing` (422).

    A payment whose own record is still missing on the bank's side stays unmatched, whatever is explained.
    """
    difference = lock_one(Break.objects.filter(pk=break_id))
    run = Run.objects.filter(pk=difference.run_id).first() if difference else None
    if run is None or not may_settle(viewer, run.region_id):
        raise Refusal("no_such_break", say("没有找到这条差异。"), next_step=say("请从结算页面重新进入。"), status=404)
    if difference.closed_at:
        raise Refusal("break_is_closed", say("这条差异已经处理过了。"), next_step=say("请刷新页面。"), status=409)
    if not resolution:
        raise Refusal("reason_missing", say("请写明原因。"), next_step=say("请返回上一页，填写原因后再提交。"))
    _close(difference, viewer.reference, resolution)
    record(viewer, "break.closed", f"break:{difference.pk}", place=run.region_id)
    return difference


def _days_to_fetch(channel_name: str, until: date) -> list[date]:
    unmatched = set(
        Payment.objects.filter(channel=channel_name, state__in=MOVED, matched_at=None, booked_on__lte=until)
        .values_list("booked_on", flat=True)
        .distinct()
    )
    known = set(
        Statement.objects.filter(channel=channel_name, state=StatementState.ACCEPTED, day__lte=until)
        .values_list("day", flat=True)
        .distinct()
    )
    begins = min({*unmatched, max(known, default=until)})
    days = {begins + timedelta(days=i) for i in range((until - begins).days + 1)}
    return sorted((days - known) | unmatched)


@transaction.atomic
def _take_in(channel_name: str, statement: DayStatement) -> tuple[Statement, bool]:
    content = digest([statement.day, statement.count, statement.total_fen, statement.bookings, statement.balances])
    lock_name(f"statement:{channel_name}:{statement.day}")
    same = Statement.objects.filter(channel=channel_name, day=statement.day, digest=content).first()
    if same:
        return same, True
    kept = Statement.objects.create(
        channel=channel_name,
        day=statement.day,
        digest=content,
        state=StatementState.ACCEPTED if statement.adds_up else StatementState.HELD,
        count=statement.count,
        total_fen=statement.total_fen,
    )
    if statement.adds_up:
        _keep_lines(kept, statement)
        _keep_balances(kept, statement)
    faults.passing(STATEMENT_MID_IMPORT)
    facts = {"count": kept.count, "total_fen": kept.total_fen, "state": kept.state}
    record(system("statement"), "statement.taken_in", f"statement:{kept.pk}", place=channel_name, facts=facts)
    return kept, False


def _keep_lines(kept: Statement, statement: DayStatement) -> None:
    ours = dict(Payment.objects.filter(key__in={line.key for line in statement.bookings}).values_list("key", "pk"))
    StatementLine.objects.bulk_create(
        [
            StatementLine(
                statement=kept,
                channel=kept.channel,
                bank_ref=line.bank_ref,
                key=line.key,
                movement=line.movement,
                amount_fen=line.amount_fen,
                booked_on=line.booked_on,
                payment_id=ours.get(line.key),
            )
            for line in statement.bookings
        ],
        ignore_conflicts=True,
    )


def _keep_balances(kept: Statement, statement: DayStatement) -> None:
    """Keep the bank's closing balance of each account that is ours, under its owner: no account number is kept."""
    owners = {number: _owner(number) for number in statement.balances}
    BalanceCheck.objects.bulk_create(
        [
            BalanceCheck(statement=kept, owner=owners[number], ours_fen=0, theirs_fen=theirs)
            for number, theirs in statement.balances.items()
            if owners[number]
        ],
        ignore_conflicts=True,
    )


def _owner(number: str) -> str:
    """Give whose account a bank's number is, or nothing when it is none we know."""
    kind, _, rest = number.partition("-")
    if kind in OWNERS:
        return f"{OWNERS[kind]}:{rest}"
    elder_id = PayoutAccount.objects.filter(number_index__in=blind_indexes(number)).values_list("elder", flat=True)
    return f"elder:{elder_id[0]}" if elder_id else ""


@transaction.atomic
def _reckon_balances(channel_name: str) -> None:
    """Write beside each balance that does not agree yet what our payments make it by now."""
    lock_name(f"balances:{channel_name}")
    differing = BalanceCheck.objects.filter(statement__channel=channel_name).exclude(ours_fen=F("theirs_fen"))
    for check in differing.select_related("statement"):
        check.ours_fen = _our_balance(check)
        check.save(update_fields=["ours_fen"])


def _our_balance(check: BalanceCheck) -> int:
    kept = check.statement
    moved = Payment.objects.filter(channel=kept.channel, state__in=MOVED, booked_on__lte=kept.day)
    kind, _, rest = check.owner.partition(":")
    if kind == "region":
        return -_sum(moved.filter(kind=PaymentKind.CREDIT, run__region=rest), kept)
    if kind == "facility":
        return _sum(moved.filter(kind=PaymentKind.PAYOUT, facility=rest), kept)
    own = moved.filter(elder=rest)
    return _sum(own.filter(kind=PaymentKind.CREDIT), kept) - _sum(own.filter(kind=PaymentKind.PAYOUT), kept)


def _sum(payments, kept: Statement) -> int:
    """Add up payments, without those whose money came back by the statement's day."""
    back = StatementLine.objects.filter(movement=RETURNED, booked_on__lte=kept.day, payment__in=payments)
    return (payments.aggregate(total=Sum("amount_fen"))["total"] or 0) - (
        back.aggregate(total=Sum("amount_fen"))["total"] or 0
    )


@transaction.atomic
def _match_chunk(channel_name: str, days_known: set[date], after: UUID | None) -> tuple[int, UUID | None]:
    """Match the next payments; give how many agree and where to go on (None at the end)."""
    open_ones = Payment.objects.filter(channel=channel_name, matched_at=None).exclude(state=PaymentState.INTENT)
    # A refusal the bank never booked needs no statement; one it did book is a difference.
    open_ones = open_ones.exclude(~Q(bookings__isnull=False), state=PaymentState.REFUSED)
    returned_later = Payment.objects.filter(
        channel=channel_name, state=PaymentState.EXECUTED, matched_at__isnull=False, bookings__movement=RETURNED
    )
    rows = Payment.objects.filter(Q(pk__in=open_ones.values("pk")) | Q(pk__in=returned_later.values("pk")))
    if after:
        rows = rows.filter(pk__gt=after)
    payments = lock(Payment.objects.filter(pk__in=list(rows.order_by("pk").values_list("pk", flat=True)[:CHUNK])))
    bookings = defaultdict(list)
    for line in StatementLine.objects.filter(payment__in=payments).order_by("pk"):
        bookings[line.payment_id].append(line)
    agreed = sum(_match(payment, bookings[payment.pk], days_known) for payment in payments)
    return agreed, payments[-1].pk if len(payments) == CHUNK else None


def _match(payment: Payment, lines: list[StatementLine], days_known: set[date]) -> bool:
    """Learn from the bookings what the bank did, name what differs, and tell whether the payment now agrees."""
    executed = next((line for line in lines if line.movement == EXECUTED), None)
    if executed and payment.state in (PaymentState.SENT, PaymentState.UNKNOWN):
        mark_executed(payment, bank_ref=executed.bank_ref, booked_on=executed.booked_on)
    theirs = [Theirs(line.pk, line.movement, line.amount_fen, line.booked_on) for line in lines]
    for finding in compare(_ours(payment), theirs, days_known=days_known):
        _open_break(finding, payment)
    returned = next((line for line in lines if line.movement == RETURNED), None)
    if returned and payment.state == PaymentState.EXECUTED:
        mark_returned(payment, on=returned.booked_on)
        faults.passing(RETURN_RECORDED)
    if not agrees(_ours(payment), theirs):
        return False
    # The statement has the last word on the day.
    payment.matched_at, payment.booked_on = clock.now(), executed.booked_on
    payment.save(update_fields=["matched_at", "booked_on"])
    for missed in payment.breaks.filter(break_class=BreakClass.OURS_ONLY, closed_at=None):
        faults.passing(BREAK_CLOSING)
        _close(missed, "system:statement", str(FOUND_LATER))
    return True


def _ours(payment: Payment) -> Ours:
    return Ours(payment.amount_fen, payment.state, payment.booked_on)


def _open_break(finding: Finding, payment: Payment | None) -> None:
    """Write a difference once; one that explains itself is closed at once."""
    row = Break(
        break_class=finding.break_class,
        payment=payment,
        line_id=finding.line,
        run_id=payment.run_id if payment else None,
        amount_fen=finding.amount_fen,
        day=finding.day,
        closed_at=clock.now() if finding.settled else None,
        closed_by="system:statement" if finding.settled else "",
        resolution=str(OTHER_DAY_ONLY) if finding.settled else "",
    )
    Break.objects.bulk_create([row], ignore_conflicts=True)
    faults.passing(BREAK_OPENED)


@transaction.atomic
def _name_foreign_bookings(channel_name: str) -> None:
    """Open a break for every booking under a key that is not ours."""
    named = Break.objects.filter(line__isnull=False).values("line")
    foreign = StatementLine.objects.filter(channel=channel_name, payment=None).exclude(pk__in=named)
    for line in foreign.order_by("pk"):
        theirs = Theirs(line.pk, line.movement, line.amount_fen, line.booked_on)
        for finding in compare(None, [theirs], days_known=()):
            _open_break(finding, None)


def _close(difference: Break, by: str, resolution: str) -> None:
    difference.closed_at, difference.closed_by, difference.resolution = clock.now(), by, resolution[:200]
    difference.save(update_fields=["closed_at", "closed_by", "resolution"])
