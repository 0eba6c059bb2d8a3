"""The officers' doors to settlement: the list of runs, one run with its stages and figures, and the acts on it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from eldercare.audit.services import once
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.viewer import Viewer
from eldercare.regions.selectors import full_names
from eldercare.ui.errors import refused_in_form
from eldercare.ui.forms import MonthField, request_key
from eldercare.ui.htmx import page_or_part
from subsidies.access import DISTRICT_OFFICER, SEES_RUNS, runs_visible_to
from subsidies.choices import RunState
from subsidies.models import Run
from subsidies.selectors.runs import PAGE, RunView, breaks_of, line_rows, run_cards, run_view, stuck_payments
from subsidies.services import close, pay, reconcile, settle

NOT_CONTENT = ("csrfmiddlewaretoken", "request_key")
WORKING = (RunState.OPEN, RunState.APPROVED, RunState.POSTED, RunState.PAYING)
STAGES: tuple[tuple[Sentence, tuple[str, ...]], ...] = (
    (say("计算"), (RunState.OPEN,)),
    (say("提请"), (RunState.CALCULATED,)),
    (say("复核"), (RunState.PROPOSED,)),
    (say("记账"), (RunState.APPROVED,)),
    (say("付款"), (RunState.POSTED, RunState.PAYING)),
    (say("对账"), (RunState.RECONCILED,)),
    (say("结清"), (RunState.CLOSED,)),
)


class OpenForm(forms.Form):
    """Which run to open: a benefit, one of the officer's districts, a month."""

    programme = forms.ChoiceField(label=gettext_lazy("补贴"))
    region_code = forms.ChoiceField(label=gettext_lazy("出资区"))
    benefit_month = MonthField(label=gettext_lazy("补贴月份"))

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = sorted(viewer.places("region", DISTRICT_OFFICER))
        names = full_names(codes)
        self.fields["programme"].choices = [(one.id, _(str(one.name))) for one in settle.settled_benefits().values()]
        self.fields["region_code"].choices = [(code, names.get(code, code)) for code in codes]
        self.fields["benefit_month"].initial = clock.this_month().next()


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def runs(request: HttpRequest) -> HttpResponse:
    """List the runs of the viewer's regions, newest month first; a POST opens one."""
    if not request.viewer.places("region", *SEES_RUNS):
        raise Http404
    opens = bool(request.viewer.places("region", DISTRICT_OFFICER))
    form = OpenForm(request.POST or None, viewer=request.viewer) if opens else None
    next_month = clock.this_month().next()
    context = {**_listed(request), "next_month": next_month, "opens": settle.opens_for(next_month)}
    if request.method != "POST" or form is None or not form.is_valid():
        status = 422 if form is not None and form.errors else 200
        return render(request, "subsidies/runs.html", {"form": form, **context}, status=status)
    try:
        answer = _once(request, "subsidies.open_run", lambda: settle.open_run(request.viewer, **form.cleaned_data))
    except Refusal as refusal:
        return refused_in_form(request, "subsidies/runs.html", form, refusal, **context)
    return redirect("subsidies:run", answer["id"])


@never_cache
@login_required
@require_safe
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Show one run; htmx asks for the live part again while work is going on."""
    view = _found(request, run_id)
    rows = view.card.run.lines.order_by("pk")
    after = _uuid(request.GET.get("after"))
    if after:
        rows = rows.filter(pk__gt=after)
    chunk = list(rows[: PAGE + 1])
    shown = chunk[:PAGE]
    return page_or_part(
        request,
        "subsidies/run.html",
        part="run_live",
        view=view,
        run=view.card.run,
        steps=_steps(view.card.run),
        working=view.card.run.state in WORKING,
        stale=view.card.run.state == RunState.CALCULATED and settle.decided_since(view.card.run),
        lines=line_rows(shown),
        following=shown[-1].pk if len(chunk) > PAGE else None,
        paged=bool(after),
        breaks=breaks_of(view.card.run),
        stuck=stuck_payments(view.card.run),
    )


@login_required
@require_POST
def act(request: HttpRequest, run_id: UUID, name: str) -> HttpResponse:
    """Do one act on a run and go back to its page. What is asked for is what the button says."""
    viewer, reason = request.viewer, request.POST.get("reason", "").strip()
    acts: dict[str, tuple[Callable[[], Run], str]] = {
        "calculate": (lambda: settle.calculate_again(viewer, run_id=run_id), _("正在重新计算。")),
        "propose": (lambda: settle.propose_run(viewer, run_id=run_id), _("已提请，请另一位同事复核。")),
        "approve": (lambda: settle.approve_run(viewer, run_id=run_id), _("已批准，正在记账和付款。")),
        "return": (lambda: settle.return_run(viewer, run_id=run_id, reason=reason), _("已退回，可以修改后再提请。")),
        "cancel": (lambda: settle.cancel_run(viewer, run_id=run_id, reason=reason), _("这一批已作废。")),
        "close": (lambda: close.close_run(viewer, run_id=run_id), _("这一批已结清。")),
    }
    if name not in acts:
        raise Http404
    if name in ("return", "cancel") and not reason:
        raise Refusal("reason_missing", say("请写明原因。"), next_step=say("请返回上一页，填写原因后再提交。"))
    do, done = acts[name]
    _once(request, f"subsidies.run.{name}", do)
    messages.success(request, done)
    return redirect("subsidies:run", run_id)


@login_required
@require_POST
def pay_again(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """Order a payment anew that the bank refused or returned."""
    answer = _once(
        request,
        "subsidies.pay_again",
        lambda: pay.pay_again(request.viewer, payment_id=payment_id),
        shown=lambda payment: {"run": str(payment.run_id)},
    )
    messages.success(request, _("已重新付款，用的是新的付款编号。"))
    return redirect("subsidies:run", answer["run"])


@login_required
@require_POST
def close_break(request: HttpRequest, break_id: UUID) -> HttpResponse:
    """Close a difference with an explanation."""
    reason = request.POST.get("reason", "").strip()
    answer = _once(
        request,
        "subsidies.close_break",
        lambda: reconcile.close_break(request.viewer, break_id=break_id, resolution=reason),
        shown=lambda difference: {"run": str(difference.run_id)},
    )
    messages.success(request, _("这条差异已处理。"))
    return redirect("subsidies:run", answer["run"])


def _listed(request: HttpRequest) -> dict[str, Any]:
    """A page of runs by month and id; `after` names the last run of the page before."""
    rows = runs_visible_to(request.viewer).order_by("-benefit_month", "-pk")
    last = rows.filter(pk=_uuid(request.GET.get("after"))).first()
    if last:
        rows = rows.filter(benefit_month__lte=last.benefit_month).exclude(
            benefit_month=last.benefit_month, pk__gte=last.pk
        )
    chunk = list(rows[: PAGE + 1])
    cards = run_cards(chunk[:PAGE])
    return {"cards": cards, "following": cards[-1].run.pk if len(chunk) > PAGE else None, "paged": bool(last)}


def _found(request: HttpRequest, run_id: UUID) -> RunView:
    view = run_view(request.viewer, run_id)
    if view is None:
        raise Http404
    return view


def _steps(run: Run) -> list[dict[str, Any]]:
    """Draw the stages: those before the run's state are done, the one it is in is current."""
    names = [stage for stage, states in enumerate(STAGES) if run.state in states[1]]
    here = names[0] if names else -1
    closed = run.state == RunState.CLOSED
    return [
        {"label": label, "state": "done" if closed or number < here else "current" if number == here else "ahead"}
        for number, (label, _states) in enumerate(STAGES)
    ]


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _once(
    request: HttpRequest,
    door: str,
    do: Callable[[], Any],
    *,
    shown: Callable[[Any], dict[str, str]] = lambda row: {"id": str(row.pk)},
) -> dict[str, Any]:
    """Do an act once per drawn form: a second click does nothing more."""
    body = [request.path, {name: text for name, text in request.POST.items() if name not in NOT_CONTENT}]
    answer, _repeated = once(request.viewer, door, request_key(request), body, lambda: shown(do()))
    return answer
