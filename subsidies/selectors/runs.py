"""What do we know of a settlement run? Figures that add up, in a constant number of queries. Never writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from eldercare.kernel import clock
from eldercare.kernel.days import Month
from eldercare.kernel.verdict import Outcome, Reason
from eldercare.kernel.viewer import Viewer
from eldercare.people.selectors import masked_names
from eldercare.regions.selectors import full_names
from subsidies.access import may_settle, runs_visible_to
from subsidies.choices import Cause, PaymentKind, PaymentState, RunState
from subsidies.models import Break, Payment, Redemption, Run, RunLine
from subsidies.models.payment import DEAD_STATES, LIVE
from subsidies.rules.programme import Benefit, benefit
from subsidies.rules.settlement import Matched, closing_reasons, matched_reasons, pay_by

PAGE = 50

# The last word on each account a run touches: the newest statement that names it.
UNBALANCED = """
WITH owners AS (
    SELECT 'elder:' || line.elder_id AS owner FROM subsidies_runline line WHERE line.run_id = %(run)s
    UNION SELECT 'facility:' || spent.facility_id FROM subsidies_redemption spent
        JOIN subsidies_runline line ON line.id = spent.credit_id WHERE line.run_id = %(run)s
    UNION SELECT 'region:' || run.region_id FROM subsidies_run run WHERE run.id = %(run)s
), last_word AS (
    SELECT DISTINCT ON (check_.owner) check_.ours_fen, check_.theirs_fen FROM subsidies_balancecheck check_
    JOIN owners ON owners.owner = check_.owner
    JOIN subsidies_statement statement ON statement.id = check_.statement_id
    ORDER BY check_.owner, statement.day DESC, check_.id DESC
)
SELECT count(*) FROM last_word WHERE ours_fen <> theirs_fen
"""
BILLS_AWAITED = """
SELECT count(*) FROM subsidies_runline line
JOIN subsidies_entitlement credited ON credited.id = line.entitlement_id
JOIN subsidies_routing routing ON routing.elder_id = line.elder_id
    AND routing.from_month <= line.benefit_month
    AND (routing.until_month IS NULL OR line.benefit_month < routing.until_month)
JOIN subsidies_entitlement routed ON routed.id = routing.entitlement_id AND routed.programme = credited.programme
JOIN facilities_stay stay ON stay.elder_id = line.elder_id AND stay.facility_id = routing.facility_id
    AND stay.state IN ('in', 'ended')
    AND stay.days && daterange(line.benefit_month, (line.benefit_month + interval '1 month')::date)
LEFT JOIN facilities_bill bill ON bill.stay_id = stay.id AND bill.bill_month = line.benefit_month
WHERE line.run_id = %(run)s AND bill.id IS NULL
"""


@dataclass(frozen=True)
class StateCount:
    """How many payments are in a state, and their fen."""

    state: PaymentState
    count: int
    amount_fen: int


@dataclass(frozen=True)
class RunFigures:
    """A run's money from the lines to the bank. Credits equal what was redeemed plus what stays with the elders."""

    credits: tuple[StateCount, ...]
    payouts: tuple[StateCount, ...]
    credited: Matched
    paid_out: Matched
    without_account: int
    redeemed_fen: int
    stays_with_elders_fen: int
    open_breaks: int
    unbalanced: int
    bills_awaited: int

    @property
    def credited_at_bank_fen(self) -> int:
        return _executed_fen(self.credits)

    @property
    def paid_at_bank_fen(self) -> int:
        return _executed_fen(self.payouts)


@dataclass(frozen=True)
class RunCard:
    """A run as a list shows it."""

    run: Run
    benefit: Benefit
    month: Month
    region_name: str


@dataclass(frozen=True)
class LineRow:
    """A line of a run as a table shows it; the elder's name is masked."""

    line: RunLine
    elder_name: str
    cause: Cause
    payment: Payment | None


@dataclass(frozen=True)
class RunView:
    """Everything the run's page shows, but its lines."""

    card: RunCard
    figures: RunFigures
    reasons: tuple[Reason, ...]
    causes: Mapping[str, tuple[int, int]]
    proposer: str
    approver: str
    pay_by: object
    may_settle: bool
    may_approve: bool

    @property
    def may_close(self) -> bool:
        return self.card.run.state == RunState.RECONCILED and all(
            reason.outcome is Outcome.PASS for reason in self.reasons
        )


def run_cards(runs: QuerySet[Run]) -> list[RunCard]:
    """Give runs as a list shows them, in two queries."""
    rows = list(runs)
    names = full_names({row.region_id for row in rows})
    return [
        RunCard(row, benefit(row.programme), Month.of(row.benefit_month), names.get(row.region_id, row.region_id))
        for row in rows
    ]


def run_view(viewer: Viewer, run_id: UUID) -> RunView | None:
    """Give a run as its page shows it, or None when it is not the viewer's to see."""
    run = runs_visible_to(viewer).select_related("proposed_by", "approved_by").filter(pk=run_id).first()
    if run is None:
        return None
    (card,) = run_cards([run])
    figures = run_figures(run)
    settles = may_settle(viewer, run.region_id)
    return RunView(
        card=card,
        figures=figures,
        reasons=run_reasons(run, figures),
        causes=causes_of(run),
        proposer=run.proposed_by.name if run.proposed_by else "",
        approver=run.approved_by.name if run.approved_by else "",
        pay_by=pay_by(card.month, card.benefit.programme.calendar["pay_by"]),
        may_settle=settles,
        may_approve=settles and run.state == RunState.PROPOSED and run.proposed_by_id != viewer.user_id,
    )


def run_reasons(run: Run, figures: RunFigures) -> tuple[Reason, ...]:
    """Answer every condition a run meets or misses before it is closed."""
    return (
        *matched_reasons(figures.credited, figures.paid_out, figures.open_breaks, figures.unbalanced),
        *closing_reasons(Month.of(run.benefit_month), clock.today(), figures.bills_awaited),
    )


def causes_of(run: Run) -> dict[str, tuple[int, int]]:
    """Give the lines and fen of each cause; they add up to the run's totals."""
    rows = run.lines.values_list("cause").annotate(count=Count("pk"), total=Sum("amount_fen")).order_by("-cause")
    return {str(Cause(cause).label): (count, total) for cause, count, total in rows}


def run_figures(run: Run) -> RunFigures:
    """Add up what became of a run's lines, in five queries."""
    states: dict[str, list[StateCount]] = {PaymentKind.CREDIT: [], PaymentKind.PAYOUT: []}
    matched = dict.fromkeys(states, (0, 0))
    agreed = Q(matched_at__isnull=False)
    rows = Payment.objects.filter(LIVE | Q(state=PaymentState.REFUSED), run=run).values("kind", "state")
    for row in rows.annotate(
        count=Count("pk"),
        total=Sum("amount_fen"),
        agreed=Count("pk", filter=agreed),
        agreed_fen=Sum("amount_fen", filter=agreed, default=0),
    ).order_by("kind", "state"):
        kind = row["kind"]
        states[kind].append(StateCount(PaymentState(row["state"]), row["count"], row["total"]))
        matched[kind] = (matched[kind][0] + row["agreed"], matched[kind][1] + row["agreed_fen"])
    redeemed = Redemption.objects.filter(credit__run=run).aggregate(count=Count("pk"), total=Sum("amount_fen"))
    redeemed_fen = redeemed["total"] or 0
    ordered = Payment.objects.filter(run=run, kind=PaymentKind.CREDIT, attempt=1).count()
    return RunFigures(
        credits=tuple(states[PaymentKind.CREDIT]),
        payouts=tuple(states[PaymentKind.PAYOUT]),
        credited=Matched(run.line_count, run.total_fen, *matched[PaymentKind.CREDIT]),
        paid_out=Matched(redeemed["count"], redeemed_fen, *matched[PaymentKind.PAYOUT]),
        without_account=run.line_count - ordered if run.posted_at else 0,
        redeemed_fen=redeemed_fen,
        stays_with_elders_fen=run.total_fen - redeemed_fen,
        open_breaks=Break.objects.filter(run=run, closed_at=None).count(),
        unbalanced=_count(UNBALANCED, run),
        bills_awaited=_count(BILLS_AWAITED, run),
    )


def breaks_of(run: Run) -> QuerySet[Break]:
    """Give a run's differences, the open ones first."""
    return run.breaks.select_related("payment").order_by(F("closed_at").asc(nulls_first=True), "pk")[:PAGE]


def stuck_payments(run: Run) -> QuerySet[Payment]:
    """Give the payments the bank refused or returned and nobody has ordered anew."""
    same = Q(run_line=OuterRef("run_line")) | Q(redemption=OuterRef("redemption"))
    later = Payment.objects.filter(same, attempt__gt=OuterRef("attempt"))
    stuck = Payment.objects.filter(~Exists(later), run=run, state__in=DEAD_STATES)
    return stuck.select_related("facility").order_by("pk")[:PAGE]


def line_rows(lines: list[RunLine]) -> list[LineRow]:
    """Give lines as a table shows them, in two queries more."""
    names = masked_names({line.elder_id for line in lines})
    newest: dict[UUID, Payment] = {}
    for payment in Payment.objects.filter(run_line__in=lines).order_by("attempt"):
        newest[payment.run_line_id] = payment
    return [LineRow(line, names.get(line.elder_id, ""), Cause(line.cause), newest.get(line.pk)) for line in lines]


def _executed_fen(states: tuple[StateCount, ...]) -> int:
    return sum(one.amount_fen for one in states if one.state == PaymentState.EXECUTED)


def _count(statement: str, run: Run) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"run": str(run.pk)})
        return cursor.fetchone()[0]
