"""The record and the result in a real browser: a choice is kept at once, and the pages are fit for everybody."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client

from tests.builders.accounts import make_user, sign_in, viewer_for
from tests.builders.assessments import make_assigned, make_concluded, make_recorded, make_team
from tests.builders.people import make_elder
from tests.builders.recognition import agreements

pytestmark = pytest.mark.django_db(transaction=True)


def as_user(page, live_server, user, view: str = "normal") -> None:
    """Give the browser the session of somebody signed in."""
    session = sign_in(Client(), user).cookies[settings.SESSION_COOKIE_NAME].value
    cookies = {settings.SESSION_COOKIE_NAME: session, "eldercare_view": view}
    page.context.add_cookies(
        [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
    )


def violations(page) -> list[str]:
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in Axe().run(page).response["violations"]]


def test_a_choice_is_kept_at_once_and_the_running_total_follows(open_page, live_server) -> None:
    family, team = make_user("李娜"), make_team()
    assessment = make_assigned(make_elder(guardian=family.person), viewer_for(family), team)
    page = open_page("/recognition")
    as_user(page, live_server, team.first)
    page.goto(f"/assessments/{assessment.pk}/record")
    page.locator('input[name="B.1.1"][value="4"]').check()
    page.locator('input[name="B.1.2"][value="3"]').check()
    page.get_by_text("目前合计 7 分").wait_for()
    assessment.refresh_from_db()
    assert assessment.answers == {"B.1.1": 4, "B.1.2": 3}
    page.reload()
    assert page.locator('input[name="B.1.2"][value="3"]').is_checked()


@pytest.mark.parametrize("view", ["normal", "elder"])
def test_axe_finds_nothing_and_a_phone_needs_no_sideways_scroll(open_page, live_server, phone, view: str) -> None:
    agreements()
    family, team = make_user("李娜"), make_team()
    elders = [make_elder(name, guardian=family.person) for name in ("王桂兰", "赵大爷", "钱奶奶")]
    concluded = make_concluded(elders[0], viewer_for(family), team)
    recorded = make_recorded(elders[1], viewer_for(family), team)
    assigned = make_assigned(elders[2], viewer_for(family), team)
    page = open_page("/recognition", viewport=phone, reduced_motion="reduce")
    visits = {
        family: ["/recognition?kind=rating", *(f"/elders/{elder.pk}/assessment" for elder in elders[:2])],
        team.first: ["/assessments/", f"/assessments/{assigned.pk}/record", f"/assessments/{concluded.pk}/"],
        team.second: [f"/assessments/{recorded.pk}/conclude"],
    }
    found = {}
    for user, addresses in visits.items():
        as_user(page, live_server, user, view)
        for address in addresses:
            page.goto(address)
            found[re.sub(r"[0-9a-f-]{36}", "…", address)] = violations(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= phone["width"], (
                f"{address} scrolls sideways"
            )
    assert {address: told for address, told in found.items() if told} == {}
