import doctest
from pathlib import Path

import pytest
import yaml

from eldercare.kernel.days import Month
from eldercare.recognition.rules import agreements, standards
from eldercare.recognition.rules.claims import Claim
from eldercare.recognition.rules.engine import NEXT_STEPS, recognise

CASES = Path(__file__).parent.parent / "cases" / "recognition"
WORKED = [case for file in sorted(CASES.glob("*.yaml")) for case in yaml.safe_load(file.read_text(encoding="utf-8"))]


def claim_of(case: dict) -> Claim:
    facts = dict(case["claim"].get("facts", {}))
    if "month" in facts:
        facts["month"] = Month.parse(facts["month"])
    return Claim(**{**case["claim"], "facts": facts})


@pytest.mark.parametrize("case", WORKED, ids=lambda case: case["name"])
def test_worked_case(case: dict) -> None:
    answer = recognise(claim_of(case), agreements.published(), on=case["day"]).to_json(str)

    assert answer["verdict"] == case["verdict"]
    assert answer["counts_as"] == case.get("counts_as")
    assert (answer["agreement"] or {}).get("document") == case["document"]
    outcomes = {reason["id"]: reason["outcome"] for reason in answer["reasons"]}
    assert case.get("reasons", {}).items() <= outcomes.items()
    assert answer["missing"] == case.get("missing", [])
    if case["verdict"] == "yes":
        assert set(outcomes.values()) == {"pass"}
        assert answer["next_step"] is None
    else:
        assert answer["next_step"] == case.get("next_step", answer["next_step"])
        assert answer["next_step"]


def test_all_five_kinds_are_agreed_between_all_six_ordered_pairs() -> None:
    pairs = {
        (row.kind, row.issued_in, row.used_in)
        for row in agreements.published()
        if row.number == "京民养老发〔2024〕17号"
    }
    assert len(pairs) == 5 * 6


def test_the_notice_of_2021_has_no_number_because_none_was_found() -> None:
    notice = [row for row in agreements.published() if row.number is None]
    assert {row.kind for row in notice} == {"rating", "assessment"}
    assert all("没有查到" in row.note for row in notice)


def test_every_reason_that_can_fail_has_a_next_step() -> None:
    failing = {
        reason.id
        for case in WORKED
        for reason in recognise(claim_of(case), agreements.published(), on=case["day"]).verdict.reasons
        if reason.outcome == "fail"
    }
    assert failing <= {step.split(".")[-1] for step in NEXT_STEPS}


def test_a_fourth_region_is_a_file_and_not_a_change_of_code() -> None:
    group = yaml.safe_load((agreements.DATA / "jingjinji.yaml").read_text(encoding="utf-8"))
    group["regions"].append("150000")
    facts = tuple(agreements._read(group))
    claim = Claim(
        **{**WORKED[0]["claim"], "issued_in": "150000"},
    )
    assert recognise(claim, facts, on=WORKED[0]["day"]).is_yes


def test_a_kept_answer_can_be_spoken_again() -> None:
    answer = recognise(claim_of(WORKED[0]), agreements.published(), on=WORKED[0]["day"])
    kept = answer.to_json()
    assert kept["reasons"][0]["text"]["blanks"] == {"document": "京民养老发〔2024〕17号"}


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(standards).failed == 0
