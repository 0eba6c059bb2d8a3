"""The family's pages: register without losing anything, once; see and change the file; another family's is not there."""

from datetime import date

import pytest
from django.test import Client

from eldercare.audit.models import ViewOfFile
from eldercare.kernel import clock
from eldercare.people.models import Elder
from eldercare.people.selectors import elder_facts
from tests.builders.accounts import make_officer, make_user, sign_in
from tests.builders.people import id_number, make_elder, stand_beside
from tests.builders.regions import CHAOYANG, HUJIALOU, regions

pytestmark = pytest.mark.django_db


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


def typed(**changes):
    whole = {
        "name": "王桂兰",
        "id_number": id_number(date(1945, 3, 10), female=True),
        "hukou_region": HUJIALOU,
        "applicant_name": "李娜",
        "applicant_id_number": id_number(date(1975, 4, 2)),
        "consent_text_version": "2026-01",
        "agree": "on",
        "request_key": "key-1",
    }
    return {**whole, **changes}


def test_a_family_registers_its_elder_and_is_led_to_her_page(client):
    answer = client.post("/elders/new?relation=child", typed(circumstances=["low_income"], no_others="on"))
    elder = Elder.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/elders/{elder.pk}")
    said = elder_facts(elder.pk, clock.today()).circumstances
    assert (said["low_income"], said["dibao"]) == (True, False)
    assert "王桂兰" in client.get("/elders").content.decode()


def test_what_is_not_ticked_and_not_confirmed_stays_unknown(client):
    client.post("/elders/new?relation=child", typed(circumstances=["low_income"]))
    said = elder_facts(Elder.objects.get().pk, clock.today()).circumstances
    assert (said["low_income"], said["dibao"]) == (True, None)


def test_a_second_click_registers_nothing_twice(client):
    form = typed()
    first = client.post("/elders/new?relation=child", form)
    second = client.post("/elders/new?relation=child", form)
    assert first["Location"] == second["Location"]
    assert Elder.objects.count() == 1


def test_a_wrong_number_comes_back_beside_its_field_with_everything_typed(client):
    answer = client.post("/elders/new?relation=child", typed(id_number="11010519450310002X", circumstances=["dibao"]))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "这个身份证号码有一位不对，请对照身份证从头核对一遍。" in page
    assert 'value="11010519450310002X"' in page and 'value="王桂兰"' in page and "checked" in page
    assert not Elder.objects.exists()


def test_a_multiple_certificate_keeps_its_components(client):
    parts = {
        "component_a_category": "5",
        "component_a_level": "2",
        "component_b_category": "2",
        "component_b_level": "3",
    }
    client.post("/elders/new?relation=child", typed(certificate_category="7", certificate_level="2", **parts))
    (certificate,) = elder_facts(Elder.objects.get().pk, clock.today()).certificates
    assert certificate["components"] == [{"category": 5, "level": 2}, {"category": 2, "level": 3}]


def test_without_agreeing_nothing_is_registered(client):
    form = typed()
    del form["agree"]
    assert client.post("/elders/new?relation=child", form).status_code == 422
    assert not Elder.objects.exists()


def test_the_relation_is_asked_first_and_an_unknown_one_is_asked_again(client):
    for address in ("/elders/new", "/elders/new?relation=neighbour"):
        assert "您和老人是什么关系？" in client.get(address).content.decode()


def test_somebody_else_s_elder_is_not_there(elder):
    stranger = sign_in(Client(), make_user("陌生人"))
    for page in ("facts", "hukou", "consents", "circle", "views"):
        assert stranger.get(f"/elders/{elder.pk}/{page}").status_code == 404
    consent = elder.guardianships.get().consent_id
    assert stranger.post(f"/consents/{consent}/revoke").status_code == 404
    assert stranger.post(f"/guardianships/{elder.guardianships.get().pk}/end").status_code == 404


def test_without_signing_in_every_page_leads_to_the_sign_in(elder):
    for address in ("/elders", "/elders/new", f"/elders/{elder.pk}/facts", "/letters"):
        answer = Client().get(address)
        assert (answer.status_code, answer["Location"]) == (302, f"/sign-in?next={address}")


def test_a_look_at_the_file_is_seen_by_the_family(client, elder):
    officer = sign_in(Client(), make_officer("district_officer", CHAOYANG))
    assert officer.get(f"/elders/{elder.pk}/facts").status_code == 200
    page = client.get(f"/elders/{elder.pk}/views").content.decode()
    assert "区民政局经办人" in page and "申报的情况" in page
    assert ViewOfFile.objects.filter(elder_id=elder.pk).count() == 1


def test_the_name_and_number_are_masked_on_the_facts_page(client, elder):
    page = client.get(f"/elders/{elder.pk}/facts").content.decode()
    assert "王**" in page and "王桂兰" not in page and elder.person.id_number not in page


def test_facts_are_changed_on_their_page(client, elder):
    answer = client.post(f"/elders/{elder.pk}/facts", {"circumstances": ["dibao"], "no_others": "on"})
    assert answer["Location"] == f"/elders/{elder.pk}"
    assert elder_facts(elder.pk, clock.today()).circumstances["dibao"] is True


def test_kin_see_the_facts_and_no_form(elder):
    uncle = make_user("王叔")
    stand_beside(elder, uncle.person, "kin")
    page = sign_in(Client(), uncle).get(f"/elders/{elder.pk}/facts").content.decode()
    assert "不能修改" in page and "no_others" not in page


def test_the_hukou_is_moved_on_its_page(client, elder):
    client.post(f"/elders/{elder.pk}/hukou", {"region": "110112001", "on": "2024-07-15"})
    assert elder_facts(elder.pk, clock.today()).hukou_district == "110112"


def test_a_consent_is_read_and_taken_back(client, elder):
    consent = elder.guardianships.get().consent
    assert "老人同意由我代办" in client.get(f"/elders/{elder.pk}/consents").content.decode()
    assert "撤回" in client.get(f"/consents/{consent.pk}/revoke").content.decode()
    answer = client.post(f"/consents/{consent.pk}/revoke")
    assert answer["Location"] == "/elders", "the agent no longer stands beside the elder"
    assert client.get(f"/elders/{elder.pk}/facts").status_code == 404


def test_a_relative_is_invited_and_joins_by_the_pages(client, elder):
    client.post(f"/elders/{elder.pk}/circle", {"address": "13700000009", "kind": "kin", "request_key": "k"})
    brother = sign_in(Client(), make_user("", address="13700000009"))
    page = brother.get("/elders").content.decode()
    assert "家人请您一起照看王**" in page
    invitation = elder.invitations.get()
    introduced = {"applicant_name": "李强", "applicant_id_number": id_number(date(1978, 8, 8))}
    answer = brother.post(f"/elders/invitations/{invitation.pk}", introduced)
    assert answer["Location"] == f"/elders/{elder.pk}"
    assert "李强" in client.get(f"/elders/{elder.pk}/circle").content.decode()


def test_the_list_costs_as_many_queries_for_many_elders_as_for_one(client, daughter, django_assert_num_queries):
    make_elder(guardian=daughter.person)
    client.get("/elders")
    with django_assert_num_queries(13):
        client.get("/elders")
    for year in range(1940, 1944):
        make_elder(born=date(year, 1, 1), guardian=daughter.person)
    with django_assert_num_queries(13):
        client.get("/elders")


def test_letters_are_read_on_the_site(client, daughter):
    from eldercare.kernel.sentences import say
    from eldercare.people.services.letters import write_letter

    write_letter(
        to_person_id=daughter.person_id, kind="test", subject=say("评估完成"), body=say("等级是{level}。", level=3)
    )
    page = client.get("/letters").content.decode()
    assert "评估完成" in page and "等级是3。" in page
    assert "评估完成" not in sign_in(Client(), make_user("陌生人")).get("/letters").content.decode()
