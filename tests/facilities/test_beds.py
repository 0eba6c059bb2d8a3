"""One truth for beds: what is counted now, what was counted then, what stands in the way of closing a bed."""

import json
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, InternalError, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eldercare.audit.models import ClockOffset, Event
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from facilities.choices import ClaimKind
from facilities.models import Bed, BedClaim, BedConfirmation, Facility, PastBed, PastClaim, Room
from facilities.selectors import as_it_stood, board, confirmations, vacancies
from facilities.selectors.beds import mark_of
from facilities.selectors.history import differing_counts
from facilities.services import add_room, close_beds, confirm_beds, undo_board
from facilities.services.board import BedChange, change_to
from tests.builders.accounts import make_user, sign_in, viewer_for
from tests.builders.facilities import LONG_AGO, make_application, make_bed, make_home, make_staff, make_stay
from tests.builders.people import make_elder, make_person

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def home():
    return make_home(prices=False)


@pytest.fixture
def manager(home):
    user = make_user("陈院长")
    make_staff(user, home)
    return viewer_for(user)


def code_of(act):
    with pytest.raises(Refusal) as error, transaction.atomic():
        act()
    return error.value.code


def state_of(bed):
    (drawn,) = [one for room in board(bed.room.facility_id, clock.today()) for one in room.beds if one.bed_id == bed.pk]
    return drawn.state


def go(**by):
    """Let the one clock go on."""
    row, _new = ClockOffset.objects.get_or_create(pk=1, defaults={"offset": timedelta()})
    ClockOffset.objects.filter(pk=1).update(offset=row.offset + timedelta(**by))


def counted(home, on=None):
    return vacancies([home.pk], on or clock.today()).get(home.pk)


# What is counted


def test_empty_beds_that_take_nobody_in_are_told_apart_with_the_reason(home, manager):
    beds = [make_bed(home) for _number in range(5)]
    changes = [
        change_to("closed", beds[0].pk, why="repair"),
        change_to("closed", beds[1].pk),
        change_to("blocked", beds[2].pk, until=clock.today() + 3 * DAY),
    ]
    confirm_beds(manager, facility_id=home.pk, changes=changes)
    close_beds(manager, facility_id=home.pk, bed_ids=[beds[3].pk], until=clock.today() + 30 * DAY)
    now = counted(home)
    assert (now.total, now.free, now.not_admittable, now.claimed) == (5, 1, 4, 0)
    assert now.why == {"repair": 1, "unsaid": 1, "blocked": 1, "closing": 1}
    assert [(str(reason), beds) for reason, beds in now.reasons] == [
        ("维修", 1),
        ("机构没有写原因", 1),
        ("暂停使用", 1),
        ("床位将要撤销", 1),
    ]
    assert now.later == ((clock.today() + 3 * DAY, 1),)


def test_the_empty_beds_of_a_home_that_may_take_nobody_in_are_not_called_free(home):
    make_bed(home)
    at = f"/homes/{home.pk}"
    assert "现在空床 1 张，共 1 张" in Client().get(at).content.decode()
    for facts in ({"operating": "suspended"}, {"operating": "", "licence_valid_until": clock.today() - DAY}):
        Facility.objects.filter(pk=home.pk).update(**facts)
        page = Client().get(at).content.decode()
        assert "空着 1 张，共 1 张，现在都不能收人" in page
        assert "现在空床" not in page


def test_what_becomes_free_is_told_with_its_day(home, manager):
    first, second, third = (make_bed(home) for _number in range(3))
    december, later = clock.today() + 9 * DAY, clock.today() + 40 * DAY
    said = [("occupied", first, december), ("occupied", second, december), ("blocked", third, later)]
    changes = [change_to(state, bed.pk, until=until) for state, bed, until in said]
    confirm_beds(manager, facility_id=home.pk, changes=changes)
    now = counted(home)
    assert (now.free, now.later, now.next_free_on) == (0, ((december, 2), (later, 1)), december)
    assert counted(home, december).free == 2
    page = Client().get(f"/homes/{home.pk}").content.decode()
    assert f"{december.month}月{december.day}日起再有 2 张" in page
    (card,) = Client().get("/api/v1/facilities").json()["results"]
    assert card["beds"]["later"] == [{"on": str(december), "free": 2}, {"on": str(later), "free": 1}]
    assert card["beds"]["why"] == [{"reason": "blocked", "beds": 1}]


# What was counted

ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["occupied", "occupied_until", "blocked", "free", "closed", "held", "undo", "lapse", "close", "room"]
        ),
        st.integers(0, 3),
        st.integers(1, 50),
    ),
    max_size=14,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_any_past_moment_can_be_counted_again(acts):
    """Whatever happened afterwards, the count of each moment comes out as it was when it was shown."""
    home = make_home(prices=False)
    user = make_user()
    make_staff(user, home)
    viewer, shown = viewer_for(user), []
    beds = [make_bed(home) for _number in range(4)]
    for act, number, hours in acts:
        _happen(act, beds[number % len(beds)], viewer, home)
        now = clock.now()
        shown.append((now, counted(home), confirmations([home.pk], now).get(home.pk)))
        drawn = [bed for room in board(home.pk, now.date()) for bed in room.beds]
        assert counted(home).free == sum(bed.is_free and not bed.valid_until for bed in drawn)
        go(hours=hours)
    for moment, beds_then, confirmed_then in shown:
        stood = as_it_stood(home.pk, moment)
        assert stood.beds == beds_then
        assert stood.confirmed == (confirmed_then or stood.confirmed)
    assert differing_counts(BedConfirmation.objects.filter(facility=home)) == []
    ClockOffset.objects.all().delete()


def _happen(act, bed, viewer, home):
    today = clock.today()
    try:
        with transaction.atomic():
            if act == "undo":
                last = BedConfirmation.objects.filter(facility=home, undone_at=None).order_by("-at").first()
                return last and undo_board(viewer, facility_id=home.pk, confirmation_id=last.pk)
            if act == "lapse":
                soon = clock.now() + timedelta(hours=20)
                return BedClaim.objects.create(bed=bed, kind=ClaimKind.OFFER, days=(today, None), lapses_at=soon)
            if act == "close":
                return close_beds(viewer, facility_id=home.pk, bed_ids=[bed.pk], until=today + 9 * DAY)
            if act == "room":
                return Room.objects.filter(pk=bed.room_id).update(room_type="single")
            until = today + 2 * DAY if act == "occupied_until" else None
            change = change_to(act.removesuffix("_until"), bed.pk, until=until)
            return confirm_beds(viewer, facility_id=home.pk, changes=[change])
    except (Refusal, IntegrityError):
        return None


def test_a_moment_shows_an_offer_that_has_become_a_stay_and_ended_as_an_offer(home):
    bed, hour = make_bed(home), timedelta(hours=1)
    offered = BedClaim.objects.create(
        bed=bed, kind=ClaimKind.OFFER, days=(clock.today(), None), lapses_at=clock.now() + hour
    )
    then = clock.now()
    go(minutes=1)
    BedClaim.objects.filter(pk=offered.pk).update(kind=ClaimKind.STAY, lapses_at=None)
    go(days=9)
    BedClaim.objects.filter(pk=offered.pk).update(days=(then.date(), clock.today()))
    assert PastClaim.objects.filter(claim_id=offered.pk).count() == 2
    assert counted(home).free == 1
    assert (as_it_stood(home.pk, then).beds.free, as_it_stood(home.pk, then + 2 * hour).beds.free) == (0, 0)
    assert as_it_stood(home.pk, then - hour).beds.total == 0


def test_the_past_is_kept_by_the_database_and_cannot_be_rewritten(home):
    bed = make_bed(home)
    claim = BedClaim.objects.create(bed=bed, kind=ClaimKind.STAY, days=(date(2026, 6, 1), None))
    Bed.objects.filter(pk=bed.pk).update(admittable=False)
    Room.objects.filter(pk=bed.room_id).update(room_type="multi")
    assert [(row.admittable, row.room_type) for row in PastBed.objects.order_by("pk")] == [
        (True, "double"),
        (False, "double"),
    ]
    rows = BedClaim.objects.filter(pk=claim.pk)
    for wall, act in (
        ("a_claim_is_never_deleted", rows.delete),
        ("a_claim_keeps_its_bed", lambda: rows.update(claimed_at=clock.now())),
        ("what_a_bed_was_is_not_rewritten", PastBed.objects.all().delete),
        ("a_released_claim_stays_released", lambda: rows.update(released_at=clock.now()) and rows.update(note="x")),
        ("what_was_confirmed", lambda: _confirmed(home).update(at=clock.now())),
    ):
        with pytest.raises(InternalError, match=wall), transaction.atomic():
            act()


def _confirmed(home):
    row = BedConfirmation.objects.create(facility=home, by="staff")
    return BedConfirmation.objects.filter(pk=row.pk)


def test_a_kept_count_that_differs_from_the_recount_is_named(home, manager, capsys):
    make_bed(home)
    confirm_beds(manager, facility_id=home.pk)
    call_command("recount_beds", "--json")
    assert json.loads(capsys.readouterr().out) == {"confirmations": 1, "differ": []}
    BedConfirmation.objects.create(
        facility=home, by="staff", counted={"total": 1, "free": 0, "not_admittable": 0}, at=clock.now()
    )
    with pytest.raises(SystemExit):
        call_command("recount_beds", "--json")
    (differ,) = json.loads(capsys.readouterr().out)["differ"]
    assert (differ["kept"]["free"], differ["recounted"]["free"]) == (0, 1)


def test_anybody_can_ask_how_many_beds_were_free_at_a_moment(home, manager, client):
    bed = make_bed(home)
    confirm_beds(manager, facility_id=home.pk)
    then = clock.now()
    go(hours=30)
    confirm_beds(manager, facility_id=home.pk, changes=[change_to("occupied", bed.pk)])
    path = f"/api/v1/facilities/{home.pk}/vacancy"
    stood = client.get(path, {"at": then.isoformat()}).json()
    assert (stood["total"], stood["beds"]["free"], stood["beds"]["freshness"]) == (1, 1, "fresh")
    now = client.get(path, {"at": clock.now().isoformat()}).json()
    assert (now["total"], now["beds"]["free"]) == (1, 0)
    ahead = client.get(path, {"at": (clock.now() + DAY).isoformat()})
    assert (ahead.status_code, ahead.json()["errors"][0]["field"]) == (422, "at")
    assert client.get(path).status_code == 422
    assert client.get(path.replace(str(home.pk), str(bed.pk)), {"at": then.isoformat()}).status_code == 404


# The board


def test_what_one_act_said_is_undone_bed_by_bed_and_the_number_is_as_old_as_before(home, manager):
    first, second = make_bed(home), make_bed(home)
    old = confirm_beds(manager, facility_id=home.pk)
    go(hours=30)
    changes = [change_to("occupied", first.pk), change_to("closed", second.pk, why="cleaning")]
    saved = confirm_beds(manager, facility_id=home.pk, changes=changes)
    assert counted(home).free == 0
    undo_board(manager, facility_id=home.pk, confirmation_id=saved.pk)
    undo_board(manager, facility_id=home.pk, confirmation_id=saved.pk)
    assert (state_of(first), state_of(second)) == ("free", "free")
    assert confirmations([home.pk], clock.now())[home.pk].as_of == old.at
    assert list(Event.objects.filter(act="beds.undone").values_list("noun", flat=True)) == [f"facility:{home.pk}"]


def test_an_undo_that_comes_too_late_or_after_somebody_elses_change_is_refused(home, manager):
    bed = make_bed(home)
    saved = confirm_beds(manager, facility_id=home.pk, changes=[change_to("occupied", bed.pk)])
    BedClaim.objects.filter(bed=bed).update(released_at=clock.now())
    undo = {"facility_id": home.pk, "confirmation_id": saved.pk}
    assert code_of(lambda: undo_board(manager, **undo)) == "board_changed"
    confirm_beds(manager, facility_id=home.pk)
    assert code_of(lambda: undo_board(manager, **undo)) == "undo_too_late"
    last = confirm_beds(manager, facility_id=home.pk)
    go(minutes=31)
    assert code_of(lambda: undo_board(manager, facility_id=home.pk, confirmation_id=last.pk)) == "undo_too_late"


def test_what_two_people_say_of_different_beds_is_merged_and_of_one_bed_is_judged_by_what_was_seen(home, manager):
    first, second = make_bed(home), make_bed(home)
    confirm_beds(manager, facility_id=home.pk, changes=[change_to("occupied", first.pk, seen="free")])
    confirm_beds(manager, facility_id=home.pk, changes=[change_to("blocked", second.pk, seen="free")])
    assert (state_of(first), state_of(second)) == ("occupied", "blocked")
    late = [change_to("free", second.pk, seen="blocked"), change_to("blocked", first.pk, seen="free")]
    with pytest.raises(Refusal) as error:
        confirm_beds(manager, facility_id=home.pk, changes=late)
    assert (error.value.code, error.value.status) == ("board_changed", 409)
    assert [str(reason.text) for reason in error.value.reasons] == [f"{first.room.name}-1 现在是“有人住”。"]
    assert state_of(second) == "blocked"
    assert BedConfirmation.objects.count() == 2


def test_a_resident_is_not_moved_by_the_board_and_one_bed_is_said_once(home, manager):
    stay = make_stay(home, make_elder(), make_person(), since=clock.today() - DAY)
    bed = stay.claim.bed
    for change in (change_to("free", bed.pk), change_to("blocked", bed.pk), BedChange(bed.pk, occupied=False)):
        assert code_of(lambda change=change: confirm_beds(manager, facility_id=home.pk, changes=[change])) == (
            "bed_occupied"
        )
    twice = [BedChange(bed.pk, admittable=True), BedChange(bed.pk, admittable=False)]
    assert code_of(lambda: confirm_beds(manager, facility_id=home.pk, changes=twice)) == "bed_said_twice"
    past = [change_to("occupied", make_bed(home).pk, until=clock.today())]
    assert code_of(lambda: confirm_beds(manager, facility_id=home.pk, changes=past)) == "bed_day"
    confirm_beds(manager, facility_id=home.pk, changes=[BedChange(bed.pk, occupied=True)])
    assert state_of(bed) == "resident"


def test_a_day_on_which_a_resident_s_bed_is_free_is_the_register_s_to_say_and_not_dropped(home, manager):
    week = clock.today() + 7 * DAY
    stay = make_stay(home, make_elder(), make_person(), since=clock.today() - DAY)
    bed = stay.claim.bed
    said = [BedChange(bed.pk, occupied=True, until=week)]
    assert code_of(lambda: confirm_beds(manager, facility_id=home.pk, changes=said)) == "bed_occupied"
    assert (state_of(bed), stay.claim.days.upper) == ("resident", None)
    BedClaim.objects.filter(pk=stay.claim_id).update(days=(clock.today() - DAY, week))
    confirm_beds(manager, facility_id=home.pk, changes=said)  # the day the register has
    later = [BedChange(bed.pk, occupied=True, until=week + DAY)]
    assert code_of(lambda: confirm_beds(manager, facility_id=home.pk, changes=later)) == "bed_occupied"


@pytest.mark.parametrize("state", ["occupied", "blocked"])
def test_a_bed_that_somebody_has_from_a_day_on_is_not_kept_beyond_it(home, manager, state):
    bed, today = make_bed(home), clock.today()
    week = today + 7 * DAY
    say_it = lambda until: confirm_beds(  # noqa: E731
        manager, facility_id=home.pk, changes=[change_to(state, bed.pk, until=until)]
    )
    say_it(week)
    promised = BedClaim.objects.create(bed=bed, kind=ClaimKind.STAY, days=(week, None), noun="stay:1")
    for until in (None, week + DAY):
        assert code_of(lambda until=until: say_it(until)) == "bed_occupied"
    say_it(week - DAY)
    days = BedClaim.objects.filter(bed=bed, released_at=None).order_by("days").values_list("days", flat=True)
    assert [(one.lower, one.upper) for one in days] == [(today, week - DAY), (week, promised.days[1])]


def test_a_blocked_bed_is_blocked_until_another_day_and_undone_to_the_first(home, manager):
    bed, today = make_bed(home), clock.today()
    confirm_beds(manager, facility_id=home.pk, changes=[change_to("blocked", bed.pk, until=today + DAY, note="刷墙")])
    change = change_to("blocked", bed.pk, until=today + 3 * DAY, note="换地板")
    saved = confirm_beds(manager, facility_id=home.pk, changes=[change])
    claim = BedClaim.objects.get(bed=bed)
    assert (claim.days.upper, claim.note) == (today + 3 * DAY, "换地板")
    undo_board(manager, facility_id=home.pk, confirmation_id=saved.pk)
    claim.refresh_from_db()
    assert (claim.days.upper, claim.note) == (today + DAY, "刷墙")


def test_the_board_page_keeps_the_taps_when_somebody_was_faster(home, client):
    user = make_user()
    make_staff(user, home)
    first, second = make_bed(home), make_bed(home)
    sign_in(client, user)
    confirm_beds(viewer_for(user), facility_id=home.pk, changes=[change_to("occupied", first.pk)])
    taps = {"bed": [f"{first.pk}:free", f"{second.pk}:free"]}
    answer = client.post(f"/home/{home.pk}/board", taps)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert f"{first.room.name}-1 现在是“有人住”。" in page
    assert f'value="{second.pk}:free" data-state="free" checked' in page
    assert f'value="{first.pk}:occupied" data-state="occupied">' in page


def test_the_board_needs_the_same_few_queries_however_many_beds(home, manager, django_assert_num_queries):
    for _number in range(3):
        make_bed(home)
    now = clock.now()
    with django_assert_num_queries(2):
        board(home.pk, now.date())
    for _number in range(20):
        make_bed(home)
    with django_assert_num_queries(2):
        board(home.pk, now.date())
    with django_assert_num_queries(1):
        counted(home, now.date())
    with django_assert_num_queries(5):
        as_it_stood(home.pk, now)


# Beds that end


def test_a_bed_somebody_lives_in_or_was_promised_is_not_closed_and_they_are_listed(home, manager, client):
    today = clock.today()
    stay = make_stay(home, make_elder(), make_person(), since=today - DAY)
    lived, promised, free = stay.claim.bed, make_bed(home), make_bed(home)
    offered = BedClaim.objects.create(
        bed=promised, kind=ClaimKind.OFFER, days=(today + DAY, None), lapses_at=clock.now() + DAY
    )
    application = make_application(home, make_elder(), make_person())
    application.offers.create(
        bed=promised, claim=offered, from_day=today + DAY, offered_at=clock.now(), lapses_at=clock.now() + DAY, price={}
    )
    beds = [lived.pk, promised.pk, free.pk]
    with pytest.raises(Refusal) as error:
        close_beds(manager, facility_id=home.pk, bed_ids=beds, until=today + 5 * DAY)
    assert (error.value.code, error.value.status) == ("beds_in_use", 409)
    texts = sorted(str(reason.text) for reason in error.value.reasons)
    assert len(texts) == 2
    assert any(f"{lived.room.name}-1：" in text and "起住" in text and "**" in text for text in texts)
    assert any(f"{promised.room.name}-1：已留给" in text for text in texts)
    assert not Bed.objects.filter(valid_until__isnull=False).exists()
    assert close_beds(manager, facility_id=home.pk, bed_ids=[free.pk], until=today + 5 * DAY) == 1
    assert close_beds(manager, facility_id=home.pk, bed_ids=[free.pk], until=None) == 1
    user = make_user()
    make_staff(user, home)
    sign_in(client, user)
    page = client.post(f"/home/{home.pk}/board/close", {"beds": beds, "until": str(today + 5 * DAY)})
    assert page.status_code == 409
    assert "已留给" in page.content.decode()


def test_the_database_refuses_to_close_a_bed_below_who_lives_in_it_and_to_claim_a_closed_one(home):
    bed, today = make_bed(home), clock.today()
    claim = BedClaim.objects.create(bed=bed, kind=ClaimKind.STAY, days=(today, today + 9 * DAY))
    rows = Bed.objects.filter(pk=bed.pk)
    for change in ({"valid_until": today + 8 * DAY}, {"valid_until": today}):
        with pytest.raises(IntegrityError, match="a_bed_outlasts_what_claims_it"), transaction.atomic():
            rows.update(**change)
    rows.update(valid_until=today + 9 * DAY)
    with pytest.raises(IntegrityError, match="a_claim_ends_before_its_bed_does"), transaction.atomic():
        BedClaim.objects.filter(pk=claim.pk).update(days=(today, None))
    other = make_bed(home)
    Bed.objects.filter(pk=other.pk).update(valid_until=today + DAY)
    with pytest.raises(IntegrityError, match="a_claim_ends_before_its_bed_does"), transaction.atomic():
        BedClaim.objects.create(bed=other, kind=ClaimKind.HOLD, days=(today, None), lapses_at=clock.now() + DAY)
    BedClaim.objects.create(bed=other, kind=ClaimKind.BLOCKED, days=(today, None))


def test_a_closing_bed_is_not_free_and_a_lapsed_promise_does_not_keep_it(home, manager):
    bed, today = make_bed(home), clock.today()
    BedClaim.objects.create(bed=bed, kind=ClaimKind.OFFER, days=(today, None), lapses_at=clock.now() - DAY)
    close_beds(manager, facility_id=home.pk, bed_ids=[bed.pk], until=today + 3 * DAY)
    assert (counted(home).free, counted(home).why) == (0, {"closing": 1})
    assert counted(home, today + 3 * DAY) is None
    change = [change_to("occupied", bed.pk)]
    assert code_of(lambda: confirm_beds(manager, facility_id=home.pk, changes=change)) == "bed_closes"
    early = {"facility_id": home.pk, "bed_ids": [bed.pk], "until": LONG_AGO}
    assert code_of(lambda: close_beds(manager, **early)) == "closing_day"


def test_only_the_manager_closes_beds_and_only_of_the_own_home(home, manager):
    helper = make_user()
    make_staff(helper, home, role="staff")
    bed, other = make_bed(home), make_bed(make_home("示例·另一家"))
    soon = {"facility_id": home.pk, "until": clock.today() + DAY}
    assert code_of(lambda: close_beds(viewer_for(helper), bed_ids=[bed.pk], **soon)) == "manager_only"
    assert code_of(lambda: close_beds(manager, bed_ids=[other.pk], **soon)) == "not_found"
    room = add_room(manager, facility_id=home.pk, name="501", room_type="single", beds=2, bed_type="nursing")
    assert counted(home).total == 3
    assert close_beds(manager, bed_ids=room.beds.values_list("pk", flat=True), **soon) == 2


def test_a_bed_the_board_frees_goes_to_the_next_family_on_the_list_in_the_same_act():
    home, user, daughter = make_home(), make_user(), make_user("李娜")
    make_staff(user, home)
    bed = make_bed(home)
    viewer = viewer_for(user)
    confirm_beds(viewer, facility_id=home.pk, changes=[change_to("occupied", bed.pk)])
    application = make_application(home, make_elder(guardian=daughter.person), daughter.person)
    saved = confirm_beds(viewer, facility_id=home.pk, changes=[change_to("free", bed.pk)])
    assert (application.offers.get().bed_id, state_of(bed)) == (bed.pk, "promised")
    assert saved.counted == {"total": 1, "free": 0, "not_admittable": 0}
    with pytest.raises(Refusal) as error, transaction.atomic():
        undo_board(viewer, facility_id=home.pk, confirmation_id=saved.pk)
    assert error.value.code == "board_changed"
    assert "收回留床" in str(error.value.next_step)


def test_whoever_frees_a_bed_is_told_that_a_family_was_asked(client):
    home, user, daughter = make_home(), make_user(), make_user("李娜")
    make_staff(user, home)
    bed = make_bed(home)
    confirm_beds(viewer_for(user), facility_id=home.pk, changes=[change_to("occupied", bed.pk)])
    make_application(home, make_elder(guardian=daughter.person), daughter.person)
    sign_in(client, user)
    page = client.post(f"/home/{home.pk}/board", {"bed": [f"{bed.pk}:occupied"]}, follow=True).content.decode()
    assert "空出来的 1 张床已经按轮候通知了家庭" in page
    assert "等家属答复" in page


def test_a_day_that_passed_between_looking_and_saving_is_noticed(home, manager):
    """At midnight a bed becomes free by itself, and a hold runs out; what was seen before is not saved over it."""
    first, second = make_bed(home), make_bed(home)
    tomorrow = clock.today() + DAY
    changes = [change_to("occupied", first.pk, until=tomorrow), change_to("held", second.pk)]
    confirm_beds(manager, facility_id=home.pk, changes=changes)
    mark = mark_of(board(home.pk, clock.today()))
    confirm_beds(manager, facility_id=home.pk, mark=mark)
    go(days=1, minutes=1)
    for act in (
        lambda: confirm_beds(manager, facility_id=home.pk, mark=mark),
        lambda: confirm_beds(manager, facility_id=home.pk, changes=[change_to("blocked", first.pk, seen="occupied")]),
        lambda: confirm_beds(manager, facility_id=home.pk, changes=[change_to("occupied", second.pk, seen="held")]),
    ):
        assert code_of(act) == "board_changed"
    assert (state_of(first), state_of(second), BedConfirmation.objects.count()) == ("free", "free", 2)
