"""The portal's API: the way in, a quote and a search with a described elder, and what is refused."""

from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from eldercare.recognition.services import load_reference as load_agreements
from facilities.services import relist
from subsidies.rules.facts import CIRCUMSTANCES
from tests.builders.facilities import make_home

pytestmark = pytest.mark.django_db
ELDER = {
    "birth_date": "1944-01-15",
    "hukou": [{"region": "110105", "from": "1944-01-15", "until": None}],
    "assessments": [
        {"standard": "GB/T 42195-2022", "level": 3, "concluded_on": "2020-01-15", "valid_until": "2098-01-14"}
    ],
    "certificates": [],
    "prison": [],
    "welfare_allowances": [],
    "circumstances": dict.fromkeys(CIRCUMSTANCES, False),
}


@pytest.fixture
def home():
    load_agreements()
    home = make_home("示例·运河养老院", beds=2)
    relist()
    return home


@pytest.fixture
def api():
    return APIClient()


def test_the_root_names_the_open_doors_and_each_can_be_reached(api):
    doors = api.get("/api/v1/").json()

    assert doors["quotes"].endswith("/api/v1/quotes")
    assert doors["facilities_search"].endswith("/api/v1/facilities/search")


def test_a_quote_gives_lines_gross_each_subsidy_and_net(api, home):
    body = {"facility": str(home.pk), "room_type": "double", "elder": ELDER}

    quote = api.post("/api/v1/quotes", body, format="json").json()

    assert quote["care_grade"] == "full"
    assert [line["amount_fen"] for line in quote["lines"]] == [200_000, 300_000, 120_000]
    assert quote["gross_fen"] == 620_000
    assert [line["amount_fen"] for line in quote["net_lines"]] == [200_000, 300_000, 120_000, -60_000]
    assert quote["net_lines"][-1]["cite"]["document"] == "京民养老发〔2019〕160号"
    assert quote["net_monthly_fen"] == 560_000
    assert [line["amount_fen"] for line in quote["beside"]] == [10_000]


def test_a_quote_without_an_elder_has_no_net_price(api, home):
    body = {"facility": str(home.pk), "care_grade": "partial"}

    quote = api.post("/api/v1/quotes", body, format="json").json()

    assert quote["gross_fen"] == 620_000
    assert quote["net_monthly_fen"] is None


def test_a_search_with_an_elder_shows_the_same_net_price_as_the_quote(api, home):
    found = api.post("/api/v1/facilities/search", {"elder": ELDER}, format="json").json()["results"]

    assert [(card["id"], card["net_monthly_fen"]) for card in found] == [(str(home.pk), 560_000)]
    assert found[0]["net_lines"][-1]["amount_fen"] == -60_000
    assert found[0]["beds"]["free"] == 2


@pytest.mark.parametrize(("budget", "found"), [(560_000, 1), (559_999, 0)])
def test_a_net_budget_is_held_to_the_fen(api, home, budget, found):
    body = {"elder": ELDER, "net_budget_fen": budget}

    assert len(api.post("/api/v1/facilities/search", body, format="json").json()["results"]) == found


def test_an_undecided_benefit_is_listed_and_not_subtracted(api, home):
    elder = {**ELDER, "circumstances": {}}

    card = api.post("/api/v1/facilities/search", {"elder": elder}, format="json").json()["results"][0]

    assert card["net_monthly_fen"] == 620_000
    nursing = next(one for one in card["undecided"] if one["programme"] == "beijing/2019-160/nursing")
    assert nursing["up_to_fen"] == 60_000
    assert nursing["missing"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/v1/quotes", {"facility": str(uuid4()), "care_grade": "full"}, 404),
        ("/api/v1/quotes", {"facility": str(uuid4())}, 422),
        ("/api/v1/quotes", {"facility": "x", "care_grade": "full"}, 422),
        ("/api/v1/quotes", {"facility": str(uuid4()), "care_grade": "full", "colour": "red"}, 400),
        ("/api/v1/facilities/search", {"net_budget_fen": 1}, 422),
        ("/api/v1/facilities/search", {"region": "999999"}, 422),
        ("/api/v1/facilities/search", {"elder": {"birth_date": "yesterday"}}, 422),
        ("/api/v1/facilities/search", {"cursor": "broken"}, 400),
    ],
)
def test_what_cannot_be_answered_is_a_problem_with_a_sentence(api, home, path, body, status):
    answer = api.post(path, body, format="json")

    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_accepting_an_offer_needs_a_session_and_a_strangers_offer_is_not_there(api):
    assert api.post(f"/api/v1/offers/{uuid4()}/accept").status_code == 401
