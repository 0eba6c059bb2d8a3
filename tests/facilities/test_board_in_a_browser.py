"""The bed board on a phone, with taps: how many a day's work takes, and whether a finger can hit them."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe

from eldercare.kernel import clock
from eldercare.people.models import Letter
from facilities.models import Bed, BedClaim, BedConfirmation, BedReminder, Room
from facilities.services.board import change_to, confirm_beds
from facilities.services.board_link import link_text
from facilities.services.tokens import viewer_of_token
from tests.builders.accounts import make_user, sign_in, viewer_for
from tests.builders.facilities import LONG_AGO, make_application, make_home, make_staff
from tests.builders.people import make_elder
from tests.ui.test_gallery_in_a_browser import EVERY_TARGET, TARGETS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def board(open_page, phone, client):
    """The board of a home with eight beds in four rooms, on a phone with a touch screen, as its manager sees it."""
    home, manager = make_home(prices=False), make_user("陈院长")
    make_staff(manager, home)
    for number in range(101, 105):
        room = Room.objects.create(facility=home, name=str(number), room_type="double")
        for name in ("1", "2"):
            Bed.objects.create(room=room, name=name, valid_from=LONG_AGO)
    sign_in(client, manager)
    page = open_page("/healthz", viewport=phone, has_touch=True, is_mobile=True)
    cookie = client.cookies["eldercare_session"]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": page.url}])
    page.goto(page.url.replace("/healthz", f"/home/{home.pk}/board"))
    return Fingers(page, home, viewer_for(manager))


class Fingers:
    """A page under a finger; every tap is counted."""

    def __init__(self, page, home, viewer):
        self.page, self.home, self.viewer, self.taps = page, home, viewer, 0

    def tap(self, thing):
        thing.tap()
        self.taps += 1

    def button(self, name):
        return self.page.get_by_role("button", name=name)

    def bed(self, number):
        return self.page.locator("label.bed").nth(number)

    def chip(self, word):
        return self.page.locator(".board-chip", has_text=word)

    def small(self, least):
        """Give what is too small to hit, of all that can be."""
        targets = self.page.evaluate(TARGETS, f"main label.board-chip, main label.bed, {EVERY_TARGET}")
        return [one for one in targets if min(one["width"], one["height"]) < least]

    def in_sight(self, thing):
        box = thing.bounding_box()
        return box["y"] >= 0 and box["y"] + box["height"] <= self.page.viewport_size["height"]

    def sees(self, text):
        self.page.get_by_text(text).first.wait_for()


def test_a_day_without_change_takes_one_tap(board):
    board.tap(board.button("全部无变化"))
    board.sees("床位数现在是新鲜的")
    assert (board.taps, BedConfirmation.objects.count()) == (1, 1)


def test_six_changed_beds_take_seven_taps_and_one_more_takes_them_back(board):
    for number in range(6):
        board.tap(board.bed(number))
    assert board.page.locator(".bed-then:visible").all_inner_texts() == ["改为：有人住"] * 6
    board.tap(board.button("保存改动"))
    board.sees("改了 6 张床")
    assert (board.taps, BedClaim.objects.filter(kind="stay", released_at=None).count()) == (7, 6)
    assert board.page.locator(".bed-then:visible").count() == 0
    board.tap(board.button("撤销这次保存"))
    board.sees("已撤销上一次保存")
    assert (board.taps, BedClaim.objects.filter(released_at=None).count()) == (8, 0)


def test_six_beds_out_of_use_take_eight_taps(board):
    for number in range(6):
        board.tap(board.bed(number))
    board.tap(board.chip("暂停使用"))
    assert board.page.locator(".bed-picked:visible").all_inner_texts() == ["→ 暂停使用"] * 6
    board.tap(board.button("保存改动"))
    board.sees("改了 6 张床")
    assert (board.taps, BedClaim.objects.filter(kind="blocked").count()) == (8, 6)


def test_a_whole_floor_takes_one_tap(board):
    board.tap(board.button("这一层都点上"))
    board.tap(board.chip("暂不收住"))
    board.tap(board.button("保存改动"))
    board.sees("改了 8 张床")
    assert (board.taps, Bed.objects.filter(admittable=False).count()) == (3, 8)


def test_a_bed_under_repair_says_why_and_until_when_and_is_set_back_with_two_taps(board):
    assert not board.page.get_by_label("为什么").is_visible()
    board.tap(board.bed(0))
    board.tap(board.chip("暂停使用"))
    board.page.get_by_label("为什么").select_option("repair")
    board.page.get_by_label("哪天再空出来").fill("2099-12-05")
    board.tap(board.button("保存改动"))
    board.sees("改了 1 张床")
    assert board.bed(0).inner_text().split() == ["1床", "暂停使用", "维修", "2099年12月5日起能用"]
    board.taps = 0
    board.tap(board.bed(0))
    board.tap(board.button("保存改动"))
    board.page.locator(".bed-free").nth(7).wait_for()
    assert (board.taps, BedClaim.objects.filter(released_at=None).count()) == (2, 0)


def test_somebody_who_moves_out_on_a_known_day_is_told_to_the_public_with_the_day(board):
    board.tap(board.bed(0))
    board.tap(board.chip("有人住"))
    board.page.get_by_label("哪天再空出来").fill("2099-12-05")
    board.tap(board.button("保存改动"))
    board.sees("2099年12月5日起再有 1 张")
    assert board.taps == 3


@pytest.mark.parametrize("view", ["normal", "elder"])
def test_a_bed_is_held_for_a_family_and_let_go_on_a_phone(board, view):
    """Three taps hold a bed for a day, one lets it go, one takes that back; until when is shown."""
    family = _family_that_waits(board.home)
    board.page.reload()
    if view == "elder":
        board.page.get_by_role("button", name="长辈版").click()
        board.page.wait_for_load_state()
    board.tap(board.bed(1))
    board.tap(board.chip("先留着"))
    assert board.page.get_by_label("留到什么时候").locator("option:checked").inner_text().startswith("1 天，到 ")
    board.page.get_by_label("为谁留").select_option(str(family.pk))
    assert Axe().run(board.page).violations_count == 0
    assert board.small(60 if view == "elder" else 44) == []
    assert board.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    board.tap(board.button("保存改动"))
    board.sees("先留着的床")
    hold = BedClaim.objects.get(kind="hold")
    until = hold.lapses_at.astimezone(clock.CHINA)
    assert (board.taps, hold.noun) == (3, f"application:{family.pk}")
    assert f"留到 {until.month}月{until.day}日 {until:%H:%M}" in board.page.locator("main").inner_text()
    found = Axe().run(board.page)
    assert found.violations_count == 0, found.generate_report()
    board.taps = 0
    board.tap(board.button("不留了"))
    board.page.locator("#held").wait_for(state="detached")
    assert (board.taps, BedClaim.objects.filter(kind="hold", released_at=None).count()) == (1, 0)
    board.tap(board.button("撤销这次保存"))
    board.page.locator("#held").wait_for()
    assert BedClaim.objects.get(kind="hold", released_at=None).lapses_at == hold.lapses_at


def _family_that_waits(home):
    """A family on the list whose wish no bed here meets, so that a bed let go is asked to nobody."""
    daughter = make_user("王芳")
    return make_application(home, make_elder("王桂兰", guardian=daughter.person), daughter.person, room_type="single")


def test_every_bed_can_be_hit_and_nothing_scrolls_sideways(board):
    for width in (390, 360):
        board.page.set_viewport_size({"width": width, "height": 740})
        assert board.small(44) == []
        assert board.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_no_word_leaves_its_bed_or_its_choice_in_english(board):
    board.page.context.add_cookies([{"name": "eldercare_language", "value": "en", "url": board.page.url}])
    board.page.set_viewport_size({"width": 360, "height": 740})
    board.page.reload()
    board.tap(board.bed(1))
    for number in range(6):
        board.tap(board.page.locator(".board-chip").nth(number))
        outside = "all => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent)"
        assert board.page.eval_on_selector_all(".bed, .board-chip, .board-save", outside) == []


def test_a_browser_without_has_asks_no_more_than_others(board):
    """What `:has` finds by itself is said by class, too, so that older phones see the same board."""
    older = []

    def old(route):
        styles = route.fetch().text()
        assert ":has(" in styles
        route.fulfill(body=styles.replace(":has(", ":no-such("), content_type="text/css")
        older.append(route.request.url)

    board.page.route("**/facilities*.css", old)
    board.page.reload()
    assert older
    assert not board.page.locator(".board-save").is_visible()
    board.tap(board.bed(0))
    assert board.page.locator(".bed-then:visible").all_inner_texts() == ["改为：有人住"]
    assert not board.button("全部无变化").is_visible()
    assert not board.page.get_by_label("为什么").is_visible()
    board.tap(board.chip("暂停使用"))
    assert board.page.locator(".bed-picked:visible").all_inner_texts() == ["→ 暂停使用"]
    assert board.page.get_by_label("为什么").is_visible()
    assert not board.page.get_by_label("留到什么时候").is_visible()
    board.tap(board.button("都不改了"))
    assert not board.page.locator(".board-save").is_visible()
    assert board.button("全部无变化").is_visible()


def test_axe_finds_nothing_on_the_board_at_a_desk(board, desk):
    board.page.set_viewport_size(desk)
    board.tap(board.bed(0))
    for state in ("暂停使用", "先留着"):
        board.tap(board.chip(state))
        found = Axe().run(board.page)
        assert found.violations_count == 0, found.generate_report()


def test_a_tapped_bed_stays_in_sight_above_the_choices(board):
    board.page.set_viewport_size({"width": 360, "height": 560})
    last = board.bed(5)
    last.scroll_into_view_if_needed()
    board.tap(last)
    for state in ("暂停使用", "先留着"):
        board.tap(board.chip(state))
        bar = board.page.locator(".board-save").bounding_box()
        box = last.bounding_box()
        assert box["y"] + box["height"] <= bar["y"]


def test_text_on_the_board_is_large_in_the_elder_view(board):
    confirm_beds(board.viewer, facility_id=board.home.pk, changes=[change_to("held", Bed.objects.first().pk)])
    board.page.get_by_role("button", name="长辈版").click()
    board.page.wait_for_load_state()
    board.tap(board.bed(3))
    sizes = board.page.eval_on_selector_all(
        "main *", "all => all.filter(e => e.checkVisibility()).map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 18


# The start page


def test_a_day_without_change_takes_one_tap_from_where_signing_in_leads(board):
    board.page.goto("/me")
    board.tap(board.button("全部无变化"))
    board.sees("床位数现在是新鲜的")
    assert (board.taps, BedConfirmation.objects.count()) == (1, 1)


def test_six_changed_beds_take_eight_taps_from_where_signing_in_leads(board):
    board.page.goto("/me")
    board.tap(board.page.get_by_role("link", name="有变化，去改"))
    for number in range(6):
        board.tap(board.bed(number))
    board.tap(board.button("保存改动"))
    board.sees("改了 6 张床")
    assert board.taps == 8


def test_a_day_without_change_takes_three_taps_from_the_front_page(board):
    board.page.goto("/")
    board.tap(board.page.locator("summary", has_text="菜单"))
    board.tap(board.page.get_by_role("link", name="我的机构"))
    board.tap(board.button("全部无变化"))
    board.sees("床位数现在是新鲜的")
    assert (board.taps, BedConfirmation.objects.count()) == (3, 1)


def test_the_key_of_the_home_s_own_system_is_copied_by_a_tap(board):
    board.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    board.page.goto(f"/home/{board.home.pk}/team")
    board.page.get_by_label("给这把钥匙起个名字").fill("管理软件")
    board.tap(board.button("做一把新钥匙"))
    board.tap(board.button("复制"))
    board.sees("已复制")
    text = board.page.evaluate("navigator.clipboard.readText()")
    assert viewer_of_token(text).places("facility") == {str(board.home.pk)}
    found = Axe().run(board.page)
    assert found.violations_count == 0, found.generate_report()
    assert board.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_start_page_asks_about_beds_though_something_else_waits(board):
    _family_that_waits(board.home)
    confirm_beds(board.viewer, facility_id=board.home.pk)
    board.page.goto(board.page.url.removesuffix("board"))
    board.sees("1 份申请等您答复")
    board.page.context.set_offline(True)
    board.button("全部无变化").tap()
    board.sees("刚才这一步没有送到")
    board.page.context.set_offline(False)
    board.tap(board.button("全部无变化"))
    board.sees("床位数现在是新鲜的")
    assert (board.taps, BedConfirmation.objects.count()) == (1, 2)


# A bad line


def test_what_was_tapped_stays_when_the_network_is_gone_and_is_saved_once_when_it_is_back(board):
    for number in range(3):
        board.tap(board.bed(number))
    board.page.context.set_offline(True)
    board.tap(board.button("保存改动"))
    board.sees("刚才这一步没有送到")
    assert board.page.locator(".board-save #lost").is_visible()  # beside the button that is to be tapped again
    assert board.page.locator("label.bed input:checked").count() == 3
    board.page.context.set_offline(False)
    board.tap(board.button("保存改动"))
    board.sees("改了 3 张床")
    assert BedConfirmation.objects.count() == 1


def test_an_answer_lost_on_the_way_is_not_saved_twice_and_what_was_tapped_since_is_not_lost(board):
    lost = []

    def lose(route):
        if route.request.method != "POST" or lost:
            return route.fallback()
        lost.append(route.fetch(max_redirects=0))
        return route.abort()

    board.page.route("**/board", lose)
    board.tap(board.bed(0))
    board.tap(board.button("保存改动"))
    board.sees("刚才这一步没有送到")
    board.tap(board.bed(1))
    board.tap(board.button("保存改动"))
    board.sees("其实已经存好了")
    assert BedConfirmation.objects.count() == 1
    assert board.page.locator("label.bed input:checked").count() == 1
    board.tap(board.button("保存改动"))
    board.page.locator(".bed-occupied").nth(1).wait_for()
    assert [len(row.changes) for row in BedConfirmation.objects.order_by("at")] == [1, 1]


def test_two_quick_taps_save_once(board):
    board.tap(board.bed(0))
    board.page.evaluate("document.querySelectorAll('.board-acts .button-primary').forEach(b => (b.click(), b.click()))")
    board.sees("改了 1 张床")
    board.page.evaluate("document.querySelectorAll('.board-confirm .button').forEach(b => (b.click(), b.click()))")
    board.sees("床位数现在是新鲜的")
    assert [len(row.changes) for row in BedConfirmation.objects.order_by("at")] == [1, 0]


def test_what_was_tapped_outlives_a_reload_and_a_sign_in(board):
    board.tap(board.bed(0))
    board.tap(board.bed(2))
    board.tap(board.chip("暂停使用"))
    board.page.reload()
    board.sees("已经替您点好了")
    assert board.in_sight(board.page.get_by_text("已经替您点好了")) and board.in_sight(board.bed(0))
    cookies = board.page.context.cookies()
    board.page.context.clear_cookies(name="eldercare_session")
    board.tap(board.button("保存改动"))
    board.page.wait_for_url("**/sign-in?**")
    board.page.context.add_cookies(cookies)
    board.page.goto(f"/home/{board.home.pk}/board")
    board.sees("已经替您点好了")
    board.tap(board.button("保存改动"))
    board.sees("改了 2 张床")
    assert BedClaim.objects.filter(kind="blocked", released_at=None).count() == 2
    assert board.page.locator("label.bed input:checked").count() == 0


def test_nothing_changed_is_no_answer_while_something_is_tapped(board):
    board.tap(board.bed(0))
    assert not board.button("全部无变化").is_visible()
    board.page.keyboard.press("n")
    board.tap(board.button("都不改了"))
    assert board.button("全部无变化").is_visible()
    assert not BedConfirmation.objects.exists()


def test_a_page_from_yesterday_confirms_nothing_that_was_not_looked_at(board):
    bed = Bed.objects.order_by("room__name", "name").first()
    confirm_beds(board.viewer, facility_id=board.home.pk, changes=[change_to("blocked", bed.pk)])
    board.tap(board.button("全部无变化"))
    board.sees("您打开床位板以后，床位有了变化")
    assert BedConfirmation.objects.count() == 1
    board.tap(board.button("全部无变化"))
    board.sees("床位数现在是新鲜的")
    assert BedConfirmation.objects.count() == 2


def test_the_second_of_two_sees_which_bed_the_first_changed_and_keeps_the_rest(board):
    bed = Bed.objects.order_by("room__name", "name").first()
    confirm_beds(board.viewer, facility_id=board.home.pk, changes=[change_to("blocked", bed.pk)])
    for number in range(3):
        board.tap(board.bed(number))
    board.tap(board.button("保存改动"))
    board.sees("101-1 现在是“暂停使用”")
    assert board.page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    assert board.page.locator("label.bed input:checked").count() == 2
    board.tap(board.button("保存改动"))
    board.sees("改了 2 张床")


def test_beds_are_changed_by_keyboard(board):
    """An arrow goes to the bed beside, a letter says what it becomes, s saves."""
    keys = board.page.keyboard
    keys.press("ArrowDown")
    keys.press("x")
    keys.press("ArrowRight")
    keys.press("c")
    keys.press("ArrowDown")
    keys.press("Space")
    assert board.page.locator(".bed-then:visible").all_inner_texts() == [
        "→ 暂停使用",
        "→ 暂不收住",
        "改为：有人住",
    ]
    keys.press("s")
    board.sees("改了 3 张床")
    states = {f"{bed.room.name}-{bed.name}": _state(bed) for bed in Bed.objects.select_related("room")}
    assert {name: state for name, state in states.items() if state != "free"} == {
        "101-1": "blocked",
        "101-2": "closed",
        "102-2": "stay",
    }
    keys.press("u")
    board.sees("已撤销上一次保存")
    assert {_state(bed) for bed in Bed.objects.all()} == {"free"}


def test_what_the_keyboard_comes_to_is_not_behind_the_choices(board):
    board.page.set_viewport_size({"width": 390, "height": 560})
    keys = board.page.keyboard
    keys.press("ArrowDown")
    keys.press("Space")
    for _bed in range(7):
        keys.press("Tab")
        in_front = """() => {
            const bed = document.activeElement.closest("label"), box = bed.getBoundingClientRect();
            return [box.top + 2, box.bottom - 2].every((y) => bed.contains(document.elementFromPoint(box.left + 20, y)));
        }"""
        assert board.page.evaluate(in_front)


def test_what_a_letter_said_is_not_another_thing_after_a_refusal(board):
    """The second bed is still to be out of use when the first turns out to have been changed by somebody else."""
    bed = Bed.objects.order_by("room__name", "name").first()
    confirm_beds(board.viewer, facility_id=board.home.pk, changes=[change_to("closed", bed.pk)])
    keys = board.page.keyboard
    keys.press("ArrowDown")
    keys.press("x")
    keys.press("ArrowRight")
    keys.press("x")
    keys.press("s")
    board.sees("101-1 现在是“空着，暂不收住”")
    assert board.page.locator(".bed-then:visible").all_inner_texts() == ["→ 暂停使用"]
    board.page.locator("label.bed input:checked").focus()
    keys.press("s")
    board.sees("改了 1 张床")
    board.page.locator(".bed-blocked").wait_for()
    assert [claim.kind for claim in BedClaim.objects.filter(released_at=None)] == ["blocked"]


def _state(bed):
    claim = BedClaim.objects.filter(bed=bed, released_at=None).first()
    return claim.kind if claim else "free" if bed.admittable else "closed"


def test_the_board_works_without_javascript(open_page, board, client):
    address, cookies = board.page.url, board.page.context.cookies()
    plain = open_page("/healthz", java_script_enabled=False)
    plain.context.add_cookies(cookies)
    plain.goto(address)
    plain.locator("label.bed").first.click()
    plain.get_by_role("button", name="保存改动").click()
    plain.get_by_text("改了 1 张床").first.wait_for()
    assert BedClaim.objects.get().kind == "stay"


def test_a_reminder_s_link_takes_one_tap_on_a_phone(open_page, phone):
    home = make_home(prices=False)
    room = Room.objects.create(facility=home, name="101", room_type="double")
    Bed.objects.create(room=room, name="1", valid_from=LONG_AGO)
    reminder = BedReminder.objects.create(facility=home, stage="soon")
    page = open_page(f"/board-link/{link_text(reminder)}", viewport=phone, has_touch=True, is_mobile=True)
    assert Axe().run(page).violations_count == 0
    page.get_by_role("button", name="无变化").tap()
    page.get_by_text("床位数现在是新鲜的").first.wait_for()
    assert BedConfirmation.objects.get().by == "link"


def test_a_link_that_ran_out_gets_a_new_one_with_one_tap(open_page, phone):
    home = make_home(prices=False, beds=1)
    make_staff(make_user(), home)
    reminder = BedReminder.objects.create(facility=home, stage="soon")
    BedReminder.objects.update(sent_at=clock.now() - timedelta(hours=25))
    page = open_page(f"/board-link/{link_text(reminder)}", viewport=phone, has_touch=True, is_mobile=True)
    assert Axe().run(page).violations_count == 0
    page.get_by_role("button", name="再发一个新链接").tap()
    page.get_by_text("新链接已经发出").first.wait_for()
    assert Letter.objects.filter(kind="beds.remind").count() == 1
