"""A family signs in and registers its elder in a real browser, without any script; and the pages are fit for everybody."""

from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe

from eldercare.kernel.sentences import restored
from eldercare.people.models import Elder, Letter
from tests.builders.accounts import make_user
from tests.builders.people import id_number, make_elder, stand_beside
from tests.builders.regions import HUJIALOU, regions

pytestmark = pytest.mark.django_db(transaction=True)
PHONE_NUMBER = "13800001234"


def sign_in(page):
    page.fill("#id_address", PHONE_NUMBER)
    page.click("main button:has-text('发送验证码')")
    page.fill("#id_code", restored(Letter.objects.latest("id").body).blanks["code"])
    page.click("main .form-actions button:has-text('登录')")


def test_a_family_registers_its_elder_without_any_script(open_page, phone):
    regions()
    page = open_page("/sign-in?next=/elders/new", viewport=phone, java_script_enabled=False)
    sign_in(page)
    page.click("text=我是子女或亲友")
    page.fill("#id_name", "王桂兰")
    page.fill("#id_id_number", id_number(date(1945, 3, 10), female=True))
    page.select_option("#id_hukou_region", HUJIALOU)
    page.fill("#id_applicant_name", "李娜")
    page.fill("#id_applicant_id_number", id_number(date(1975, 4, 2)))
    page.check("#id_agree")
    page.click("main .form-actions button:has-text('登记')")
    assert page.url.endswith(f"/elders/{Elder.objects.get().pk}")


@pytest.mark.parametrize("view", ["normal", "elder"])
def test_axe_finds_nothing_on_the_family_s_pages(open_page, live_server, phone, view):
    regions()
    user = make_user("李娜", address=PHONE_NUMBER)
    elder = make_elder(certificate={"category": 4, "level": 2})
    stand_beside(elder, user.person)
    page = open_page("/sign-in", viewport=phone, reduced_motion="reduce")
    page.context.add_cookies([{"name": "eldercare_view", "value": view, "url": live_server.url}])
    page.goto("/sign-in")
    found = {"/sign-in": violations(page)}
    sign_in(page)
    file = [f"/elders/{elder.pk}/{part}" for part in ("facts", "hukou", "consents", "circle", "views")]
    for address in ["/elders", "/elders/new", "/elders/new?relation=child", "/account", "/second-factor/enrol", *file]:
        page.goto(address)
        found[address] = violations(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= phone["width"], f"{address} scrolls sideways"
    assert {address: told for address, told in found.items() if told} == {}


def violations(page) -> list[str]:
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in Axe().run(page).response["violations"]]
