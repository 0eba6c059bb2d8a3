"""Several homes side by side, how we rank, the filters' counts, what to relax, and the picture of directions."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eldercare.portal.rules.chart import Dot, chart
from eldercare.recognition.services import load_reference as load_agreements
from facilities.models import ShortStayPrice
from facilities.services import relist
from tests.builders.facilities import make_bed, make_home, make_rating
from tests.builders.regions import CHAOYANG

pytestmark = pytest.mark.django_db
ELDER = {"age": "82", "hukou": "110105", "level": "3", "hardship": "none"}


def text(response) -> str:
    assert response.status_code == 200, response.content.decode()[:500]
    return response.content.decode()


@pytest.fixture
def pair():
    load_agreements()
    first = make_home("示例·甲", beds=2, latitude=39.4, longitude=117.0)
    second = make_home("示例·乙", region=CHAOYANG, medical_insurance=None)
    make_rating(first, 4)
    relist()
    return first, second


def address(*homes) -> str:
    return "/compare?" + "&".join(f"home={home.pk}" for home in homes)


def test_homes_stand_side_by_side_and_what_differs_is_marked(client, pair):
    client.post("/describe", ELDER)
    page = text(client.get(address(*pair)))

    assert "示例·甲" in page
    assert "示例·乙" in page
    rows = {re.sub("<[^>]+>", "", row).split()[0]: row for row in re.findall(r"<tr.*?</tr>", page, re.S)}
    assert "¥5,600.00" in rows["补贴后每月自付"]
    assert "不同" not in rows["补贴后每月自付"]
    assert "不同" in rows["医保定点"]
    assert "未公布" in rows["医保定点"]
    assert "不同" in rows["现在空床"]
    assert "往返约（估算）" in page


def test_at_most_four_are_compared_and_unknown_ones_are_left_out(client, pair):
    more = [make_home(f"示例·{number}") for number in range(4)]
    relist()
    page = text(client.get(f"{address(*pair, *more)}&home={uuid4()}&home=nothing"))
    assert "一次最多比四家" in page
    assert ("示例·1" in page, "示例·3" in page) == (True, False)


def test_nothing_picked_says_what_to_do(client, db):
    assert "还没有选要比的养老院" in text(client.get("/compare"))


def test_a_comparison_is_kept_for_the_visit_and_its_address_names_no_elder(client, pair):
    client.post("/describe", ELDER)
    answer = client.post("/compare/save", {"home": [str(home.pk) for home in pair] + ["nothing"]})
    assert answer.headers["location"] == address(*pair)
    assert "打开保存的比较" in text(client.get("/homes"))
    assert str(pair[0].pk) in text(client.get("/homes"))
    assert "110105" not in answer.headers["location"]


def test_what_was_ticked_stays_ticked_on_the_way_back(client, pair):
    first, second = pair
    page = text(client.get("/homes", {"home": [str(first.pk), str(uuid4())]}))
    ticks = {value: "checked" in rest for value, rest in re.findall(r'name="home" value="([^"]+)"([^>]*)>', page)}
    assert (ticks[str(first.pk)], ticks[str(second.pk)]) == (True, False)


def test_comparing_asks_as_often_for_two_as_for_four(client, pair):
    client.post("/describe", ELDER)
    asked = []
    for homes in (pair, [*pair, *(make_home(f"示例·{number}", beds=1) for number in range(2))]):
        relist()
        with CaptureQueriesContext(connection) as queries:
            text(client.get(address(*homes)))
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_beside_each_filter_stands_how_many_homes_it_leaves(client, pair):
    page = text(client.get("/homes"))
    assert "四星及以上（1）" in page
    assert "医保定点（1）" in page
    assert "现在有空床（1）" in page
    assert "天津市（1）" in page


def test_an_empty_list_says_which_filter_to_give_up_and_what_it_brings(client, pair):
    page = text(client.get("/homes", {"stars": "5", "free_beds": "on", "region": "120000"}))
    assert "没有完全符合的养老院" in page
    assert re.search(r'href="/homes\?free_beds=on&amp;region=120000"[^>]*>不限“星级”</a> <span>1 家', page)
    assert "不限“现在有空床”" not in page


def test_a_filter_swaps_the_list_and_the_counts_without_the_page(client, pair):
    part = text(client.get("/homes", {"stars": "4"}, headers={"hx-request": "true"}))
    assert "<html" not in part
    assert 'id="results"' in part
    assert 'hx-swap-oob="true"' in part
    assert "现在有空床（1）" in part


def test_the_picture_of_directions_links_to_the_same_homes_as_the_list(client, pair):
    page = text(client.get("/homes", {"view": "map", "start": "110105"}))
    assert 'href="#home-1"' in page
    assert 'id="home-1"' in page
    assert "以北京市朝阳区为中心的方位图" in page


def test_north_is_up_east_is_right_and_every_dot_lies_within_the_rings():
    drawn = chart(
        [Dot(1, "北", (40.0, 116.0)), Dot(2, "东", (39.0, 117.0)), Dot(3, "这里", (39.0, 116.0))], (39.0, 116.0)
    )
    north, east, here = drawn.dots
    assert (north.x, north.y < 0) == (0, True)
    assert (east.x > 0, abs(east.y) < 1) == (True, True)
    assert (here.x, here.y, here.km) == (0, 0, 0)
    assert max(abs(dot.x) + abs(dot.y) for dot in drawn.dots) <= 100
    assert chart([], None) is None


def test_short_stays_show_the_season_s_price(client, pair):
    first, _second = pair
    make_bed(first, bed_type="short_stay")
    season = {"room_type": "double", "unit": "day", "season": "夏季", "fen": 18_000, "includes": ["bed"]}
    ShortStayPrice.objects.create(facility=first, days=("2026-01-01", None), **season)
    relist()
    page = text(client.get("/homes", {"short_stay": "on"}))
    assert ("夏季" in page, "¥180.00" in page, "示例·乙" in page) == (True, True, False)


def test_how_we_rank_shows_the_weights_in_force(client, db):
    page = text(client.get("/how-we-rank"))
    assert "250 分" in page
    assert "每星 50 分" in page
    assert "谁都不能花钱往前排" in page
