import json

import pytest
from django.test import Client

from eldercare.audit.models import ViewOfFile
from tests.builders.accounts import make_officer, sign_in
from tests.builders.assessments import NO_CONDITIONS, answers_totalling, assessor_id, make_concluded, make_recorded

pytestmark = pytest.mark.django_db

SCORE = "/api/v1/assessments/score"
WORKED = {
    "instrument": "GB/T 42195-2022",
    "answers": answers_totalling(57),
    "conditions": {**NO_CONDITIONS, "dementia_or_psychiatric_diagnosis": True},
}


def post(client: Client, url: str, body: object = None, key: str | None = None):
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(url, json.dumps(body or {}), content_type="application/json", headers=headers)


def test_a_visitor_scores_a_set_of_answers_and_nothing_is_kept(client: Client, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(1):
        answer = post(client, SCORE, WORKED)
    result = answer.json()
    assert answer.status_code == 200
    assert (result["total"], result["preliminary_level"], result["level"]) == (57, 2, 3)
    assert (result["level_name"], result["clause_mode"]) == ("重度失能", "sum")
    assert sum(result["dimensions"].values()) == 57
    (change,) = result["changes"]
    assert (change["id"], change["effect"]) == ("dementia_or_psychiatric_diagnosis", "+1")
    assert result["lines"][-1]["because"] == "最终等级是重度失能。"


def test_every_wrong_item_is_named_at_once(client: Client) -> None:
    answers = {**WORKED["answers"], "B.1.1": 5, "B.3.7": "1", "B.9.9": 0}
    del answers["B.1.2"]
    problem = post(client, SCORE, {**WORKED, "answers": answers, "conditions": {"coma": None}})
    assert problem.status_code == 422
    assert problem.json()["code"] == "wrong_answers"
    assert {error["field"] for error in problem.json()["errors"]} == {
        "answers.B.1.1",
        "answers.B.1.2",
        "answers.B.3.7",
        "answers.B.9.9",
        "conditions.coma",
        "conditions.dementia_or_psychiatric_diagnosis",
        "conditions.risk_events_30_days",
    }


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"instrument": "MZ/T 039-2013"}, 422),
        ({"answers": [4] * 26}, 422),
        ({"answers": None}, 422),
        ({"clause_mode": "once"}, 400),
    ],
)
def test_a_body_that_is_something_else_is_a_problem_and_not_a_fault(client: Client, change: dict, status: int) -> None:
    assert post(client, SCORE, {**WORKED, **change}).status_code == status


def test_the_whole_course_through_the_api(scene, client: Client) -> None:
    team = scene.team
    sign_in(client, scene.family)
    found = client.get("/api/v1/assessments/agencies").json()["results"]
    assert [agency["id"] for agency in found] == [str(team.agency.pk)]
    body = {"elder": str(scene.elder.pk), "agency": str(team.agency.pk)}
    asked = post(client, "/api/v1/assessments", body, key="k1")
    again = post(client, "/api/v1/assessments", body, key="k1")
    assert asked.status_code == 201
    assert again.json() == asked.json()
    url = f"/api/v1/assessments/{asked.json()['id']}"

    sign_in(client, team.lead)
    own = {row["name"]: row["id"] for row in client.get("/api/v1/assessments/assessors").json()["results"]}
    sent = post(client, f"{url}/assign", {"first_assessor": own["陈评估"], "second_assessor": own["周评估"]})
    assert sent.json()["state"] == "assigned"

    sign_in(client, team.first)
    recorded = post(client, f"{url}/record", {name: WORKED[name] for name in ("answers", "conditions")})
    assert (recorded.json()["state"], recorded.json()["level"]) == ("recorded", None)

    sign_in(client, team.second)
    concluded = post(client, f"{url}/conclude")
    assert (concluded.json()["state"], concluded.json()["level"]) == ("concluded", 3)
    assert concluded.json()["validity"]["example"] is True
    assert concluded.json()["result"]["level_name"] == "重度失能"
    assert post(client, f"{url}/conclude").status_code == 409

    sign_in(client, scene.family)
    assert client.get(url).json()["answers"] == WORKED["answers"]
    assert client.get("/api/v1/assessments").json()["results"][0]["level"] == 3


def test_an_officer_reads_the_result_without_the_single_answers_and_the_look_is_kept(scene, client: Client) -> None:
    assessment = make_concluded(scene.elder, scene.viewer, scene.team)
    officer = make_officer("street_officer", "110105003")
    sign_in(client, officer)
    answer = client.get(f"/api/v1/assessments/{assessment.pk}").json()
    assert (answer["level"], answer["answers"]) == (3, None)
    look = ViewOfFile.objects.get(elder_id=scene.elder.pk)
    assert (look.actor, look.part) == (f"user:{officer.pk}", "assessment")


@pytest.mark.parametrize("door", ["", "/assign", "/record", "/conclude"])
def test_somebody_elses_assessment_is_not_found_at_any_door(scene, client: Client, door: str) -> None:
    assessment = make_recorded(scene.elder, scene.viewer, scene.team)
    sign_in(client, scene.stranger)
    url = f"/api/v1/assessments/{assessment.pk}{door}"
    bodies = {
        "/assign": {
            "first_assessor": assessor_id(scene.team, scene.team.first),
            "second_assessor": assessor_id(scene.team, scene.team.second),
        },
        "/record": {name: WORKED[name] for name in ("answers", "conditions")},
    }
    response = post(client, url, bodies.get(door)) if door else client.get(url)
    assert response.status_code == 404
    assert response.json()["code"] == "not_found"


def test_an_unsigned_visitor_is_asked_to_sign_in(client: Client, db) -> None:
    assert client.get("/api/v1/assessments").status_code == 401
    assert client.get("/api/v1/assessments/assessors").status_code == 401


def test_the_list_costs_the_same_queries_for_one_and_for_many(scene, client: Client, django_assert_num_queries) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    sign_in(client, scene.team.first)
    make_concluded(scene.elder, scene.viewer, scene.team)
    with CaptureQueriesContext(connection) as one:
        client.get("/api/v1/assessments")
    make_concluded(scene.elder, scene.viewer, scene.team)
    make_recorded(scene.elder, scene.viewer, scene.team)
    with CaptureQueriesContext(connection) as many:
        assert len(client.get("/api/v1/assessments").json()["results"]) == 3
    assert len(many) == len(one)
