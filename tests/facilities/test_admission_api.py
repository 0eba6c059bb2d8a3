"""Admission through the API: families by session, a home's own system by token, each write once per key."""

from datetime import timedelta

import pytest
from django.test import Client

from eldercare.accounts.models import User
from eldercare.kernel import clock
from facilities.models import Contract, Offer, Visit
from facilities.services import accept_offer, make_home_token, set_list_rule
from tests.builders.accounts import sign_in
from tests.builders.facilities import make_bed
from tests.builders.waiting import Queue

pytestmark = pytest.mark.django_db


class Api:
    """Somebody at the API's doors; every write carries a key of its own unless one is given."""

    def __init__(self, viewer=None, token=""):
        self.client = sign_in(Client(), User.objects.get(pk=viewer.user_id)) if viewer else Client()
        self.token = {"Authorization": f"Bearer {token}"} if token else {}
        self.writes = 0

    def get(self, path):
        return self.client.get(f"/api/v1/{path}", headers=self.token)

    def post(self, path, body=None, *, key=None, method="post"):
        self.writes += 1
        headers = {**self.token, "Idempotency-Key": key or f"key-{self.writes}"}
        send = getattr(self.client, method)
        return send(f"/api/v1/{path}", body or {}, content_type="application/json", headers=headers)


class Case:
    def __init__(self):
        self.queue = Queue()
        self.first, self.second = self.queue.join("王一"), self.queue.join("王二")
        _token, text = make_home_token(self.queue.manager, facility_id=self.queue.home.pk, name="机构系统")
        self.home = Api(token=text)
        self.manager = Api(self.queue.manager)
        self.family, self.other = Api(self.first.viewer), Api(self.second.viewer)
        self.bed = make_bed(self.queue.home)
        self.at = f"facilities/{self.queue.home.pk}"

    def offer(self, waiting=None, **more):
        application = (waiting or self.first).application
        body = {"bed": str(self.bed.pk), "from_day": str(self.queue.today), **more}
        return self.home.post(f"applications/{application.pk}/offers", body)


@pytest.fixture
def case():
    return Case()


def test_the_list_is_read_by_the_home_and_its_rule_by_everybody(case):
    places = case.home.get(f"{case.at}/waiting-list").json()["places"]
    assert [(row["place"]["number"], row["id"]) for row in places] == [
        (1, str(case.first.application.pk)),
        (2, str(case.second.application.pk)),
    ]
    (row,) = case.home.get(f"{case.at}/waiting-list?after=1").json()["places"]
    assert row["place"]["number"] == 2
    assert case.home.get(f"{case.at}/waiting-list?after=2").json()["places"] == []
    for wrong in ("-1", "x", "9" * 40):
        assert case.home.get(f"{case.at}/waiting-list?after={wrong}").status_code == 422
    assert case.family.get(f"{case.at}/waiting-list").status_code == 404
    rule = Api().get(f"{case.at}/waiting-rule").json()
    assert [row["id"] for row in rule["classes"]] == ["directed", "crisis", "spouse", "ordinary"]
    assert (rule["waiting"], rule["more"], rule["mode"], rule["hours"]) == (2, False, "auto", 48)
    assert rule["classes"][0]["cite"]["document"] == "京民养老发〔2024〕17号"


def test_only_the_manager_sets_how_the_list_moves(case):
    body = {"mode": "propose", "hours": 24}
    assert case.home.post(f"{case.at}/waiting-rule", body, method="put").json()["code"] == "manager_only"
    assert case.manager.post(f"{case.at}/waiting-rule", body, method="put").json()["hours"] == 24


def test_an_offer_out_of_turn_needs_words_and_the_passed_over_reads_them(case):
    assert case.offer(case.second).json()["code"] == "out_of_turn"
    assert case.offer(case.second, out_of_turn="与同屋老人是姐妹").status_code == 201
    (skip,) = case.family.get(f"applications/{case.first.application.pk}/passed-over").json()["results"]
    assert (skip["reason"], skip["words"]) == ("staff", "与同屋老人是姐妹")
    assert case.other.get(f"applications/{case.first.application.pk}/passed-over").status_code == 404


def test_a_family_extends_once_declines_and_waits_on_and_the_next_is_asked(case):
    offer = case.offer().json()
    more = case.family.post(f"offers/{offer['id']}/extend", key="more").json()
    assert more["lapses_at"] > offer["lapses_at"]
    assert case.family.post(f"offers/{offer['id']}/extend", key="more").json() == more
    assert case.family.post(f"offers/{offer['id']}/extend").json()["code"] == "extended_once"
    said = case.family.post(f"offers/{offer['id']}/decline", {"stay_on_list": True}, key="no")
    assert said.json()["state"] == "declined"
    again = case.family.post(f"offers/{offer['id']}/decline", {"stay_on_list": True}, key="no")
    assert again.headers["Idempotent-Replay"] == "true"
    assert case.family.post(f"offers/{offer['id']}/decline", key="no").json()["code"] == "key_reused"
    assert Offer.objects.get(state="live").application_id == case.second.application.pk
    assert case.family.get(f"applications/{case.first.application.pk}").json()["place"]["number"] == 1


def test_wishes_pause_and_class(case):
    at = f"applications/{case.first.application.pk}"
    wishes = {"room_type": "single", "also_rooms": ["double"], "care_grade": "full", "wanted_from": str(clock.today())}
    changed = case.family.post(f"{at}/wishes", wishes).json()
    assert (changed["room_type"], changed["also_rooms"], changed["place"]["number"]) == ("single", ["double"], 1)
    until = str(clock.today() + timedelta(5))
    assert case.family.post(f"{at}/pause", {"until": until}).json()["place"]["paused_until"] == until
    assert case.family.post(f"{at}/pause", {"until": None}).json()["place"]["paused_until"] is None
    assert case.other.post(f"{at}/pause", {"until": None}).status_code == 404
    body = {"priority": "crisis", "because": "已核实", "document": "出院小结"}
    assert case.home.post(f"{at}/priority", body).json()["code"] == "manager_only"
    assert case.manager.post(f"{at}/priority", body).json()["place"]["priority"] == "crisis"


def test_a_proposed_opening_is_passed_over_with_a_reason_or_stopped(case):
    set_list_rule(case.queue.manager, facility_id=case.queue.home.pk, mode="propose")
    offer = case.offer().json()
    case.family.post(f"offers/{offer['id']}/decline")
    (opening,) = case.home.get(f"{case.at}/openings").json()["openings"]
    assert (opening["proposed"], opening["passed_over"]) == (str(case.second.application.pk), 1)
    assert case.family.post(f"openings/{opening['id']}/stop").status_code == 404
    passed = case.home.post(f"openings/{opening['id']}/pass-over", {"reason": "家属这周不方便"}).json()
    assert (passed["state"], passed["proposed"], passed["passed_over"]) == ("exhausted", None, 2)


def test_visits_are_published_by_the_home_booked_and_moved_by_the_family(case):
    body = {"starts_at": (clock.now() + timedelta(days=2)).isoformat(), "minutes": 30, "count": 2}
    assert case.home.post(f"{case.at}/visit-slots", body).status_code == 201
    slots = Api().get(f"{case.at}/visit-slots").json()["slots"]
    booked = case.family.post("visits", {"slot": slots[0]["id"]})
    assert booked.status_code == 201
    assert case.other.post("visits", {"slot": slots[0]["id"]}).json()["code"] == "slot_taken"
    moved = case.family.post("visits", {"slot": slots[1]["id"], "instead_of": booked.json()["id"]}).json()
    assert Visit.objects.filter(state="booked").count() == 1
    assert case.other.post(f"visits/{moved['id']}/cancel").status_code == 404
    assert case.home.post(f"visits/{moved['id']}/cancel").json()["code"] == "reason_missing"
    assert case.home.post(f"visits/{moved['id']}/outcome", {"came": True}).json()["code"] == "not_due_yet"
    assert case.family.post(f"visits/{moved['id']}/found", {"number_right": True}).json()["code"] == "not_visited"
    assert [row["id"] for row in case.family.get("visits").json()["results"]] == [moved["id"], booked.json()["id"]]
    assert case.other.get("visits").json()["results"] == []


def test_a_contract_is_drawn_up_by_the_homes_system_and_signed_by_people(case):
    offer = case.offer().json()
    stay = accept_offer(case.first.viewer, offer_id=offer["id"])
    refused = case.home.post(f"stays/{stay.pk}/contracts", {"deposit_fen": 2_400_001})
    assert (refused.status_code, refused.json()["code"]) == (422, "deposit_too_high")
    assert refused.json()["reasons"][0]["cite"]["article"] == "押金不超过月床位费的12倍"
    drawn = case.home.post(f"stays/{stay.pk}/contracts", {"deposit_fen": 200_000}).json()
    sign = {"side": "home", "content": drawn["content"]}
    assert case.home.post(f"contracts/{drawn['id']}/sign", sign).json()["code"] == "manager_only"
    assert case.manager.post(f"contracts/{drawn['id']}/sign", sign).json()["state"] == "home_signed"
    said = {"side": "family", "content": drawn["content"]}
    assert case.family.post(f"contracts/{drawn['id']}/sign", said).json()["state"] == "signed"
    assert case.other.get(f"contracts/{drawn['id']}").status_code == 404
    assert case.family.post(f"contracts/{drawn['id']}/void", {"reason": "x"}).status_code == 404
    assert Contract.objects.get().state == "signed"


def test_a_stay_changes_grade_is_interrupted_and_called_off(case):
    stay = accept_offer(case.first.viewer, offer_id=case.offer().json()["id"])
    today = clock.today()
    assert case.family.post(f"stays/{stay.pk}/grade", {"care_grade": "full", "from_day": str(today)}).status_code == 404
    case.home.post(f"stays/{stay.pk}/check-in")
    later = str(today + timedelta(3))
    grade = {"care_grade": "partial", "from_day": later}
    assert case.home.post(f"stays/{stay.pk}/grade", grade).status_code == 200
    away = {"since": later, "until": str(today + timedelta(5))}
    assert case.home.post(f"stays/{stay.pk}/leave", away).status_code == 200
    assert case.home.post(f"stays/{stay.pk}/leave", away).json()["code"] == "leave_days"
    assert case.home.post(f"stays/{stay.pk}/back", {"on": str(today)}).json()["code"] == "not_on_leave"
    assert case.family.post(f"stays/{stay.pk}/drop").json()["code"] == "already_answered"


def test_a_move_is_asked_for_by_the_family_and_listed_for_both_homes(case):
    stay = accept_offer(case.first.viewer, offer_id=case.offer().json()["id"])
    case.home.post(f"stays/{stay.pk}/check-in")
    new = Queue(region="131082", name="示例·燕郊养老院")
    body = {
        "stay": str(stay.pk),
        "facility": str(new.home.pk),
        "room_type": "double",
        "care_grade": "full",
        "wanted_from": str(clock.today()),
        "consent_text_version": "2026-01",
    }
    assert case.other.post("transfers", body).status_code == 404
    made = case.family.post("transfers", body)
    assert (made.status_code, made.json()["stage"]) == (201, "waiting")
    for reader in (case.family, case.home, Api(new.manager)):
        assert [row["id"] for row in reader.get("transfers").json()["results"]] == [made.json()["id"]]
    assert case.other.get("transfers").json()["results"] == []
