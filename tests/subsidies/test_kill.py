"""A worker is killed with −9 wherever it can hurt, and rung again: every obligation is met exactly once (product.md P1)."""

from datetime import date

import pytest
from django.db import connection

from eldercare.kernel.days import Month
from subsidies.channels.port import Order
from subsidies.channels.sandbox import SandboxChannel
from subsidies.choices import Cause, LedgerKind, PaymentState, RunState
from subsidies.models import Break, Payment, Run, RunLine, Statement, StatementLine, Transfer
from subsidies.selectors.ledger import balance
from subsidies.services import close, settle
from tests.builders.people import make_elder
from tests.builders.regions import CHAOYANG
from tests.builders.settlement import NURSING, district_pair, make_entitlement, set_day
from tests.subsidies.work import work

JULY = Month(2026, 7)
KILLED = -9
ELDERS = 5


def july_run() -> tuple[Run, object]:
    """Five elders, two of them in each chunk, and an opened run."""
    set_day(date(2026, 6, 26))
    proposer, approver = district_pair()
    for _number in range(ELDERS):
        make_entitlement(make_elder())
    run = settle.open_run(proposer, programme=NURSING, region_code=CHAOYANG, benefit_month=JULY)
    return run, (proposer, approver)


def approved_run() -> Run:
    run, (proposer, approver) = july_run()
    settle.calculate_run(run.pk)
    settle.propose_run(proposer, run_id=run.pk)
    settle.approve_run(approver, run_id=run.pk)
    return run


def assert_everybody_was_credited_once(bank, run: Run) -> None:
    assert Transfer.objects.count() == ELDERS
    assert balance(LedgerKind.DISTRICT_FUND, f"region:{CHAOYANG}") == -60_000 * ELDERS
    payments = Payment.objects.filter(run=run)
    assert list(payments.values_list("state", flat=True)) == [PaymentState.EXECUTED] * ELDERS
    assert [bank.balance(payment.account.number) for payment in payments] == [60_000] * ELDERS
    assert bank.balance(f"FUND-{CHAOYANG}") == -60_000 * ELDERS


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", ["run.mid_calculation:1", "run.mid_calculation:2", "run.calculated:1"])
def test_killed_while_calculating_the_same_lines_result(fault):
    run, _officers = july_run()
    assert work("calculate", run.pk, fault=fault) == KILLED
    assert work("calculate", run.pk) == 0
    run.refresh_from_db()
    assert (run.state, run.line_count, run.total_fen) == (RunState.CALCULATED, ELDERS, 60_000 * ELDERS)
    assert RunLine.objects.filter(run=run, cause=Cause.REGULAR).count() == ELDERS
    assert run.entitlements_done == ELDERS


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "fault",
    [
        "sweep.running:1",
        "post.mid:1",
        "post.mid:2",
        "post.done:1",
        "intent.before_commit:1",
        "intent.committed:2",
        "send.connecting:1",
        "send.request_complete:1",
        "reply.received:1",
        "reply.stored:1",
        "batch.between:1",
    ],
)
def test_killed_while_posting_and_paying_everybody_is_credited_once(open_bank, fault):
    bank, run = open_bank(), approved_run()
    assert work("sweep", fault=fault) == KILLED
    set_day(date(2026, 6, 27))
    assert work("sweep") == 0
    assert work("ask_unknown") == 0
    assert_everybody_was_credited_once(bank, run)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", ["query.sent:1", "query.answered:1"])
def test_killed_while_asking_everybody_is_credited_once(open_bank, fault):
    bank, run = open_bank({"do": "lose_reply"}), approved_run()
    assert work("sweep") == 0
    assert work("ask_unknown", fault=fault) == KILLED
    assert work("ask_unknown") == 0
    assert_everybody_was_credited_once(bank, run)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_bank_itself_killed_before_it_answers_has_paid_once(open_bank):
    bank, run = open_bank(process=True), approved_run()
    bank.stop()
    bank.start(FAULT="bank.executed:1", DEMO="1")
    assert work("sweep") == 0
    assert set(Payment.objects.values_list("state", flat=True)) == {PaymentState.UNKNOWN}
    bank.start()
    assert work("ask_unknown") == 0
    assert_everybody_was_credited_once(bank, run)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "fault",
    ["statement.mid_import:1", "statement.imported:1", "match.mid:1", "break.opened:1", "return.recorded:1"],
)
def test_killed_while_reconciling_each_booking_is_kept_and_named_once(open_bank, fault):
    open_bank({"do": "return_later", "days": 1})
    run = approved_run()
    assert work("sweep") == 0
    set_day(date(2026, 6, 29))
    assert work("collect_statements", fault=fault) == KILLED
    assert work("collect_statements") == 0
    assert Statement.objects.count() == 3
    assert StatementLine.objects.count() == ELDERS + 1
    assert Payment.objects.filter(matched_at__isnull=False).count() == ELDERS - 1
    assert list(Break.objects.values_list("break_class", flat=True)) == ["returned_after_success"]
    close.advance_run(run.pk)
    run.refresh_from_db()
    assert run.state == RunState.PAYING


@pytest.mark.django_db
def test_without_the_key_the_same_money_is_paid_twice(open_bank):
    """The negative control: what keeps the tests above green is the key, not luck."""
    bank = open_bank()
    credit = {"kind": "credit", "payer": "FUND-110105", "payee": "6210", "amount_fen": 60_000}
    for key in ("first try", "second try"):
        SandboxChannel().send([Order(key=key, value_day=date(2026, 6, 30), **credit)])
    assert bank.balance("6210") == 120_000


@pytest.mark.django_db
@pytest.mark.parametrize(("walls", "lines"), [(True, 1), (False, 2)])
def test_two_workers_with_the_same_snapshot_write_one_line_and_without_the_walls_two(walls, lines):
    set_day(date(2026, 6, 26))
    proposer, _approver = district_pair()
    entitlement = make_entitlement()
    run = settle.open_run(proposer, programme=NURSING, region_code=CHAOYANG, benefit_month=JULY)
    if not walls:
        with connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE subsidies_runline"
                " DROP CONSTRAINT a_run_pays_an_entitlement_and_benefit_month_once_per_cause;"
                " DROP INDEX a_benefit_month_is_credited_once"
            )
    snapshots = [list(settle._lines(run, [entitlement])) for _worker in range(2)]
    for snapshot in snapshots:
        RunLine.objects.bulk_create(snapshot, ignore_conflicts=True)
    assert RunLine.objects.count() == lines
