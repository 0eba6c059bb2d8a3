"""The bells ring in a real worker: an approval alone brings the money to the elder's account."""

import time

import pytest

from subsidies.choices import PaymentState, RunState
from subsidies.models import Payment
from subsidies.services import settle
from tests.builders.people import make_elder
from tests.builders.regions import CHAOYANG
from tests.builders.settlement import NURSING, district_pair, make_entitlement, set_day
from tests.subsidies.month import DECIDED, JULY


def wait_until(condition, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.2)


@pytest.fixture
def bank_for_worker(open_bank, monkeypatch):
    """A bank whose address the worker process inherits."""
    bank = open_bank()
    monkeypatch.setenv("SANDBOX_BANK_URL", bank.url)
    return bank


@pytest.mark.slow
def test_opening_and_approving_are_the_only_acts_the_rest_is_bells(bank_for_worker, celery_worker):
    set_day(DECIDED)
    proposer, approver = district_pair()
    make_entitlement(make_elder())
    run = settle.open_run(proposer, programme=NURSING, region_code=CHAOYANG, benefit_month=JULY)

    def state() -> str:
        run.refresh_from_db()
        return run.state

    wait_until(lambda: state() == RunState.CALCULATED)
    settle.propose_run(proposer, run_id=run.pk)
    settle.approve_run(approver, run_id=run.pk)
    wait_until(lambda: Payment.objects.filter(state=PaymentState.EXECUTED).exists())
    assert state() == RunState.PAYING
    assert bank_for_worker.balance(Payment.objects.get().account.number) == 60_000
