"""The people floor's API: what the pages do, as programs do it."""

from datetime import date

import pytest
from django.test import Client

from eldercare.people.models import Elder
from tests.builders.accounts import make_officer, make_user, sign_in
from tests.builders.people import id_number, make_elder
from tests.builders.regions import CHAOYANG, HUJIALOU, regions

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def daughter():
    return make_user("李娜")


@pytest.fixture
def client(daughter) -> Client:
    regions()
    return sign_in(Client(), daughter)


@pytest.fixture
def elder(daughter, client):
    return make_elder(guardian=daughter.person)


def body(**changes):
    whole = {
        "name": "王桂兰",
        "id_number": id_number(date(1945, 3, 10), female=True),
        "hukou_region": HUJIALOU,
        "relation": "child",
        "consent_text_version": "2026-01",
        "applicant": {"name": "李娜", "id_number": id_number(date(1975, 4, 2))},
        "circumstances": {"dibao": True, "low_income": None},
    }
    return {**whole, **changes}


def test_an_elder_is_registered_and_read_back(client):
    answer = client.post("/api/v1/elders", body(), JSON)
    assert answer.status_code == 201
    read = client.get(f"/api/v1/elders/{answer.json()['id']}").json()
    assert (read["name"], read["birth_date"], read["hukou_district"], read["my_role"]) == (
        "王桂兰",
        "1945-03-10",
        CHAOYANG,
        "agent",
    )
    assert read["hukou"] == [{"region": HUJIALOU, "from": "1945-03-10", "until": None}]
    assert (read["circumstances"]["dibao"], read["circumstances"]["low_income"]) == (True, None)
    assert body()["id_number"] not in str(read)
    assert client.get("/api/v1/elders").json()["results"][0]["id"] == read["id"]


def test_the_same_key_registers_once_and_another_body_under_it_is_409(client):
    sent = body()
    headers = {"Idempotency-Key": "k1"}
    first = client.post("/api/v1/elders", sent, JSON, headers=headers)
    again = client.post("/api/v1/elders", sent, JSON, headers=headers)
    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    other = client.post("/api/v1/elders", {**sent, "name": "别人"}, JSON, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    assert Elder.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "status", "code", "field"),
    [
        ({"id_number": "110105194503100022"}, 422, "id_number_check_digit", "id_number"),
        ({"id_number": id_number(date(1990, 1, 1))}, 422, "under_age", "id_number"),
        ({"hukou_region": "999999"}, 422, "unknown_region", "hukou_region"),
        ({"surprise": 1}, 400, "unknown_fields", "surprise"),
        ({"relation": "neighbour"}, 422, "invalid", "relation"),
    ],
)
def test_each_fault_is_a_problem_naming_its_field(client, changes, status, code, field):
    answer = client.post("/api/v1/elders", body(**changes), JSON)
    said = answer.json()
    assert (answer.status_code, said["code"], said["errors"][0]["field"]) == (status, code, field)
    assert answer["Content-Type"] == "application/problem+json" and said["next_step"]
    assert not Elder.objects.exists()


def test_a_stranger_gets_401_and_another_family_404(elder):
    assert Client().get("/api/v1/elders").status_code == 401
    stranger = sign_in(Client(), make_user("陌生人"))
    for door in ("", "/guardianships", "/consents", "/views"):
        assert stranger.get(f"/api/v1/elders/{elder.pk}{door}").status_code == 404
    assert stranger.patch(f"/api/v1/elders/{elder.pk}", {}, JSON).status_code == 404
    assert stranger.get("/api/v1/elders").json()["results"] == []


def test_an_officer_sees_the_name_masked_and_the_family_sees_the_officer(client, elder):
    officer = sign_in(Client(), make_officer("district_officer", CHAOYANG))
    assert officer.get(f"/api/v1/elders/{elder.pk}").json()["name"] == "王**"
    (look,) = client.get(f"/api/v1/elders/{elder.pk}/views").json()["results"]
    assert (look["by"], look["own"]) == (["区民政局经办人"], False)


def test_facts_are_declared_and_a_certificate_added(client, elder):
    facts = {"circumstances": {"dibao": False}, "certificate": {"category": 4, "level": 1, "from": "2020-05-06"}}
    read = client.patch(f"/api/v1/elders/{elder.pk}", facts, JSON).json()
    assert read["circumstances"]["dibao"] is False
    certificate = {"category": 4, "level": 1, "components": None, "from": "2020-05-06", "until": None}
    assert read["certificates"] == [certificate]


def test_a_consent_is_given_listed_and_revoked(client, elder):
    address = f"/api/v1/elders/{elder.pk}/consents"
    given = client.post(address, {"purpose": "assessment_sharing", "text_version": "2026-01"}, JSON)
    assert given.status_code == 201
    assert len(client.get(address).json()["results"]) == 2
    assert client.post(f"/api/v1/consents/{given.json()['id']}/revoke", {}, JSON).json()["ended"] is True
    assert client.get(address).json()["results"][0]["revoked_at"] is not None


def test_a_relative_is_invited_and_a_guardianship_ended(client, elder):
    address = f"/api/v1/elders/{elder.pk}/guardianships"
    assert client.post(address, {"address": "13700000001", "kind": "kin"}, JSON).status_code == 201
    (mine,) = client.get(address).json()["results"]
    assert client.post(f"/api/v1/guardianships/{mine['id']}/end", {}, JSON).status_code == 200
    assert client.get(address).status_code == 404
