"""From where the way is counted: a district from the list, the browser's own position, or the described elder's district."""

import pytest

from eldercare.recognition.services import load_reference as load_agreements
from facilities.services import relist
from tests.builders.facilities import make_home
from tests.builders.regions import regions

pytestmark = pytest.mark.django_db
ELDER = {"age": "82", "hukou": "110105", "level": "3", "hardship": "none"}
NORTH, EAST, NOWHERE = "示例·北边", "示例·东边", "示例·没有位置"


@pytest.fixture
def homes():
    regions()
    load_agreements()
    make_home(NOWHERE)
    make_home(NORTH, latitude=40.8, longitude=116.44)
    make_home(EAST, latitude=39.92, longitude=117.4)
    relist()


def shown(response) -> list[str]:
    assert response.status_code == 200
    page = response.content.decode()
    return sorted((name for name in (NORTH, EAST, NOWHERE) if name in page), key=page.index)


def test_the_nearest_to_a_named_district_comes_first_and_a_home_without_a_place_last(client, homes):
    answer = client.get("/homes", {"start": "110105", "sort": "distance"})

    assert shown(answer) == [EAST, NORTH, NOWHERE]
    assert "按离北京市朝阳区的直线距离，从近到远排" in answer.content.decode()


def test_the_described_elder_s_district_is_a_start_too(client, homes):
    client.post("/describe", ELDER)

    assert shown(client.get("/homes", {"sort": "distance"})) == [EAST, NORTH, NOWHERE]


def test_a_position_counts_until_a_district_is_named_and_can_be_dropped(client, homes):
    near = {"near": "41.00,116.40", "sort": "distance"}
    page = client.get("/homes", near)

    assert shown(page) == [NORTH, EAST, NOWHERE]
    assert "从您现在的位置开车单程约" in page.content.decode()
    assert 'href="/homes?sort=distance"' in page.content.decode()
    assert shown(client.get("/homes", {**near, "start": "120119"})) == [EAST, NORTH, NOWHERE]


@pytest.mark.parametrize("asked", [{"sort": "distance"}, {"within_km": "30"}])
def test_without_a_start_nothing_is_near_and_the_page_says_what_to_do(client, homes, asked):
    answer = client.get("/homes", asked)

    assert answer.status_code == 422
    assert "要按远近找，请先选从哪里出发。" in answer.content.decode()


def test_the_order_is_offered_only_where_there_is_a_start(client, homes):
    assert 'value="distance"' not in client.get("/homes").content.decode()
    assert 'value="distance"' in client.get("/homes", {"start": "110105"}).content.decode()


@pytest.mark.parametrize("near", ["here", "91,0", "nan,nan", "1,2,3"])
def test_a_position_nobody_can_read_is_refused_in_words(client, homes, near):
    answer = client.get("/homes", {"near": near})

    assert answer.status_code == 422
    assert "看不懂这个位置" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_browser_says_where_it_is_to_about_a_kilometre_and_only_when_asked(open_page, phone, homes):
    position = {"latitude": 41.00444, "longitude": 116.40321}
    page = open_page("/homes", viewport=phone, geolocation=position, permissions=["geolocation"])
    page.click("summary:has-text('筛选条件')")
    assert page.input_value("input[name=near]") == ""

    page.click("button:has-text('用我现在的位置')")
    page.wait_for_selector("text=不用我的位置", state="attached")
    assert "near=41.00%2C116.40" in page.url

    page.select_option("select[name=sort]", "distance")
    page.wait_for_selector("text=按离您现在的位置的直线距离")
    assert page.locator(".home-card-name").first.inner_text().startswith(NORTH)

    page.select_option("select[name=start]", "110105")
    page.wait_for_selector("text=按离北京市朝阳区的直线距离")
    assert "near=41" not in page.url


@pytest.mark.django_db(transaction=True)
def test_without_a_script_no_button_promises_what_it_cannot_do(open_page, phone, homes):
    page = open_page("/homes", viewport=phone, java_script_enabled=False)

    assert not page.is_visible("button:has-text('用我现在的位置')")
