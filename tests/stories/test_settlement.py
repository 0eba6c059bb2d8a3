"""A settlement month from the opening of the run to the fen in the home's account, against the real sandbox bank."""

from datetime import date

import pytest

from eldercare.kernel.days import Month
from eldercare.kernel.refusal import Refusal
from subsidies.choices import BreakClass, PaymentState, RunState
from subsidies.models import Break, Payment, Redemption, Transfer
from subsidies.selectors.runs import run_figures
from subsidies.services import close, pay, post, reconcile, redeem, settle
from tests.builders.facilities import make_bill
from tests.builders.regions import CHAOYANG
from tests.builders.settlement import NURSING, district_pair, set_day
from tests.subsidies.month import JULY, World

pytestmark = pytest.mark.django_db


def states() -> list[tuple[str, str, int]]:
    return list(Payment.objects.order_by("pk").values_list("kind", "state", "amount_fen"))


def test_600_yuan_go_from_the_district_to_the_elder_to_the_home_and_every_account_balances(open_bank):
    bank, world = open_bank(), World()

    run = world.credit_july()
    assert world.balances() == {"fund": -60_000, "elder": 60_000, "home": 0, "paid": 0}
    assert world.at_the_bank(bank) == (60_000, 0)

    world.bill_july(bed_fen=200_000, care_fen=300_000)
    (redemption,) = Redemption.objects.all()
    assert redemption.amount_fen == 60_000
    assert redemption.parts == [{"number": 1, "eligible_key": "bed", "amount_fen": 60_000}]
    assert world.balances() == {"fund": -60_000, "elder": 0, "home": 0, "paid": 60_000}
    assert world.at_the_bank(bank) == (0, 60_000)
    assert states() == [("credit", "executed", 60_000), ("payout", "executed", 60_000)]

    world.reconcile()
    run.refresh_from_db()
    assert run.state == RunState.CLOSED
    assert not Break.objects.exists()
    assert Payment.objects.filter(matched_at__isnull=False).count() == 2
    assert sum(world.balances().values()) == 0


def test_a_bill_smaller_than_the_credit_leaves_the_rest_with_the_elder(open_bank):
    bank, world = open_bank(), World()
    run = world.credit_july()
    world.bill_july(bed_fen=20_000, care_fen=15_050)
    world.reconcile()
    assert world.balances() == {"fund": -60_000, "elder": 24_950, "home": 0, "paid": 35_050}
    assert world.at_the_bank(bank) == (24_950, 35_050)
    run.refresh_from_db()
    assert run.state == RunState.CLOSED
    figures = run_figures(run)
    assert (figures.redeemed_fen, figures.stays_with_elders_fen) == (35_050, 24_950)


def test_only_that_months_credit_is_routed_an_older_balance_stays(open_bank):
    open_bank()
    world = World()
    world.credit_july()
    world.bill_july(bed_fen=20_000, care_fen=0)
    august = Month(2026, 8)
    run = settle.open_run(world.proposer, programme=NURSING, region_code=CHAOYANG, benefit_month=august)
    settle.calculate_run(run.pk)
    settle.propose_run(world.proposer, run_id=run.pk)
    settle.approve_run(world.approver, run_id=run.pk)
    post.post_run(run.pk)
    pay.order_credits(run.pk)
    set_day(date(2026, 9, 2))
    make_bill(world.stay, august.first_day)
    redeem.redeem_due()
    assert list(Redemption.objects.order_by("bill_month").values_list("amount_fen", flat=True)) == [20_000, 60_000]
    assert world.balances()["elder"] == 40_000


def test_a_revoked_routing_pays_nothing_from_its_first_free_month(open_bank):
    bank, world = open_bank(), World(until="2026-07")
    world.credit_july()
    world.bill_july()
    assert not Redemption.objects.exists()
    assert world.balances() == {"fund": -60_000, "elder": 60_000, "home": 0, "paid": 0}
    assert world.at_the_bank(bank) == (60_000, 0)


def test_a_refused_payout_is_owed_to_the_home_and_paid_again_under_a_new_key(open_bank):
    bank, world = open_bank({"do": "refuse", "when": {"kind": "payout"}}), World()
    run = world.credit_july()
    world.bill_july()
    refused = Payment.objects.get(kind="payout")
    assert (refused.state, refused.refused_because) == (PaymentState.REFUSED, "account_closed")
    assert world.balances() == {"fund": -60_000, "elder": 0, "home": 60_000, "paid": 0}
    world.reconcile()
    run.refresh_from_db()
    assert run.state == RunState.PAYING

    again = pay.pay_again(world.proposer, payment_id=refused.pk)
    assert (again.attempt, again.key) == (2, refused.key.replace(":1", ":2"))
    pay.send_waiting("sandbox")
    world.reconcile(date(2026, 8, 7))
    run.refresh_from_db()
    assert run.state == RunState.CLOSED
    assert world.at_the_bank(bank) == (0, 60_000)


def test_a_payment_that_may_have_happened_is_never_paid_again(open_bank):
    open_bank({"do": "lose_reply", "when": {"kind": "payout"}})
    world = World()
    world.credit_july()
    world.bill_july()
    unknown = Payment.objects.get(kind="payout")
    assert unknown.state == PaymentState.UNKNOWN
    with pytest.raises(Refusal) as no:
        pay.pay_again(world.proposer, payment_id=unknown.pk)
    assert no.value.code == "payment_may_have_happened"
    assert Payment.objects.filter(kind="payout").count() == 1


def test_an_unknown_payment_is_found_by_asking(open_bank):
    bank, world = open_bank({"do": "lose_reply", "when": {"kind": "payout"}}), World()
    run = world.credit_july()
    world.bill_july()
    assert pay.ask_unknown("sandbox") == 1
    assert Payment.objects.get(kind="payout").state == PaymentState.EXECUTED
    world.reconcile()
    run.refresh_from_db()
    assert run.state == RunState.CLOSED
    assert world.at_the_bank(bank) == (0, 60_000)


def test_an_unknown_payment_is_found_on_the_statement(open_bank):
    bank, world = open_bank({"do": "lose_reply", "when": {"kind": "payout"}}), World()
    run = world.credit_july()
    world.bill_july()
    world.reconcile()
    assert Payment.objects.get(kind="payout").state == PaymentState.EXECUTED
    assert world.balances() == {"fund": -60_000, "elder": 0, "home": 0, "paid": 60_000}
    run.refresh_from_db()
    assert run.state == RunState.CLOSED
    assert world.at_the_bank(bank) == (0, 60_000)


def test_a_lost_request_is_sent_again_under_its_own_key(open_bank):
    bank, world = open_bank({"do": "lose_request", "when": {"kind": "payout"}}), World()
    world.credit_july()
    world.bill_july()
    assert Payment.objects.get(kind="payout").state == PaymentState.UNKNOWN
    pay.ask_unknown("sandbox")
    payout = Payment.objects.get(kind="payout")
    assert (payout.state, payout.attempt) == (PaymentState.EXECUTED, 1)
    assert world.at_the_bank(bank) == (0, 60_000)


def test_money_that_comes_back_later_is_owed_again_and_the_run_stays_open(open_bank):
    bank, world = open_bank({"do": "return_later", "days": 2, "when": {"kind": "payout"}}), World()
    run = world.credit_july()
    world.bill_july()
    world.reconcile(date(2026, 8, 8))
    payout = Payment.objects.get(kind="payout")
    assert payout.state == PaymentState.RETURNED
    (difference,) = Break.objects.all()
    assert (difference.break_class, difference.amount_fen, difference.day) == (
        BreakClass.RETURNED_AFTER_SUCCESS,
        60_000,
        date(2026, 8, 5),
    )
    assert world.balances() == {"fund": -60_000, "elder": 0, "home": 60_000, "paid": 0}
    assert world.at_the_bank(bank) == (60_000, 0)
    run.refresh_from_db()
    assert run.state == RunState.PAYING

    pay.pay_again(world.proposer, payment_id=payout.pk)
    pay.send_waiting("sandbox")
    reconcile.close_break(world.proposer, break_id=difference.pk, resolution="账号已更正，重新付出")
    world.reconcile(date(2026, 8, 10))
    run.refresh_from_db()
    assert run.state == RunState.CLOSED
    assert world.at_the_bank(bank) == (0, 60_000)
    assert sum(world.balances().values()) == 0


def test_the_whole_month_twice_over_moves_nothing_twice(open_bank):
    bank, world = open_bank(), World()
    run = world.credit_july()
    world.bill_july()
    world.reconcile()
    before = list(Transfer.objects.order_by("pk").values_list("key", flat=True))

    settle.calculate_run(run.pk)
    post.post_run(run.pk)
    pay.order_credits(run.pk)
    redeem.redeem_due()
    pay.send_waiting("sandbox")
    pay.ask_unknown("sandbox")
    world.reconcile()
    assert list(Transfer.objects.order_by("pk").values_list("key", flat=True)) == before
    assert world.at_the_bank(bank) == (0, 60_000)


def test_somebody_of_another_district_can_do_none_of_it(open_bank):
    open_bank()
    world = World()
    stranger, _other = district_pair("110112")
    with pytest.raises(Refusal) as no:
        settle.open_run(stranger, programme=NURSING, region_code=CHAOYANG, benefit_month=JULY)
    assert no.value.status == 403
    run = settle.open_run(world.proposer, programme=NURSING, region_code=CHAOYANG, benefit_month=JULY)
    for act in (settle.propose_run, settle.approve_run, close.close_run):
        with pytest.raises(Refusal) as no:
            act(stranger, run_id=run.pk)
        assert no.value.status == 404
