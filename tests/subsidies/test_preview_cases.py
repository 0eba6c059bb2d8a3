"""The worked cases of tests/cases/subsidies, one test each, and what must hold for any elder at all."""

from copy import deepcopy
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from eldercare.kernel.days import Month
from eldercare.kernel.verdict import Answer
from subsidies.rules.eligibility import BenefitAnswer, preview
from subsidies.rules.facts import CIRCUMSTANCES, elder_from, elder_to
from subsidies.rules.programme import benefits

CASES = Path(__file__).parent.parent / "cases" / "subsidies"
BASE = yaml.safe_load((CASES / "160" / "_elder.yaml").read_text("utf-8"))
DOCUMENTS = {"434": "beijing/2016-434", "national": "national"}


def load():
    files = [file for folder in ("160", "434", "voucher") for file in sorted((CASES / folder).glob("[0-9a-z]*.yaml"))]
    for file in files:
        for case in yaml.safe_load(file.read_text("utf-8")):
            yield pytest.param(case, id=f"{file.stem}: {case['name']}")


def benefit_id(name: str) -> str:
    """Read a case's short name: `nursing` of 160号, `434/nursing`, or the whole `national/…`."""
    document, _, benefit = name.rpartition("/")
    return f"{DOCUMENTS.get(document, 'beijing/2019-160')}/{benefit}"


def elder_of(given_facts: dict):
    facts = deepcopy(BASE)
    for name, value in given_facts.items():
        facts[name] = {**facts[name], **value} if name == "circumstances" else value
    return elder_from(facts)


def month_or_day(value):
    return Month.parse(value) if isinstance(value, str) else value


def shown(answer: BenefitAnswer) -> dict:
    json = answer.to_json(lambda text: text)
    return {
        **{name: json[name] for name in ("verdict", "monthly_fen", "payer_region", "missing")},
        **{name: json[name] for name in ("first_month", "last_month", "back_pay_months")},
        "alternatives": [[one["programme"], one["monthly_fen"], one["better"]] for one in json["alternatives"]],
        "failed": [one["id"] for one in json["conditions"] if one["outcome"] == "fail"],
        "passed": [one["id"] for one in json["conditions"] if one["outcome"] == "pass"],
        "article": json["lines"][0]["cite"]["article"] if json["lines"] else None,
        "up_to_fen": answer.up_to_fen,
    }


@pytest.mark.parametrize("case", list(load()))
def test_the_case_comes_out_as_signed(case):
    answers = preview(
        elder_of(case["given"]),
        on=month_or_day(case["on"]),
        applied_on=case.get("applied_on"),
        condition_met_on=case.get("condition_met_on"),
    )
    by_name = {answer.programme: shown(answer) for answer in answers}
    for name, expected in case["then"].items():
        found = by_name[benefit_id(name)]
        for key, value in expected.items():
            if key == "passed":
                assert set(value) <= set(found["passed"]), (name, found["passed"])
            else:
                assert found[key] == value, (name, key, found)


def test_every_condition_of_a_yes_answers_and_names_its_document():
    elder = elder_of({"circumstances": {"dibao": True}})
    for answer in preview(elder, on=date(2026, 6, 15)):
        assert answer.conditions
        assert all(str(reason.text) for reason in answer.conditions)
        assert all(reason.cite and reason.cite.document for reason in answer.conditions)


days = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@st.composite
def spells(draw):
    start = draw(days)
    until = draw(st.none() | st.integers(0, 4000).map(lambda length: start + timedelta(days=length)))
    return {"from": start, "until": until}


@st.composite
def certificates(draw):
    category = draw(st.integers(1, 7) | st.none())
    part = st.fixed_dictionaries({"category": st.integers(1, 6), "level": st.integers(1, 4)})
    components = draw(st.none() | st.lists(part, min_size=2, max_size=3)) if category == 7 else None
    return {"category": category, "level": draw(st.integers(1, 4)), "components": components, **draw(spells())}


@st.composite
def assessments(draw):
    concluded = draw(days)
    standard, level = draw(
        st.tuples(st.just("GB/T 42195-2022"), st.integers(0, 4) | st.none())
        | st.tuples(
            st.sampled_from(["MZ/T 039-2013", "京民养老发〔2019〕42号"]), st.sampled_from(["轻度失能", "重度失能"])
        )
    )
    valid_until = draw(st.none() | st.integers(0, 1200).map(lambda length: concluded + timedelta(days=length)))
    return {"standard": standard, "level": level, "concluded_on": concluded, "valid_until": valid_until}


@st.composite
def elders(draw):
    stated = st.none() | st.booleans() | st.lists(spells(), max_size=2)
    born = draw(st.none() | st.dates(date(1900, 1, 1), date(1980, 12, 31)))
    hukou = st.tuples(st.sampled_from(["110105", "110108", "110000", "120114", "130102", "110105003"]), spells())
    welfare = st.fixed_dictionaries(
        {
            "class": st.sampled_from(["living", "nursing"]),
            "monthly_fen": st.none() | st.integers(0, 100_000),
            "name": st.just(""),
        }
    )
    return elder_from(
        {
            "birth_date": born,
            "sex": None,
            "own_monthly_income_fen": None,
            "hukou": draw(st.none() | st.lists(hukou.map(lambda one: {"region": one[0], **one[1]}), max_size=3)),
            "died_on": draw(st.none() | st.dates(date(2019, 1, 1), date(2100, 1, 1))),
            "declared_missing_on": draw(st.none() | days) if born is None else None,
            "prison": draw(st.none() | st.lists(spells(), max_size=2)),
            "assessments": draw(st.none() | st.lists(assessments(), max_size=3)),
            "certificates": draw(st.none() | st.lists(certificates(), max_size=2)),
            "circumstances": {name: draw(stated) for name in CIRCUMSTANCES},
            "welfare_allowances": draw(st.none() | st.lists(welfare, max_size=2)),
            "residence_region": None,
        }
    )


@settings(max_examples=150, deadline=None)
@given(elder=elders(), on=days, applied_on=st.none() | days)
def test_any_elder_gets_an_answer_and_an_amount_only_with_a_yes(elder, on, applied_on):
    for answer in preview(elder, on=on, applied_on=applied_on):
        amounts = {tier.monthly_fen for tier in benefits()[answer.programme].tiers}
        if answer.answer in (Answer.YES, Answer.CHOICE):
            assert answer.monthly_fen in amounts and answer.amount_fen == answer.monthly_fen
        elif answer.answer is Answer.NO:
            assert answer.monthly_fen == 0 and not answer.lines and not answer.missing
        else:
            assert answer.monthly_fen is None and answer.missing
        answer.to_json()


@settings(max_examples=100, deadline=None)
@given(elder=elders())
def test_facts_that_were_kept_read_back_the_same(elder):
    assert elder_from(elder_to(elder)) == elder


@settings(max_examples=100, deadline=None)
@given(elder=elders(), on=days)
def test_learning_an_unknown_circumstance_never_turns_a_decided_answer_around(elder, on):
    before = {answer.programme: answer for answer in preview(elder, on=on)}
    learnt = {name: True if stated is None else stated for name, stated in elder.circumstances.items()}
    after = {
        answer.programme: answer
        for answer in preview(elder_from({**elder_to(elder), "circumstances": _json(learnt)}), on=on)
    }
    for name, answer in before.items():
        if answer.answer is Answer.NO:
            assert after[name].answer is Answer.NO
        if answer.answer is Answer.YES:
            assert after[name].answer in (Answer.YES, Answer.CHOICE)
            assert after[name].monthly_fen == answer.monthly_fen


def _json(stated):
    return {
        name: [{"from": days.start, "until": days.until} for days in value] if isinstance(value, tuple) else value
        for name, value in stated.items()
    }


@settings(max_examples=100, deadline=None)
@given(level=st.integers(0, 4), category=st.integers(1, 6), degree=st.integers(1, 4))
def test_only_the_highest_tier_counts_and_never_a_sum(level, category, degree):
    assessed = {
        "standard": "GB/T 42195-2022",
        "level": level,
        "concluded_on": date(2026, 1, 5),
        "valid_until": date(2027, 1, 4),
    }
    paper = {"category": category, "level": degree, "components": None, "from": date(2020, 1, 1), "until": None}

    def nursing(**facts):
        (answer,) = preview(elder_of(facts), on=Month(2026, 6), programmes=["beijing/2019-160/nursing"])
        return answer.monthly_fen

    both = nursing(assessments=[assessed], certificates=[paper])
    assert both == max(nursing(assessments=[assessed]), nursing(certificates=[paper]))


@settings(max_examples=40, deadline=None)
@given(
    elder=elders(), on=days, chosen=st.lists(st.booleans(), min_size=len(CIRCUMSTANCES), max_size=len(CIRCUMSTANCES))
)
def test_what_is_decided_stays_decided_however_the_unknown_facts_come_out(elder, on, chosen):
    """An unknown that can't change the result is ignored; no other is. Drawing the other side may make a yes a choice."""
    before = {answer.programme: answer for answer in preview(elder, on=on)}
    come_out = dict(zip(CIRCUMSTANCES, chosen, strict=True))
    told = {name: come_out[name] if stated is None else stated for name, stated in elder.circumstances.items()}
    nothing = {name: [] for name in ("prison", "assessments", "certificates", "welfare_allowances")}
    stated = {name: rows for name, rows in elder_to(elder).items() if rows is not None}
    known = elder_from({**nothing, **stated, "circumstances": _json(told)})
    for answer in preview(known, on=on):
        earlier = before[answer.programme]
        if earlier.answer is Answer.NO:
            assert answer.answer is Answer.NO
        elif earlier.answer is not Answer.CANNOT_DECIDE:
            assert answer.answer in (Answer.YES, Answer.CHOICE) and answer.monthly_fen == earlier.monthly_fen
