"""Signing in by the API: a code, a session, who one is; posts only with the second factor."""

import pytest
from django.test import Client

from eldercare.kernel.sentences import restored
from eldercare.people.models import Letter
from tests.builders.accounts import make_officer, sign_in
from tests.builders.regions import CHAOYANG

pytestmark = pytest.mark.django_db
JSON = "application/json"


def test_a_program_signs_in_for_a_person_and_out_again():
    client = Client()
    sent = client.post("/api/v1/sign-in/codes", {"address": "13800001234"}, JSON)
    assert sent.status_code == 201
    digits = restored(Letter.objects.get().body).blanks["code"]
    answer = client.post("/api/v1/session", {"code_id": sent.json()["code_id"], "code": digits}, JSON)
    assert answer.json() == {"name": "", "second_factor": False, "grants": []}
    assert client.get("/api/v1/elders").status_code == 200
    assert client.delete("/api/v1/session").status_code == 204
    assert client.get("/api/v1/session/me").status_code == 401


def test_a_wrong_address_and_a_wrong_code_are_problems():
    client = Client()
    wrong = client.post("/api/v1/sign-in/codes", {"address": "12345"}, JSON)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "unknown_address")
    sent = client.post("/api/v1/sign-in/codes", {"address": "13800001234"}, JSON).json()
    answer = client.post("/api/v1/session", {"code_id": sent["code_id"], "code": "x"}, JSON)
    assert (answer.status_code, answer.json()["code"]) == (422, "wrong_code")


def test_too_many_codes_are_429_with_retry_after():
    client = Client()
    answers = [client.post("/api/v1/sign-in/codes", {"address": "13800001234"}, JSON) for _ in range(9)]
    assert [answer.status_code for answer in answers] == [201] * 8 + [429]
    assert int(answers[-1]["Retry-After"]) > 0


def test_posts_are_named_only_with_the_second_factor():
    officer = make_officer("district_officer", CHAOYANG)
    without = sign_in(Client(), officer, second_factor=False)
    assert without.get("/api/v1/session/me").json()["grants"] == []
    assert without.post("/api/v1/session/second-factor", {"code": "000000"}, JSON).status_code == 422
    grant = {"role": "district_officer", "kind": "region", "place": CHAOYANG}
    assert sign_in(Client(), officer).get("/api/v1/session/me").json()["grants"] == [grant]
