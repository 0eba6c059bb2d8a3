"""The list, a move and an offer on the pages of family and staff, as a browser without JavaScript uses them."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from eldercare.accounts.models import User
from facilities.choices import ClaimKind
from facilities.models import Application, BedClaim, Offer, Opening, Skip, Transfer
from facilities.services import accept_offer, apply_to_home, end_stay, offer_bed, set_list_rule
from facilities.web import applications as pages
from tests.builders.accounts import make_officer, make_user, sign_in, viewer_for
from tests.builders.facilities import make_bed, make_stay
from tests.builders.people import make_elder, stand_beside
from tests.builders.waiting import Queue

pytestmark = pytest.mark.django_db


def client_of(viewer):
    return sign_in(Client(), User.objects.get(pk=viewer.user_id))


def read(response, status=200):
    assert response.status_code == status, response.content.decode()[:3000]
    return response.content.decode()


def leaves(queue):
    elder = make_elder("住院老人")
    stay = make_stay(queue.home, elder, elder.person, since=date(2026, 1, 1))
    end_stay(queue.manager, stay_id=stay.pk, until=queue.today, reason="went_home")


def test_a_family_sees_its_place_pauses_changes_its_wishes_and_reads_why_it_was_passed_over():
    queue = Queue()
    waiting = queue.join("王桂兰", room_type="single")
    leaves(queue)
    page, at = client_of(waiting.viewer), f"/applications/{waiting.application.pk}"
    shown = read(page.get(at))
    assert "排在第 1 位" in shown
    assert "想要别的房型" in shown
    assert "按申请先后。" in shown
    assert "普通轮候" in read(page.get("/applications"))
    page.post(f"{at}/pause", {"until": str(queue.today + timedelta(10))})
    assert "位置给您留着" in read(page.get(at))
    page.post(f"{at}/pause")
    wishes = {"room_type": "double", "care_grade": "full", "wanted_from": queue.today, "also_rooms": ["single"]}
    assert page.post(f"{at}/wishes", {**wishes, "priority_asked": "crisis"}).status_code == 422
    assert (
        page.post(f"{at}/wishes", {**wishes, "priority_asked": "crisis", "priority_words": "独居"}).status_code == 302
    )
    waiting.application.refresh_from_db()
    assert (waiting.application.room_type, waiting.application.also_rooms) == ("double", ["single"])
    assert waiting.application.priority_case["asked"]["words"] == "独居"
    manager = client_of(queue.manager)
    home_at = f"/home/{queue.home.pk}/applications/{waiting.application.pk}"
    assert "独居" in read(manager.get(home_at))
    manager.post(f"{home_at}/priority", {"priority": "crisis", "because": "已电话核实", "document": "社区证明"})
    assert "已电话核实" in read(page.get(at))


def test_an_offer_is_extended_declined_and_the_family_waits_on():
    queue = Queue()
    waiting = queue.join("王桂兰")
    leaves(queue)
    offer = Offer.objects.get()
    page, at = client_of(waiting.viewer), f"/offers/{offer.pk}"
    assert "还有 47 小时" in read(page.get(at))
    page.post(f"{at}/extend")
    assert "已经延长过一次时间。" in read(page.get(at))
    landed = page.post(f"{at}/decline", {"stay_on_list": "yes"}, follow=True)
    assert "您继续轮候" in read(landed)
    waiting.application.refresh_from_db()
    assert waiting.application.state == "submitted"


def test_two_clicks_on_withdrawing_are_one_and_both_get_the_same_answer():
    queue = Queue()
    waiting = queue.join("王桂兰")
    page, at = client_of(waiting.viewer), f"/applications/{waiting.application.pk}/withdraw"
    answers = [page.post(at, {"request_key": "click-1"}) for _click in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    waiting.application.refresh_from_db()
    assert waiting.application.state == "withdrawn"


def test_staff_see_whose_turn_it_is_and_pass_over_with_a_reason():
    queue = Queue()
    set_list_rule(queue.manager, facility_id=queue.home.pk, mode="propose")
    first, second = queue.join("王桂兰"), queue.join("赵秀英")
    leaves(queue)
    manager, at = client_of(queue.manager), f"/home/{queue.home.pk}/waiting"
    assert "轮到第 1 位：王**" in read(manager.get(at))
    opening = Opening.objects.get()
    manager.post(f"{at}/{opening.pk}/pass-over", {"reason": "家属说这周不方便"})
    assert "轮到第 2 位：赵**" in read(manager.get(at))
    assert Skip.objects.get().application_id == first.application.pk
    turn = read(manager.get(f"/home/{queue.home.pk}/applications/{second.application.pk}?bed={opening.bed_id}"))
    assert f'<option value="{opening.bed_id}" selected>' in turn
    manager.post(f"{at}/{opening.pk}/stop")
    opening.refresh_from_db()
    assert opening.state == "stopped"
    assert manager.post(at, {"mode": "auto", "hours": "9999"}).status_code == 422
    assert manager.post(at, {"mode": "auto", "hours": "24"}).status_code == 302
    nobody = client_of(Queue().manager)
    read(nobody.get(at), 404)


def test_an_offer_from_a_page_that_shows_yesterdays_beds_is_refused_and_nothing_typed_is_lost():
    """[Varaamo 1291: the check looked at what the page had shown]"""
    queue = Queue()
    waiting, bed = queue.join("王桂兰"), make_bed(queue.home)
    manager = client_of(queue.manager)
    at = f"/home/{queue.home.pk}/applications/{waiting.application.pk}"
    assert str(bed.pk) in read(manager.get(at))
    BedClaim.objects.create(bed=bed, kind=ClaimKind.STAY, days=(queue.today + timedelta(3), None), noun="later")
    page = manager.post(f"{at}/offer", {"bed": bed.pk, "from_day": queue.today, "hours": 36})
    assert "这张床刚刚被占了，请换一张床或换一个日期。" in read(page, 422)
    assert 'value="36"' in page.content.decode()
    assert (Offer.objects.count(), Application.objects.get().state) == (0, "submitted")


def test_a_resident_moves_by_the_same_page_and_both_homes_see_the_case():
    old, new = Queue(), Queue(region="131082", name="示例·燕郊养老院")
    elder, daughter = make_elder("王桂兰"), make_user("李娜")
    make_stay(old.home, elder, elder.person, since=date(2026, 1, 1))
    stand_beside(elder, daughter.person)
    page = sign_in(Client(), daughter)
    assert "这次是转院" in read(page.get(f"/homes/{new.home.pk}/apply"))
    said = {"elder": elder.pk, "room_type": "double", "care_grade": "full", "wanted_from": new.today, "consent": "on"}
    assert page.post(f"/homes/{new.home.pk}/apply", {**said, "moving": "on"}).status_code == 302
    move = Transfer.objects.get()
    for who, address in (
        (page, "/applications"),
        (client_of(old.manager), f"/home/{old.home.pk}/stays"),
        (client_of(new.manager), f"/home/{new.home.pk}/applications/{move.application_id}"),
    ):
        assert "示例·运河养老院" in read(who.get(address))
    offer = offer_bed(new.manager, application_id=move.application_id, bed_id=make_bed(new.home).pk, from_day=new.today)
    coming = accept_offer(viewer_for(daughter), offer_id=offer.pk)
    client_of(new.manager).post(f"/home/{new.home.pk}/stays/{coming.pk}/check-in", {"check-in-on": new.today})
    assert "已经转入新机构" in read(page.get("/applications"))


def test_those_who_oversee_the_region_read_who_was_passed_over_without_names():
    queue = Queue()
    queue.join("王桂兰", room_type="single")
    leaves(queue)
    page = read(sign_in(Client(), make_officer("auditor", "120000")).get("/desk/passed-over"))
    assert "想要别的房型" in page
    assert "王" not in page.split("<main")[1]
    assert "想要别的房型" not in read(sign_in(Client(), make_officer("auditor", "130000")).get("/desk/passed-over"))
    read(client_of(queue.manager).get("/desk/passed-over"), 404)


def test_the_rule_is_public_and_names_its_documents_and_its_examples():
    queue = Queue()
    queue.join("王桂兰")
    page = read(Client().get(f"/homes/{queue.home.pk}/waiting-list"))
    assert "现在有 1 家在轮候。" in page
    assert "示例规定" in page
    assert "东城、西城定向优先" not in page, "only where the home has it"


@pytest.mark.parametrize("who", ["staff", "family"])
def test_a_list_five_times_as_long_costs_no_query_more(who):
    queue = Queue()
    waiting = queue.join("王桂兰")
    leaves(queue)
    page, at = (
        (client_of(queue.manager), f"/home/{queue.home.pk}/waiting")
        if who == "staff"
        else (client_of(waiting.viewer), "/applications")
    )
    read(page.get(at))
    with CaptureQueriesContext(connection) as short:
        read(page.get(at))
    for number in range(5):
        queue.join(f"王{number}", room_type="single")
    with CaptureQueriesContext(connection) as long:
        read(page.get(at))
    assert len(long) == len(short)


def test_who_has_accepted_a_bed_chooses_on_its_page_which_other_lists_to_leave():
    queue, second, third = Queue(), Queue(name="示例·第二家"), Queue(name="示例·第三家")
    family = queue.join("王桂兰")
    facts = {"elder_id": family.elder.pk, "room_type": "double", "care_grade": "full", "wanted_from": queue.today}
    others = [
        apply_to_home(family.viewer, facility_id=one.home.pk, consent_text_version="2026-01", **facts)
        for one in (second, third)
    ]
    page, at = client_of(family.viewer), f"/applications/{family.application.pk}"
    assert "老人还在别的养老院轮候" not in read(page.get(at))
    bed = make_bed(queue.home)
    offer = offer_bed(queue.manager, application_id=family.application.pk, bed_id=bed.pk, from_day=queue.today)
    accept_offer(family.viewer, offer_id=offer.pk)
    shown = read(page.get(at))
    assert "老人还在别的养老院轮候" in shown
    assert shown.count("asked_from") == 2
    said = {"asked_from": str(family.application.pk)}
    landed = page.post(f"/applications/{others[0].pk}/withdraw", said)
    assert landed["Location"] == at
    shown = read(page.get(at))
    assert "示例·第二家" not in shown
    assert "示例·第三家" in shown
    assert [Application.objects.get(pk=one.pk).state for one in others] == ["withdrawn", "submitted"]
    for forged in ("x", str(queue.home.pk), str(Queue().join("别家").application.pk)):
        landed = page.post(f"/applications/{others[0].pk}/withdraw", {"asked_from": forged})
        assert at not in landed.get("Location", "")


def test_the_page_of_applications_opens_only_those_it_shows(monkeypatch):
    """What is sealed of a list of thousands is not opened for a page of a hundred."""
    monkeypatch.setattr(pages, "SHOWN", 2)
    queue = Queue()
    rows = [queue.join(name).application for name in ("王一", "王二", "王三")]
    shown = read(client_of(queue.manager).get(f"/home/{queue.home.pk}/applications"))
    assert [str(row.pk) in shown for row in rows] == [True, True, False]
    assert "这里列出最早的 2 份。" in shown
