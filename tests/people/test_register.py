"""An elder is registered: sealed, once, by a grown-up, with consent; and what is refused changes nothing."""

from datetime import date, timedelta

import pytest
from django.db import connection

from eldercare.audit.models import Event
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.people.models import Consent, Elder, Guardianship, Person
from eldercare.people.selectors import elder_facts
from eldercare.people.services.register import KnownNumber, refusals_remembered, register_elder
from tests.builders.accounts import make_user, viewer_for
from tests.builders.people import id_number, make_elder
from tests.builders.regions import CHAOYANG, HUJIALOU, WUQING, regions

pytestmark = pytest.mark.django_db
MOTHER = date(1945, 3, 10)


@pytest.fixture(autouse=True)
def _divisions(db):
    regions()


def form(**changes):
    typed = {
        "name": "王桂兰",
        "id_number": id_number(MOTHER, female=True),
        "hukou_region": HUJIALOU,
        "relation": "child",
        "consent_text_version": "2026-01",
        "applicant_name": "李娜",
        "applicant_id_number": id_number(date(1975, 4, 2)),
    }
    return {**typed, **changes}


def refused(user, **changes):
    with pytest.raises(Refusal) as caught:
        register_elder(viewer_for(user), **form(**changes))
    assert not Elder.objects.exists()
    return caught.value


def test_a_child_registers_a_mother_and_may_act_for_her_from_today():
    user = make_user("")
    elder = register_elder(viewer_for(user), **form(declared={"circumstances": {"dibao": False}}))
    facts = elder_facts(elder.pk, clock.today())
    assert (facts.name_masked, facts.birth_date, facts.sex) == ("王**", MOTHER, "female")
    assert (facts.hukou, facts.hukou_district) == (((HUJIALOU, MOTHER, None),), CHAOYANG)
    assert (facts.circumstances["dibao"], facts.circumstances["low_income"]) == (False, None)
    beside = Guardianship.objects.get(elder=elder)
    assert (beside.kind, beside.consent.purpose, beside.consent.given_by_id) == (
        "agent",
        "representation",
        user.person_id,
    )
    assert viewer_for(user).has("agent", "elder", elder.pk)


def test_an_elder_registers_herself_on_her_own_person():
    user = make_user("")
    elder = register_elder(viewer_for(user), **form(relation="self", applicant_name="", applicant_id_number=""))
    assert elder.person_id == user.person_id
    assert viewer_for(user).has("self", "elder", elder.pk)


def test_name_and_number_are_unreadable_in_the_table():
    typed = form()
    elder = register_elder(viewer_for(make_user("")), **typed)
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM people_person t WHERE id = %s", [elder.person_id])
        (row,) = cursor.fetchone()
    for secret in (typed["name"], typed["id_number"], typed["id_number"].encode().hex(), typed["name"].encode().hex()):
        assert secret not in row


def test_the_audit_remembers_the_act_and_nothing_personal():
    typed = form()
    elder = register_elder(viewer_for(make_user("")), **typed)
    event = Event.objects.get(act="elder.registered")
    assert (event.noun, event.place, event.facts) == (f"elder:{elder.pk}", HUJIALOU, {"role": "agent"})


def test_every_fault_is_named_at_once():
    refusal = refused(
        make_user(""), name=" ", id_number="11010519491231", hukou_region="999999", phone="123", applicant_id_number=""
    )
    assert set(refusal.fields) == {"name", "id_number", "hukou_region", "phone", "applicant_id_number"}
    assert refusal.next_step is not None


def test_somebody_under_sixty_is_refused_with_the_article():
    refusal = refused(make_user(""), id_number=id_number(clock.today() - timedelta(days=59 * 365)))
    assert refusal.code == "under_age"
    assert "老年人权益保障法第二条" in str(refusal.fields["id_number"])


def test_a_minor_stands_beside_no_elder():
    refusal = refused(make_user(""), applicant_id_number=id_number(clock.today() - timedelta(days=17 * 365)))
    assert refusal.code == "applicant_under_age"
    assert not Consent.objects.exists()


@pytest.mark.parametrize("code", [CHAOYANG, "110105999", "", "110000"])
def test_in_beijing_the_hukou_is_a_street(code):
    assert refused(make_user(""), hukou_region=code).code == "unknown_region"


def test_outside_beijing_the_hukou_is_a_district():
    elder = register_elder(viewer_for(make_user("")), **form(hukou_region=WUQING))
    assert elder_facts(elder.pk, clock.today()).hukou_code == WUQING


def test_an_old_consent_text_is_refused():
    assert refused(make_user(""), consent_text_version="2019-01").code == "consent_text_outdated"


def test_a_number_of_another_family_is_refused_in_words_that_do_not_say_so_and_remembered():
    theirs = make_elder("赵秀英", guardian=make_user().person)
    viewer = viewer_for(make_user(""))
    with pytest.raises(KnownNumber) as caught, refusals_remembered(viewer):
        register_elder(viewer, **form(id_number=theirs.person.id_number))
    said = f"{caught.value.sentence}{caught.value.next_step}"
    assert caught.value.code == "id_number_not_accepted"
    assert not any(word in said for word in ("已登记", "已经登记", "赵", "存在"))
    assert Event.objects.get(act="elder.registration_refused").noun == f"person:{theirs.person_id}"
    assert Person.objects.get(pk=viewer.person_id).id_number is None, "nothing of the refused form is kept"


def test_one_s_own_elder_registered_again_is_told_plainly():
    user = make_user()
    elder = make_elder(guardian=user.person)
    with pytest.raises(Refusal) as caught:
        register_elder(viewer_for(user), **form(id_number=elder.person.id_number))
    assert caught.value.code == "elder_already_yours"


def test_a_husband_and_a_wife_are_two_elders_of_one_family():
    user = make_user("")
    register_elder(viewer_for(user), **form())
    register_elder(viewer_for(user), **form(name="李建国", id_number=id_number(date(1943, 1, 5)), applicant_name=""))
    assert len(viewer_for(user).places("elder")) == 2
