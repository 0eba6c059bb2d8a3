"""A paid run goes on to reconciled when statement, ledger and payments agree, and is closed when nothing is open."""

from uuid import UUID

from django.db import transaction

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.locks import lock_one
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.verdict import Outcome
from eldercare.kernel.viewer import Viewer, system
from subsidies.access import may_settle, runs_visible_to
from subsidies.choices import RunState
from subsidies.models import Run
from subsidies.selectors.runs import run_figures, run_reasons

MATCHED = ("credits", "payouts", "breaks", "balances")
PAID = (RunState.PAYING, RunState.RECONCILED)


def advance_runs() -> None:
    """Move every paid run as far as its figures allow."""
    for run_id in Run.objects.filter(state__in=PAID).order_by("pk").values_list("pk", flat=True):
        advance_run(run_id)


@transaction.atomic
def advance_run(run_id: UUID) -> Run | None:
    """Move one paid run: to reconciled, back to paying when something new is open, or to closed. Gives it, if there."""
    run = lock_one(Run.objects.filter(pk=run_id, state__in=PAID))
    if run is None:
        return None
    reasons = run_reasons(run, run_figures(run))
    missed = {reason.id for reason in reasons if reason.outcome is not Outcome.PASS}
    if missed.intersection(MATCHED):
        return _step(run, RunState.PAYING)
    return _step(run, RunState.RECONCILED if missed else RunState.CLOSED)


def close_run(viewer: Viewer, *, run_id: UUID) -> Run:
    """Close a run now. Refusals: `no_such_run` (404), `run_not_closable` (422) with every reason."""
    seen = runs_visible_to(viewer).filter(pk=run_id).first()
    if seen is None or not may_settle(viewer, seen.region_id):
        raise Refusal("no_such_run", say("没有找到这一批结算。"), next_step=say("请从结算列表重新进入。"), status=404)
    run = advance_run(run_id) or seen
    if run.state != RunState.CLOSED:
        raise Refusal(
            "run_not_closable",
            say("这一批还不能结清。"),
            next_step=say("请看下面没有符合的条件，处理后再来。"),
            reasons=run_reasons(run, run_figures(run)),
        )
    return run


def _step(run: Run, state: RunState) -> Run:
    if run.state == state:
        return run
    run.state = state
    if state in (RunState.RECONCILED, RunState.CLOSED):
        run.reconciled_at = run.reconciled_at or clock.now()
    run.closed_at = clock.now() if state == RunState.CLOSED else None
    run.save(update_fields=["state", "reconciled_at", "closed_at"])
    record(system("settlement"), f"run.{state.value}", f"run:{run.pk}", place=run.region_id)
    return run
