"""After a move the benefit follows the elder: one step, from the right month, nothing paid twice and nothing forgotten."""

from datetime import date

import pytest
from django.test import Client

from eldercare.audit.models import Event
from eldercare.kernel.days import Month
from eldercare.kernel.refusal import Refusal
from eldercare.people.models import Consent, Letter
from eldercare.portal.journeys.elder_file import elder_file
from eldercare.portal.rules.timeline import Door
from facilities.services import check_in, end_stay
from facilities.services.accept_offer import accept_offer
from facilities.services.offer_bed import offer_bed
from facilities.services.transfer import request_transfer
from subsidies.models import Routing
from subsidies.rules.may_route import first_month_after_move
from subsidies.selectors.left_behind import behind_at, left_behind
from subsidies.selectors.redeemable import routings_of_bill
from subsidies.services.reroute import move_routing, tell_left_behind
from subsidies.services.route import revoke_routing, route_subsidy
from tests.builders.accounts import make_officer, make_user, sign_in, viewer_for
from tests.builders.facilities import make_bed, make_bill, make_home, make_staff, make_stay
from tests.builders.recognition import agreements
from tests.builders.regions import CHAOYANG
from tests.builders.settlement import make_entitlement, set_day
from tests.builders.subsidies import make_beijing_elder, make_family

pytestmark = pytest.mark.django_db
JULY, AUGUST = Month(2026, 7), Month(2026, 8)


@pytest.mark.parametrize(
    ("left_on", "came_on", "routed_from", "first"),
    [
        (date(2026, 7, 15), date(2026, 7, 15), "2026-03", "2026-08"),  # moved within a month: it stays the old home's
        (date(2026, 7, 1), date(2026, 7, 1), "2026-03", "2026-07"),  # the last day at the old home was in June
        (date(2026, 5, 15), date(2026, 5, 15), "2026-03", "2026-07"),  # said late: not in a month gone by
        (date(2026, 5, 2), date(2026, 7, 3), "2026-03", "2026-07"),  # months at home in between
        (None, date(2026, 7, 3), "2026-03", "2026-07"),  # never came to the first home
        (date(2026, 7, 15), date(2026, 7, 15), "2026-10", "2026-10"),  # the old consent begins later
    ],
)
def test_the_first_month_at_the_new_home(left_on, came_on, routed_from, first):
    found = first_month_after_move(
        left_on=left_on, came_on=came_on, routed_from=Month.parse(routed_from), this_month=JULY
    )
    assert str(found) == first


class Moved:
    """An elder of 朝阳 whose nursing benefit pays a home in 武清; on 15 July 2026 the family moves them to 燕郊."""

    def __init__(self):
        agreements()
        set_day(date(2026, 7, 15))
        self.family_user = make_family()
        self.elder = make_beijing_elder(self.family_user, level=None)
        self.family = viewer_for(self.family_user)
        self.old, self.new = make_home(), make_home("示例·燕郊养老院", region="131082")
        self.old_staff, self.new_staff = make_user("旧院长"), make_user("新院长")
        make_staff(self.old_staff, self.old)
        make_staff(self.new_staff, self.new)
        self.stay = make_stay(self.old, self.elder, self.family_user.person, since=date(2026, 3, 10))
        self.entitlement = make_entitlement(self.elder, first="2026-03")
        self.routing = route_subsidy(
            self.family, entitlement_id=self.entitlement.pk, facility_id=self.old.pk, text_version="2026-01"
        )

    def go(self):
        move = request_transfer(
            self.family,
            stay_id=self.stay.pk,
            facility_id=self.new.pk,
            room_type="double",
            care_grade="full",
            wanted_from=date(2026, 7, 15),
            consent_text_version="2026-01",
        )
        offer = offer_bed(
            viewer_for(self.new_staff),
            application_id=move.application_id,
            bed_id=make_bed(self.new).pk,
            from_day=date(2026, 7, 15),
        )
        coming = accept_offer(self.family, offer_id=offer.pk)
        return check_in(viewer_for(self.new_staff), stay_id=coming.pk)

    def follow(self, viewer=None, version="2026-01"):
        return move_routing(viewer or self.family, routing_id=self.routing.pk, text_version=version)


@pytest.fixture
def case():
    return Moved()


def code_of(act):
    with pytest.raises(Refusal) as refusal:
        act()
    return refusal.value.code


def test_the_benefit_follows_from_the_month_after_the_last_at_the_old_home(case):
    case.go()
    new = case.follow()
    case.routing.refresh_from_db()
    assert (case.routing.state, case.routing.until_month) == ("revoked", AUGUST.first_day)
    assert (new.facility_id, new.from_month, new.until_month, new.state) == (
        case.new.pk,
        AUGUST.first_day,
        None,
        "active",
    )
    case.routing.consent.refresh_from_db()
    assert case.routing.consent.revoked_at is not None
    assert new.consent.about == f"facility:{case.new.pk}"
    assert {reason["cite"]["document"] for reason in new.grounds if reason["cite"]} >= {"京民养老发〔2024〕17号"}
    event = Event.objects.get(act="routing.moved")
    assert event.facts == {"from": str(case.routing.pk), "facility": str(case.new.pk), "from_month": "2026-08"}
    told = set(Letter.objects.filter(kind="routing.moved").values_list("to_person", flat=True))
    assert told == {case.family_user.person_id, case.old_staff.person_id, case.new_staff.person_id}


def test_the_old_homes_last_bill_is_paid_as_before_and_the_new_homes_from_the_first_month(case):
    stay = case.go()
    new = case.follow()
    case.stay.refresh_from_db()
    july_there, july_here = make_bill(case.stay, JULY.first_day), make_bill(stay, JULY.first_day)
    august_here = make_bill(stay, AUGUST.first_day)
    assert list(routings_of_bill(july_there)) == [case.routing]
    assert list(routings_of_bill(july_here)) == []
    assert list(routings_of_bill(august_here)) == [new]


def test_a_second_click_gives_the_new_routing_and_one_consent(case):
    case.go()
    assert case.follow() == case.follow()
    assert Routing.objects.count() == 2
    assert Consent.objects.filter(purpose="subsidy_routing", revoked_at__isnull=True).count() == 1


def test_before_the_move_and_after_taking_back_there_is_nothing_to_follow(case):
    assert code_of(case.follow) == "not_moved"
    case.go()
    revoke_routing(case.family, routing_id=case.routing.pk)
    assert code_of(case.follow) == "not_moved"
    assert Routing.objects.count() == 1


def test_who_only_left_the_home_has_nowhere_to_follow_to(case):
    end_stay(viewer_for(case.old_staff), stay_id=case.stay.pk, until=date(2026, 7, 15), reason="went_home")
    assert code_of(case.follow) == "not_moved"


def test_old_words_and_strangers_move_nothing(case):
    case.go()
    assert code_of(lambda: case.follow(version="1999-01")) == "consent_text_outdated"
    assert code_of(lambda: case.follow(viewer_for(make_family("别人")))) == "not_found"
    assert code_of(lambda: case.follow(viewer_for(case.old_staff))) == "may_not_act"
    assert code_of(lambda: case.follow(viewer_for(case.new_staff))) == "not_found"
    case.routing.refresh_from_db()
    case.routing.consent.refresh_from_db()
    assert (case.routing.state, case.routing.consent.revoked_at) == ("active", None)


def test_a_home_the_benefit_can_not_be_spent_at_gets_nothing_and_the_reasons_are_said(case):
    from eldercare.recognition.models import Agreement

    case.go()
    Agreement.objects.filter(kind="policy").delete()
    with pytest.raises(Refusal) as no:
        case.follow()
    assert no.value.code == "not_routable" and no.value.reasons
    case.routing.refresh_from_db()
    assert case.routing.state == "active"


def test_until_it_is_done_the_family_reads_the_one_step_and_from_when(case, client):
    case.go()
    file = elder_file(case.family, case.elder.pk)
    assert file.next_step.door is Door.ROUTING
    assert "把补贴改到新的养老院" in str(file.next_step.title)
    page = sign_in(client, case.family_user).get(f"/elders/{case.elder.pk}").content.decode()
    assert "补贴还写着付给示例·运河养老院" in page and "从 2026年8月 起付新的养老院" in page
    case.follow()
    file = elder_file(case.family, case.elder.pk)
    assert file.left_behind is None and file.next_step.door is not Door.ROUTING


def test_the_family_is_told_once_by_letter(case):
    assert tell_left_behind() == 0
    case.go()
    assert (tell_left_behind(), tell_left_behind()) == (1, 0)
    letter = Letter.objects.get(kind="routing.left_behind")
    assert letter.to_person_id == case.family_user.person_id
    case.follow()
    assert tell_left_behind() == 0


def test_the_page_moves_it_with_one_button_and_says_what_it_does(case, client):
    case.go()
    family = sign_in(client, case.family_user)
    address = f"/elders/{case.elder.pk}/routing"
    page = family.get(address).content.decode()
    assert "原来付给" in page and "示例·燕郊养老院" in page and "2026年8月" in page
    move = f"/routings/{case.routing.pk}/move"
    assert family.post(move, {"text_version": "2026-01"}).status_code == 422
    old_words = family.post(move, {"text_version": "1999-01", "agreed": "on"})
    assert old_words.status_code == 422 and "不是现在使用的版本" in old_words.content.decode()
    done = family.post(move, {"text_version": "2026-01", "agreed": "on"}, follow=True)
    assert "补贴已经改到新的养老院。" in done.content.decode()
    assert Routing.objects.get(state="active").facility_id == case.new.pk
    assert sign_in(Client(), case.old_staff).post(move, {"agreed": "on"}).status_code == 403
    assert sign_in(Client(), case.new_staff).post(move, {"agreed": "on"}).status_code == 404


def test_the_interface_names_the_missing_step_to_the_family_alone_and_takes_it(case, client):
    case.go()
    family = sign_in(client, case.family_user)
    (row,) = family.get("/api/v1/routings").json()["results"]
    assert row["move_to"] == {"facility": str(case.new.pk), "name": "示例·燕郊养老院", "from_month": "2026-08"}
    (seen_by_old,) = sign_in(Client(), case.old_staff).get("/api/v1/routings").json()["results"]
    assert seen_by_old["move_to"] is None
    asked = {"data": {"text_version": "2026-01"}, "content_type": "application/json"}
    address = f"/api/v1/routings/{case.routing.pk}/move"
    first = family.post(address, headers={"Idempotency-Key": "m1"}, **asked)
    again = family.post(address, headers={"Idempotency-Key": "m2"}, **asked)
    assert (first.status_code, first.json()["facility"]) == (200, str(case.new.pk))
    assert again.json()["id"] == first.json()["id"]


def test_the_new_home_and_the_desk_see_what_is_missing_and_that_it_is_done(case, client):
    case.go()
    new_home = sign_in(client, case.new_staff)
    desk = sign_in(Client(), make_officer("district_officer", CHAOYANG))
    elsewhere = sign_in(Client(), make_officer("district_officer", "110101"))
    statement = new_home.get(f"/home/{case.new.pk}/statement").content.decode()
    assert "这些老人的补贴还没有改到本机构" in statement and "2026年8月" in statement
    assert "示例·运河养老院" not in statement
    listed = desk.get("/desk/changes?show=routings").content.decode()
    assert "老人已搬到示例·燕郊养老院，家属还没有改" in listed
    assert "示例·燕郊养老院" not in elsewhere.get("/desk/changes?show=routings").content.decode()
    case.follow()
    assert "这些老人的补贴还没有改到本机构" not in new_home.get(f"/home/{case.new.pk}/statement").content.decode()
    listed = desk.get("/desk/changes?show=routings").content.decode()
    assert "家属还没有改" not in listed and "2026年8月 起" in listed and "已停" in listed


def test_a_long_list_costs_no_query_more(case, django_assert_num_queries):
    case.go()
    with django_assert_num_queries(4):
        assert len(behind_at(case.new.pk, JULY)) == 1
    for number in range(5):
        family = make_family(f"家属{number}")
        elder = make_beijing_elder(family, level=None)
        make_stay(case.old, elder, family.person, since=date(2026, 3, 1), until=date(2026, 7, 1))
        make_stay(case.new, elder, family.person, since=date(2026, 7, 1))
        right = make_entitlement(elder, first="2026-03")
        Routing.objects.create(
            entitlement=right,
            elder=elder,
            facility=case.old,
            consent=case.routing.consent,
            from_month=date(2026, 3, 1),
        )
    with django_assert_num_queries(4):
        cards = behind_at(case.new.pk, JULY)
    assert sorted(str(card.behind.first_month) for card in cards) == ["2026-07"] * 5 + ["2026-08"]
    assert len(left_behind(Routing.objects.all(), JULY)) == 6
