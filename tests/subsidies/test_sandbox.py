"""The sandbox bank is a process of its own; it keeps its word under a key and misbehaves only as scheduled."""

import json
import subprocess
import sys
from datetime import date

import pytest

from subsidies.channels.port import NoAnswer, Order
from subsidies.channels.sandbox import SandboxChannel
from tests.subsidies.bank import ROOT

DAY = date(2026, 6, 30)


def order(key="k1", amount=60_000, payer="FUND-110105", payee="6210", day=DAY, kind="credit"):
    return Order(key, kind, payer, payee, amount, day)


def states(replies):
    return [(reply.key, reply.outcome, reply.reason) for reply in replies]


def test_an_order_is_executed_once_however_often_it_is_sent(open_bank):
    bank, channel = open_bank(), SandboxChannel()
    first, again = channel.send([order()]), channel.send([order()])
    assert states(first) == [("k1", "executed", "")]
    assert first == again
    assert bank.balance("6210") == 60_000
    assert bank.balance("FUND-110105") == -60_000


def test_another_order_under_a_used_key_is_refused(open_bank):
    bank, channel = open_bank(), SandboxChannel()
    channel.send([order()])
    assert states(channel.send([order(amount=1)])) == [("k1", "refused", "key_reused")]
    assert bank.balance("6210") == 60_000


def test_an_account_without_enough_money_is_refused(open_bank):
    open_bank()
    assert states(SandboxChannel().send([order(payer="6210", payee="HOME-1")])) == [
        ("k1", "refused", "insufficient_funds")
    ]


def test_the_books_survive_a_kill_and_a_restart(open_bank):
    bank, channel = open_bank(process=True), SandboxChannel()
    channel.send([order()])
    bank.kill()
    with pytest.raises(NoAnswer):
        channel.query(["k1"])
    bank.start()
    assert states(channel.query(["k1", "never sent"])) == [("k1", "executed", ""), ("never sent", "not_found", "")]
    assert bank.balance("6210") == 60_000


def test_a_lost_reply_is_found_by_asking(open_bank):
    bank, channel = open_bank({"do": "lose_reply"}), SandboxChannel()
    with pytest.raises(NoAnswer):
        channel.send([order()])
    assert states(channel.query(["k1"])) == [("k1", "executed", "")]
    assert bank.balance("6210") == 60_000


def test_killed_after_executing_and_before_answering_it_has_executed(open_bank):
    bank, channel = open_bank(process=True), SandboxChannel()
    bank.stop()
    bank.start(FAULT="bank.executed:1", DEMO="1")
    with pytest.raises(NoAnswer):
        channel.send([order()])
    assert bank.process.wait(5) == -9
    bank.start()
    assert states(channel.send([order()])) == [("k1", "executed", "")]
    assert bank.balance("6210") == 60_000


def test_a_lost_request_was_never_executed(open_bank):
    bank, channel = open_bank({"do": "lose_request"}), SandboxChannel()
    with pytest.raises(NoAnswer):
        channel.send([order()])
    assert states(channel.query(["k1"])) == [("k1", "not_found", "")]
    assert states(channel.send([order()])) == [("k1", "executed", "")]
    assert bank.balance("6210") == 60_000


def test_a_late_answer_is_no_answer(open_bank):
    open_bank({"do": "delay", "seconds": 4})
    with pytest.raises(NoAnswer):
        SandboxChannel().send([order()])


def test_it_refuses_only_what_the_schedule_names(open_bank):
    open_bank({"do": "refuse", "when": {"kind": "payout"}, "reason": "account_closed"})
    channel = SandboxChannel()
    assert states(channel.send([order(), order("k2", payer="6210", payee="HOME-1", kind="payout")])) == [
        ("k1", "executed", ""),
        ("k2", "refused", "account_closed"),
    ]


def test_pending_becomes_executed_when_asked_often_enough(open_bank):
    open_bank({"do": "pending", "queries": 2})
    channel = SandboxChannel()
    assert states(channel.send([order()])) == [("k1", "pending", "")]
    assert states(channel.query(["k1"])) == [("k1", "pending", "")]
    assert states(channel.query(["k1"])) == [("k1", "executed", "")]


def test_the_statement_tells_the_days_bookings_totals_and_balances(open_bank):
    open_bank()
    channel = SandboxChannel()
    channel.send([order(), order("k2", 10_000), order("k3", 5, day=date(2026, 7, 1))])
    statement = channel.statement(DAY)
    assert [(line.key, line.movement, line.amount_fen) for line in statement.bookings] == [
        ("k1", "executed", 60_000),
        ("k2", "executed", 10_000),
    ]
    assert (statement.count, statement.total_fen, statement.adds_up) == (2, 70_000, True)
    assert statement.balances == {"6210": 70_000, "FUND-110105": -70_000}


def test_statements_go_wrong_as_scheduled(open_bank):
    open_bank(
        {"do": "hole", "statements": 1, "when": {"key_contains": "hole"}},
        {"do": "book_other_day", "when": {"key_contains": "other"}},
        {"do": "book_amount", "amount_fen": 59_999, "when": {"key_contains": "amount"}},
        {"do": "book_twice", "when": {"key_contains": "twice"}},
        {"do": "return_later", "when": {"key_contains": "back"}},
    )
    channel = SandboxChannel()
    replies = channel.send([order(key) for key in ("hole", "other", "amount", "twice", "back")])
    assert {reply.booked_on for reply in replies} == {DAY}
    first, second, next_day = (channel.statement(day) for day in (DAY, DAY, date(2026, 7, 1)))
    assert [line.key for line in first.bookings] == ["amount", "twice", "twice", "back"]
    assert [line.key for line in second.bookings] == ["hole", "amount", "twice", "twice", "back"]
    assert first.bookings[0].amount_fen == 59_999
    assert [(line.key, line.movement) for line in next_day.bookings] == [("other", "executed"), ("back", "returned")]


def test_an_answer_given_twice_is_two_equal_answers(open_bank):
    open_bank({"do": "answer_twice"})
    replies = SandboxChannel().send([order()])
    assert len(replies) == 2
    assert replies[0] == replies[1]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/batches", {"items": []}),
        ("/batches", {"items": [{"key": "k1"}]}),
        ("/batches", [1]),
        ("/queries", {"keys": [1]}),
    ],
)
def test_what_it_cannot_read_it_says_so(open_bank, path, body):
    answer = open_bank().post(path, body)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_a_schedule_it_cannot_read_stops_it_with_a_sentence(tmp_path):
    (tmp_path / "schedule.json").write_text(json.dumps([{"do": "explode"}]))
    done = subprocess.run(
        [
            sys.executable,
            "manage.py",
            "sandbox_bank",
            "--schedule",
            str(tmp_path / "schedule.json"),
            "--data",
            str(tmp_path),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 1
    assert "rule 1: `do` must be one of" in done.stderr
