"""A family member without login and without any script sees what an elder can draw; and the pages are fit for everybody."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.builders.regions import regions

pytestmark = pytest.mark.django_db(transaction=True)


def say(page):
    page.fill("#id_age", "82")
    page.select_option("#id_hukou", "110105")
    page.check("input[name='level'][value='3']")
    page.check("input[name='hardship'][value='dibao']")
    page.click("main button:has-text('看看能领什么补贴')")


def test_four_answers_without_any_script_lead_to_every_programme(open_page, phone):
    regions()
    page = open_page("/subsidies", viewport=phone, java_script_enabled=False)
    say(page)
    assert page.url.endswith("/subsidies") and page.is_visible("text=¥1,000.00")  # 300 + 600 + 100
    page.click("summary:has-text('每一项条件和依据') >> nth=0")
    assert page.is_visible("text=户籍在北京 >> nth=0")
    page.click("main a:has-text('修改或补充')")
    page.click("summary:has-text('想算得更准')")
    page.select_option("#id_residence", "120000")
    page.click("main button:has-text('看看能领什么补贴')")
    assert page.is_visible("text=养老服务消费补贴") and page.is_visible("text=¥800.00")


@pytest.mark.parametrize("view", ["normal", "elder"])
def test_axe_finds_nothing_on_the_questions_and_the_answer(open_page, live_server, phone, view):
    regions()
    page = open_page("/healthz", viewport=phone, reduced_motion="reduce")
    page.context.add_cookies([{"name": "eldercare_view", "value": view, "url": live_server.url}])
    page.goto("/subsidies")
    assert violations(page) == []
    say(page)
    page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= phone["width"]


def violations(page) -> list[str]:
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in Axe().run(page).response["violations"]]
