"""The portal's pages behind a sign-in: my elder, an offer, the desk; each for those it concerns and nobody else."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from eldercare.audit.selectors import views_of
from eldercare.kernel import clock
from eldercare.people.models import Letter
from facilities.access import facilities_of
from facilities.choices import OfferState
from facilities.models import Offer, Stay
from facilities.services.board import confirm_beds
from facilities.services.offer_bed import offer_bed
from facilities.services.staff import invite_staff
from tests.builders.accounts import make_officer, make_user, sign_in, viewer_for
from tests.builders.facilities import make_application, make_bed, make_home, make_staff
from tests.builders.regions import CHAOYANG, HUJIALOU
from tests.builders.subsidies import make_application as apply_for_subsidy
from tests.builders.subsidies import make_beijing_elder, make_family

pytestmark = pytest.mark.django_db


@pytest.fixture
def family_user():
    return make_family()


@pytest.fixture
def family(family_user) -> Client:
    return sign_in(Client(), family_user)


@pytest.fixture
def elder(family_user):
    return make_beijing_elder(family_user)


@pytest.fixture
def manager():
    user = make_user("院长")
    make_staff(user, make_home())
    return user


@pytest.fixture
def offered(manager, family_user, elder) -> Offer:
    home = manager_home(manager)
    application = make_application(home, elder, family_user.person)
    return offer_bed(
        viewer_for(manager), application_id=application.pk, bed_id=make_bed(home).pk, from_day=clock.today()
    )


def manager_home(user):
    return facilities_of(viewer_for(user)).get()


def text(response) -> str:
    return response.content.decode()


def test_my_elder_shows_the_steps_and_the_next_one_and_the_look_is_remembered(family, elder):
    page = text(family.get(f"/elders/{elder.pk}"))

    assert "下一步" in page
    assert "申请补贴" in page
    assert "重度失能" in page
    assert views_of(elder.pk).count() == 1


def test_nobody_elses_elder_is_there(elder):
    assert sign_in(Client(), make_family("赵敏")).get(f"/elders/{elder.pk}").status_code == 404
    assert Client().get(f"/elders/{elder.pk}")["Location"].startswith("/sign-in")
    assert not views_of(elder.pk).exists()


def test_my_elder_asks_a_constant_number_of_questions(family, elder, django_assert_max_num_queries):
    with django_assert_max_num_queries(45):
        family.get(f"/elders/{elder.pk}")


def test_an_offer_is_read_and_accepted_once_though_clicked_twice(family, offered, elder):
    page = text(family.get(f"/offers/{offered.pk}"))
    assert "接受这张床" in page
    assert "¥6,200.00" in page

    for _click in range(2):
        answer = family.post(f"/offers/{offered.pk}/accept", {"request_key": "one-click"})
        assert answer["Location"] == f"/elders/{elder.pk}"

    assert Stay.objects.count() == 1
    assert "床位定下来了" in text(family.get(f"/elders/{elder.pk}"))


def test_a_lapsed_offer_says_what_to_do_next(family, offered):
    Offer.objects.filter(pk=offered.pk).update(
        offered_at=clock.now() - timedelta(days=3), lapses_at=clock.now() - timedelta(seconds=1)
    )

    assert "请联系机构重新留床" in text(family.get(f"/offers/{offered.pk}"))
    refused = family.post(f"/offers/{offered.pk}/accept", {"request_key": "late"})
    assert refused.status_code == 409
    assert "已经过了答复时间" in text(refused)
    assert not Stay.objects.exists()


def test_declining_frees_the_bed(family, offered):
    family.post(f"/offers/{offered.pk}/decline")

    offered.refresh_from_db()
    assert offered.state == OfferState.DECLINED


def test_a_strangers_offer_is_not_there(offered):
    stranger = sign_in(Client(), make_family("赵敏"))

    assert stranger.get(f"/offers/{offered.pk}").status_code == 404
    assert stranger.post(f"/offers/{offered.pk}/accept").status_code == 404
    assert stranger.get(f"/offers/{uuid4()}").status_code == 404


def test_the_street_sees_its_queue_with_its_day(family_user, elder):
    apply_for_subsidy(elder, family_user.person)
    officer = sign_in(Client(), make_officer("street_officer", HUJIALOU))

    page = text(officer.get("/desk"))

    assert "待初审的补贴申请" in page
    assert "20日" in page
    assert "/desk/subsidies" in page


def test_the_district_sees_decisions_runs_and_claims(elder):
    page = text(sign_in(Client(), make_officer("district_officer", CHAOYANG)).get("/desk"))

    assert all(words in page for words in ("待审定的补贴申请", "待核准的机构账号", "没有结清的补贴结算", "25日"))


def test_without_the_second_factor_the_desk_asks_for_it(elder):
    page = text(sign_in(Client(), make_officer("district_officer", CHAOYANG), second_factor=False).get("/desk"))

    assert "请先输入动态码" in page
    assert "待审定的补贴申请" not in page


def test_the_manager_sees_the_home_and_a_family_is_told_it_has_no_post(manager, family):
    assert "示例·运河养老院" in text(sign_in(Client(), manager).get("/desk"))
    assert "您在这里没有工作岗位" in text(family.get("/desk"))


def test_whoever_is_asked_to_join_a_home_lands_where_they_can(manager, family_user):
    home = facilities_of(viewer_for(manager)).get()
    invite_staff(viewer_for(manager), facility_id=home.pk, address=family_user.phone, role="staff")
    assert Letter.objects.get(kind="staff.invited").body["blanks"]["address"].endswith("/home/")

    asked = sign_in(Client(), family_user)

    assert asked.get("/me")["Location"] == "/home/"
    page = text(asked.get("/home/"))
    assert "接受，加入" in page
    assert "您还没有管理任何机构" not in page


def test_a_number_of_beds_that_grew_old_is_work_on_the_desk(manager):
    page = text(sign_in(Client(), manager).get("/desk"))
    assert "床位数要核对了" in page and 'queue-count">1<' in page

    home = facilities_of(viewer_for(manager)).get()
    confirm_beds(viewer_for(manager), facility_id=home.pk)

    page = text(sign_in(Client(), manager).get("/desk"))
    assert "床位数要核对了" not in page and 'queue-count">0<' in page


def test_signing_in_leads_to_where_one_works(family, elder, manager):
    assert family.get("/me")["Location"] == f"/elders/{elder.pk}"
    home = facilities_of(viewer_for(manager)).get()
    assert sign_in(Client(), manager).get("/me")["Location"] == f"/home/{home.pk}/"
    make_staff(manager, make_home("示例·第二家"))
    assert sign_in(Client(), manager).get("/me")["Location"] == "/desk"
    officer = make_officer("district_officer", CHAOYANG)
    assert sign_in(Client(), officer).get("/me")["Location"] == "/desk"
    assert sign_in(Client(), make_family("赵敏")).get("/me")["Location"] == "/elders"
    assert Client().get("/me")["Location"].startswith("/sign-in")
