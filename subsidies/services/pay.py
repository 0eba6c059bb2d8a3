"""Ordering payments from the bank: the intent is committed first, then the channel is called under our key.

A silence is `unknown`: it is asked about, or sent again under the same key, never paid under another one.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils.module_loading import import_string

from eldercare.audit.services import record
from eldercare.kernel import clock, faults
from eldercare.kernel.after_commit import ring
from eldercare.kernel.locks import lock, lock_one
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer, system
from subsidies.access import may_settle
from subsidies.channels import channel as channel_named
from subsidies.channels.port import EXECUTED, NOT_FOUND, REFUSED, NoAnswer, Order, Reply
from subsidies.choices import ChangeState, CheckState, LedgerKind, PaymentKind, PaymentState, RunState
from subsidies.models import AccountChange, Payment, PayoutAccount, Redemption, Run, RunLine
from subsidies.models.payment import DEAD_STATES
from subsidies.rules.settlement import PAYMENT_STEPS, may_step
from subsidies.services import post

INTENT_BEFORE_COMMIT = faults.point("intent.before_commit", "payments are written and not yet committed")
INTENT_COMMITTED = faults.point("intent.committed", "payments are committed and the bank has not heard of them")
REPLY_STORED = faults.point("reply.stored", "what the bank said of a batch is committed")
BATCH_BETWEEN = faults.point("batch.between", "one batch is done, the next not begun")
BATCH = 200
WAITING = (PaymentState.SENT, PaymentState.UNKNOWN)

log = structlog.get_logger(__name__)


def order_credits(run_id: UUID | str) -> None:
    """Write the intent of every credit of a posted run, then let the bank hear of them.

    May be called again at any time: a line that has a live payment gets no other. An elder without an account waits.
    """
    ordered = False
    while _order_chunk(run_id):
        ordered = True
        faults.passing(INTENT_COMMITTED)
    if ordered:
        ring(import_string("subsidies.tasks.send_payments"))


def order_payout(redemption: Redemption) -> None:
    """Write the intent of a payout, from the account that was credited; without a credit at the bank it waits."""
    line = redemption.credit
    credit = Payment.objects.filter(run_line=line).exclude(state__in=DEAD_STATES).first()
    if credit is None:
        return
    row = Payment(
        channel=settings.PAYMENT_CHANNEL,
        kind=PaymentKind.PAYOUT,
        key=f"payout:{redemption.pk}:1",
        run_id=line.run_id,
        redemption=redemption,
        elder_id=redemption.elder_id,
        facility_id=redemption.facility_id,
        account_id=credit.account_id,
        amount_fen=redemption.amount_fen,
    )
    Payment.objects.bulk_create([row], ignore_conflicts=True)
    ring(import_string("subsidies.tasks.send_payments"))


def send_waiting(channel_name: str) -> int:
    """Send every payment that waits, batch by batch; give how many were sent. A payout waits for its credit."""
    sent = 0
    while True:
        batch = _claim(channel_name)
        if not batch:
            return sent
        _hand_over(channel_name, batch)
        sent += len(batch)
        faults.passing(BATCH_BETWEEN)


def ask_unknown(channel_name: str) -> int:
    """Ask what became of payments without an answer; what never arrived is sent again under its own key.

    Gives how many were asked about.
    """
    waiting = list(
        Payment.objects.filter(channel=channel_name, state__in=WAITING).filter(_overdue()).order_by("pk")[:BATCH]
    )
    if not waiting:
        return 0
    try:
        replies = channel_named(channel_name).query([payment.key for payment in waiting])
    except NoAnswer as silence:
        log.warning("channel_silent", channel=channel_name, asked=len(waiting), because=str(silence))
        return 0
    store_replies(replies)
    lost = {reply.key for reply in replies if reply.outcome == NOT_FOUND}
    again = [payment for payment in waiting if payment.key in lost]
    if again:
        _hand_over(channel_name, again)
    return len(waiting)


@transaction.atomic
def store_replies(replies: Iterable[Reply]) -> None:
    """Write down what the bank says of payments. The same answer again, or one that comes too late, changes nothing."""
    by_key = {reply.key: reply for reply in replies}
    for payment in lock(Payment.objects.filter(key__in=by_key)):
        reply = by_key[payment.key]
        if reply.outcome == EXECUTED and may_step(PAYMENT_STEPS, payment.state, PaymentState.EXECUTED):
            mark_executed(payment, bank_ref=reply.bank_ref, booked_on=reply.booked_on or payment.value_day)
        elif reply.outcome == REFUSED and may_step(PAYMENT_STEPS, payment.state, PaymentState.REFUSED):
            payment.state, payment.refused_because = PaymentState.REFUSED, reply.reason[:60]
            payment.save(update_fields=["state", "refused_because"])
            record(system("bank"), "payment.refused", f"payment:{payment.pk}", facts={"because": reply.reason[:60]})
        elif payment.state == PaymentState.SENT and reply.outcome != NOT_FOUND:
            payment.state = PaymentState.UNKNOWN
            payment.save(update_fields=["state"])


def mark_executed(payment: Payment, *, bank_ref: str, booked_on) -> None:
    """The bank has moved the money: remember it, and clear what we owed the home. The payment is locked by the caller."""
    payment.state, payment.bank_ref, payment.booked_on = PaymentState.EXECUTED, bank_ref, booked_on
    payment.save(update_fields=["state", "bank_ref", "booked_on"])
    if payment.kind == PaymentKind.PAYOUT:
        post.transfer(
            key=f"paid:{payment.key}",
            debit=post.account(LedgerKind.HOME_PAYABLE, f"facility:{payment.facility_id}"),
            credit=post.account(LedgerKind.CHANNEL_PAID, f"channel:{payment.channel}"),
            amount_fen=payment.amount_fen,
            effective_on=booked_on,
        )


def mark_returned(payment: Payment, *, on) -> None:
    """The bank sent the money back: we owe it to the home again. The payment is locked by the caller."""
    payment.state, payment.matched_at = PaymentState.RETURNED, None
    payment.save(update_fields=["state", "matched_at"])
    if payment.kind == PaymentKind.PAYOUT:
        post.transfer(
            key=f"returned:{payment.key}",
            debit=post.account(LedgerKind.CHANNEL_PAID, f"channel:{payment.channel}"),
            credit=post.account(LedgerKind.HOME_PAYABLE, f"facility:{payment.facility_id}"),
            amount_fen=payment.amount_fen,
            effective_on=on,
        )


@transaction.atomic
def pay_again(viewer: Viewer, *, payment_id: UUID) -> Payment:
    """Order a payment anew that certainly did not happen, under a key of its own and to the account chosen by now.

    Refusals: `no_such_payment` (404), `payment_may_have_happened`, `already_paid_again` (409).
    """
    old = lock_one(Payment.objects.filter(pk=payment_id))
    if old is None or not may_settle(viewer, Run.objects.get(pk=old.run_id).region_id):
        raise Refusal("no_such_payment", say("没有找到这笔付款。"), next_step=say("请从结算页面重新进入。"), status=404)
    if old.state not in DEAD_STATES:
        raise Refusal(
            "payment_may_have_happened",
            say("这笔付款没有确定失败，不能重付，否则可能付两次。"),
            next_step=say("请等银行答复或当天的对账单。"),
            status=409,
        )
    same = Q(run_line=old.run_line_id) if old.run_line_id else Q(redemption=old.redemption_id)
    if Payment.objects.filter(same, attempt__gt=old.attempt).exists():
        raise Refusal(
            "already_paid_again",
            say("这笔已经重新付过了。"),
            next_step=say("请刷新页面查看新的那一笔。"),
            status=409,
        )
    stem = old.key.rpartition(":")[0]
    new = Payment.objects.create(
        channel=old.channel,
        kind=old.kind,
        key=f"{stem}:{old.attempt + 1}",
        attempt=old.attempt + 1,
        run_id=old.run_id,
        run_line_id=old.run_line_id,
        redemption_id=old.redemption_id,
        elder_id=old.elder_id,
        facility_id=old.facility_id,
        account_id=_newest_accounts([old.elder_id])[old.elder_id],
        amount_fen=old.amount_fen,
    )
    record(viewer, "payment.ordered_again", f"payment:{new.pk}", facts={"instead_of": str(old.pk)})
    ring(import_string("subsidies.tasks.send_payments"))
    return new


@transaction.atomic
def _order_chunk(run_id: UUID | str) -> bool:
    """Write the next chunk of intents; give False when every line that can be paid has one."""
    run = lock_one(Run.objects.filter(pk=run_id))
    if run is None or run.state not in (RunState.POSTED, RunState.PAYING, RunState.RECONCILED):
        return False
    ordered = Payment.objects.filter(run_line=OuterRef("pk"))
    open_lines = run.lines.filter(~Exists(ordered)).select_related("entitlement__decision__application")
    lines = list(with_account(open_lines).order_by("pk")[: settings.SETTLEMENT_CHUNK])
    accounts = _accounts(lines)
    Payment.objects.bulk_create(
        [
            Payment(
                channel=settings.PAYMENT_CHANNEL,
                kind=PaymentKind.CREDIT,
                key=f"credit:{line.pk}:1",
                run=run,
                run_line=line,
                elder_id=line.elder_id,
                account_id=accounts[line.pk],
                amount_fen=line.amount_fen,
            )
            for line in lines
        ],
        ignore_conflicts=True,
    )
    if run.state != RunState.PAYING and (lines or run.state == RunState.POSTED):
        run.state = RunState.PAYING
        run.save(update_fields=["state"])
    faults.passing(INTENT_BEFORE_COMMIT)
    return bool(lines)


def with_account(lines: QuerySet[RunLine]) -> QuerySet[RunLine]:
    """Keep the lines whose elder has chosen an account: in the application, or since."""
    own = Exists(PayoutAccount.objects.filter(elder=OuterRef("elder")))
    return lines.filter(own)


def _accounts(lines: Sequence[RunLine]) -> dict[UUID, UUID]:
    """Give each line's account: the one named in the application, else the elder's newest."""
    newest = _newest_accounts(line.elder_id for line in lines)
    return {line.pk: line.entitlement.decision.application.account_id or newest[line.elder_id] for line in lines}


def _newest_accounts(elder_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Give each elder's newest account; one the bank refused, or only asked to be changed to, comes after all others."""
    not_yet = Exists(AccountChange.objects.exclude(state=ChangeState.EFFECTIVE).filter(account=OuterRef("pk")))
    usable = Case(When(~Q(check_state=CheckState.FAILED) & ~not_yet, then=Value(1)), default=Value(0))
    rows = PayoutAccount.objects.filter(elder__in=set(elder_ids)).order_by(usable, "recorded_at", "pk")
    return dict(rows.values_list("elder_id", "pk"))


@transaction.atomic
def _claim(channel_name: str) -> list[Payment]:
    """Take the next payments that wait, so that no other worker takes them, and mark them as on their way."""
    credited = Payment.objects.filter(run_line=OuterRef("redemption__credit"), state=PaymentState.EXECUTED)
    ready = Q(kind=PaymentKind.CREDIT) | Q(Exists(credited))
    waiting = Payment.objects.filter(ready, channel=channel_name, state=PaymentState.INTENT)
    batch = list(waiting.order_by("pk").select_for_update(skip_locked=True, of=("self",))[:BATCH])
    moment = clock.now()
    for payment in batch:
        payment.state, payment.sent_at, payment.value_day = PaymentState.SENT, moment, moment.date()
    Payment.objects.bulk_update(batch, ["state", "sent_at", "value_day"])
    return batch


def _hand_over(channel_name: str, batch: Sequence[Payment]) -> None:
    """Call the channel outside any transaction; silence makes the batch unknown, nothing else does."""
    try:
        replies = channel_named(channel_name).send(_orders(batch))
    except NoAnswer as silence:
        log.warning("channel_silent", channel=channel_name, sent=len(batch), because=str(silence))
        keys = [payment.key for payment in batch]
        Payment.objects.filter(key__in=keys, state=PaymentState.SENT).update(state=PaymentState.UNKNOWN)
        return
    store_replies(replies)
    faults.passing(REPLY_STORED)


def _orders(batch: Sequence[Payment]) -> list[Order]:
    """Write the orders with the bank's account numbers: unsealed here and nowhere else."""
    numbers = {row.pk: row.number for row in PayoutAccount.objects.filter(pk__in={one.account_id for one in batch})}
    funders = dict(Run.objects.filter(pk__in={one.run_id for one in batch}).values_list("pk", "region_id"))
    return [_order(payment, numbers[payment.account_id], funders[payment.run_id]) for payment in batch]


def _order(payment: Payment, elder_account: str, funder: str) -> Order:
    if payment.kind == PaymentKind.CREDIT:
        payer, payee = fund_account(funder), elder_account
    else:
        payer, payee = elder_account, home_account(payment.facility_id)
    return Order(payment.key, payment.kind, payer, payee, payment.amount_fen, payment.value_day)


def fund_account(region_code: str) -> str:
    """Give the bank's number of a district's fund."""
    return f"FUND-{region_code}"


def home_account(facility_id: UUID) -> str:
    """Give the bank's number of a home as a merchant."""
    return f"HOME-{facility_id}"


def _overdue() -> Q:
    """Select what should have been answered by now; a clock set back makes everything sent "later" overdue too."""
    moment, patience = clock.now(), settings.PAYMENT_ANSWER_WITHIN
    return Q(state=PaymentState.UNKNOWN) | Q(sent_at__lt=moment - patience) | Q(sent_at__gt=moment + patience)
