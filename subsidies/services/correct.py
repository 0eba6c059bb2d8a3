"""A month that was credited too low is put right by a line in a run not yet proposed; nothing that was paid is edited.

What was credited too high is a debt with a cause, which is recovered elsewhere; it is refused here, not forgotten.
"""

from uuid import UUID

from django.db import transaction

from eldercare.audit.services import record
from eldercare.kernel import faults
from eldercare.kernel.days import Month
from eldercare.kernel.locks import lock_one
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.verdict import Line
from eldercare.kernel.viewer import Viewer
from subsidies.access import may_settle
from subsidies.choices import Cause, RunState
from subsidies.models import Run, RunLine
from subsidies.rules.settlement import spoken

CORRECTION_MID = faults.point("correction.mid", "a correcting line is written and not yet committed")
DRAFTS = (RunState.OPEN, RunState.CALCULATED)


@transaction.atomic
def correct_line(viewer: Viewer, *, run_line_id: UUID, missing_fen: int, reason: str) -> RunLine:
    """Add the fen a credited month was short of to the next run of the same benefit and district.

    Refusals: `no_such_line` (404), `overpaid_is_recovered`, `no_draft_run` (409).
    """
    line = RunLine.objects.select_related("run").filter(pk=run_line_id).first()
    if line is None or not may_settle(viewer, line.run.region_id):
        raise Refusal("no_such_line", say("没有找到这一笔。"), next_step=say("请从结算页面重新进入。"), status=404)
    if missing_fen <= 0:
        raise Refusal(
            "overpaid_is_recovered",
            say("这里只能补发少发的钱，多发的要按追回办理。"),
            next_step=say("请核实后通知家属，并按 160号 十(四) 办理追回。"),
        )
    drafts = Run.objects.filter(programme=line.run.programme, region=line.run.region_id, state__in=DRAFTS)
    first = drafts.order_by("benefit_month").values("pk")[:1]
    run = lock_one(drafts.filter(pk__in=first))
    if run is None:
        raise Refusal(
            "no_draft_run",
            say("现在没有可以加入更正的结算批次。"),
            next_step=say("请等下一批结算打开后再来，或先打开下一批。"),
            status=409,
        )
    month = Month.of(line.benefit_month)
    explained = Line(say("更正{month}补贴", month=spoken(month)), missing_fen, say("{reason}", reason=reason))
    correction = RunLine.objects.create(
        run=run,
        entitlement_id=line.entitlement_id,
        elder_id=line.elder_id,
        benefit_month=line.benefit_month,
        cause=Cause.CORRECTION,
        amount_fen=missing_fen,
        explanation=[explained.to_json()],
    )
    if run.state == RunState.CALCULATED:
        run.line_count, run.total_fen = run.line_count + 1, run.total_fen + missing_fen
        run.save(update_fields=["line_count", "total_fen"])
    faults.passing(CORRECTION_MID)
    record(viewer, "line.corrected", f"line:{line.pk}", place=run.region_id, facts={"amount_fen": missing_fen})
    return correction
