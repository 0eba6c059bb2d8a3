"""The bank's statement beside our payments: every class of difference is named, and a run closes only without any."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from eldercare.kernel.refusal import Refusal
from subsidies.channels.port import Booking, DayStatement
from subsidies.channels.sandbox import SandboxChannel
from subsidies.choices import PaymentState, RunState
from subsidies.models import BalanceCheck, Break, Payment, Statement, StatementLine
from subsidies.services import close, reconcile
from tests.builders.settlement import district_pair, set_day
from tests.subsidies.month import CREDITED, World

pytestmark = pytest.mark.django_db


def seen(world: World, day: date = date(2026, 7, 2)) -> None:
    """The next days pass and their statements come in."""
    world.reconcile(day)


def breaks() -> list[tuple[str, int, bool]]:
    rows = Break.objects.order_by("pk")
    return [(row.break_class, row.amount_fen, row.closed_at is not None) for row in rows]


def state_of(run) -> str:
    run.refresh_from_db()
    return run.state


def test_a_payment_left_out_of_its_day_is_ours_only_until_a_fuller_statement_comes(open_bank):
    open_bank({"do": "hole", "statements": 1})
    world = World()
    run = world.credit_july()
    seen(world)
    assert breaks() == [("ours_only", 60_000, False)]
    assert state_of(run) == RunState.PAYING
    seen(world)
    assert breaks() == [("ours_only", 60_000, True)]
    assert state_of(run) == RunState.RECONCILED


def test_a_booking_on_another_day_explains_itself(open_bank):
    open_bank({"do": "book_other_day"})
    world = World()
    run = world.credit_july()
    seen(world)
    assert breaks() == [("ours_only", 60_000, True), ("other_day", 60_000, True)]
    assert Payment.objects.get().booked_on == date(2026, 7, 1)
    assert state_of(run) == RunState.RECONCILED


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"do": "book_amount", "amount_fen": 59_999}, ("amount_differs", -1, False)),
        ({"do": "book_twice"}, ("duplicate", 60_000, False)),
    ],
)
def test_a_wrong_amount_and_a_double_booking_keep_the_run_open(open_bank, rule, expected):
    open_bank(rule)
    world = World()
    run = world.credit_july()
    seen(world)
    assert breaks() == [expected]
    assert state_of(run) == RunState.PAYING
    with pytest.raises(Refusal) as no:
        close.close_run(world.proposer, run_id=run.pk)
    assert no.value.code == "run_not_closable"
    assert {reason.id for reason in no.value.reasons if reason.outcome == "fail"} >= {"credits", "breaks"}


def test_a_double_booking_shows_in_the_balances_to_the_fen(open_bank):
    open_bank({"do": "book_twice"})
    world = World()
    world.credit_july()
    seen(world)
    check = BalanceCheck.objects.get(owner=f"elder:{world.elder.pk}")
    assert (check.ours_fen, check.theirs_fen) == (60_000, 120_000)


def test_a_booking_under_a_key_that_is_not_ours_is_theirs_only():
    set_day(CREDITED)
    stray = Booking("B0000000009", "somebody else", "executed", 12_345, CREDITED)
    report = reconcile.import_statement("sandbox", DayStatement(CREDITED, (stray,), 1, 12_345, {}))
    assert [(one.break_class, one.amount_fen) for one in report.breaks] == [("theirs_only", 12_345)]


def test_a_statement_whose_totals_do_not_add_up_is_held_and_not_used(open_bank):
    open_bank()
    world = World()
    world.credit_july()
    true = SandboxChannel().statement(CREDITED)
    wrong = DayStatement(true.day, true.bookings, true.count, true.total_fen + 1, true.balances)
    report = reconcile.import_statement("sandbox", wrong)
    assert report.statement.state == "held"
    assert not StatementLine.objects.exists()
    assert Payment.objects.get().matched_at is None
    reconcile.import_statement("sandbox", true)
    assert Payment.objects.get().matched_at is not None


def test_the_same_statement_twice_is_taken_in_once(open_bank):
    open_bank()
    world = World()
    world.credit_july()
    statement = SandboxChannel().statement(CREDITED)
    assert not reconcile.import_statement("sandbox", statement).repeated
    assert reconcile.import_statement("sandbox", statement).repeated
    assert (Statement.objects.count(), StatementLine.objects.count()) == (1, 1)


def test_a_run_waits_for_the_bills_of_its_month(open_bank):
    open_bank()
    world = World()
    run = world.credit_july()
    seen(world, date(2026, 8, 2))
    assert state_of(run) == RunState.RECONCILED
    with pytest.raises(Refusal) as no:
        close.close_run(world.proposer, run_id=run.pk)
    assert [reason.id for reason in no.value.reasons if reason.outcome == "fail"] == ["bills"]
    world.bill_july()
    seen(world, date(2026, 8, 5))
    assert state_of(run) == RunState.CLOSED


def test_a_break_is_closed_with_a_reason_by_its_district_only(open_bank):
    open_bank({"do": "book_amount", "amount_fen": 59_999})
    world = World()
    world.credit_july()
    seen(world)
    difference = Break.objects.get()
    stranger, _other = district_pair("110112")
    with pytest.raises(Refusal) as no:
        reconcile.close_break(stranger, break_id=difference.pk, resolution="x")
    assert no.value.status == 404
    reconcile.close_break(world.proposer, break_id=difference.pk, resolution="银行来函更正")
    difference.refresh_from_db()
    assert (difference.resolution, difference.closed_by) == ("银行来函更正", world.proposer.reference)
    with pytest.raises(Refusal) as no:
        reconcile.close_break(world.proposer, break_id=difference.pk, resolution="again")
    assert no.value.code == "break_is_closed"


class TestCommand:
    def imported(self, *arguments) -> dict:
        out = StringIO()
        call_command("import_statement", *arguments, "--json", stdout=out)
        return json.loads(out.getvalue())

    def test_a_file_is_taken_in_and_its_breaks_are_listed(self, open_bank, tmp_path):
        bank = open_bank({"do": "book_amount", "amount_fen": 59_999})
        world = World()
        world.credit_july()
        file = tmp_path / "statement.json"
        file.write_text(json.dumps(bank.get(f"/statements/{CREDITED}")))
        answer = self.imported("sandbox", file)
        payment = Payment.objects.get()
        assert payment.state == PaymentState.EXECUTED
        assert answer == {
            "channel": "sandbox",
            "day": "2026-06-30",
            "state": "accepted",
            "repeated": False,
            "count": 1,
            "total_fen": 59_999,
            "breaks": [
                {
                    "class": "amount_differs",
                    "payment": str(payment.pk),
                    "amount_fen": -1,
                    "day": "2026-06-30",
                    "closed": False,
                }
            ],
        }
        assert self.imported("sandbox", file)["repeated"] is True

    @pytest.mark.parametrize("content", [b"", b"[]", b'{"day": "2026-06-30"}', b'{"items": [{}]}', b"\xff\xfe"])
    def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(self, tmp_path, content):
        file = tmp_path / "statement.json"
        file.write_bytes(content)
        with pytest.raises(CommandError) as no:
            self.imported("sandbox", file)
        assert "statement.json" in str(no.value)
        assert not Statement.objects.exists()

    def test_an_unknown_channel_is_refused_with_the_known_ones(self, tmp_path):
        with pytest.raises(CommandError, match="还没有接通名为“camt053”的付款渠道。 现在可用的渠道：sandbox"):
            self.imported("camt053", tmp_path)

    def test_every_point_where_a_process_can_be_stopped_is_listed(self):
        out = StringIO()
        call_command("faults", "--json", stdout=out)
        assert set(json.loads(out.getvalue())) >= {
            "run.open", "run.mid_calculation", "run.calculated", "run.approved", "post.mid", "post.done",
            "intent.before_commit", "intent.committed", "send.connecting", "send.request_complete", "bank.executed",
            "reply.received", "reply.stored", "batch.between", "query.sent", "query.answered", "statement.mid_import",
            "statement.imported", "match.mid", "break.opened", "break.closing", "correction.mid", "return.recorded",
            "sweep.running", "beat.tick", "import.mid_read", "import.mid_apply", "import.applied", "import.mid_undo",
        }  # fmt: skip
