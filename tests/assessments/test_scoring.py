import doctest
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.rules import transitions, validity
from assessments.rules.instrument import instrument
from assessments.rules.scoring import ScoreProblem, score
from assessments.rules.settings import setting
from assessments.rules.validity import last_valid_day, rule_for, validity_rules

CASES = Path(__file__).parent.parent / "cases" / "assessments" / "levels.yaml"
SCALE = instrument()
CALM = {"coma": False, "dementia_or_psychiatric_diagnosis": False, "risk_events_30_days": 0}
BEST = {item.code: item.best for item in SCALE.items}
ANY_ANSWERS = st.fixed_dictionaries({item.code: st.integers(item.worst, item.best) for item in SCALE.items})
ANY_CONDITIONS = st.fixed_dictionaries(
    {
        "coma": st.booleans(),
        "dementia_or_psychiatric_diagnosis": st.booleans(),
        "risk_events_30_days": st.integers(0, 5),
    }
)
MODES = st.sampled_from(["sum", "once"])


def answers_of(case: dict) -> dict[str, int]:
    return {
        item.code: points
        for dimension in SCALE.dimensions
        for item, points in zip(dimension.items, case["answers"][dimension.code], strict=True)
    }


@pytest.mark.parametrize("case", yaml.safe_load(CASES.read_text(encoding="utf-8")), ids=lambda case: case["name"])
def test_worked_case(case: dict) -> None:
    result = score(SCALE, answers_of(case), case["conditions"], case.get("clause_mode", "sum")).to_json(str)
    for name in ("total", "dimensions", "preliminary_level", "level", "level_name"):
        assert result[name] == case[name]
    assert {change["id"]: change["effect"] for change in result["changes"]} == case["changes"]


def test_the_scale_has_26_items_in_four_dimensions_and_90_points() -> None:
    assert [len(row.items) for row in SCALE.dimensions] == [8, 4, 9, 5]
    assert [row.best for row in SCALE.dimensions] == [32, 15, 28, 15]
    assert SCALE.best == sum(item.best for item in SCALE.items) == 90
    for item in SCALE.items:
        assert [option.score for option in item.options] == list(range(item.best, item.worst - 1, -1))


@pytest.mark.parametrize(
    ("total", "level"), [(90, 0), (89, 1), (66, 1), (65, 2), (46, 2), (45, 3), (30, 3), (29, 4), (0, 4)]
)
def test_each_total_falls_into_its_level(total: int, level: int) -> None:
    assert SCALE.level_for(total).code == level


@settings(deadline=None)
@given(ANY_ANSWERS, ANY_CONDITIONS, MODES)
def test_the_total_is_the_sum_and_the_level_stays_between_the_preliminary_one_and_four(
    answers: dict[str, int], conditions: dict, mode: str
) -> None:
    result = score(SCALE, answers, conditions, mode)
    assert result.total == sum(answers.values()) == sum(result.dimensions.values())
    assert 0 <= result.preliminary_level <= result.level <= 4


@settings(deadline=None)
@given(ANY_ANSWERS, ANY_CONDITIONS)
def test_once_is_never_worse_than_sum_and_differs_only_when_both_clauses_hold(
    answers: dict[str, int], conditions: dict
) -> None:
    by_sum, by_once = score(SCALE, answers, conditions, "sum"), score(SCALE, answers, conditions, "once")
    both = conditions["dementia_or_psychiatric_diagnosis"] and conditions["risk_events_30_days"] >= 2
    assert by_once.level <= by_sum.level
    assert both or by_once.level == by_sum.level


@settings(deadline=None)
@given(ANY_ANSWERS, st.sampled_from(SCALE.items), ANY_CONDITIONS)
def test_a_better_answer_never_makes_the_level_worse(answers: dict[str, int], item, conditions: dict) -> None:
    better = {**answers, item.code: item.best}
    assert score(SCALE, better, conditions).level <= score(SCALE, answers, conditions).level


@settings(deadline=None)
@given(ANY_ANSWERS, ANY_CONDITIONS)
def test_coma_is_always_level_four(answers: dict[str, int], conditions: dict) -> None:
    assert score(SCALE, answers, {**conditions, "coma": True}).level == 4


def test_every_wrong_field_is_named_at_once() -> None:
    answers = {**BEST, "B.1.1": 5, "B.2.4": 4, "B.3.7": -1, "B.4.1": True, "B.1.2": 2.5, "B.9.9": 1}
    del answers["B.1.3"]
    with pytest.raises(ScoreProblem) as caught:
        score(SCALE, answers, {"coma": "no", "risk_events_30_days": -1, "mood": 1})
    assert set(caught.value.fields) == {
        "answers.B.1.1",
        "answers.B.1.2",
        "answers.B.1.3",
        "answers.B.2.4",
        "answers.B.3.7",
        "answers.B.4.1",
        "answers.B.9.9",
        "conditions.coma",
        "conditions.dementia_or_psychiatric_diagnosis",
        "conditions.risk_events_30_days",
        "conditions.mood",
    }
    assert str(caught.value.fields["answers.B.1.1"]) == "B.1.1 进食只能是 0 到 4 的整数。"


def test_an_unknown_way_to_combine_clauses_is_refused() -> None:
    with pytest.raises(ValueError, match="no such clause mode"):
        score(SCALE, BEST, CALM, "twice")


def test_how_two_clauses_combine_is_a_dated_setting_with_sum_as_its_default() -> None:
    assert setting("clause_mode", date(2026, 6, 15)) == "sum"
    assert setting("clause_mode", date(2000, 1, 1)) == "sum"


def test_the_lines_explain_every_step_with_its_article() -> None:
    lines = score(SCALE, BEST, {**CALM, "risk_events_30_days": 2}).to_json(str)["lines"]
    assert [line["points"] for line in lines] == [32, 15, 28, 15, 90, None, None]
    assert lines[5]["cite"] == {"document": "GB/T 42195-2022", "article": "C.4（A.2.14）", "url": ""}
    assert lines[-1]["because"] == "最终等级是轻度失能。"


def test_a_result_is_valid_to_the_day_before_its_anniversary_by_a_rule_marked_as_an_example() -> None:
    rule = rule_for("GB/T 42195-2022", "120000", date(2026, 1, 15))
    assert (rule.id, rule.months, rule.example) == ("gbt-42195-12-months", 12, True)
    assert last_valid_day(date(2026, 1, 15), rule.months) == date(2027, 1, 14)


@pytest.mark.parametrize(
    ("concluded_on", "months", "last"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 3, 1), 12, date(2027, 2, 28)),
        (date(2026, 12, 31), 12, date(2027, 12, 30)),
    ],
)
def test_months_end_on_a_real_day(concluded_on: date, months: int, last: date) -> None:
    assert last_valid_day(concluded_on, months) == last


def test_a_rule_nobody_has_read_is_kept_but_not_used() -> None:
    assert rule_for("GB/T 42195-2022", "110000", date(2026, 1, 15)).id == "gbt-42195-12-months"
    assert "beijing-2022-36-months" in {rule.id for rule in validity_rules()}
    with pytest.raises(LookupError):
        rule_for("MZ/T 039-2013", "110000", date(2026, 1, 15))


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(validity).failed == 0
    assert doctest.testmod(transitions).failed == 0
