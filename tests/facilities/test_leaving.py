"""Days that were planned: a resident leaves or stays after all, a family comes or does not, a grade changes."""

from types import SimpleNamespace

import pytest
from django.test import Client

from eldercare.kernel import clock
from eldercare.people.models import Letter
from facilities.choices import ClaimKind
from facilities.models import BedClaim
from facilities.selectors.beds import board
from facilities.services import (
    accept_offer,
    change_grade,
    check_in,
    end_stay,
    keep_for_who_stays,
    make_home_token,
    offer_bed,
    plan_leaving,
)
from facilities.services.arrivals import tell_of_who_did_not_come
from facilities.services.claims import claim_bed
from facilities.tasks import close_lapsed
from tests.builders.accounts import make_user, sign_in, viewer_for
from tests.builders.facilities import make_bed, make_bill, make_home, make_staff, make_stay
from tests.builders.people import make_elder
from tests.builders.waiting import Queue
from tests.facilities.test_beds import DAY, code_of, counted, go, state_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    """A home, its manager, and one resident with a daughter; `plan` says on which day they leave."""
    home, user, daughter = make_home(prices=False), make_user("陈院长"), make_user("王芳")
    make_staff(user, home)
    today = clock.today()
    elder = make_elder("王桂兰", guardian=daughter.person)
    stay = make_stay(home, elder, daughter.person, since=today - 30 * DAY)
    viewer = viewer_for(user)

    def plan(day):
        return plan_leaving(viewer, stay_id=stay.pk, on=day)

    return SimpleNamespace(
        home=home, user=user, viewer=viewer, stay=stay, bed=stay.claim.bed, today=today, plan=plan, daughter=daughter
    )


def test_the_bed_is_free_from_the_day_planned_and_everybody_reads_it(case):
    day = case.today + 9 * DAY
    for _twice in range(2):
        case.plan(day)
    now = counted(case.home)
    assert (now.free, now.later, counted(case.home, day).free) == (0, ((day, 1),), 1)
    assert f"{day.month}月{day.day}日起再有 1 张" in Client().get(f"/homes/{case.home.pk}").content.decode()
    assert board(case.home.pk, case.today)[0].beds[0].until == day
    said = f"打算 {day.year}年{day.month}月{day.day}日 离院"
    assert said in sign_in(Client(), case.user).get(f"/home/{case.home.pk}/stays").content.decode()
    assert said in sign_in(Client(), case.daughter).get(f"/elders/{case.stay.elder_id}").content.decode()
    case.stay.refresh_from_db()
    assert (case.stay.state, case.stay.days.upper) == ("in", None)
    assert Letter.objects.filter(kind="stay.leaving", to_person=case.daughter.person).count() == 1
    case.plan(None)
    assert counted(case.home).later == ()


def test_a_day_that_is_not_ahead_is_refused(case):
    for day in (case.today, case.today - DAY):
        assert code_of(lambda day=day: case.plan(day)) == "leaving_planned"
    assert BedClaim.objects.get().days.upper is None


def test_whoever_leaves_earlier_or_on_the_day_leaves_a_free_bed(case):
    case.plan(case.today + 9 * DAY)
    go(days=5)
    end_stay(case.viewer, stay_id=case.stay.pk, until=clock.today(), reason="went_home")
    assert (state_of(case.bed), counted(case.home).free) == ("free", 1)
    assert code_of(lambda: case.plan(case.today + 20 * DAY)) == "already_answered"


def test_who_did_not_leave_as_planned_keeps_the_bed_and_the_home_is_told_once(case):
    case.plan(case.today + 2 * DAY)
    go(days=1)
    assert keep_for_who_stays() == 0
    go(days=1)
    assert (close_lapsed(), close_lapsed()) == (1, 0)
    assert (state_of(case.bed), counted(case.home).free) == ("resident", 0)
    assert Letter.objects.filter(kind="stay.still_here", to_person=case.user.person).count() == 1


def test_a_bed_that_is_somebody_s_from_the_day_on_is_not_taken_back(case):
    day = case.today + 2 * DAY
    case.plan(day)
    claim_bed(case.bed, ClaimKind.STAY, since=day + 3 * DAY)
    assert code_of(lambda: case.plan(None)) == "bed_taken"
    assert code_of(lambda: case.plan(day + 4 * DAY)) == "bed_taken"
    go(days=2)
    assert keep_for_who_stays() == 1
    assert BedClaim.objects.get(pk=case.stay.claim_id).days.upper == day + 3 * DAY
    go(days=3)
    assert keep_for_who_stays() == 0


def test_only_the_home_plans_by_page_and_by_its_own_system(case):
    day = str(case.today + 9 * DAY)
    page = f"/home/{case.home.pk}/stays/{case.stay.pk}"
    assert sign_in(Client(), case.daughter).post(f"{page}/leaving", {"leaving-on": day}).status_code == 404
    staff = sign_in(Client(), case.user)
    assert page in staff.get(f"/home/{case.home.pk}/board").content.decode()
    assert staff.post(f"{page}/leaving", {"leaving-on": str(case.today)}).status_code == 422
    assert staff.post(f"{page}/leaving", {"leaving-on": day}).status_code == 302
    assert "打算离院" in staff.get(page).content.decode()
    _token, text = make_home_token(case.viewer, facility_id=case.home.pk, name="系统")
    own = Client(headers={"authorization": f"Bearer {text}"})
    path = f"/api/v1/stays/{case.stay.pk}/leaving"
    told = own.post(path, {"on": None}, content_type="application/json", headers={"Idempotency-Key": "1"})
    assert (told.status_code, told.json()["leaving_on"]) == (200, None)
    other, stranger = make_home("示例·另一家", prices=False), make_user()
    make_staff(stranger, other)
    assert code_of(lambda: plan_leaving(viewer_for(stranger), stay_id=case.stay.pk, on=None)) == "not_found"


def test_who_did_not_come_on_the_day_agreed_is_told_of_once_to_home_and_family():
    queue = Queue()
    family = queue.join("王一", wanted_from=queue.today + DAY)
    bed = make_bed(queue.home)
    offer = offer_bed(queue.manager, application_id=family.application.pk, bed_id=bed.pk, from_day=queue.today + DAY)
    stay = accept_offer(family.viewer, offer_id=offer.pk)
    told = lambda: sorted(Letter.objects.filter(kind="stay.not_arrived").values_list("to_person", flat=True))  # noqa: E731
    go(days=1)
    assert (tell_of_who_did_not_come(), told()) == (0, [])
    go(days=1)
    assert (tell_of_who_did_not_come(), tell_of_who_did_not_come()) == (1, 0)
    assert told() == sorted([queue.manager.person_id, family.viewer.person_id])
    assert check_in(queue.manager, stay_id=stay.pk, on=queue.today + DAY).state == "in"


def test_a_grade_is_not_changed_within_a_month_that_was_billed(case):
    month, elder = case.today.replace(day=1), make_elder("赵秀英")
    stay = make_stay(case.home, elder, elder.person, since=case.today - 90 * DAY)
    make_bill(stay, (month - DAY).replace(day=1))
    change = lambda day: change_grade(case.viewer, stay_id=stay.pk, care_grade="partial", from_day=day)  # noqa: E731
    assert code_of(lambda: change(month - DAY)) == "grade_day_billed"
    assert change(month).care_grade == "partial"
