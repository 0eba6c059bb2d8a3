"""Visits: a time is one family's, it can be moved and given back, and what was found there is kept for the accuracy."""

from datetime import timedelta

import pytest
from django.test import Client

from eldercare.audit.services import move_clock
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.viewer import system
from eldercare.people.models import Letter
from facilities.choices import VisitState
from facilities.models import Facility, Visit, VisitSlot
from facilities.selectors.visits import open_slots
from facilities.services import (
    book_visit,
    cancel_visit,
    publish_slots,
    record_visit,
    remind_visitors,
    resident_died,
    say_what_was_found,
    withdraw_slot,
)
from tests.builders.accounts import make_user, sign_in, viewer_for
from tests.builders.facilities import make_bed, make_home, make_staff
from tests.builders.people import make_elder, stand_beside

pytestmark = pytest.mark.django_db


class Case:
    def __init__(self):
        self.home = make_home(beds=2)
        manager, daughter = make_user("陈院长"), make_user("李娜")
        make_staff(manager, self.home)
        self.elder = make_elder(guardian=daughter.person)
        self.manager, self.family = viewer_for(manager), viewer_for(daughter)
        self.staff_page, self.family_page = sign_in(Client(), manager), sign_in(Client(), daughter)
        self.tomorrow = clock.now() + timedelta(hours=30)

    def slots(self, count=2):
        return publish_slots(self.manager, facility_id=self.home.pk, starts_at=self.tomorrow, minutes=30, count=count)

    def book(self, **more):
        return book_visit(self.family, slot_id=self.slots()[0].pk, **more)


@pytest.fixture
def case():
    return Case()


def code_of(act):
    with pytest.raises(Refusal) as refusal:
        act()
    return refusal.value.code


def pass_hours(hours):
    move_clock(system("test"), timedelta(hours=hours))


def test_a_home_publishes_times_and_twice_adds_nothing(case):
    case.slots()
    case.slots()
    assert VisitSlot.objects.count() == 2
    past = {"facility_id": case.home.pk, "minutes": 30}
    publish = lambda when: publish_slots(case.manager, starts_at=when, **past)  # noqa: E731
    assert code_of(lambda: publish(clock.now() - timedelta(hours=1))) == "slot_past"
    assert code_of(lambda: publish(clock.now() + timedelta(days=61))) == "slot_too_far"
    assert code_of(lambda: publish_slots(case.family, starts_at=case.tomorrow, **past)) == "not_found"


def test_a_time_is_booked_once_and_a_family_has_one_visit_ahead(case):
    first, second = case.slots()
    book_visit(case.family, slot_id=first.pk, elder_id=case.elder.pk)
    other = viewer_for(make_user("赵敏"))
    assert code_of(lambda: book_visit(other, slot_id=first.pk)) == "slot_taken"
    assert code_of(lambda: book_visit(case.family, slot_id=second.pk)) == "visit_ahead"
    assert code_of(lambda: book_visit(other, slot_id=second.pk, elder_id=case.elder.pk)) == "not_found"
    assert [slot.pk for slot in open_slots([case.home.pk])] == [second.pk]
    assert Letter.objects.filter(kind="visit.booked").count() == 2


def test_a_visit_is_moved_in_one_act_and_the_old_time_is_open_again(case):
    first, second = case.slots()
    before = book_visit(case.family, slot_id=first.pk, elder_id=case.elder.pk)
    after = book_visit(case.family, slot_id=second.pk, instead_of=before.pk)
    before.refresh_from_db()
    assert (before.state, after.state, after.elder_id) == (VisitState.CANCELLED, VisitState.BOOKED, case.elder.pk)
    assert [slot.pk for slot in open_slots([case.home.pk])] == [first.pk]
    other = viewer_for(make_user("赵敏"))
    book_visit(other, slot_id=first.pk)
    assert code_of(lambda: book_visit(case.family, slot_id=first.pk, instead_of=after.pk)) == "slot_taken"
    after.refresh_from_db()
    assert after.state == VisitState.BOOKED, "a move that fails leaves the visit as it was"


def test_the_family_cancels_freely_and_the_home_only_with_a_reason_the_family_reads(case):
    visit = case.book()
    assert code_of(lambda: cancel_visit(case.manager, visit_id=visit.pk)) == "reason_missing"
    assert code_of(lambda: cancel_visit(viewer_for(make_user("路人")), visit_id=visit.pk)) == "not_found"
    assert code_of(lambda: withdraw_slot(case.manager, slot_id=visit.slot_id)) == "reason_missing"
    withdraw_slot(case.manager, slot_id=visit.slot_id, reason="那天消防检查")
    visit.refresh_from_db()
    assert (visit.state, visit.cancelled_by_home, visit.reason) == ("cancelled", True, "那天消防检查")
    assert Letter.objects.filter(kind="visit.cancelled", to_person=case.family.person_id).count() == 1
    assert code_of(lambda: book_visit(case.family, slot_id=visit.slot_id)) == "slot_past"
    again = book_visit(case.family, slot_id=open_slots([case.home.pk]).get().pk)
    assert cancel_visit(case.family, visit_id=again.pk).state == "cancelled"
    assert cancel_visit(case.family, visit_id=again.pk).state == "cancelled"
    assert open_slots([case.home.pk]).count() == 1


def test_who_has_a_visit_is_reminded_once_when_it_is_near(case):
    visit = case.book()
    assert remind_visitors() == 0
    pass_hours(8)
    assert (remind_visitors(), remind_visitors()) == (1, 0)
    assert Letter.objects.filter(kind="visit.reminder", to_person=visit.by_person_id).count() == 1


def test_after_the_visit_the_family_says_whether_the_number_was_right_and_the_accuracy_can_read_it(case):
    visit = case.book(elder_id=case.elder.pk)
    found = lambda **said: say_what_was_found(case.family, visit_id=visit.pk, **said)  # noqa: E731
    assert code_of(lambda: record_visit(case.manager, visit_id=visit.pk, came=True)) == "not_due_yet"
    assert code_of(lambda: found(number_right=True)) == "not_visited"
    pass_hours(31)
    assert code_of(lambda: record_visit(case.family, visit_id=visit.pk, came=True)) == "not_found"
    record_visit(case.manager, visit_id=visit.pk, came=True)
    assert code_of(lambda: record_visit(case.manager, visit_id=visit.pk, came=False)) == "already_answered"
    assert code_of(lambda: say_what_was_found(case.manager, visit_id=visit.pk, number_right=True)) == (
        "not_acting_for_elder"
    )
    make_bed(case.home)
    found(number_right=False, found_free=1)
    visit.refresh_from_db()
    assert (visit.number_right, visit.shown_free, visit.found_free) == (False, 2, 1)


def test_a_visit_that_is_noted_days_later_is_held_against_what_the_page_said_when_the_family_came(case):
    visit = case.book()
    pass_hours(40)
    for _number in range(3):
        make_bed(case.home)
    pass_hours(90)
    record_visit(case.manager, visit_id=visit.pk, came=True)
    assert Visit.objects.get().shown_free == 2


@pytest.mark.parametrize("state", ["suspended", "closed"])
def test_a_home_that_is_not_open_shows_nobody_round(case, state):
    first, second = case.slots()
    before = book_visit(case.family, slot_id=first.pk)
    Facility.objects.filter(pk=case.home.pk).update(operating=state)
    assert list(open_slots([case.home.pk])) == []
    assert code_of(lambda: book_visit(viewer_for(make_user("赵敏")), slot_id=second.pk)) == "home_not_open"
    assert code_of(lambda: book_visit(case.family, slot_id=second.pk, instead_of=before.pk)) == "home_not_open"
    assert cancel_visit(case.family, visit_id=before.pk).state == "cancelled"


def test_who_did_not_come_says_nothing_about_the_number(case):
    visit = case.book()
    pass_hours(31)
    assert record_visit(case.manager, visit_id=visit.pk, came=False).state == "no_show"
    assert code_of(lambda: say_what_was_found(case.family, visit_id=visit.pk, number_right=True)) == "not_visited"
    assert Visit.objects.get().shown_free is None


def test_a_visit_for_an_elder_who_died_is_cancelled_without_a_word(case):
    case.book(elder_id=case.elder.pk)
    letters = Letter.objects.count()
    resident_died(system("test"), elder_id=case.elder.pk, died_on=clock.today())
    assert (Visit.objects.get().state, Letter.objects.count()) == ("cancelled", letters)


def test_another_who_acts_for_the_elder_may_move_the_visit_and_kin_may_only_look(case):
    visit = case.book(elder_id=case.elder.pk)
    brother, aunt = make_user("哥哥"), make_user("姑姑")
    stand_beside(case.elder, brother.person)
    stand_beside(case.elder, aunt.person, "kin")
    assert code_of(lambda: cancel_visit(viewer_for(aunt), visit_id=visit.pk)) == "not_acting_for_elder"
    assert cancel_visit(viewer_for(brother), visit_id=visit.pk).state == "cancelled"


def test_a_family_books_moves_and_answers_on_its_pages_and_the_home_on_its_calendar(case):
    at = f"/home/{case.home.pk}/visits"
    day = {"day": case.tomorrow.date(), "at": "15:00", "minutes": 30, "count": 2}
    assert case.staff_page.post(at, day).status_code == 302
    first, second = open_slots([case.home.pk])
    book = f"/homes/{case.home.pk}/visits"
    assert "15:00" in case.family_page.get(book).content.decode()
    assert case.family_page.post(book, {"elder": case.elder.pk}).status_code == 422
    landed = case.family_page.post(book, {"slot": first.pk, "elder": case.elder.pk}, follow=True)
    visit = Visit.objects.get()
    assert f"/visits/{visit.pk}" in [url for url, _status in landed.redirect_chain]
    moved = case.family_page.post(book, {"slot": second.pk, "instead_of": visit.pk}, follow=True)
    assert "15:30" in moved.content.decode()
    visit = Visit.objects.get(state="booked")
    assert "王*" in case.staff_page.get(at).content.decode()
    pass_hours(72)
    assert "来了没有" in case.staff_page.get(at).content.decode()
    case.staff_page.post(f"{at}/{visit.pk}/outcome", {"came": "yes"})
    page = case.family_page.get(f"/visits/{visit.pk}").content.decode()
    assert "那天网页上写着 2 张空床。" in page
    assert case.family_page.post(f"/visits/{visit.pk}", {"found_free": "1"}).status_code == 422
    case.family_page.post(f"/visits/{visit.pk}", {"number_right": "no", "found_free": "0"})
    assert "家属说不对" in case.staff_page.get(at).content.decode()
    stranger = sign_in(Client(), make_user("路人"))
    assert stranger.get(f"/visits/{visit.pk}").status_code == 404
    assert case.staff_page.get(f"/visits/{visit.pk}").status_code == 404
