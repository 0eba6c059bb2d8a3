"""The bed board on a phone, with taps: how many a day's work takes, and whether a finger can hit them."""

import pytest

from facilities.models import Bed, BedClaim, BedConfirmation, BedReminder, Room
from facilities.services.board_link import link_text
from tests.builders.accounts import make_user, sign_in
from tests.builders.facilities import LONG_AGO, make_home, make_staff

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
    return Fingers(page)


class Fingers:
    """A page under a finger; every tap is counted."""

    def __init__(self, page):
        self.page, self.taps = page, 0

    def tap(self, thing):
        thing.tap()
        self.taps += 1

    def button(self, name):
        return self.page.get_by_role("button", name=name)

    def bed(self, number):
        return self.page.locator("label.bed").nth(number)

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


def test_six_beds_out_of_use_take_eight_taps_and_a_choice(board):
    for number in range(6):
        board.tap(board.bed(number))
    board.tap(board.page.get_by_text("改成别的、写原因或日子"))
    board.page.get_by_label("点过的床都改成").select_option("blocked")
    board.tap(board.button("保存改动"))
    board.sees("改了 6 张床")
    assert (board.taps, BedClaim.objects.filter(kind="blocked").count()) == (8, 6)


def test_every_bed_can_be_hit_and_nothing_scrolls_sideways(board):
    sizes = board.page.eval_on_selector_all("label.bed", "beds => beds.map(bed => bed.getBoundingClientRect().height)")
    assert min(sizes) >= 44
    assert board.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


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
        "→ 空着，暂不收住",
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
    page.get_by_role("button", name="无变化").tap()
    page.get_by_text("床位数现在是新鲜的").first.wait_for()
    assert BedConfirmation.objects.get().by == "link"
