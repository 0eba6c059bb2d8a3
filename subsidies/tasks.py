"""Doorbells of this floor: each carries an id or nothing, calls one service, and may be rung twice or at once.

The database row is the truth. A bell nobody heard is made good by `sweep`, which beat rings.
"""

from datetime import timedelta

import structlog
from celery import shared_task
from django.conf import settings

from eldercare.kernel import clock, faults
from eldercare.kernel.refusal import Refusal
from subsidies.choices import RunState
from subsidies.models import Run
from subsidies.services import (
    accounts,
    apply,
    clocks,
    close,
    follow_hukou,
    pay,
    post,
    reconcile,
    redeem,
    reroute,
    review,
    route,
    settle,
    versions,
)

SWEEP_RUNNING = faults.point("sweep.running", "the sweeper has begun to look for work whose bell was lost")
BEAT_TICK = faults.point("beat.tick", "the calendar's bell is rung")

log = structlog.get_logger(__name__)


@shared_task
def calculate(run_id: str) -> None:
    """Calculate an open run."""
    settle.calculate_run(run_id)


@shared_task
def settle_run(run_id: str) -> None:
    """Post an approved run and order its credits from the bank."""
    post.post_run(run_id)
    pay.order_credits(run_id)


@shared_task
def send_payments() -> None:
    """Send the payments that wait."""
    pay.send_waiting(settings.PAYMENT_CHANNEL)


@shared_task
def open_due_runs() -> None:
    """Open next month's runs once the decisions are closed."""
    faults.passing(BEAT_TICK)
    settle.open_due_runs()


@shared_task
def check_account(account_id: str) -> None:
    """Ask the bank about a payout account."""
    accounts.check_account(account_id)


@shared_task
def check_accounts() -> None:
    """Ask the bank about the payout accounts whose bell was lost."""
    accounts.check_waiting()


@shared_task
def follow_the_hukou() -> None:
    """Send applications on to the street the 户籍 has moved to."""
    follow_hukou.follow_the_hukou()


@shared_task
def redeem_due() -> None:
    """Redeem the bills that were issued since."""
    redeem.redeem_due()


@shared_task
def ask_unknown() -> None:
    """Ask the bank about payments it has not answered for."""
    pay.ask_unknown(settings.PAYMENT_CHANNEL)


@shared_task
def collect_statements() -> None:
    """Fetch the statements up to yesterday, match them, and move the runs they complete."""
    reconcile.collect_statements(settings.PAYMENT_CHANNEL, until=clock.today() - timedelta(days=1))
    reconcile.match_payments(settings.PAYMENT_CHANNEL)
    close.advance_runs()


@shared_task
def sweep() -> None:
    """Find runs whose bell was lost, and payments that still wait, and do their work."""
    faults.passing(SWEEP_RUNNING)
    unfinished = {
        RunState.OPEN: settle.calculate_run,
        RunState.APPROVED: post.post_run,
        RunState.POSTED: pay.order_credits,
        RunState.PAYING: pay.order_credits,
    }
    for state, work in unfinished.items():
        for run_id in Run.objects.filter(state=state).order_by("pk").values_list("pk", flat=True):
            try:
                work(run_id)
            except Refusal as busy:
                log.info("left_to_another_worker", run=str(run_id), code=busy.code)
    pay.send_waiting(settings.PAYMENT_CHANNEL)


@shared_task
def open_from_assessments() -> None:
    """Open the applications that newly concluded assessments bring by themselves (160号 四(二))."""
    apply.open_from_new_assessments()


@shared_task
def stop_without_consent() -> None:
    """Stop the routings whose consent was taken back."""
    route.stop_without_consent()


@shared_task
def tell_left_behind() -> None:
    """Tell the families of who moved that a benefit still pays the home that was left."""
    reroute.tell_left_behind()


@shared_task
def ring_clocks() -> None:
    """Set the clocks of waiting cases, remind of those due soon, report the overdue ones."""
    clocks.set_clocks_anew()
    clocks.ring_clocks()


@shared_task
def follow_facts() -> None:
    """Let rights follow what became known about elders since they were last looked at; finish trials whose worker was lost."""
    review.follow_facts()
    versions.sweep_trials()


@shared_task
def review_month() -> None:
    """Review every right that stands, once a month (160号 七(一): at least once a quarter)."""
    review.review_month()


@shared_task
def try_version(version_id: str) -> None:
    """Work out what a drafted change of a programme would mean."""
    versions.work_out(version_id)
