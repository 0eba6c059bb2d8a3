"""A settlement run from its opening to its approval: officers decide, a worker calculates in between. Moves no money."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils.module_loading import import_string

from eldercare.audit.services import record
from eldercare.kernel import clock, faults
from eldercare.kernel.after_commit import ring
from eldercare.kernel.days import Month
from eldercare.kernel.locks import lock_name, lock_one
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer, system
from subsidies.access import may_settle, runs_visible_to
from subsidies.choices import Cause, RunState
from subsidies.models import Entitlement, Run, RunLine
from subsidies.rules.programme import Benefit, benefits
from subsidies.rules.settlement import RUN_STEPS, Due, due_lines, may_step, opens_on, why_not_open
from subsidies.selectors.rights import amounts_of

RUN_OPEN = faults.point("run.open", "a run is opened and nobody has begun to calculate it")
RUN_MID_CALCULATION = faults.point("run.mid_calculation", "one chunk of a run's lines is committed, others may follow")
RUN_CALCULATED = faults.point("run.calculated", "a run is calculated and its totals are written")
RUN_APPROVED = faults.point("run.approved", "a run is approved and not yet posted")


def settled_benefits() -> dict[str, Benefit]:
    """Give the benefits that are paid by runs: those whose document sets a calendar."""
    return {one.id: one for one in benefits().values() if one.programme.calendar}


def opens_for(month: Month) -> date:
    """Give the first day on which some run of a month may open."""
    return min(opens_on(month, one.programme.calendar["decide_by_day"]) for one in settled_benefits().values())


def open_run(viewer: Viewer, *, programme: str, region_code: str, benefit_month: Month) -> Run:
    """Open the run of a benefit, funding district and month, or give the live one; its calculation begins at once.

    Refusals: `not_your_district` (403), `unknown_programme`, `benefit_month_too_late`, `decisions_not_closed`,
    `programme_not_in_force` (422). 160号 五(二)、六.
    """
    if not may_settle(viewer, region_code):
        raise Refusal(
            "not_your_district",
            say("补贴由户籍所在区结算，您不是这个区的经办人员。"),
            next_step=say("请联系这个区的民政局。"),
            status=403,
        )
    benefit = settled_benefits().get(programme)
    if benefit is None:
        raise Refusal(
            "unknown_programme",
            say("没有这项按月结算的补贴。"),
            next_step=say("请从列表里选一项：{names}。", names="、".join(settled_benefits())),
        )
    no = why_not_open(
        benefit_month,
        today=clock.today(),
        decide_by_day=benefit.programme.calendar["decide_by_day"],
        in_force_from=benefit.programme.valid_from,
    )
    if no:
        raise no
    return _open(viewer, programme, region_code, benefit_month)


def open_due_runs() -> list[Run]:
    """Open next month's runs the day after decisions closed, wherever somebody is entitled: the calendar's own act."""
    today = clock.today()
    month = Month.of(today).next()
    opened: list[Run] = []
    for benefit in settled_benefits().values():
        if today <= opens_on(month, benefit.programme.calendar["decide_by_day"]):
            continue
        due = Entitlement.objects.filter(_due_in(month), programme=benefit.id)
        live = Run.objects.exclude(state=RunState.CANCELLED).filter(programme=benefit.id, benefit_month=month.first_day)
        waiting = due.exclude(payer_region__in=live.values("region")).order_by()
        codes = waiting.values_list("payer_region", flat=True).distinct()
        opened.extend(_open(system("calendar"), benefit.id, code, month) for code in codes)
    return opened


def calculate_run(run_id: UUID | str) -> None:
    """Write the lines of an open run, chunk by chunk, then its totals.

    May be called again at any time and by two workers at once: each chunk is one transaction under the run's lock and
    goes on where the last one stopped. A run that is not open is left alone.
    """
    while _calculate_chunk(run_id):
        faults.passing(RUN_MID_CALCULATION)
    faults.passing(RUN_CALCULATED)


@transaction.atomic
def calculate_again(viewer: Viewer, *, run_id: UUID) -> Run:
    """Throw a calculated draft away and calculate anew, so that what was decided meanwhile is in. Corrections stay."""
    run = _locked(viewer, run_id, RunState.OPEN)
    run.lines.exclude(cause=Cause.CORRECTION).delete()
    run.state, run.calculated_up_to, run.calculated_at = RunState.OPEN, None, None
    run.entitlements_done = run.line_count = run.total_fen = 0
    run.entitlements_total = _entitlements(run).count()
    run.save()
    record(viewer, "run.reopened", f"run:{run.pk}", place=run.region_id)
    ring(import_string("subsidies.tasks.calculate"), str(run.pk))
    return run


@transaction.atomic
def propose_run(viewer: Viewer, *, run_id: UUID) -> Run:
    """The first officer proposes a calculated run.

    Refusals: `run_moved_on` (409), `run_is_empty`, `run_is_stale` (entitlements decided since it was calculated).
    """
    run = _locked(viewer, run_id, RunState.PROPOSED)
    if run.line_count == 0:
        raise Refusal(
            "run_is_empty",
            say("这一批没有任何人应发补贴，不需要提请。"),
            next_step=say("如果有新的审定，请点“重新计算”；否则可以作废这一批。"),
        )
    if decided_since(run):
        raise Refusal(
            "run_is_stale",
            say("算好以后又有新的审定，这一批还没有算进去。"),
            next_step=say("请先点“重新计算”，核对后再提请。"),
            status=409,
        )
    run.state, run.proposed_by_id, run.proposed_at = RunState.PROPOSED, viewer.user_id, clock.now()
    run.save(update_fields=["state", "proposed_by", "proposed_at"])
    record(viewer, "run.proposed", f"run:{run.pk}", place=run.region_id, facts=_figures(run))
    return run


@transaction.atomic
def approve_run(viewer: Viewer, *, run_id: UUID) -> Run:
    """A second officer approves a proposed run; posting and paying begin at once.

    Refusals: `run_moved_on` (409), `approver_is_proposer` (403), `run_is_stale` (409).
    """
    run = _locked(viewer, run_id, RunState.APPROVED)
    if run.proposed_by_id == viewer.user_id:
        raise Refusal(
            "approver_is_proposer",
            say("这一批是您提请的，要由另一位经办人员复核批准。"),
            next_step=say("请让本区的另一位同事登录后批准。"),
            status=403,
        )
    if revised_since(run):
        raise Refusal(
            "run_is_stale",
            say("提请以后，这一批里有老人的情况变了（例如去世、迁出、停发）。"),
            next_step=say("请退回这一批，重新计算后再提请。"),
            status=409,
        )
    run.state, run.approved_by_id, run.approved_at = RunState.APPROVED, viewer.user_id, clock.now()
    run.save(update_fields=["state", "approved_by", "approved_at"])
    record(viewer, "run.approved", f"run:{run.pk}", place=run.region_id, facts=_figures(run))
    transaction.on_commit(lambda: faults.passing(RUN_APPROVED))
    ring(import_string("subsidies.tasks.settle_run"), str(run.pk))
    return run


@transaction.atomic
def return_run(viewer: Viewer, *, run_id: UUID, reason: str) -> Run:
    """Send a proposed run back to its draft, with the reason."""
    run = _locked(viewer, run_id, RunState.CALCULATED, came_from=RunState.PROPOSED)
    run.state, run.proposed_by, run.proposed_at = RunState.CALCULATED, None, None
    run.save(update_fields=["state", "proposed_by", "proposed_at"])
    record(viewer, "run.sent_back", f"run:{run.pk}", place=run.region_id, facts={"reason": reason[:200]})
    return run


@transaction.atomic
def cancel_run(viewer: Viewer, *, run_id: UUID, reason: str) -> Run:
    """Give up a run that nobody approved; its lines go, and the month may be opened anew."""
    run = _locked(viewer, run_id, RunState.CANCELLED)
    run.lines.all().delete()
    run.state, run.cancelled_because = RunState.CANCELLED, reason[:200]
    run.save(update_fields=["state", "cancelled_because"])
    record(viewer, "run.cancelled", f"run:{run.pk}", place=run.region_id, facts=_figures(run))
    return run


def decided_since(run: Run) -> bool:
    """Tell whether entitlements of this run's month were decided, or changed by the facts, after it was calculated."""
    if run.calculated_at is None:
        return False
    changed = Q(recorded_at__gt=run.calculated_at) | Q(revised_at__gt=run.calculated_at)
    rows = Entitlement.every.filter(programme=run.programme, payer_region=run.region_id)
    return rows.filter(changed, first_month__lte=run.benefit_month).exists()


def revised_since(run: Run) -> bool:
    """Tell whether the facts changed something that this run's lines pay, after it was calculated."""
    return run.calculated_at is not None and run.lines.filter(entitlement__revised_at__gt=run.calculated_at).exists()


@transaction.atomic
def _open(viewer: Viewer, programme: str, region_code: str, month: Month) -> Run:
    lock_name(f"run:{programme}:{region_code}:{month}")
    whose = {"programme": programme, "region_id": region_code, "benefit_month": month.first_day}
    live = Run.objects.exclude(state=RunState.CANCELLED).filter(**whose).first()
    if live:
        return live
    run = Run(**whose)
    run.entitlements_total = _entitlements(run).count()
    run.save(force_insert=True)
    record(
        viewer, "run.opened", f"run:{run.pk}", place=region_code, facts={"month": str(month), "programme": programme}
    )
    transaction.on_commit(lambda: faults.passing(RUN_OPEN))
    ring(import_string("subsidies.tasks.calculate"), str(run.pk))
    return run


def _locked(viewer: Viewer, run_id: UUID, following: str, *, came_from: str | None = None) -> Run:
    """Lock a run of the viewer's district that may take a step. Refusals: `no_such_run` (404), `run_moved_on` (409)."""
    run = lock_one(runs_visible_to(viewer).filter(pk=run_id))
    if run is None:
        raise Refusal("no_such_run", say("没有找到这一批结算。"), next_step=say("请从结算列表重新进入。"), status=404)
    if not may_settle(viewer, run.region_id):
        raise Refusal(
            "not_your_district",
            say("您可以查看这一批结算，但要由本区民政局的经办人员办理。"),
            next_step=say("请联系本区民政局。"),
            status=403,
        )
    if not may_step(RUN_STEPS, run.state, following) or (came_from and run.state != came_from):
        raise Refusal(
            "run_moved_on",
            say("这一批现在的状态是“{state}”，不能再做这一步。", state=say(str(RunState(run.state).label))),
            next_step=say("请刷新页面，看看别的同事是否已经办过。"),
            status=409,
        )
    return run


@transaction.atomic
def _calculate_chunk(run_id: UUID | str) -> bool:
    """Write the next chunk of lines; give False when the run is done or not open."""
    run = lock_one(Run.objects.filter(pk=run_id))
    if run is None or run.state != RunState.OPEN:
        return False
    rows = _entitlements(run).order_by("pk")
    if run.calculated_up_to:
        rows = rows.filter(pk__gt=run.calculated_up_to)
    chunk = list(rows[: settings.SETTLEMENT_CHUNK])
    if not chunk:
        _finish_calculation(run)
        return False
    RunLine.objects.bulk_create(_lines(run, chunk), ignore_conflicts=True)
    run.calculated_up_to = chunk[-1].pk
    run.entitlements_done += len(chunk)
    run.save(update_fields=["calculated_up_to", "entitlements_done"])
    return True


def _finish_calculation(run: Run) -> None:
    figures = run.lines.aggregate(count=Count("pk"), total=Sum("amount_fen"))
    run.line_count, run.total_fen = figures["count"], figures["total"] or 0
    run.state, run.calculated_at = RunState.CALCULATED, clock.now()
    run.entitlements_total = run.entitlements_done
    run.save()
    record(system("settlement"), "run.calculated", f"run:{run.pk}", place=run.region_id, facts=_figures(run))


def _lines(run: Run, entitlements: list[Entitlement]) -> Iterable[RunLine]:
    """Make the lines each entitlement is due in this run: each month's amount by the rates, less what was credited.

    What was credited counts by elder and benefit, whichever district paid it: no month is paid twice across a move.
    """
    credited: dict[UUID, dict[Month, int]] = defaultdict(lambda: defaultdict(int))
    paid = RunLine.objects.filter(
        elder__in=[row.elder_id for row in entitlements], entitlement__programme=run.programme
    )
    for elder_id, month, fen in paid.values_list("elder_id", "benefit_month", "amount_fen"):
        credited[elder_id][Month.of(month)] += fen
    amounts = amounts_of(entitlements)
    run_month, programme = Month.of(run.benefit_month), benefits()[run.programme].programme
    cite = programme.cite(programme.calendar["pay_article"])
    for row in entitlements:
        last = Month.of(row.last_month) if row.last_month else None
        rates = tuple((one.from_month, one.fen) for one in amounts[row.pk])
        due = Due(rates, Month.of(row.first_month), last, cite)
        for one in due_lines(due, run_month, credited[row.elder_id]):
            yield RunLine(
                run=run,
                entitlement=row,
                elder_id=row.elder_id,
                benefit_month=one.benefit_month.first_day,
                cause=one.cause,
                amount_fen=one.line.amount_fen,
                explanation=[one.line.to_json()],
            )


def _entitlements(run: Run):
    """Give the entitlements a run asks about: those that began by its month. What each is due is the rule's to say."""
    return Entitlement.objects.filter(
        programme=run.programme, payer_region=run.region_id, first_month__lte=run.benefit_month
    )


def _due_in(month: Month) -> Q:
    stands = Q(last_month__isnull=True) | Q(last_month__gte=month.first_day)
    return Q(stands, first_month__lte=month.first_day)


def _figures(run: Run) -> dict[str, int | str]:
    return {"month": str(Month.of(run.benefit_month)), "lines": run.line_count, "total_fen": run.total_fen}
