"""What the tables of the settlement can never keep: each wall refuses one insert. And balances come from transfers only."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from eldercare.kernel.days import Month
from subsidies.choices import Cause, LedgerKind, PaymentKind, PaymentState, RunState
from subsidies.models import (
    BalanceCheck,
    Break,
    LedgerAccount,
    Payment,
    Redemption,
    Run,
    RunLine,
    Statement,
    StatementLine,
    Transfer,
)
from subsidies.selectors.ledger import balance
from subsidies.services import post, settle
from tests.builders.facilities import make_bill
from tests.builders.regions import CHAOYANG
from tests.builders.settlement import NURSING
from tests.subsidies.month import JULY, World

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 30)


@pytest.fixture
def accounts():
    return post.account(LedgerKind.DISTRICT_FUND, "region:110105"), post.account(LedgerKind.ELDER_RESTRICTED, "elder:1")


@pytest.fixture
def world():
    return World()


@pytest.fixture
def run(world):
    return world.calculated_july()


def refuses(wall: str, act) -> None:
    """The act is refused by exactly this wall, and leaves nothing."""
    with pytest.raises(DatabaseError) as no, transaction.atomic():
        act()
    assert wall in str(no.value)


def move(accounts, **more) -> Transfer:
    debit, credit = accounts
    values = {"key": "k", "debit": debit, "credit": credit, "amount_fen": 100, "effective_on": DAY}
    return Transfer.objects.create(**{**values, **more})


class TestLedger:
    def test_a_transfer_moves_a_positive_amount(self, accounts):
        refuses("a_transfer_moves_a_positive_amount", lambda: move(accounts, amount_fen=0))

    def test_a_transfer_joins_two_accounts(self, accounts):
        refuses("a_transfer_joins_two_accounts", lambda: move(accounts, credit=accounts[0]))

    def test_a_transfer_happens_once_per_key(self, accounts):
        move(accounts)
        refuses("a_transfer_happens_once_per_key", lambda: move(accounts))

    def test_a_transfer_is_written_once(self, accounts):
        moved = move(accounts)
        refuses("Cannot update or delete rows", lambda: Transfer.objects.filter(pk=moved.pk).update(amount_fen=1))
        refuses("Cannot update or delete rows", lambda: Transfer.objects.filter(pk=moved.pk).delete())

    def test_an_owner_has_one_account_of_a_kind(self, accounts):
        refuses(
            "an_owner_has_one_account_of_a_kind",
            lambda: LedgerAccount.objects.create(kind=LedgerKind.DISTRICT_FUND, owner="region:110105"),
        )

    def test_an_account_is_of_a_known_kind(self):
        refuses("an_account_is_of_a_known_kind", lambda: LedgerAccount.objects.create(kind="purse", owner="x"))

    def test_the_same_key_again_moves_nothing(self, accounts):
        debit, credit = accounts
        for amount in (100, 100, 250):
            post.transfer(key="same", debit=debit, credit=credit, amount_fen=amount, effective_on=DAY)
        assert balance(LedgerKind.ELDER_RESTRICTED, "elder:1") == 100
        assert balance(LedgerKind.DISTRICT_FUND, "region:110105") == -100


class TestRuns:
    def test_one_live_run_per_programme_region_month(self, run):
        again = {"programme": NURSING, "region_id": CHAOYANG, "benefit_month": JULY.first_day}
        refuses("one_live_run_per_programme_region_month", lambda: Run.objects.create(**again))
        run.lines.all().delete()
        Run.objects.filter(pk=run.pk).update(state=RunState.CANCELLED)
        assert Run.objects.create(**again).pk

    def test_approver_differs_from_proposer(self, run, world):
        officer = world.proposer.user_id
        refuses(
            "approver_differs_from_proposer",
            lambda: Run.objects.filter(pk=run.pk).update(
                state=RunState.APPROVED, proposed_by=officer, approved_by=officer
            ),
        )
        refuses("approver_differs", lambda: Run.objects.filter(pk=run.pk).update(approved_by=officer))

    def test_an_approved_run_names_its_approver(self, run):
        refuses(
            "an_approved_run_names_its_approver",
            lambda: Run.objects.filter(pk=run.pk).update(state=RunState.POSTED),
        )

    def test_a_proposed_run_names_its_proposer(self, run):
        refuses(
            "a_proposed_run_names_its_proposer",
            lambda: Run.objects.filter(pk=run.pk).update(state=RunState.PROPOSED),
        )

    def test_a_run_is_in_a_known_state(self, run):
        refuses("a_run_is_in_a_known_state", lambda: Run.objects.filter(pk=run.pk).update(state="lost"))

    def test_a_run_names_its_month_by_the_first_day(self, run):
        refuses(
            "a_run_names_its_month_by_the_first_day",
            lambda: Run.objects.filter(pk=run.pk).update(benefit_month=date(2026, 7, 2)),
        )


class TestRunLines:
    def line(self, run, entitlement, **more) -> RunLine:
        values = {"benefit_month": Month(2026, 5).first_day, "cause": Cause.BACK_PAY, "amount_fen": 1}
        return RunLine.objects.create(
            run=run, entitlement=entitlement, elder=entitlement.elder, explanation=[], **{**values, **more}
        )

    def test_a_benefit_month_is_credited_once_even_by_another_run(self, run, world):
        june = settle.open_run(world.proposer, programme=NURSING, region_code=CHAOYANG, benefit_month=Month(2026, 6))
        refuses(
            "a_benefit_month_is_credited_once",
            lambda: self.line(june, world.entitlement, benefit_month=JULY.first_day),
        )

    def test_a_run_pays_an_entitlement_and_benefit_month_once_per_cause(self, run, world):
        self.line(run, world.entitlement, cause=Cause.CORRECTION)
        refuses(
            "a_run_pays_an_entitlement_and_benefit_month_once_per_cause",
            lambda: self.line(run, world.entitlement, cause=Cause.CORRECTION),
        )

    def test_a_line_is_worth_something_has_a_known_cause_and_a_whole_month(self, run, world):
        refuses("a_run_line_is_worth_something", lambda: self.line(run, world.entitlement, amount_fen=0))
        refuses("a_run_line_names_a_known_cause", lambda: self.line(run, world.entitlement, cause="gift"))
        refuses(
            "a_run_line_names_its_month_by_the_first_day",
            lambda: self.line(run, world.entitlement, benefit_month=date(2026, 5, 2)),
        )

    def test_the_lines_of_a_proposed_run_stand(self, run, world):
        settle.propose_run(world.proposer, run_id=run.pk)
        wall = "the_lines_of_a_proposed_run_stand"
        refuses(wall, lambda: self.line(run, world.entitlement))
        refuses(wall, lambda: run.lines.update(amount_fen=1))
        settle.approve_run(world.approver, run_id=run.pk)
        refuses(wall, lambda: run.lines.all().delete())
        assert run.lines.get().amount_fen == 60_000


class TestPayments:
    @pytest.fixture
    def credit(self, world, open_bank):
        open_bank()
        world.credit_july()
        return Payment.objects.get()

    def another(self, credit: Payment, **more) -> Payment:
        same = {
            name: getattr(credit, name)
            for name in ("channel", "kind", "run_id", "run_line_id", "elder_id", "account_id", "amount_fen")
        }
        return Payment.objects.create(**{**same, "key": f"k{uuid4()}", **more})

    def test_one_live_payment_per_credit(self, credit):
        refuses("one_live_payment_per_credit", lambda: self.another(credit))
        assert self.another(credit, state=PaymentState.REFUSED).pk

    def test_a_payment_is_known_by_one_key(self, credit):
        refuses(
            "a_payment_is_known_by_one_key", lambda: self.another(credit, key=credit.key, state=PaymentState.REFUSED)
        )

    def test_a_payment_is_for_one_thing_of_a_positive_amount_in_a_known_state(self, credit):
        refuses("a_payment_is_for_one_thing", lambda: self.another(credit, run_line_id=None))
        refuses("a_payment_moves_a_positive_amount", lambda: self.another(credit, amount_fen=0, state="refused"))
        refuses("a_payment_is_in_a_known_state", lambda: self.another(credit, state="lost"))

    def test_an_executed_payment_names_its_day(self, credit):
        refuses(
            "an_executed_payment_names_its_day", lambda: Payment.objects.filter(pk=credit.pk).update(booked_on=None)
        )

    def test_a_routing_pays_a_bill_once_and_is_never_rewritten(self, credit, world):
        world.bill_july()
        redemption = Redemption.objects.get()
        again = {field.attname: getattr(redemption, field.attname) for field in Redemption._meta.concrete_fields}
        refuses("a_routing_pays_a_bill_once", lambda: Redemption.objects.create(**{**again, "id": uuid4()}))
        refuses("Cannot update or delete rows", lambda: Redemption.objects.update(amount_fen=1))
        payout = Payment.objects.get(kind=PaymentKind.PAYOUT)
        refuses(
            "one_live_payment_per_redemption",
            lambda: self.another(
                credit,
                kind=PaymentKind.PAYOUT,
                run_line_id=None,
                redemption=redemption,
                facility_id=payout.facility_id,
            ),
        )

    def test_a_redemption_moves_a_positive_amount(self, credit, world):
        bill = make_bill(world.stay, JULY.first_day)
        refuses(
            "a_redemption_moves_a_positive_amount",
            lambda: Redemption.objects.create(
                routing=world.routing,
                bill=bill,
                credit=credit.run_line,
                elder=world.elder,
                facility=world.home,
                bill_month=JULY.first_day,
                amount_fen=0,
                parts=[],
                redeemed_on=DAY,
            ),
        )

    def test_statements_bookings_and_breaks_are_kept_once(self, credit):
        day = {"channel": "sandbox", "day": DAY, "digest": "d", "state": "accepted", "count": 1, "total_fen": 1}
        statement = Statement.objects.create(**day)
        refuses("a_statement_is_taken_in_once", lambda: Statement.objects.create(**day))
        refuses("Cannot update or delete rows", lambda: Statement.objects.update(count=2))
        booked = {"statement": statement, "channel": "sandbox", "bank_ref": "B1", "key": "k", "movement": "executed"}
        booked |= {"amount_fen": 1, "booked_on": DAY}
        line = StatementLine.objects.create(**booked)
        refuses("a_booking_is_kept_once", lambda: StatementLine.objects.create(**booked))
        refuses("Cannot update or delete rows", lambda: StatementLine.objects.all().delete())
        difference = {"break_class": "theirs_only", "line": line, "amount_fen": 1, "day": DAY}
        Break.objects.create(**difference)
        refuses("a_difference_is_one_break", lambda: Break.objects.create(**difference))
        refuses("a_closed_break_says_why", lambda: Break.objects.update(closed_at="2026-07-01T00:00:00Z"))
        BalanceCheck.objects.create(statement=statement, owner="elder:1", ours_fen=1, theirs_fen=1)
        refuses(
            "a_balance_is_checked_once",
            lambda: BalanceCheck.objects.create(statement=statement, owner="elder:1", ours_fen=1, theirs_fen=1),
        )
