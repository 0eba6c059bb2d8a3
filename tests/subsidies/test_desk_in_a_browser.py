"""The officers' desk in a real browser: ten applications decided with the keyboard alone, and pages fit for everybody."""

from datetime import timedelta

import pytest

from eldercare.kernel import clock
from subsidies.models import Decision, Document
from tests.assessments.test_in_a_browser import as_user, violations
from tests.builders.accounts import make_officer
from tests.builders.regions import CHAOYANG
from tests.builders.subsidies import make_family
from tests.subsidies.test_decision import waiting

pytestmark = pytest.mark.django_db(transaction=True)
REFUSED = (3, 7)


def test_ten_applications_are_decided_with_the_keyboard_alone(open_page, live_server) -> None:
    family, today = make_family(), clock.today()
    for number in range(10):
        level = 1 if number in REFUSED else 3
        waiting(family, level=level, due_on=today + timedelta(days=number), step_began_on=today)
    page = open_page("/recognition")
    as_user(page, live_server, make_officer("district_officer", CHAOYANG))
    page.goto("/desk/subsidies")
    page.keyboard.press("j")
    for number in range(10):
        page.wait_for_selector('[data-key="a"]')
        here = page.url
        if number in REFUSED:
            page.keyboard.press("r")
            assert "二(二)" in page.evaluate("document.activeElement.value")
            for _field in range(3):
                page.keyboard.press("Tab")
            while page.evaluate("document.activeElement.type") != "submit":
                page.keyboard.press("Tab")
            page.keyboard.press("Enter")
        else:
            page.keyboard.press("a")
        page.wait_for_url(lambda url, here=here: url != here)
    assert page.url.split("?")[0].endswith("/desk/subsidies")
    outcomes = [one.outcome for one in Decision.objects.order_by("at")]
    assert outcomes == ["refuse" if number in REFUSED else "approve" for number in range(10)]
    assert sorted(Document.objects.values_list("serial", flat=True)) == list(range(1, 11))


@pytest.mark.parametrize("view", ["normal", "elder"])
def test_axe_finds_nothing_and_a_phone_needs_no_sideways_scroll(open_page, live_server, phone, view, tmp_path) -> None:
    family, today = make_family(), clock.today()
    officer = make_officer("district_officer", CHAOYANG)
    late, soon = (waiting(family, due_on=today + timedelta(days=days), step_began_on=today) for days in (-3, 1))
    moderate = waiting(family, level=1, due_on=today + timedelta(days=9), step_began_on=today)
    page = open_page("/recognition", viewport=phone, reduced_motion="reduce")
    as_user(page, live_server, officer, view)
    found = {}
    for path in ("", f"/{soon.pk}", f"/{moderate.pk}", "/bulk"):
        page.goto(f"/desk/subsidies{path}")
        found[path] = violations(page)
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, path
    page.get_by_role("button", name="办理勾选的申请").click()
    page.get_by_text("办好了 1 份").wait_for()
    found["done"] = violations(page)
    page.get_by_role("link", name="民补决").click()
    found["paper"] = violations(page)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    as_user(page, live_server, family, view)
    page.goto(f"/subsidy-applications/{soon.pk}/appeal")
    found["appeal"] = violations(page)
    page.goto("/subsidy-postings")
    found["postings"] = violations(page)
    assert {name: one for name, one in found.items() if one} == {}
    assert late.pk
