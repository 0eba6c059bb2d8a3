"""A bed the home keeps for some hours without asking anybody: made, let go, run out, undone, on the board and by the API."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client

from eldercare.kernel import clock
from eldercare.people.models import Letter
from facilities.choices import ClaimKind
from facilities.models import BedClaim, BedConfirmation
from facilities.selectors.beds import board
from facilities.services import close_beds, confirm_beds, make_home_token, offer_bed, undo_board, withdraw_application
from facilities.services.board import BedChange, change_to
from facilities.tasks import close_lapsed
from tests.builders.accounts import sign_in
from tests.builders.facilities import make_bed
from tests.builders.waiting import Queue
from tests.facilities.test_beds import code_of, counted, go, state_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def case():
    """A home with one bed and its manager; `say` changes the bed, `drawn` is how the board has it."""
    queue = Queue()
    bed = make_bed(queue.home)

    def say(state, **more):
        return confirm_beds(queue.manager, facility_id=queue.home.pk, changes=[change_to(state, bed.pk, **more)])

    def drawn():
        return board(queue.home.pk, clock.today())[0].beds[0]

    return SimpleNamespace(queue=queue, home=queue.home, manager=queue.manager, bed=bed, say=say, drawn=drawn)


def test_a_held_bed_is_not_free_until_its_hour_and_then_is_by_itself(case):
    case.say("held", held_until=clock.now() + 4 * HOUR)
    assert (state_of(case.bed), counted(case.home).free, counted(case.home).claimed) == ("held", 0, 1)
    go(hours=3, minutes=59)
    assert state_of(case.bed) == "held"
    go(minutes=1)
    assert (state_of(case.bed), counted(case.home).free) == ("free", 1)


def test_without_a_word_a_bed_is_held_for_the_hours_of_the_setting(case):
    before = clock.now()
    case.say("held")
    assert abs(case.drawn().lapses_at - before - 24 * HOUR) < timedelta(minutes=1)


@pytest.mark.parametrize("hours", [-1, 0, 169])
def test_a_bed_is_held_for_a_week_at_most_and_not_into_the_past(case, hours):
    until = clock.now() + hours * HOUR
    assert code_of(lambda: case.say("held", held_until=until)) == "hold_hours"
    assert state_of(case.bed) == "free"


def test_a_hold_goes_on_for_longer_and_for_somebody_as_the_same_claim(case):
    family = case.queue.join("王一")
    case.say("held")
    case.say("held", seen="held", held_until=clock.now() + 48 * HOUR, held_for=family.application.pk)
    claim = BedClaim.objects.get()
    assert claim.noun == f"application:{family.application.pk}"
    assert case.drawn().held_for == family.application.pk
    assert not Letter.objects.filter(to_person=family.viewer.person_id).exists()


@pytest.mark.parametrize("state", ["occupied", "blocked", "closed"])
def test_what_became_of_a_held_bed_takes_the_hold_s_place(case, state):
    case.say("held")
    case.say(state, seen="held")
    assert state_of(case.bed) == state
    assert not BedClaim.objects.filter(kind=ClaimKind.HOLD, released_at=None).exists()


def test_a_bed_that_is_let_go_or_runs_out_goes_along_the_waiting_list(case):
    case.say("held")
    family = case.queue.join("王一")
    case.say("free", seen="held")
    assert (family.application.offers.get().bed_id, state_of(case.bed)) == (case.bed.pk, "promised")


def test_a_hold_that_ran_out_is_swept_once_and_the_next_family_is_asked(case):
    case.say("held")
    family = case.queue.join("王一")
    go(hours=25)
    assert (close_lapsed(), close_lapsed()) == (1, 0)
    assert family.application.offers.get().bed_id == case.bed.pk


def test_a_bed_is_held_only_for_a_family_of_this_home_that_waits(case):
    family, elsewhere = case.queue.join("王一"), Queue().join("王二")
    foreign = lambda: case.say("held", held_for=elsewhere.application.pk)  # noqa: E731
    assert code_of(foreign) == "not_found"
    withdraw_application(family.viewer, application_id=family.application.pk)
    assert code_of(lambda: case.say("held", held_for=family.application.pk)) == "already_answered"
    assert not BedClaim.objects.exists()


def test_a_hold_is_undone_and_what_let_it_go_is_undone_to_the_same_hour(case):
    until = clock.now() + 48 * HOUR
    family = case.queue.join("王一")
    saved = case.say("held", held_until=until, held_for=family.application.pk)
    undo_board(case.manager, facility_id=case.home.pk, confirmation_id=saved.pk)
    assert state_of(case.bed) == "free"
    case.say("held", held_until=until, held_for=family.application.pk)
    saved = case.say("occupied", seen="held")
    undo_board(case.manager, facility_id=case.home.pk, confirmation_id=saved.pk)
    assert (state_of(case.bed), case.drawn().lapses_at, case.drawn().held_for) == ("held", until, family.application.pk)


def test_undoing_brings_back_no_hold_whose_hour_has_passed(case):
    case.say("held", held_until=clock.now() + timedelta(minutes=10))
    saved = case.say("blocked", seen="held")
    go(minutes=20)
    undo_board(case.manager, facility_id=case.home.pk, confirmation_id=saved.pk)
    assert state_of(case.bed) == "free"


def test_one_bed_is_not_held_and_lived_in_and_a_lived_in_bed_is_not_held(case):
    both = [BedChange(case.bed.pk, occupied=True, held=True)]
    assert code_of(lambda: confirm_beds(case.manager, facility_id=case.home.pk, changes=both)) == "bed_said_twice"
    case.queue.join("王一")
    offered = case.queue.home.applications.get()
    offer_bed(case.manager, application_id=offered.pk, bed_id=case.bed.pk, from_day=clock.today())
    assert code_of(lambda: case.say("held")) == "bed_occupied"


def test_a_held_bed_is_not_closed_and_the_list_says_why(case):
    case.say("held")
    day = clock.today() + timedelta(days=3)
    close = {"facility_id": case.home.pk, "bed_ids": [case.bed.pk], "until": day}
    assert code_of(lambda: close_beds(case.manager, **close)) == "beds_in_use"
    page = staff_of(case).post(f"/home/{case.home.pk}/board/close", {"beds": [case.bed.pk], "until": str(day)})
    assert "机构先留着" in page.content.decode()


# Through the doors


def staff_of(case):
    return sign_in(Client(), case.home.employments.get().user)


def test_the_board_says_until_when_for_whom_and_lets_go_with_one_button(case):
    family = case.queue.join("王一")
    staff, path = staff_of(case), f"/home/{case.home.pk}/board"
    said = {"bed": [f"{case.bed.pk}:free"], "to": "held", "hours": "48", "held_for": str(family.application.pk)}
    assert staff.post(path, said).status_code == 302
    page = staff.get(path).content.decode()
    until = case.drawn().lapses_at.astimezone(clock.CHINA)
    assert f"留到 {until.month}月{until.day}日 {until:%H:%M}" in page
    assert f"/home/{case.home.pk}/applications/{family.application.pk}" in page
    assert "王*" in page
    assert "王一" not in page
    assert f'value="{case.bed.pk}:held:free"' in page
    choices = staff.get(f"/home/{case.home.pk}/applications/{family.application.pk}").content.decode()
    assert "已为这份申请先留着" in choices
    assert staff.post(path, {"bed": [f"{case.bed.pk}:held:free"]}).status_code == 302
    assert not BedClaim.objects.filter(kind=ClaimKind.HOLD, released_at=None).exists()


def test_an_application_of_another_home_is_no_choice_and_nothing_is_saved(case):
    elsewhere = Queue().join("王二")
    said = {"bed": [f"{case.bed.pk}:free"], "to": "held", "hours": "24", "held_for": str(elsewhere.application.pk)}
    answer = staff_of(case).post(f"/home/{case.home.pk}/board", said)
    assert answer.status_code == 422
    assert "已经不在等床位" in answer.content.decode()
    assert f'value="{case.bed.pk}:free" data-state="free" checked' in answer.content.decode()
    assert not BedConfirmation.objects.exists()


def test_a_home_s_own_system_holds_and_lets_go(case):
    family = case.queue.join("王一")
    _token, text = make_home_token(case.manager, facility_id=case.home.pk, name="系统")
    client = Client(headers={"authorization": f"Bearer {text}"})
    path = f"/api/v1/facilities/{case.home.pk}/beds"

    def put(key, **said):
        body = {"beds": [{"id": str(case.bed.pk), **said}]}
        return client.put(path, body, content_type="application/json", headers={"Idempotency-Key": key})

    until = (clock.now() + 5 * HOUR).isoformat()
    (held,) = put("1", held=True, held_until=until, held_for=str(family.application.pk)).json()["beds"]
    assert (held["state"], held["claimed"], held["held_for"]) == ("held", "hold", str(family.application.pk))
    assert held["lapses_at"][:16] == until[:16]
    assert put("2", held=True, held_until=(clock.now() + 400 * HOUR).isoformat()).json()["code"] == "hold_hours"
    withdraw_application(family.viewer, application_id=family.application.pk)
    (free,) = put("3", held=False).json()["beds"]
    assert (free["state"], free["lapses_at"], free["held_for"]) == ("free", None, None)
