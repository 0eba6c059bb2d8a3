"""A run's course: drafts, back pay, four eyes, and two officers or two workers at once."""

from datetime import date

import pytest

from eldercare.audit.models import Event
from eldercare.kernel.days import Month
from eldercare.kernel.refusal import Refusal
from subsidies.choices import Cause, RunState
from subsidies.models import Redemption, Run, RunLine, Transfer
from subsidies.services import correct, post, settle
from subsidies.services.redeem import redeem_bill
from tests.builders.facilities import make_bill
from tests.builders.people import make_elder
from tests.builders.regions import CHAOYANG, TONGZHOU
from tests.builders.settlement import NURSING, district_pair, make_entitlement, make_routing, set_day
from tests.races.test_one_bed import at_once as all_at_once
from tests.subsidies.month import BILLED, DECIDED, JULY, World


@pytest.fixture
def officers(db):
    set_day(DECIDED)
    return district_pair()


def open_july(viewer, month: Month = JULY) -> Run:
    return settle.open_run(viewer, programme=NURSING, region_code=CHAOYANG, benefit_month=month)


def calculated(viewer, month: Month = JULY) -> Run:
    run = open_july(viewer, month)
    settle.calculate_run(run.pk)
    run.refresh_from_db()
    return run


def lines_of(run: Run) -> list[tuple[str, str, int]]:
    rows = run.lines.order_by("benefit_month").values_list("benefit_month", "cause", "amount_fen")
    return [(str(Month.of(month)), cause, amount) for month, cause, amount in rows]


class TestDrafts:
    def test_a_second_opening_gives_the_live_run(self, officers):
        proposer, approver = officers
        assert open_july(proposer).pk == open_july(approver).pk
        assert Event.objects.filter(act="run.opened").count() == 1

    def test_back_pay_comes_with_the_months_own_line_and_explains_itself(self, officers):
        make_entitlement(first="2026-05")
        run = calculated(officers[0])
        assert lines_of(run) == [
            ("2026-05", "back_pay", 60_000),
            ("2026-06", "back_pay", 60_000),
            ("2026-07", "regular", 60_000),
        ]
        assert (run.line_count, run.total_fen) == (3, 180_000)
        (stored,) = run.lines.get(cause=Cause.REGULAR).explanation
        assert (stored["amount_fen"], stored["cite"]["article"]) == (60_000, "六")

    def test_a_month_paid_by_one_run_is_not_back_paid_by_the_next(self, officers):
        make_entitlement(first="2026-06")
        assert lines_of(calculated(officers[0], Month(2026, 6))) == [("2026-06", "regular", 60_000)]
        assert lines_of(calculated(officers[0])) == [("2026-07", "regular", 60_000)]

    def test_only_the_districts_own_entitlements_of_the_benefit_still_due(self, officers):
        make_entitlement(street="110112001")
        make_entitlement(first="2026-08")
        make_entitlement(programme="beijing/2019-160/hardship", monthly_fen=30_000)
        ended = make_entitlement(first="2026-06", last="2026-06")
        run = calculated(officers[0])
        assert list(run.lines.values_list("entitlement", flat=True)) == [ended.pk]

    def test_what_is_decided_after_the_calculation_must_be_calculated_before_proposing(self, officers):
        make_entitlement()
        run = calculated(officers[0])
        set_day(date(2026, 6, 27))
        make_entitlement()
        with pytest.raises(Refusal) as no:
            settle.propose_run(officers[0], run_id=run.pk)
        assert no.value.code == "run_is_stale"
        settle.calculate_again(officers[0], run_id=run.pk)
        settle.calculate_run(run.pk)
        run.refresh_from_db()
        assert (run.line_count, run.total_fen) == (2, 120_000)
        assert settle.propose_run(officers[0], run_id=run.pk).state == RunState.PROPOSED

    def test_an_empty_run_is_not_proposed(self, officers):
        with pytest.raises(Refusal) as no:
            settle.propose_run(officers[0], run_id=calculated(officers[0]).pk)
        assert no.value.code == "run_is_empty"

    def test_a_cancelled_run_leaves_the_month_free(self, officers):
        make_entitlement()
        run = calculated(officers[0])
        settle.cancel_run(officers[0], run_id=run.pk, reason="算错了月份")
        assert not RunLine.objects.exists()
        again = calculated(officers[0])
        assert again.pk != run.pk
        assert again.total_fen == 60_000

    def test_a_run_sent_back_may_be_proposed_by_the_other_officer(self, officers):
        make_entitlement()
        run = calculated(officers[0])
        settle.propose_run(officers[0], run_id=run.pk)
        assert settle.return_run(officers[1], run_id=run.pk, reason="请核对").state == RunState.CALCULATED
        assert settle.propose_run(officers[1], run_id=run.pk).proposed_by_id == officers[1].user_id

    def test_the_calendar_opens_next_months_runs_the_day_after_the_decisions(self, officers):
        make_entitlement()
        make_entitlement(street="110112001")
        set_day(date(2026, 6, 25))
        assert settle.open_due_runs() == []
        set_day(date(2026, 6, 26))
        opened = settle.open_due_runs()
        assert sorted(run.region_id for run in opened) == [CHAOYANG, TONGZHOU]
        assert settle.open_due_runs() == []
        assert Event.objects.filter(act="run.opened", actor="system:calendar").count() == 2

    def test_a_month_credited_too_low_is_put_right_in_the_next_run(self, officers):
        proposer, approver = officers
        make_entitlement(monthly_fen=40_000)
        run = calculated(proposer)
        settle.propose_run(proposer, run_id=run.pk)
        settle.approve_run(approver, run_id=run.pk)
        post.post_run(run.pk)
        line = run.lines.get()
        with pytest.raises(Refusal) as no:
            correct.correct_line(proposer, run_line_id=line.pk, missing_fen=20_000, reason="档次登记错了")
        assert no.value.code == "no_draft_run"
        set_day(date(2026, 7, 26))
        august = calculated(proposer, Month(2026, 8))
        correct.correct_line(proposer, run_line_id=line.pk, missing_fen=20_000, reason="档次登记错了")
        assert lines_of(august) == [("2026-07", "correction", 20_000), ("2026-08", "regular", 40_000)]
        settle.calculate_again(proposer, run_id=august.pk)
        settle.calculate_run(august.pk)
        august.refresh_from_db()
        assert (august.line_count, august.total_fen) == (2, 60_000)
        with pytest.raises(Refusal) as no:
            correct.correct_line(proposer, run_line_id=line.pk, missing_fen=-1, reason="多发")
        assert no.value.code == "overpaid_is_recovered"


def at_once(acts) -> list[str]:
    """Do the acts at the same moment; give `done` or the refusal's code of each."""
    return sorted(answer if isinstance(answer, str) else "done" for answer in all_at_once(acts))


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_officers_approve_at_once_and_one_does(self):
        set_day(DECIDED)
        proposer, first = district_pair()
        second, _other = district_pair()
        make_entitlement()
        run = calculated(proposer)
        settle.propose_run(proposer, run_id=run.pk)
        acts = [lambda viewer=viewer: settle.approve_run(viewer, run_id=run.pk) for viewer in (first, second)]
        assert at_once(acts) == ["done", "run_moved_on"]
        assert Event.objects.filter(act="run.approved").count() == 1

    def test_eight_openings_at_once_are_one_run(self):
        set_day(DECIDED)
        proposer, _approver = district_pair()
        assert at_once([lambda: open_july(proposer)] * 8) == ["done"] * 8
        assert Run.objects.count() == 1

    def test_four_workers_calculate_and_post_at_once_and_the_lines_are_one_each(self, settings):
        settings.SETTLEMENT_CHUNK = settings.POSTING_CHUNK = 3
        set_day(DECIDED)
        proposer, approver = district_pair()
        for _number in range(10):
            make_entitlement(make_elder())
        run = open_july(proposer)
        at_once([lambda: settle.calculate_run(run.pk)] * 4)
        run.refresh_from_db()
        assert (run.state, run.line_count, run.entitlements_done) == (RunState.CALCULATED, 10, 10)
        settle.propose_run(proposer, run_id=run.pk)
        settle.approve_run(approver, run_id=run.pk)
        at_once([lambda: post.post_run(run.pk)] * 4)
        run.refresh_from_db()
        assert run.state == RunState.POSTED
        assert Transfer.objects.count() == 10

    def test_one_bill_redeemed_by_four_workers_at_once_is_redeemed_once(self):
        world = World()
        hardship = make_entitlement(world.elder, programme="beijing/2019-160/hardship", monthly_fen=30_000)
        make_routing(hardship, world.home)
        for programme in (NURSING, "beijing/2019-160/hardship"):
            run = settle.open_run(world.proposer, programme=programme, region_code=CHAOYANG, benefit_month=JULY)
            settle.calculate_run(run.pk)
            settle.propose_run(world.proposer, run_id=run.pk)
            settle.approve_run(world.approver, run_id=run.pk)
            post.post_run(run.pk)
        set_day(BILLED)
        bill = make_bill(world.stay, JULY.first_day, bed_fen=50_000, care_fen=20_000)
        assert at_once([lambda: redeem_bill(bill.pk)] * 4) == ["done"] * 4
        assert [part["amount_fen"] for part in Redemption.objects.get().parts] == [50_000, 10_000]
        # The hardship benefit is no money for a home's bill (its data say so): it stays with the elder.
        balances = world.balances()
        assert (balances["home"], balances["elder"]) == (60_000, 30_000)
