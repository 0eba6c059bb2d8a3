"""A family applies in a real browser, without any script, stops half-way and goes on; and the pages are fit for everybody."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe

from eldercare.kernel import clock
from eldercare.kernel.sentences import restored
from eldercare.people.models import Letter
from subsidies.models import Application, Paper, PaperContent
from subsidies.services.filing import begin_filing, save_filing
from subsidies.services.inquiries import ask_more
from tests.builders import papers as files
from tests.builders.accounts import make_officer, make_user, viewer_for
from tests.builders.regions import HUJIALOU, regions
from tests.builders.subsidies import CARD, NURSING, SENIORITY, make_application, make_beijing_elder

pytestmark = pytest.mark.django_db(transaction=True)
PHONE_NUMBER = "13800001234"


@pytest.fixture
def family():
    regions()
    return make_user("李娜", address=PHONE_NUMBER)


def sign_in(page):
    page.fill("#id_address", PHONE_NUMBER)
    page.click("main button:has-text('发送验证码')")
    page.fill("#id_code", restored(Letter.objects.filter(kind="sign_in.code").latest("id").body).blanks["code"])
    page.click("main .form-actions button:has-text('登录')")


def onward(page, words="保存，下一步"):
    page.click(f"main .form-actions button:has-text('{words}')")


def test_a_family_applies_without_any_script_stops_and_goes_on(open_page, phone, family, tmp_path):
    elder = make_beijing_elder(family)
    photo = tmp_path / "残疾人证.jpg"
    photo.write_bytes(files.picture())
    page = open_page(f"/sign-in?next=/elders/{elder.pk}/subsidy", viewport=phone, java_script_enabled=False)
    sign_in(page)
    page.click("main a:has-text('现在申请')")
    assert page.is_checked(f"input[value='{NURSING}']") and page.is_checked(f"input[value='{SENIORITY}']")
    onward(page)
    onward(page, "看过了，下一步")
    page.check("input[value='elder_card']")
    page.fill("#id_account_number", "6228 48")
    onward(page)
    assert page.is_visible("text=账号看起来不对") and page.input_value("#id_account_number") == "6228 48"
    page.fill("#id_account_number", CARD)
    onward(page, "保存，以后再填")
    page.context.clear_cookies()
    page.goto(f"/sign-in?next=/elders/{elder.pk}/subsidy")
    sign_in(page)
    page.click("main a:has-text('接着填')")
    page.click("main a:has-text('上一步')")
    page.click("summary:has-text('我要传一份材料')")
    page.check("input[value='certificate']")
    page.set_input_files("#id_file", photo)
    page.click("main button:has-text('上传')")
    assert page.is_visible("text=残疾人证.jpg")
    onward(page, "下一步")
    assert "**** 5678" in page.inner_text("main") and CARD not in page.content()
    page.check("#id_agreed")
    onward(page, "提交申请")
    assert page.inner_text("h1") == "申请已经提交"
    assert sorted(Application.objects.values_list("programme", flat=True)) == [NURSING, SENIORITY]
    assert PaperContent.objects.get().content[:3] == b"\xff\xd8\xff" and Paper.objects.get().name == "残疾人证.jpg"


@pytest.mark.parametrize("view", ["normal", "elder"])
def test_axe_finds_nothing_on_the_pages_of_an_application(open_page, live_server, phone, family, view):
    elder = make_beijing_elder(family, certificate={"category": 4, "level": 1})
    mine = viewer_for(family)
    filing = begin_filing(mine, elder_id=elder.pk, programmes=[NURSING, SENIORITY])
    save_filing(mine, filing_id=filing.pk, account={"kind": "elder_card", "number": CARD})
    asked = make_application(elder, family.person, programme="beijing/2019-160/hardship")
    inquiry = ask_more(
        viewer_for(make_officer("street_officer", HUJIALOU)),
        application_id=asked.pk,
        items=["hardship", "facts", "account_number"],
        note="请传低保证的照片。",
        answer_by=clock.today() + timedelta(days=10),
    )
    page = open_page("/sign-in", viewport=phone, reduced_motion="reduce")
    page.context.add_cookies([{"name": "eldercare_view", "value": view, "url": live_server.url}])
    sign_in(page)
    form = f"/subsidy-filings/{filing.pk}"
    found = {}
    for address in [
        f"/elders/{elder.pk}/subsidy",
        *[f"{form}/{step}" for step in ("benefits", "facts", "account", "papers", "confirm")],
        f"/subsidy-inquiries/{inquiry.pk}",
        f"/subsidy-applications/{asked.pk}",
        f"/elders/{elder.pk}/payout-account",
    ]:
        page.goto(address)
        found[address] = violations(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= phone["width"], f"{address} scrolls sideways"
    assert {address: told for address, told in found.items() if told} == {}


def violations(page) -> list[str]:
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in Axe().run(page).response["violations"]]
