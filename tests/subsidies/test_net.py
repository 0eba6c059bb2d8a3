"""The net month: what benefits take off a home's bill, to the fen. Pure values; no table is asked."""

from dataclasses import dataclass
from datetime import date

from eldercare.kernel.sentences import say
from eldercare.kernel.verdict import Answer
from subsidies.rules.eligibility import preview
from subsidies.rules.net import NetBenefit, net_benefits, net_month
from tests.subsidies.test_preview_cases import elder_of


@dataclass(frozen=True)
class Charge:
    eligible_key: str
    amount_fen: int


BILL = (Charge("bed", 200_000), Charge("care", 300_000), Charge("meal", 120_000))


def benefit(monthly_fen: int | None = 60_000, answer: Answer = Answer.YES, **more) -> NetBenefit:
    row = {
        "programme": "beijing/2019-160/nursing",
        "name": say("失能老年人护理补贴"),
        "spendable_at_home": True,
        "eligible_lines": frozenset({"bed", "care"}),
        "because": say("重度失能"),
        "cite": None,
    }
    return NetBenefit(answer=answer, monthly_fen=monthly_fen, **{**row, **more})


def test_a_benefit_that_is_due_is_taken_off_the_month():
    net = net_month(BILL, [benefit()])
    assert (net.gross_fen, net.net_fen) == (620_000, 560_000)
    assert [line.amount_fen for line in net.lines] == [-60_000]


def test_it_pays_no_more_than_its_own_lines_cost():
    net = net_month([Charge("bed", 20_000), Charge("meal", 120_000)], [benefit()])
    assert (net.net_fen, net.lines[0].amount_fen) == (120_000, -20_000)


def test_two_benefits_pay_a_line_only_once_and_together_stay_within_the_bill():
    net = net_month([Charge("bed", 70_000)], [benefit(), benefit(30_000, programme="another")])
    assert ([line.amount_fen for line in net.lines], net.net_fen) == ([-60_000, -10_000], 0)


def test_the_elders_free_money_stands_beside_and_is_not_taken_off():
    net = net_month(BILL, [benefit(10_000, spendable_at_home=False, eligible_lines=frozenset())])
    assert (net.net_fen, net.lines, [line.amount_fen for line in net.beside]) == (620_000, (), [10_000])


def test_what_is_undecided_is_listed_with_its_largest_effect_and_not_taken_off():
    net = net_month(BILL, [benefit(None, Answer.CANNOT_DECIDE, up_to_fen=60_000, missing=("assessments",))])
    assert (net.net_fen, net.lines) == (620_000, ())
    assert [(one.up_to_fen, one.missing) for one in net.undecided] == [(60_000, ("assessments",))]


def test_of_a_choice_only_the_better_side_counts():
    better = benefit(60_000, Answer.CHOICE)
    worse = benefit(30_000, Answer.CHOICE, programme="other", spendable_at_home=False, is_worse=True)
    net = net_month(BILL, [better, worse])
    assert (net.net_fen, net.beside) == (560_000, ())


def test_a_no_changes_nothing():
    net = net_month(BILL, [benefit(0, Answer.NO)])
    assert (net.net_fen, net.lines, net.beside, net.undecided) == (620_000, (), (), ())


def test_the_voucher_is_listed_as_possible_with_its_cap_and_lowers_no_price():
    elder = elder_of(
        {
            "residence_region": "120114",
            "assessments": [
                {
                    "standard": "GB/T 42195-2022",
                    "level": 3,
                    "concluded_on": date(2026, 1, 15),
                    "valid_until": date(2027, 1, 14),
                }
            ],
        }
    )
    net = net_month(BILL, net_benefits(preview(elder, on=date(2026, 6, 15))))
    assert net.net_fen == 560_000  # the 600 of 160号, nothing else
    (voucher,) = [one for one in net.undecided if one.programme == "national/2026-voucher"]
    assert (voucher.up_to_fen, voucher.missing) == (80_000, ("settings.share_percent", "settings.overlap_160"))
    assert [str(name) for name in voucher.missing_names] == [
        "当地按账单的百分之几补贴",
        "能不能和北京的失能老年人护理补贴同时领",
    ]
