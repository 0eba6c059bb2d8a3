"""The preview's door: api.md's shape to the letter, and whatever is sent, a problem rather than a fault."""

import json
from copy import deepcopy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from subsidies.rules.facts import CIRCUMSTANCES
from tests.builders.regions import regions

pytestmark = pytest.mark.django_db
URL = "/api/v1/subsidies/preview"
BODY = {
    "on": "2026-06-15",
    "applied_on": None,
    "condition_met_on": None,
    "programmes": None,
    "elder": {
        "birth_date": "1945-03-10",
        "sex": None,
        "own_monthly_income_fen": None,
        "hukou": [{"region": "110105", "from": "1955-03-10", "until": None}],
        "died_on": None,
        "declared_missing_on": None,
        "prison": [],
        "assessments": [
            {
                "standard": "GB/T 42195-2022",
                "level": 3,
                "concluded_on": "2026-01-15",
                "valid_until": "2027-01-14",
            }
        ],
        "certificates": [],
        "circumstances": dict.fromkeys(CIRCUMSTANCES, False),
        "welfare_allowances": [],
        "residence_region": "120114",
    },
}


def ask(client, body, **headers):
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(URL, text, content_type="application/json", **headers)


def with_elder(**facts) -> dict:
    body = deepcopy(BODY)
    body["elder"].update(facts)
    return body


def test_a_visitor_without_login_gets_the_answer_in_the_fixed_shape(client):
    regions()
    answer = ask(client, BODY).json()
    assert set(answer) == {"on", "programmes"} and answer["on"] == "2026-06-15"
    nursing = next(one for one in answer["programmes"] if one["programme"] == "beijing/2019-160/nursing")
    assert list(nursing) == [
        "programme",
        "name",
        "verdict",
        "monthly_fen",
        "payer_region",
        "first_month",
        "last_month",
        "back_pay_months",
        "lines",
        "conditions",
        "missing",
        "alternatives",
        "would_change",
        "up_to_fen",
        "documents",
        "readings",
    ]
    assert (nursing["name"], nursing["verdict"], nursing["monthly_fen"]) == ("失能老年人护理补贴", "yes", 60000)
    assert nursing["payer_region"] == "110105" and nursing["first_month"] is None
    assert nursing["lines"][0]["cite"]["document"] == "京民养老发〔2019〕160号"
    assert {"id": "hukou", "outcome": "pass"}.items() <= nursing["conditions"][2].items()


def test_a_reading_the_answer_hangs_on_is_told_with_what_it_would_be_otherwise(client):
    regions()
    body = {**with_elder(birth_date="1946-06-20"), "programmes": ["beijing/2019-160/seniority"]}
    (seniority,) = ask(client, body).json()["programmes"]
    (birthday,) = seniority["readings"]
    assert (birthday["setting"], birthday["value"], birthday["confidence"]) == ("birthday_counts", "same_month", "open")
    assert birthday["otherwise"] == [{"value": "next_month", "verdict": "no", "monthly_fen": 0}]
    (july,) = ask(client, {**body, "on": "2026-07"}).json()["programmes"]
    assert july["readings"] == []  # read either way, July is due


def test_a_severe_level_hangs_on_how_the_words_are_read(client):
    regions()
    (nursing,) = ask(client, {**BODY, "programmes": ["beijing/2019-160/nursing"]}).json()["programmes"]
    assert [one["setting"] for one in nursing["readings"]] == ["severe_levels"]
    assert nursing["readings"][0]["otherwise"] == [{"value": [4], "verdict": "no", "monthly_fen": 0}]


def test_only_the_programmes_asked_for_answer_and_months_are_written_as_months(client):
    regions()
    body = {**BODY, "on": "2026-06", "applied_on": "2026-06-10", "programmes": ["beijing/2019-160/seniority"]}
    (seniority,) = ask(client, body).json()["programmes"]
    assert (seniority["first_month"], seniority["back_pay_months"]) == ("2026-06", 0)


def test_facts_left_out_are_unknown_and_never_false(client):
    regions()
    body = {"on": "2026-06-15", "elder": {"birth_date": "1945-03-10"}}
    answers = {one["programme"]: one for one in ask(client, body).json()["programmes"]}
    seniority = answers["beijing/2019-160/seniority"]
    assert (seniority["verdict"], seniority["monthly_fen"]) == ("cannot_decide", None)
    assert seniority["missing"] == ["hukou", "prison"]


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ("{", 400, "parse_error", None),
        ({**BODY, "when": "2026-06"}, 400, "unknown_fields", "when"),
        (with_elder(nickname="王奶奶"), 400, "unknown_fields", "elder.nickname"),
        (with_elder(circumstances={"rich": True}), 400, "unknown_fields", "elder.circumstances.rich"),
        ({**BODY, "on": "2026-13"}, 422, "invalid", "on"),
        ({**BODY, "on": "9999-12-31"}, 422, "invalid", "on"),
        ({**BODY, "on": 20260615}, 422, "invalid", "on"),
        ({**BODY, "programmes": ["beijing/2019-160/holiday"]}, 422, "invalid", "programmes.0"),
        ({"on": "2026-06"}, 422, "invalid", "elder"),
        ([], 422, "invalid", None),
        (with_elder(birth_date="1945-02-30"), 422, "invalid", "elder.birth_date"),
        (with_elder(birth_date="0001-01-01"), 422, "wrong_facts", "elder.birth_date"),
        (with_elder(died_on="9999-12-31"), 422, "wrong_facts", "elder.died_on"),
        (with_elder(died_on="1940-01-01"), 422, "wrong_facts", "elder.died_on"),
        (with_elder(hukou=[{"region": "999999", "from": "2000-01-01"}]), 422, "unknown_region", "elder.hukou.0.region"),
        (with_elder(hukou=[{"region": "北京", "from": "2000-01-01"}]), 422, "invalid", "elder.hukou.0.region"),
        (with_elder(prison=[{"from": "2026-02-01", "until": "2026-01-01"}]), 422, "wrong_facts", "elder.prison.0.until"),
        (with_elder(circumstances={"dibao": "yes"}), 422, "invalid", "elder.circumstances.dibao"),
        (with_elder(circumstances={"dibao": [[]]}), 422, "invalid", None),
        (with_elder(assessments=[{"standard": "GB/T 42195-2022", "level": 5, "concluded_on": "2026-01-15"}]),
         422, "wrong_facts", "elder.assessments.0.level"),
        (with_elder(assessments=[{"standard": "MZ/T 039-2013", "level": 3, "concluded_on": "2026-01-15"}]),
         422, "wrong_facts", "elder.assessments.0.level"),
        (with_elder(assessments=[{"standard": "自评", "level": 3, "concluded_on": "2026-01-15"}]),
         422, "wrong_facts", "elder.assessments.0.standard"),
        (with_elder(certificates=[{"category": 8, "level": 1, "from": "2020-01-01"}]),
         422, "invalid", "elder.certificates.0.category"),
        (with_elder(certificates=[{"category": 5, "level": 1, "components": [{"category": 2, "level": 1}],
                                   "from": "2020-01-01"}]),
         422, "wrong_facts", "elder.certificates.0.components"),
        (with_elder(assessments=[None]), 422, "invalid", "elder.assessments.0"),
        (with_elder(certificates=[None]), 422, "invalid", "elder.certificates.0"),
        (with_elder(welfare_allowances=[None]), 422, "invalid", "elder.welfare_allowances.0"),
        (with_elder(own_monthly_income_fen=10**30), 422, "invalid", "elder.own_monthly_income_fen"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_400_and_what_is_wrong_is_422_with_its_field(client, body, status, code, field):
    regions()
    answer = ask(client, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content.decode()
    assert answer["Content-Type"] == "application/problem+json"
    if field:
        assert field in [error["field"] for error in answer.json()["errors"]]


def test_absurd_nesting_is_unreadable_and_no_fault(client):
    assert ask(client, "[" * 100_000).status_code == 400


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.dates().map(str)
    | st.sampled_from(["110105", "2026-06", "GB/T 42195-2022", "重度失能"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["from", "until", "region", "level", "category", "components", "standard", "concluded_on"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=st.dictionaries(st.sampled_from(sorted(BODY["elder"])), anything, max_size=5), on=anything)
def test_whatever_is_sent_the_answer_is_never_a_fault(client, facts, on):
    regions()
    for body in (with_elder(**facts), {**BODY, "on": on}):
        assert ask(client, body).status_code in (200, 400, 422)
