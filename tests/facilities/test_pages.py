"""The pages of a home and of a family, as a browser without JavaScript uses them."""

from datetime import timedelta

import pytest
from django.test import Client

from eldercare.audit.models import ViewOfFile
from eldercare.audit.services import move_clock
from eldercare.kernel import clock
from eldercare.kernel.viewer import system
from facilities.choices import ClaimKind
from facilities.models import (
    Application,
    Bed,
    BedClaim,
    BedConfirmation,
    Bill,
    Employment,
    Facility,
    Offer,
    PriceVersion,
    Stay,
)
from facilities.services import accept_offer
from tests.builders.accounts import make_officer, make_user, sign_in, viewer_for
from tests.builders.facilities import make_bed, make_home, make_staff, make_stay
from tests.builders.people import make_elder
from tests.builders.regions import WUQING

pytestmark = pytest.mark.django_db


class Case:
    def __init__(self):
        self.home = make_home()
        self.bed = make_bed(self.home)
        self.manager, self.daughter = make_user("陈院长"), make_user("李娜")
        make_staff(self.manager, self.home)
        self.elder = make_elder(guardian=self.daughter.person)
        self.staff = sign_in(Client(), self.manager)
        self.family = sign_in(Client(), self.daughter)
        self.stranger = sign_in(Client(), make_user("路人"))
        self.at = f"/home/{self.home.pk}/"

    def apply(self):
        facts = {
            "elder": self.elder.pk,
            "room_type": "double",
            "care_grade": "full",
            "wanted_from": clock.today(),
            "consent": "on",
        }
        self.family.post(f"/homes/{self.home.pk}/apply", facts)
        return Application.objects.get()

    def offer(self):
        application = self.apply()
        facts = {"bed": self.bed.pk, "from_day": clock.today(), "hours": 24}
        self.staff.post(f"{self.at}applications/{application.pk}/offer", facts)
        return Offer.objects.get()

    def stay(self):
        return accept_offer(viewer_for(self.daughter), offer_id=self.offer().pk)


@pytest.fixture
def case():
    return Case()


def read(response, status=200):
    assert response.status_code == status, response.content.decode()[:3000]
    return response.content.decode()


def test_a_family_applies_and_sees_what_comes_next(case):
    page = read(case.family.get(f"/homes/{case.home.pk}/apply"))
    assert "王桂兰" in page
    assert "同意把资料给这家养老院看" in page
    application = case.apply()
    assert "等机构答复" in read(case.family.get(f"/applications/{application.pk}"))
    read(case.stranger.get(f"/applications/{application.pk}"), 404)
    read(case.staff.get(f"/applications/{application.pk}"), 404)


def test_a_form_with_gaps_comes_back_with_what_was_typed(case):
    page = read(case.family.post(f"/homes/{case.home.pk}/apply", {"elder": case.elder.pk, "care_grade": "full"}), 422)
    assert "机构要看到资料才能答复，请勾选同意。" in page
    assert Application.objects.count() == 0


def test_a_home_that_does_not_fit_shows_each_condition_in_the_form(case):
    case.home.accepts_hukou = ["130000"]
    case.home.save()
    facts = {"elder": case.elder.pk, "room_type": "double", "care_grade": "full", "wanted_from": clock.today()}
    page = read(case.family.post(f"/homes/{case.home.pk}/apply", {**facts, "consent": "on"}), 422)
    assert "机构不接收老人户籍所在地的老人。" in page
    assert "这家机构现在不能接收这位老人。" in page


def test_staff_see_the_queue_masked_and_the_file_with_a_record_of_the_look(case):
    application = case.apply()
    queue = read(case.staff.get(f"{case.at}applications"))
    assert "王**" in queue
    assert "王桂兰" not in queue
    assert "王桂兰" in read(case.staff.get(f"{case.at}applications/{application.pk}"))
    assert ViewOfFile.objects.filter(elder_id=case.elder.pk, part="home_application").count() == 1


def test_staff_offer_a_bed_and_take_it_back(case):
    offer = case.offer()
    page = read(case.staff.get(f"{case.at}applications/{offer.application_id}"))
    assert "收回留床" in page
    case.staff.post(f"{case.at}applications/{offer.application_id}/offers/{offer.pk}/withdraw")
    offer.refresh_from_db()
    assert offer.state == "withdrawn"


def test_staff_refuse_with_a_reason_the_family_reads(case):
    application = case.apply()
    read(case.staff.post(f"{case.at}applications/{application.pk}/refuse", {"reason": ""}), 422)
    case.staff.post(f"{case.at}applications/{application.pk}/refuse", {"reason": "暂时没有护理人手"})
    assert "暂时没有护理人手" in read(case.family.get(f"/applications/{application.pk}"))


def test_a_family_withdraws(case):
    application = case.apply()
    case.family.post(f"/applications/{application.pk}/withdraw")
    application.refresh_from_db()
    assert application.state == "withdrawn"


def test_check_in_and_check_out_through_the_pages(case):
    stay = case.stay()
    assert "办理入住" in read(case.staff.get(f"{case.at}stays"))
    early = {"check-in-on": clock.today() + timedelta(1)}
    assert "入住日期不能晚于今天。" in read(case.staff.post(f"{case.at}stays/{stay.pk}/check-in", early), 422)
    case.staff.post(f"{case.at}stays/{stay.pk}/check-in", {"check-in-on": clock.today()})
    move_clock(system("test"), timedelta(days=3))
    grade = {"grade-care_grade": "partial", "grade-from_day": clock.today()}
    assert case.staff.post(f"{case.at}stays/{stay.pk}/grade", grade).status_code == 302
    leave = {"leave-since": clock.today(), "leave-until": clock.today() + timedelta(1)}
    assert case.staff.post(f"{case.at}stays/{stay.pk}/leave", leave).status_code == 302
    assert "半失能" in read(case.staff.get(f"{case.at}stays/{stay.pk}"))
    end = {"end-until": clock.today(), "end-reason": "moved"}
    assert case.staff.post(f"{case.at}stays/{stay.pk}/end", end).status_code == 302
    stay.refresh_from_db()
    assert (stay.state, stay.ended_reason) == ("ended", "moved")


def test_nobody_came(case):
    stay = case.stay()
    case.staff.post(f"{case.at}stays/{stay.pk}/no-show")
    assert Stay.objects.get().state == "no_show"


def test_one_tap_says_nothing_changed(case):
    assert "未知" in read(case.staff.get(f"{case.at}board"))
    case.staff.post(f"{case.at}board/confirm")
    assert BedConfirmation.objects.get().by == "staff"
    assert "新鲜" in read(case.staff.get(f"{case.at}board"))


def test_tapped_beds_are_saved_as_one_act(case):
    closed = make_bed(case.home, admittable=False)
    taps = {"bed": [f"{case.bed.pk}:free:blocked", f"{closed.pk}:closed"], "request_key": "k1"}
    case.staff.post(f"{case.at}board", taps)
    case.staff.post(f"{case.at}board", taps)
    assert BedClaim.objects.get().kind == ClaimKind.BLOCKED
    assert Bed.objects.get(pk=closed.pk).admittable
    assert BedConfirmation.objects.count() == 1
    case.staff.post(f"{case.at}board", {"bed": [f"{case.bed.pk}:blocked"]})
    assert BedClaim.objects.get().released_at is not None


def test_a_taken_bed_is_not_blocked_and_the_rest_of_the_board_is_not_saved_either(case):
    stay = make_stay(case.home, case.elder, case.daughter.person, since=clock.today())
    taken = stay.claim.bed_id
    taps = {"bed": [f"{case.bed.pk}:free", f"{taken}:resident:blocked"], "to": "blocked"}
    page = read(case.staff.post(f"{case.at}board", taps), 409)
    assert "请先在“入住”里办理离院" in page
    assert not BedClaim.objects.filter(kind=ClaimKind.BLOCKED).exists()


def test_a_bed_of_another_home_is_not_there(case):
    other = make_bed(make_home("示例·另一家"))
    read(case.staff.post(f"{case.at}board", {"bed": [f"{other.pk}:free"]}), 404)
    read(case.staff.post(f"{case.at}board", {"bed": ["nonsense", ":", "x:free:y"]}), 302)


def test_a_home_without_beds_is_led_to_enter_them_and_not_asked_whether_they_changed(case):
    bare = make_home("示例·刚开的")
    make_staff(case.manager, bare)
    page = read(sign_in(Client(), case.manager).get(f"/home/{bare.pk}/"))
    assert "去登记床位" in page
    assert "全部无变化" not in page
    assert "床位数是新鲜的" not in page


def test_the_manager_adds_a_room_once(case):
    room = {"name": "301", "room_type": "double", "beds": 2, "bed_type": "nursing"}
    case.staff.post(f"{case.at}board/rooms", room)
    assert Bed.objects.filter(room__name="301").count() == 2
    assert "已经有一个叫" in read(case.staff.post(f"{case.at}board/rooms", room), 409)


def test_the_next_room_is_nearly_filled_in(case):
    room = {"name": "301", "room_type": "triple", "beds": 3, "bed_type": "ordinary"}
    page = read(case.staff.post(f"{case.at}board/rooms", room, follow=True))
    assert "301 加上了" in page
    for drawn in ('value="302"', 'value="triple" selected', 'value="3"', 'value="ordinary" selected'):
        assert drawn in page
    assert "加上了" not in read(case.staff.get(f"{case.at}board?added=301"))


def test_a_care_worker_of_a_home_without_beds_is_told_who_enters_them(case):
    bare, worker = make_home("示例·刚开的"), make_user("小周")
    make_staff(worker, bare, role="staff")
    for at in ("", "board"):
        page = read(sign_in(Client(), worker).get(f"/home/{bare.pk}/{at}"))
        assert "请机构负责人先加房间" in page
        assert "全部无变化" not in page
        assert "去登记床位" not in page


def test_a_home_whose_licence_ran_out_is_told_why_nobody_finds_it(case):
    for at in ("", "board"):
        assert "家庭查找时看不到这家机构" not in read(case.staff.get(case.at + at))
    Facility.objects.filter(pk=case.home.pk).update(licence_valid_until=clock.today() - timedelta(1))
    for at in ("", "board"):
        page = read(case.staff.get(case.at + at))
        assert "到期，暂不能收住" in page
        assert "家庭查找时看不到这家机构" in page


def test_a_month_is_billed_when_it_is_over_and_only_once(case):
    today = clock.today()
    first = today.replace(day=1)
    last_month = (first - timedelta(1)).replace(day=1)
    make_stay(case.home, case.elder, case.daughter.person, since=last_month)
    page = read(case.staff.post(f"{case.at}bills", {"bill_month": f"{today:%Y-%m}"}), 422)
    assert "还没有过完，不能出账。" in page
    for _click in range(2):
        assert case.staff.post(f"{case.at}bills", {"bill_month": f"{last_month:%Y-%m}"}).status_code == 302
    bill = Bill.objects.get()
    assert bill.total_fen == 620_000
    assert "6,200.00" in read(case.family.get(f"/bills/{bill.pk}"))
    assert "6,200.00" in read(case.staff.get(f"/bills/{bill.pk}"))
    read(case.stranger.get(f"/bills/{bill.pk}"), 404)


def test_the_manager_sets_a_price_from_a_day_on(case):
    tomorrow = clock.today() + timedelta(1)
    case.staff.post(f"{case.at}prices", {"what": "bed:double:", "monthly_fen": "2,300", "since": tomorrow})
    prices = PriceVersion.objects.filter(item="bed", room_type="double").order_by("days")
    assert [(row.monthly_fen, row.days.upper) for row in prices] == [(200_000, tomorrow), (230_000, None)]
    assert "2,300.00" in read(case.staff.get(f"{case.at}prices"))
    past = {"what": "bed:double:", "monthly_fen": "1", "since": clock.today() - timedelta(1)}
    assert "已经公布过的价格不能往前改。" in read(case.staff.post(f"{case.at}prices", past), 422)


def test_a_manager_invites_a_colleague_who_joins_and_is_ended_in_the_open_session(case):
    colleague = make_user("小周", address="13512345678")
    case.staff.post(f"{case.at}team/invite", {"address": "135 1234 5678", "role": "staff"})
    client = sign_in(Client(), colleague)
    page = read(client.get("/home/"))
    assert case.home.name in page
    join = page.split('action="/home/invitations/')[1].split('"')[0]
    read(case.stranger.post(f"/home/invitations/{join}"), 404)
    client.post(f"/home/invitations/{join}")
    read(client.get(case.at))
    refused = read(
        client.post(f"{case.at}board/rooms", {"name": "9", "room_type": "double", "beds": 1, "bed_type": "nursing"}),
        403,
    )
    assert "要由机构负责人来办" in refused
    employment = Employment.objects.get(user=colleague)
    case.staff.post(f"{case.at}team/{employment.pk}/end")
    read(client.get(case.at), 404)


def test_the_last_manager_stays(case):
    employment = Employment.objects.get(user=case.manager)
    assert "至少要有一位负责人" in read(case.staff.post(f"{case.at}team/{employment.pk}/end"), 422)


def test_a_home_is_claimed_and_approved_by_its_own_district():
    home, claimant = make_home(), make_user("新院长")
    client = sign_in(Client(), claimant)
    read(client.get(f"/homes/{home.pk}/claim"))
    read(client.post(f"/homes/{home.pk}/claim", {"evidence": "院长，示例"}), 302)
    read(client.get(f"/home/{home.pk}/"), 404)
    employment = Employment.objects.get()
    elsewhere = sign_in(Client(), make_officer(region_code="110105"))
    read(elsewhere.post(f"/desk/home-claims/{employment.pk}", {"answer": "approve"}), 404)
    here = sign_in(Client(), make_officer(region_code=WUQING))
    assert "新院长" in read(here.get("/desk/home-claims"))
    read(here.post(f"/desk/home-claims/{employment.pk}", {"answer": "approve"}), 302)
    read(client.get(f"/home/{home.pk}/"))
    read(client.get("/desk/home-claims"), 404)


def test_a_home_with_a_manager_is_not_claimed_again(case):
    page = read(case.stranger.post(f"/homes/{case.home.pk}/claim", {"evidence": "我"}), 409)
    assert "这家机构已经有负责人在管理。" in page


@pytest.mark.parametrize("page", ["", "board", "applications", "stays", "bills", "prices", "team"])
def test_another_homes_pages_are_not_there(case, page):
    other = sign_in(Client(), make_user("别家院长"))
    make_staff(make_user(), make_home("示例·另一家"))
    read(case.staff.get(case.at + page))
    read(other.get(case.at + page), 404)
    assert Client().get(case.at + page).status_code == 302


def test_a_token_is_shown_once(case):
    page = read(case.staff.post(f"{case.at}tokens", {"name": "管理软件"}), 201)
    assert "home_" in page
    again = read(case.staff.get(f"{case.at}team"))
    assert "管理软件" in again
    assert "home_" not in again


@pytest.mark.parametrize("page", ["stays", "applications", "board", "bills"])
def test_a_list_asks_as_often_for_five_elders_as_for_one(case, page, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def fill(count):
        for _number in range(count):
            elder = make_elder(guardian=case.daughter.person)
            make_stay(case.home, elder, case.daughter.person, since=clock.today())

    fill(1)
    case.staff.get(case.at + page)
    with CaptureQueriesContext(connection) as few:
        case.staff.get(case.at + page)
    fill(4)
    with CaptureQueriesContext(connection) as many:
        case.staff.get(case.at + page)
    assert len(many) == len(few)
