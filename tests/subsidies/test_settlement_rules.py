"""When a run may open, what it owes, how a credit is spread over a bill, how differences are named. No database."""

from datetime import date

import pytest

from eldercare.kernel.days import Month
from eldercare.kernel.verdict import Cite
from subsidies.rules.matching import Ours, Theirs, agrees, compare
from subsidies.rules.routing import BillLine, share_of_bill
from subsidies.rules.settlement import PAYMENT_STEPS, RUN_STEPS, Due, due_lines, may_step, why_not_open

CITE = Cite("京民养老发〔2019〕160号", "六")
JULY = Month(2026, 7)


def due(first: Month, last: Month | None = None) -> Due:
    return Due(((first, 60_000),), first, last, CITE)


def refusal(month: Month, today: date):
    return why_not_open(month, today=today, decide_by_day=25, in_force_from=date(2019, 10, 1))


class TestOpening:
    def test_july_may_open_from_25_june(self):
        assert refusal(JULY, date(2026, 6, 25)) is None
        assert refusal(JULY, date(2026, 6, 30)) is None

    def test_july_may_not_open_before_the_decisions_of_june_are_closed(self):
        no = refusal(JULY, date(2026, 6, 24))
        assert no.code == "decisions_not_closed"
        assert str(no.sentence) == "2026年7月的补贴要等 2026-06-25 审定结束后才能结算。"
        assert str(no.next_step) == "请在 2026-06-25 或之后再来。"

    def test_a_month_later_than_the_next_is_too_late(self):
        no = refusal(Month(2026, 8), date(2026, 6, 30))
        assert no.code == "benefit_month_too_late"
        assert "2026年7月或更早的月份" in str(no.next_step)

    def test_a_month_forgotten_may_still_be_settled(self):
        assert refusal(Month(2026, 3), date(2026, 6, 1)) is None

    def test_a_month_before_the_notice_was_in_force_is_refused(self):
        assert refusal(Month(2019, 9), date(2026, 6, 30)).code == "programme_not_in_force"
        assert refusal(Month(2019, 10), date(2026, 6, 30)) is None


class TestDueLines:
    def test_the_month_itself_and_every_earlier_month_not_yet_credited(self):
        lines = due_lines(due(Month(2026, 5)), JULY, credited={Month(2026, 6): 60_000})
        assert [(str(one.benefit_month), one.cause, one.line.amount_fen) for one in lines] == [
            ("2026-05", "back_pay", 60_000),
            ("2026-07", "regular", 60_000),
        ]
        assert str(lines[0].line.because) == "审定的起始月是2026年5月，这个月当时没有发，现在补上"

    def test_nothing_after_the_last_month_due(self):
        lines = due_lines(due(Month(2026, 5), Month(2026, 6)), JULY, credited={})
        assert [(str(one.benefit_month), one.cause) for one in lines] == [
            ("2026-05", "back_pay"),
            ("2026-06", "back_pay"),
        ]

    def test_a_month_is_worth_what_its_rate_says_and_a_short_one_is_made_up_by_the_difference(self):
        rates = ((Month(2026, 5), 20_000), (Month(2026, 6), 60_000))
        lines = due_lines(
            Due(rates, Month(2026, 5), None, CITE), JULY, credited={Month(2026, 5): 20_000, Month(2026, 6): 20_000}
        )
        assert [(str(one.benefit_month), one.cause, one.line.amount_fen) for one in lines] == [
            ("2026-06", "difference", 40_000),
            ("2026-07", "regular", 60_000),
        ]
        assert str(lines[0].line.because) == "这个月应发 600.00 元，已发 200.00 元，补上差额"

    def test_a_month_credited_too_high_is_nobodys_line(self):
        assert due_lines(due(JULY), JULY, credited={JULY: 70_000}) == ()

    def test_nothing_before_the_first_month(self):
        assert due_lines(due(Month(2026, 8)), JULY, credited={}) == ()


BED, CARE, MEAL = (
    BillLine(1, "bed", 200_000),
    BillLine(2, "care", 150_000),
    BillLine(3, "meal", 80_000),
)


def share(credit, lines=(BED, CARE, MEAL), paid=None, bill_open=None):
    whole = sum(line.amount_fen for line in lines) if bill_open is None else bill_open
    parts = share_of_bill(credit, lines, eligible={"bed", "care"}, paid=paid or {}, bill_open_fen=whole)
    return [(part.number, part.amount_fen) for part in parts]


class TestShareOfBill:
    def test_a_credit_smaller_than_the_first_eligible_line_goes_there_whole(self):
        assert share(60_000) == [(1, 60_000)]

    def test_a_credit_larger_than_the_eligible_lines_leaves_the_rest_with_the_elder(self):
        assert share(60_000, (BillLine(1, "bed", 20_000), BillLine(2, "care", 9_999), MEAL)) == [
            (1, 20_000),
            (2, 9_999),
        ]

    def test_meals_are_never_paid(self):
        assert share(60_000, (MEAL,)) == []

    def test_what_another_benefit_pays_of_a_line_is_not_paid_again(self):
        assert share(60_000, paid={1: 180_000}) == [(1, 20_000), (2, 40_000)]

    def test_never_more_than_is_open_of_the_bill(self):
        assert share(60_000, bill_open=35_000) == [(1, 35_000)]


DAY, NEXT = date(2026, 8, 5), date(2026, 8, 6)
PAID = Ours(60_000, "executed", DAY)


def named(ours, theirs, days=(DAY, NEXT)):
    return [
        (finding.break_class, finding.amount_fen, finding.settled) for finding in compare(ours, theirs, days_known=days)
    ]


class TestMatching:
    def test_one_booking_in_full_agrees(self):
        theirs = [Theirs(1, "executed", 60_000, DAY)]
        assert named(PAID, theirs) == []
        assert agrees(PAID, theirs)

    def test_each_difference_has_its_name(self):
        assert named(PAID, []) == [("ours_only", 60_000, False)]
        assert named(None, [Theirs(1, "executed", 60_000, DAY)]) == [("theirs_only", 60_000, False)]
        assert named(PAID, [Theirs(1, "executed", 59_999, DAY)]) == [("amount_differs", -1, False)]
        assert named(PAID, [Theirs(1, "executed", 60_000, NEXT)]) == [("other_day", 60_000, True)]
        twice = [Theirs(1, "executed", 60_000, DAY), Theirs(2, "executed", 60_000, DAY)]
        assert named(PAID, twice) == [("duplicate", 60_000, False)]
        back = [Theirs(1, "executed", 60_000, DAY), Theirs(2, "returned", 60_000, NEXT)]
        assert named(PAID, back) == [("returned_after_success", 60_000, False)]
        assert not agrees(PAID, twice)
        assert not agrees(PAID, back)

    def test_a_booking_of_what_the_bank_told_us_it_refused_is_theirs_only(self):
        refused = Ours(60_000, "refused", None)
        assert named(refused, [Theirs(1, "executed", 60_000, DAY)]) == [("theirs_only", 60_000, False)]

    def test_nothing_is_missed_on_a_day_whose_statement_is_not_in_yet(self):
        assert named(PAID, [], days=()) == []

    def test_a_payment_whose_end_is_unknown_is_not_called_missing(self):
        assert named(Ours(60_000, "unknown", None), []) == []


class TestSteps:
    @pytest.mark.parametrize("state", ["posted", "closed", "cancelled"])
    def test_a_run_is_never_proposed_again_once_it_was_approved_or_cancelled(self, state):
        assert not may_step(RUN_STEPS, state, "proposed")

    def test_an_unknown_payment_may_be_found_refused_or_sent_again_under_its_key(self):
        assert PAYMENT_STEPS["unknown"] == {"executed", "refused", "sent"}

    def test_a_refused_payment_stays_refused(self):
        assert PAYMENT_STEPS["refused"] == frozenset()
