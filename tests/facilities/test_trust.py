"""How far a number of beds can be trusted: reminders, the link that needs no login, reports, the published accuracy."""

from datetime import date, timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, InternalError, transaction
from django.test import Client

from eldercare.accounts.selectors import build_viewer
from eldercare.kernel import clock
from eldercare.people.models import Letter
from eldercare.people.services.letters import deliver
from facilities.choices import ReminderStage
from facilities.models import (
    AdmissionFinding,
    BedConfirmation,
    BedReminder,
    Listing,
    NumberReport,
    Visit,
    VisitSlot,
)
from facilities.rules.accuracy import OFFER, REPORT, VISIT, Finding, accuracy, report_finding
from facilities.rules.settings import setting
from facilities.selectors.beds import Confirmation
from facilities.selectors.free_days import FreeDays
from facilities.selectors.trust import accuracy_of, stale_homes
from facilities.services import confirm_beds, offer_bed, refuse_application
from facilities.services.bed_reminders import remind_of_beds
from facilities.services.board import change_to
from facilities.services.board_link import link_text
from facilities.services.relist import _holds_until
from facilities.tasks import relist_what_is_due
from tests.builders.accounts import make_officer, make_user, sign_in, viewer_for
from tests.builders.facilities import make_application, make_bed, make_home, make_staff
from tests.builders.people import make_elder, make_person
from tests.builders.regions import CHAOYANG, WUQING
from tests.facilities.test_beds import go

pytestmark = pytest.mark.django_db
RULE = {"window_days": 180, "least": 5, "unanswered_days": 7}
DAY = date(2026, 6, 1)


@pytest.fixture
def home():
    return make_home(beds=2)


@pytest.fixture
def manager(home):
    user = make_user("陈院长")
    make_staff(user, home)
    return user


def letters(kind):
    return list(Letter.objects.filter(kind=kind).order_by("created_at"))


def age(home, hours):
    """Let the last confirmation of a home be so many hours old."""
    BedConfirmation.objects.create(facility=home, by="staff", at=clock.now() - timedelta(hours=hours))


# Growing old


def test_a_number_sinks_by_itself_as_it_grows_old(home, manager):
    confirm_beds(viewer_for(manager), facility_id=home.pk)
    points = [Listing.objects.get(pk=home.pk).quality]
    for hours in (25, 48, 24 * 5):
        go(hours=hours)
        relist_what_is_due()
        points.append(Listing.objects.get(pk=home.pk).quality)
    assert points == sorted(points, reverse=True)
    assert len(set(points)) == 4


def test_a_listing_made_at_the_very_hour_a_step_ends_is_made_again_at_once(home):
    """Each step includes its last moment: at exactly 24, 72 and 168 hours the listing holds no longer than now."""
    now = clock.now()
    for hours in (24, 72, 168):
        confirmed = Confirmation("", now - timedelta(hours=hours), "")
        assert _holds_until(home, FreeDays(), confirmed, (), (), now) == now
        a_little_later = now + timedelta(microseconds=1)
        assert _holds_until(home, FreeDays(), confirmed, (), (), a_little_later) > a_little_later


def test_the_staff_are_reminded_once_before_each_step_and_the_district_once_after(home, manager):
    officer = make_officer("district_officer", WUQING)
    make_officer("district_officer", CHAOYANG)
    confirm_beds(viewer_for(manager), facility_id=home.pk)
    told = []
    for hours in (19, 2, 1, 47, 1, 4, 1):
        go(hours=hours)
        told.append((remind_of_beds(), remind_of_beds()))
    assert told == [(0, 0), (1, 0), (0, 0), (1, 0), (0, 0), (1, 0), (0, 0)]
    assert [row.to_person_id for row in letters("beds.remind")] == [manager.person_id] * 2
    assert [row.to_person_id for row in letters("beds.stale")] == [officer.person_id]
    confirm_beds(viewer_for(manager), facility_id=home.pk)
    go(hours=21)
    assert remind_of_beds() == 1
    assert BedReminder.objects.filter(stage=ReminderStage.SOON).count() == 2


def test_a_board_nobody_ever_confirmed_is_reminded_once_and_then_told_to_the_district(home, manager):
    make_officer("district_officer", WUQING)
    assert (remind_of_beds(), remind_of_beds()) == (1, 0)
    go(hours=71)
    assert remind_of_beds() == 0
    go(hours=2)
    assert (remind_of_beds(), remind_of_beds()) == (1, 0)
    assert len(letters("beds.stale")) == 1


def test_a_home_nobody_works_for_here_is_left_alone(home):
    age(home, 400)
    assert remind_of_beds() == 0


def test_the_district_sees_its_old_numbers_on_the_desk_until_they_are_confirmed(
    home, manager, django_assert_num_queries
):
    officer, elsewhere = make_officer("district_officer", WUQING), make_officer("district_officer", CHAOYANG)
    age(home, 80)
    client = sign_in(Client(), officer)
    assert home.name in client.get("/desk/stale-beds").content.decode()
    assert "床位数很久没有核对的机构" in client.get("/desk").content.decode()
    assert home.name not in sign_in(Client(), elsewhere).get("/desk/stale-beds").content.decode()
    viewer = build_viewer(officer, second_factor=True)
    with django_assert_num_queries(2):
        assert [row.pk for row in stale_homes(viewer)] == [home.pk]
    confirm_beds(viewer_for(manager), facility_id=home.pk)
    assert not stale_homes(viewer).exists()


def test_a_reminder_is_told_once_by_the_database_too(home):
    BedReminder.objects.create(facility=home, stage="soon")
    with pytest.raises(IntegrityError, match="each_staleness_is_told_once_a_stage"), transaction.atomic():
        BedReminder.objects.create(facility=home, stage="soon")


# The link


@pytest.fixture
def link(home, manager):
    """The address in the letter a reminder wrote, without the site."""
    confirm_beds(viewer_for(manager), facility_id=home.pk)
    go(hours=21)
    remind_of_beds()
    (letter,) = letters("beds.remind")
    address = letter.body["blanks"]["address"]
    assert address.startswith(settings.SITE_URL)
    return address.removeprefix(settings.SITE_URL)


def seen_in(page):
    return page.content.decode().split('name="seen" value="')[1].split('"')[0]


def test_a_reminder_s_link_confirms_without_login_once(home, link):
    visitor = Client()
    before = BedConfirmation.objects.count()
    page = visitor.get(link)
    assert (page.status_code, page["Referrer-Policy"], page["X-Robots-Tag"]) == (200, "same-origin", "noindex")
    assert BedConfirmation.objects.count() == before
    done = visitor.post(link, {"seen": seen_in(page)})
    assert "床位数现在是新鲜的" in done.content.decode()
    last = BedConfirmation.objects.order_by("-at").first()
    assert (last.by, last.changes, last.counted["free"]) == ("link", [], 2)
    assert "机构（凭提醒信里的链接）" in visitor.get(f"/homes/{home.pk}").content.decode()
    again = visitor.post(link, {"seen": seen_in(page)})
    assert again.status_code == 409
    assert "已经用过" in again.content.decode()
    assert "已经用过" in visitor.get(link).content.decode()
    assert BedConfirmation.objects.count() == before + 1


def test_the_link_in_the_letter_is_one_to_tap(link):
    deliver(Letter.objects.get(kind="beds.remind").pk)
    outbox = Client().get("/demo/outbox").content.decode()
    assert f'<a href="{settings.SITE_URL}{link}"' in outbox


def test_a_stale_link_says_so_and_leads_to_the_sign_in(link, home):
    go(hours=25)
    late = Client().get(link)
    page = late.content.decode()
    assert "这个链接已经过期" in page
    assert f"/home/{home.pk}/board" in page
    assert 'name="seen"' not in page
    refused = Client().post(link, {"seen": "2.2.0"})
    assert (refused.status_code, BedConfirmation.objects.count()) == (409, 1)


def test_whoever_works_for_the_home_gets_a_new_link_for_one_that_ran_out_once_an_hour(link, home, manager):
    go(hours=25)
    visitor, known = Client(), Letter.objects.count()
    assert "再发一个新链接" in visitor.get(link).content.decode()
    for _click in range(2):
        answer = visitor.post(link, {"act": "again"})
        assert "新链接已经发出" in answer.content.decode()
        assert "/board-link/" not in answer.content.decode().replace(link, "")
    assert Letter.objects.count() == known + 1
    letter = letters("beds.remind")[-1]
    assert letter.to_person_id == manager.person_id
    fresh = letter.body["blanks"]["address"].removeprefix(settings.SITE_URL)
    assert fresh != link
    go(hours=23)
    page = visitor.get(fresh)
    assert visitor.post(fresh, {"seen": seen_in(page)}).status_code == 200
    assert BedConfirmation.objects.order_by("-at").first().by == "link"
    for old in (link, fresh):
        assert visitor.post(old, {"act": "again"}).status_code == 409
        assert "已经用过" in visitor.get(old).content.decode()


def test_a_new_link_runs_out_too_and_moves_no_step_of_the_reminders(link, home, manager):
    make_officer("district_officer", WUQING)
    go(hours=25)
    Client().post(link, {"act": "again"})
    fresh = letters("beds.remind")[-1].body["blanks"]["address"].removeprefix(settings.SITE_URL)
    go(hours=25)
    assert "这个链接已经过期" in Client().get(fresh).content.decode()
    assert Client().post(fresh, {"seen": "2.2.0"}).status_code == 409
    go(hours=2)
    remind_of_beds()
    assert len(letters("beds.stale")) == 1


def test_nobody_gets_a_new_link_for_one_we_never_wrote(link, home):
    go(hours=25)
    known = Letter.objects.count()
    for forged in (link[:-2] + "xx", "/board-link/nonsense"):
        assert Client().post(forged, {"act": "again"}).status_code == 404
    assert Letter.objects.count() == known


def test_a_link_is_not_needed_after_somebody_confirmed(link, home, manager):
    confirm_beds(viewer_for(manager), facility_id=home.pk)
    assert "已经有人核对过" in Client().get(link).content.decode()
    assert Client().post(link, {"seen": "2.2.0"}).status_code == 409


def test_what_changed_since_the_page_was_opened_is_shown_before_it_is_confirmed(link, home):
    page = Client().get(link)
    make_bed(home)
    again = Client().post(link, {"seen": seen_in(page)})
    assert again.status_code == 409
    assert "床位数变了" in again.content.decode()
    assert Client().post(link, {"seen": seen_in(again)}).status_code == 200


def test_a_forged_link_is_not_there_and_a_true_one_shows_nothing_personal(link, home, manager):
    assert Client().get(link[:-2] + "xx").status_code == 404
    assert Client().get("/board-link/nonsense").status_code == 404
    assert Client().get("/board-link/" + link_text(BedReminder(facility=home, stage="soon"))).status_code == 404
    page = Client().get(link).content.decode()
    assert manager.person.name not in page
    assert str(manager.pk) not in page


# This number is wrong


def test_anybody_says_that_a_number_is_wrong_and_the_home_hears_of_it(home, manager):
    visitor = Client()
    assert f"/homes/{home.pk}/wrong-number" in visitor.get(f"/homes/{home.pk}").content.decode()
    path = f"/homes/{home.pk}/wrong-number"
    assert visitor.get(path).status_code == 200
    assert visitor.post(path, {}).status_code == 422
    assert visitor.post(path, {"says": "full", "note": "电话里说满了"}).status_code == 302
    report = NumberReport.objects.get()
    assert (report.says, report.note, report.shown_free) == ("full", "电话里说满了", 2)
    assert "127.0.0.1" not in report.client_index
    assert [row.to_person_id for row in letters("beds.reported")] == [manager.person_id]
    staff = sign_in(Client(), manager)
    for page in ("board", ""):
        assert "有 1 人说空床数不对" in staff.get(f"/home/{home.pk}/{page}").content.decode()
    assert "电话里说满了" in staff.get(f"/home/{home.pk}/reports").content.decode()
    for _click in range(2):
        staff.post(f"/home/{home.pk}/reports/{report.pk}", {"answer": "corrected"})
    report.refresh_from_db()
    assert (report.answer, report.client_index) == ("corrected", "")
    found = accuracy_of(home.pk, clock.now())
    assert (found.right, found.wrong, found.percent) == (0, 1, None)
    assert "核实的次数还不够" in visitor.get(f"/homes/{home.pk}").content.decode()


def test_reports_are_throttled_and_one_letter_a_day_is_enough(home, manager):
    path = f"/homes/{home.pk}/wrong-number"
    assert Client().post(path, {"says": "full"}).status_code == 302
    again = Client().post(path, {"says": "full"})
    assert (again.status_code, again["Retry-After"]) == (429, "3600")
    for number in range(4):
        other = make_home(f"示例·第{number}家", beds=1)
        assert Client().post(f"/homes/{other.pk}/wrong-number", {"says": "full"}).status_code == 302
    sixth = make_home("示例·第五家", beds=1)
    assert Client().post(f"/homes/{sixth.pk}/wrong-number", {"says": "full"}).status_code == 429
    assert Client(REMOTE_ADDR="10.1.1.1").post(path, {"says": "free"}).status_code == 302
    assert len(letters("beds.reported")) == 1
    go(hours=25)
    assert Client().post(path, {"says": "full"}).status_code == 302


def test_a_home_that_shows_no_number_has_none_to_be_wrong():
    bare = make_home("示例·没有床位的")
    assert Client().post(f"/homes/{bare.pk}/wrong-number", {"says": "full"}).status_code == 422
    assert NumberReport.objects.count() == 0


def test_another_home_s_reports_are_not_there(home, manager):
    other = make_home("示例·另一家", beds=1)
    report = NumberReport.objects.create(facility=other, says="full", shown_free=1)
    staff = sign_in(Client(), manager)
    assert staff.get(f"/home/{other.pk}/reports").status_code == 404
    for place in (home, other):
        assert staff.post(f"/home/{place.pk}/reports/{report.pk}", {"answer": "was_right"}).status_code == 404
    report.refresh_from_db()
    assert report.answer == ""


def test_what_was_reported_and_answered_is_not_rewritten(home):
    report = NumberReport.objects.create(facility=home, says="full", shown_free=1)
    rows = NumberReport.objects.filter(pk=report.pk)
    with pytest.raises(InternalError, match="what_was_reported"), transaction.atomic():
        rows.update(shown_free=0)
    with pytest.raises(IntegrityError, match="an_answered_report"), transaction.atomic():
        rows.update(answer="corrected")
    rows.update(answer="corrected", answered_at=clock.now())
    with pytest.raises(InternalError, match="a_report_is_answered_once"), transaction.atomic():
        rows.update(answer="was_right")


# Accuracy


def test_the_share_is_of_what_was_found_and_none_while_too_little_was():
    findings = [Finding(VISIT, DAY, True)] * 3 + [Finding(OFFER, DAY, True), Finding(OFFER, DAY, False)]
    assert (accuracy(findings, DAY, RULE).percent, accuracy(findings[1:], DAY, RULE).percent) == (80, None)
    old = [Finding(VISIT, DAY - timedelta(181), False)]
    assert accuracy([*findings, *old], DAY, RULE).percent == 80
    assert accuracy([Finding(VISIT, DAY, True)] * 2 + [Finding(VISIT, DAY, False)] * 6, DAY, RULE).percent == 25


def test_a_crowd_on_one_day_weighs_as_one_and_what_the_home_contests_weighs_nothing():
    crowd = [Finding(REPORT, DAY, False)] * 9 + [Finding(REPORT, DAY, None)]
    found = accuracy([*crowd, *[Finding(VISIT, DAY, True)] * 4], DAY, RULE)
    assert (found.right, found.wrong, found.contested, found.percent) == (4, 1, 1, 80)


def test_a_report_left_unanswered_for_too_long_counts_as_wrong():
    week = DAY + timedelta(7)
    assert report_finding(DAY, "", week, RULE) is None
    assert report_finding(DAY, "", week + timedelta(1), RULE).as_shown is False
    assert report_finding(DAY, "was_right", week, RULE).as_shown is None


def test_what_visitors_and_applicants_met_counts_and_is_published(home, manager):
    for right in (True, True, False):
        slot = VisitSlot.objects.create(facility=home, starts_at=clock.now(), minutes=30)
        Visit.objects.create(
            slot=slot,
            facility=home,
            by_person=make_person(),
            state="came",
            shown_free=2,
            found_free=2 if right else 0,
            number_right=right,
            found_at=clock.now(),
        )
        go(minutes=1)
    bed = home.rooms.first().beds.first()
    offered = make_application(home, make_elder(guardian=make_person()), make_person())
    full, plain = (make_application(home, make_elder(), make_person()) for _number in range(2))
    staff = viewer_for(manager)
    refuse_application(staff, application_id=full.pk, reason="满了", house_full=True)
    refuse_application(staff, application_id=plain.pk, reason="不合适")
    offer_bed(staff, application_id=offered.pk, bed_id=bed.pk, from_day=clock.today())
    assert {(row.application_id, row.as_shown, row.shown_free) for row in AdmissionFinding.objects.all()} == {
        (full.pk, False, 2),
        (offered.pk, True, 2),
    }
    page = Client().get(f"/api/v1/facilities/{home.pk}").json()["accuracy"]
    assert (page["right"], page["wrong"], page["percent"], page["least"]) == (3, 2, 60, 5)
    assert "床位数准确率 60%" in Client().get(f"/homes/{home.pk}").content.decode()


def test_a_home_that_shows_no_free_bed_is_not_judged_by_a_refusal(home, manager):
    staff = viewer_for(manager)
    beds = [bed for room in home.rooms.all() for bed in room.beds.all()]
    confirm_beds(staff, facility_id=home.pk, changes=[change_to("occupied", bed.pk) for bed in beds])
    application = make_application(home, make_elder(), make_person())
    refuse_application(staff, application_id=application.pk, reason="满了", house_full=True)
    assert not AdmissionFinding.objects.exists()


def test_the_settings_of_trust_name_their_source():
    for name in ("bed_reminders", "number_reports", "accuracy", "board", "freshness"):
        assert setting(name, clock.today())["source"]
    ladder, told = setting("freshness", clock.today()), setting("bed_reminders", clock.today())
    assert told["soon_hours"] < ladder["fresh_hours"] < told["again_hours"] < ladder["recent_hours"]
    assert told["district_hours"] >= ladder["recent_hours"]


def test_whoever_is_signed_in_as_somebody_else_is_led_from_the_link_to_the_home_s_own_account(
    link, home, manager, client
):
    address = f"/home/{home.pk}/board"
    assert f'href="{address}"' in Client().get(link).content.decode()
    assert f'href="{address}"' in sign_in(Client(), manager).get(link).content.decode()
    page = sign_in(client, make_user("别人")).get(link).content.decode()
    assert "现在登录的账号不在这家机构工作" in page
    assert f'href="/sign-in?next={address}"' in page
