"""The bed board on a phone, with taps: how many a day's work takes, and whether a finger can hit them."""

import pytest

from facilities.models import BedClaim, BedConfirmation
from tests.builders.accounts import make_user, sign_in
from tests.builders.facilities import make_bed, make_home, make_staff

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def board(open_page, phone, client):
    """The board of a home with eight beds, on a phone, as its manager sees it."""
    home, manager = make_home(prices=False), make_user("陈院长")
    make_staff(manager, home)
    for _number in range(8):
        make_bed(home)
    sign_in(client, manager)
    page = open_page("/healthz", viewport=phone)
    cookie = client.cookies["eldercare_session"]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": page.url}])
    page.goto(page.url.replace("/healthz", f"/home/{home.pk}/board"))
    return page


def test_a_day_without_change_takes_one_tap(board):
    board.get_by_role("button", name="全部无变化").click()
    board.get_by_text("床位数现在是新鲜的").wait_for()
    assert BedConfirmation.objects.count() == 1


def test_six_changed_beds_take_seven_taps(board):
    for number in range(6):
        board.locator("label.bed").nth(number).click()
    assert board.locator(".bed-then:visible").count() == 6
    board.get_by_role("button", name="保存改动").click()
    board.get_by_text("改了 6 张床").wait_for()
    assert BedClaim.objects.filter(kind="blocked").count() == 6


def test_every_bed_can_be_hit_and_nothing_scrolls_sideways(board):
    sizes = board.eval_on_selector_all("label.bed", "beds => beds.map(bed => bed.getBoundingClientRect().height)")
    assert min(sizes) >= 44
    assert board.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_bed_is_changed_by_keyboard(board):
    board.locator("label.bed input").first.focus()
    board.keyboard.press("Space")
    assert board.locator(".bed-then:visible").count() == 1
