import pytest
from django.test import Client

from tests.builders.recognition import agreements
from tests.builders.regions import regions

pytestmark = pytest.mark.django_db

URL = "/api/v1/recognitions/check"
RATING = {
    "kind": "rating",
    "issued_in": "120000",
    "used_in": "110000",
    "on": "2026-06-15",
    "standard": "GB/T 37276-2018",
    "level": 4,
    "issued_on": "2025-01-10",
    "valid_until": "2028-01-09",
    "status": "active",
}
ASSESSMENT = {
    "kind": "assessment",
    "issued_in": "120000",
    "used_in": "110000",
    "on": "2026-06-15",
    "standard": "GB/T 42195-2022",
    "level": 3,
    "concluded_on": "2026-01-15",
    "valid_until": "2027-01-14",
}


@pytest.fixture
def ask(client: Client):
    agreements()

    def post(body: object):
        return client.post(URL, body, content_type="application/json")

    return post


def test_the_contracts_own_example_is_answered_yes(ask) -> None:
    answer = ask(RATING).json()
    assert answer["verdict"] == "yes"
    assert answer["counts_as"] == {"level": 4, "name": "四级"}
    assert answer["agreement"]["document"] == "京民养老发〔2024〕17号"
    first = answer["reasons"][0]
    assert (first["id"], first["outcome"]) == ("agreement", "pass")
    assert first["cite"] == {"document": "京民养老发〔2024〕17号", "article": "三(二)", "url": ""}
    assert answer["next_step"] is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"status": "suspended"}, "status"),
        ({"valid_until": "2026-06-14"}, "valid_until"),
        ({"standard": "DB12/T 1"}, "standard"),
        ({"on": "2020-06-15", "issued_on": "2020-01-10"}, "agreement"),
        ({"issued_on": "2026-06-16"}, "issued_on"),
    ],
)
def test_every_no_names_its_reason_and_the_next_step(ask, change: dict, reason: str) -> None:
    answer = ask({**RATING, **change}).json()
    assert answer["verdict"] == "no"
    assert answer["counts_as"] is None
    assert [row["id"] for row in answer["reasons"] if row["outcome"] == "fail"] == [reason]
    assert answer["next_step"]


@pytest.mark.parametrize("how", ["null", "left out"])
def test_an_unknown_fact_cannot_be_decided_and_is_named(ask, how: str) -> None:
    body = {**RATING, "status": None} if how == "null" else {k: v for k, v in RATING.items() if k != "status"}
    answer = ask(body).json()
    assert (answer["verdict"], answer["missing"]) == ("cannot_decide", ["status"])


def test_an_assessment_is_asked_by_the_day_it_was_concluded(ask) -> None:
    answer = ask(ASSESSMENT).json()
    assert (answer["verdict"], answer["counts_as"]) == ("yes", {"level": 3, "name": "重度失能"})


def test_a_legacy_assessment_may_state_its_level_in_words_and_leads_to_a_new_one(ask) -> None:
    answer = ask({**ASSESSMENT, "standard": "MZ/T 039-2013", "level": "重度失能"}).json()
    assert answer["verdict"] == "no"
    assert "重新评估" in answer["next_step"]


def test_a_resident_month_names_its_regions_by_hukou_and_home(ask) -> None:
    body = {"kind": "facility_subsidy", "facility_region": "120114", "hukou": "110105", "capability_level": 3}
    answer = ask({**body, "stars": 4, "month": "2026-06"}).json()
    assert (answer["verdict"], answer["counts_as"]) == ("yes", None)


def test_the_other_two_kinds_answer_too(ask) -> None:
    regions_asked = {"issued_in": "110000", "used_in": "120000", "on": "2026-06-15"}
    policy = ask({"kind": "policy", "programme": "beijing/2019-160/nursing", **regions_asked}).json()
    training = {"kind": "training", "certificate_no": "Y000011000001243000123", "level": 3, "issued_on": "2024-05-20"}
    assert policy["verdict"] == "yes"
    assert ask({**training, **regions_asked}).json()["verdict"] == "yes"


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({**RATING, "kind": "pass"}, 422, "invalid", "kind"),
        ({**RATING, "level": "four"}, 422, "invalid", "level"),
        ({**RATING, "on": "15.6.2026"}, 422, "invalid", "on"),
        ({**RATING, "valid_until": "2024-01-09"}, 422, "invalid", "valid_until"),
        ({**RATING, "issued_in": "12"}, 422, "invalid", "issued_in"),
        ({**RATING, "issued_in": "990000"}, 422, "unknown_region", "issued_in"),
        ({**RATING, "colour": "red"}, 400, "unknown_fields", "colour"),
        ({**ASSESSMENT, "level": True}, 422, "invalid", "level"),
        ([RATING], 422, "invalid", ""),
    ],
)
def test_bad_input_is_a_problem_that_names_the_field(ask, body, status: int, code: str, field: str) -> None:
    response = ask(body)
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["code"] == code
    assert problem["errors"][0]["field"] == field
    assert problem["next_step"]


def test_the_register_of_agreements_is_open_and_can_be_narrowed(client: Client) -> None:
    agreements()
    page = client.get("/api/v1/agreements", {"kind": "rating", "issued_in": "120000", "on": "2026-06-15"}).json()
    assert page["next"] is None
    assert {row["used_in"] for row in page["results"]} == {"110000", "130000"}
    first = page["results"][0]
    assert (first["number"], first["from"], first["until"]) == ("京民养老发〔2024〕17号", "2024-03-13", None)
    assert first["terms"] == {"standards": ["GB/T 37276-2018", "DB11/T 219"]}
    assert client.get("/api/v1/agreements", {"kind": "pass"}).status_code == 422


def test_the_divisions_are_open(client: Client) -> None:
    regions()
    page = client.get("/api/v1/regions", {"within": "110105", "level": "street", "page_size": 2}).json()
    assert [row["code"] for row in page["results"]] == ["110105001", "110105002"]
    assert page["results"][0]["parent"] == "110105"
    assert page["next"]


def test_the_page_shows_the_register_and_answers_without_javascript(client: Client) -> None:
    agreements()
    page = client.get("/recognition", {"kind": "rating"})
    assert page.status_code == 200
    assert "京民养老发〔2024〕17号" in page.content.decode()
    answer = client.post("/recognition?kind=rating", {k: v for k, v in RATING.items() if k != "kind"})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "互认：按“四级”对待" in text


def test_the_page_keeps_what_was_typed_when_something_is_wrong(client: Client) -> None:
    agreements()
    answer = client.post("/recognition?kind=rating", {**RATING, "valid_until": "2024-01-09"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "有效期不能在得出结果之前就结束。" in text
    assert 'value="2025-01-10"' in text
