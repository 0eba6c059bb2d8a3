"""A right follows the facts: only the difference is written, nothing that was paid is edited, and everybody is told why."""

from datetime import date

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eldercare.audit.models import Event
from eldercare.kernel import clock
from eldercare.kernel.days import Month
from eldercare.kernel.refusal import Refusal
from eldercare.people.models import Letter
from eldercare.people.services.declare import (
    declare_certificate,
    declare_change,
    declare_prison,
    move_hukou,
    record_death,
    withdraw_death,
)
from subsidies.choices import Cause, ChangeKind, RoutingState, RunState
from subsidies.models import Change, CrossCheckFlag, Debt, Entitlement, Rate, Routing, Run, RunLine
from subsidies.rules import events
from subsidies.rules.timeline import timeline
from subsidies.selectors.facts import inputs_of
from subsidies.selectors.rights import standing
from subsidies.services import settle
from subsidies.services.recompute import recompute
from tests.builders.accounts import viewer_for
from tests.builders.facilities import make_home
from tests.builders.regions import CHAOYANG, TONGZHOU, WUQING
from tests.builders.settlement import district_pair, make_entitlement, make_routing, set_day
from tests.builders.subsidies import HARDSHIP, NURSING, SENIORITY, make_beijing_elder, make_family

pytestmark = pytest.mark.django_db

LIYUAN = "110112001"
LEVEL_3_EYES = {"category": 1, "level": 2}
TODAY = date(2026, 6, 15)


class Case:
    """An elder of 朝阳 with a certificate of tier 2 (400 yuan), whose right began in January; today is 15 June 2026."""

    def __init__(self, programme: str = NURSING, monthly_fen: int = 40_000, **elder) -> None:
        set_day(date(2025, 12, 20))
        self.family = make_family()
        elder.setdefault("certificate", LEVEL_3_EYES)
        self.elder = make_beijing_elder(self.family, level=None, **elder)
        self.programme = programme
        self.entitlement = make_entitlement(self.elder, first="2026-01", programme=programme, monthly_fen=monthly_fen)
        tier = {NURSING: "second", SENIORITY: "from_80", HARDSHIP: "dibao"}[programme]
        Entitlement.objects.filter(pk=self.entitlement.pk).update(tier=tier)
        self.viewer = viewer_for(self.family)
        set_day(TODAY)

    def recompute(self):
        return recompute(self.viewer, self.elder.pk)

    def rows(self):
        found = Entitlement.objects.filter(elder=self.elder, programme=self.programme).order_by("first_month")
        return [
            (row.payer_region_id, str(Month.of(row.first_month)), row.last_month and str(Month.of(row.last_month)))
            for row in found
        ]

    def rates(self):
        rows = Rate.objects.filter(entitlement__elder=self.elder, superseded_at__isnull=True).order_by("from_month")
        return [(str(Month.of(row.from_month)), row.monthly_fen) for row in rows]

    def pay(self, month: str, fen: int, region: str = CHAOYANG):
        """A run of a month that is approved and credits the elder."""
        proposer, approver = district_pair(region)
        run = Run.objects.create(programme=self.programme, region_id=region, benefit_month=Month.parse(month).first_day)
        row = Entitlement.objects.filter(
            elder=self.elder, first_month__lte=run.benefit_month, programme=self.programme
        ).latest("first_month")
        RunLine.objects.create(
            run=run,
            entitlement=row,
            elder=self.elder,
            benefit_month=run.benefit_month,
            cause=Cause.REGULAR,
            amount_fen=fen,
            explanation=[],
        )
        Run.objects.filter(pk=run.pk).update(
            state=RunState.APPROVED,
            calculated_at=clock.now(),
            proposed_by=proposer.user_id,
            approved_by=approver.user_id,
        )
        return run

    def debts(self):
        found: dict = {}
        for row in Debt.objects.filter(elder=self.elder):
            key = (str(Month.of(row.benefit_month)), row.payer_region_id, row.owed_by_region_id)
            found[key] = found.get(key, 0) + row.amount_fen
        return {key: fen for key, fen in found.items() if fen}


@pytest.fixture
def case():
    return Case()


def test_facts_that_say_the_same_change_nothing_and_say_nothing(case):
    assert case.recompute() == [] and case.recompute() == []
    assert case.rows() == [(CHAOYANG, "2026-01", None)] and case.rates() == []
    assert not Letter.objects.exists() and not Change.objects.exists()
    assert Entitlement.objects.get(pk=case.entitlement.pk).reviewed_at is not None


def test_a_death_ends_the_right_after_its_month_ends_the_routing_and_asks_back_what_was_paid(case):
    make_routing(case.entitlement, make_home(), first="2026-01")
    for month in ("2026-05", "2026-06"):
        case.pay(month, 40_000)
    record_death(case.viewer, elder_id=case.elder.pk, died_on=date(2026, 4, 9))
    (change,) = case.recompute()
    assert case.rows() == [(CHAOYANG, "2026-01", "2026-04")]
    assert (change.kind, change.before_fen, change.after_fen, change.from_month) == (
        ChangeKind.STOPPED,
        40_000,
        0,
        date(2026, 5, 1),
    )
    assert [reason["id"] for reason in change.reasons] == ["alive"]
    assert case.debts() == {("2026-05", CHAOYANG, None): 40_000, ("2026-06", CHAOYANG, None): 40_000}
    assert Debt.objects.first().change_id == change.pk
    assert Routing.objects.get().state == RoutingState.REVOKED
    letter = Letter.objects.get(kind="subsidy.stopped")
    assert "2026" in str(letter.body) and "复议" in str(letter.body) and "七(二)" in str(letter.body)
    case.recompute()
    assert Debt.objects.count() == 2, "asked again, nothing is owed twice"

    withdraw_death(case.viewer, elder_id=case.elder.pk)
    (change,) = case.recompute()
    assert change.kind == ChangeKind.RESUMED and case.rows() == [(CHAOYANG, "2026-01", None)]
    assert case.debts() == {}
    assert Debt.objects.count() == 4, "what was asked too much is taken back by rows of its own"


def test_a_move_to_another_district_leaves_no_gap_and_no_double_month(case):
    case.pay("2026-06", 40_000)
    routing = make_routing(case.entitlement, make_home(), first="2026-01")
    move_hukou(case.viewer, elder_id=case.elder.pk, region=LIYUAN, on=date(2026, 5, 15))
    (change,) = case.recompute()
    assert case.rows() == [(CHAOYANG, "2026-01", "2026-05"), (TONGZHOU, "2026-06", None)]
    assert (change.kind, change.payer_before_id, change.payer_after_id) == (ChangeKind.MOVED, CHAOYANG, TONGZHOU)
    assert case.debts() == {("2026-06", CHAOYANG, TONGZHOU): 40_000}, "the new district owes June to the old one"
    routing.refresh_from_db()
    carried = Routing.objects.get(state=RoutingState.ACTIVE)
    assert (routing.until_month, carried.from_month, carried.entitlement.payer_region_id) == (
        date(2026, 6, 1),
        date(2026, 6, 1),
        TONGZHOU,
    )
    set_day(date(2026, 6, 28))
    run = settle.open_run(
        district_pair(TONGZHOU)[0], programme=NURSING, region_code=TONGZHOU, benefit_month=Month(2026, 7)
    )
    settle.calculate_run(run.pk)
    lines = RunLine.objects.filter(run=run).values_list("benefit_month", "amount_fen")
    assert list(lines) == [(date(2026, 7, 1), 40_000)], "June is not paid a second time"


def test_of_two_moves_in_one_month_the_district_between_pays_nothing(case):
    move_hukou(case.viewer, elder_id=case.elder.pk, region=LIYUAN, on=date(2026, 5, 4))
    move_hukou(case.viewer, elder_id=case.elder.pk, region="110101001", on=date(2026, 5, 20))
    case.recompute()
    assert [row[:2] for row in case.rows()] == [(CHAOYANG, "2026-01"), ("110101", "2026-06")]


def test_a_higher_tier_counts_from_the_next_month_and_paid_months_are_made_up_by_the_difference(case):
    for month in ("2026-04", "2026-05"):
        case.pay(month, 40_000)
    certificate = {"category": 1, "level": 1, "from": date(2026, 3, 20)}
    declare_certificate(case.viewer, elder_id=case.elder.pk, certificate=certificate)
    (change,) = case.recompute()
    assert (change.kind, change.before_fen, change.after_fen) == (ChangeKind.INCREASED, 40_000, 60_000)
    assert case.rates() == [("2026-04", 60_000)] and case.debts() == {}
    set_day(date(2026, 6, 28))
    run = settle.open_run(district_pair()[0], programme=NURSING, region_code=CHAOYANG, benefit_month=Month(2026, 7))
    settle.calculate_run(run.pk)
    lines = RunLine.objects.filter(run=run).order_by("benefit_month")
    assert [(str(Month.of(row.benefit_month)), row.cause, row.amount_fen) for row in lines] == [
        ("2026-01", "back_pay", 40_000),
        ("2026-02", "back_pay", 40_000),
        ("2026-03", "back_pay", 40_000),
        ("2026-04", "difference", 20_000),
        ("2026-05", "difference", 20_000),
        ("2026-06", "back_pay", 60_000),
        ("2026-07", "regular", 60_000),
    ]


def test_a_lower_tier_learnt_late_is_owed_back_and_a_correction_of_it_is_taken_back(case):
    for month in ("2026-04", "2026-05"):
        case.pay(month, 40_000)
    declare_certificate(
        case.viewer, elder_id=case.elder.pk, certificate={"category": 2, "level": 2, "from": date(2026, 4, 10)}
    )
    (change,) = case.recompute()
    assert change.kind == ChangeKind.DECREASED
    assert case.debts() == {("2026-05", CHAOYANG, None): 20_000}


def test_a_gain_learnt_more_than_six_months_late_counts_from_the_month_it_was_learnt(case):
    set_day(date(2026, 10, 15))
    certificate = {"category": 1, "level": 1, "from": date(2026, 2, 20)}
    declare_certificate(case.viewer, elder_id=case.elder.pk, certificate=certificate)
    case.recompute()
    assert case.rates() == [("2026-10", 60_000)], "March lies seven months back"
    assert case.recompute() == [] and case.rates() == [("2026-10", 60_000)]


def test_a_birthday_raises_the_allowance_when_its_month_comes_near():
    case = Case(SENIORITY, 10_000, born=date(1936, 8, 20), certificate=None)
    assert case.recompute() == [], "August is not near yet"
    set_day(date(2026, 7, 2))
    (change,) = case.recompute()
    assert (change.kind, change.before_fen, change.after_fen, change.from_month) == (
        ChangeKind.INCREASED,
        10_000,
        50_000,
        date(2026, 8, 1),
    )


def test_the_end_of_dibao_stops_the_hardship_subsidy():
    case = Case(HARDSHIP, 30_000, circumstances={"dibao": True})
    declare_change(case.viewer, elder_id=case.elder.pk, circumstance="dibao", what="ended", on=date(2026, 5, 3))
    (change,) = case.recompute()
    assert (change.kind, case.rows()) == (ChangeKind.STOPPED, [(CHAOYANG, "2026-01", "2026-05")])


def test_prison_stops_the_right_and_its_end_brings_it_back_without_an_application(case):
    declare_prison(case.viewer, elder_id=case.elder.pk, since=date(2026, 2, 5), until=date(2026, 4, 20))
    changes = case.recompute()
    assert [(one.kind, str(Month.of(one.from_month))) for one in changes] == [(ChangeKind.STOPPED, "2026-03")]
    assert case.rows() == [(CHAOYANG, "2026-01", "2026-02"), (CHAOYANG, "2026-05", None)]


def test_an_unknown_fact_changes_nothing_and_is_put_before_the_district(case):
    declare_certificate(
        case.viewer, elder_id=case.elder.pk, certificate={"category": 7, "level": None, "from": date(2026, 4, 1)}
    )
    assert case.recompute() == []
    flag = CrossCheckFlag.objects.get()
    assert (flag.kind, flag.district_id, flag.is_open) == ("undecided", CHAOYANG, True)
    declare_certificate(
        case.viewer, elder_id=case.elder.pk, certificate={"category": 1, "level": 2, "from": date(2026, 4, 1)}
    )
    case.recompute()
    assert not CrossCheckFlag.objects.get().is_open


def test_a_run_proposed_before_a_death_is_not_approved(case):
    set_day(date(2026, 6, 28))
    proposer, approver = district_pair()
    run = settle.open_run(proposer, programme=NURSING, region_code=CHAOYANG, benefit_month=Month(2026, 7))
    settle.calculate_run(run.pk)
    settle.propose_run(proposer, run_id=run.pk)
    record_death(case.viewer, elder_id=case.elder.pk, died_on=date(2026, 5, 9))
    case.recompute()
    with pytest.raises(Refusal) as caught:
        settle.approve_run(approver, run_id=run.pk)
    assert caught.value.code == "run_is_stale"
    assert not Event.objects.filter(act="run.approved").exists()


EVENTS = {
    "upgrade": lambda viewer, pk: declare_certificate(
        viewer, elder_id=pk, certificate={"category": 1, "level": 1, "from": date(2026, 2, 10)}
    ),
    "downgrade": lambda viewer, pk: declare_certificate(
        viewer, elder_id=pk, certificate={"category": 2, "level": 1, "from": date(2026, 4, 3)}
    ),
    "to Tongzhou": lambda viewer, pk: move_hukou(viewer, elder_id=pk, region=LIYUAN, on=date(2026, 3, 3)),
    "to Tianjin": lambda viewer, pk: move_hukou(viewer, elder_id=pk, region=WUQING, on=date(2026, 5, 5)),
    "prison": lambda viewer, pk: declare_prison(viewer, elder_id=pk, since=date(2026, 3, 15), until=None),
    "released": lambda viewer, pk: declare_prison(
        viewer, elder_id=pk, since=date(2026, 3, 15), until=date(2026, 4, 15)
    ),
    "destitute": lambda viewer, pk: declare_change(
        viewer, elder_id=pk, circumstance="destitute_support", what="began", on=date(2026, 4, 20)
    ),
    "no longer destitute": lambda viewer, pk: declare_change(
        viewer, elder_id=pk, circumstance="destitute_support", what="ended", on=date(2026, 5, 2)
    ),
    "death": lambda viewer, pk: record_death(viewer, elder_id=pk, died_on=date(2026, 6, 1)),
}


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(st.permutations(sorted(EVENTS)), st.integers(2, len(EVENTS)), st.integers(0, 3))
def test_the_same_events_in_any_order_end_in_the_same_months_money_and_debts(db, order, count, skip):
    told = sorted(order[:count])
    assert outcome(told, skip=4) == outcome(order[:count], skip=skip)


def outcome(arrival, *, skip):
    """What the months bring and who owes what, when the events arrive so; after some of them the right is worked out."""
    with transaction.atomic():
        case = Case()
        case.pay("2026-05", 40_000)
        for number, name in enumerate(arrival):
            EVENTS[name](case.viewer, case.elder.pk)
            if number % 4 != skip:
                case.recompute()
        case.recompute()
        months = standing(Entitlement.objects.filter(elder=case.elder), Month(2026, 7))
        paid = {month: (share.payer, share.fen) for month, share in months.items()}
        assert paid == by_timeline(case), "the rows are what the pure rule says of the facts"
        found = paid, case.debts()
        transaction.set_rollback(True)
    return found


def by_timeline(case):
    """What rules/timeline.py makes of the same facts and the same application."""
    elder = inputs_of([case.elder.pk], TODAY, "110000")[case.elder.pk]
    applied = events.Event("1", "applied", date(2026, 1, 1), date(2026, 1, 1), facts={"programmes": [NURSING]})
    rows = timeline(elder, [applied], [Month(2026, number) for number in range(1, 8)])
    due = [one for row in rows for one in row if one.benefit.id == NURSING and one.due_fen]
    return {one.month: (one.payer_region, one.due_fen) for one in due}


def test_the_comparison_of_outcomes_can_fail(db):
    assert outcome(["death"], skip=4) != outcome(["upgrade"], skip=4)
