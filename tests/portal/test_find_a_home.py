"""A visitor without login finds homes and sees what each would cost the described elder, line by line."""

import re
from datetime import date
from html import unescape
from random import Random
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from eldercare.kernel import clock
from eldercare.portal.web.described import SESSION_KEY
from eldercare.recognition.services import load_reference as load_agreements
from facilities.models import BedConfirmation, Listing, PriceVersion
from facilities.services.relist import relist
from tests.builders.facilities import make_home, make_price, reprice
from tests.builders.regions import WUQING, regions

pytestmark = pytest.mark.django_db
ELDER = {"age": "82", "hukou": "110105", "level": "3", "hardship": "none"}


@pytest.fixture
def home():
    load_agreements()
    home = make_home("示例·运河养老院", beds=2)
    relist()
    return home


def text(response) -> str:
    return response.content.decode()


def described(client: Client, **changes) -> Client:
    response = client.post("/describe", {**ELDER, **changes})
    assert response.status_code == 302, text(response)
    return client


def test_the_front_page_asks_three_questions_and_shows_homes(client, home):
    page = text(client.get("/"))

    assert all(f'name="{name}"' in page for name in ("region", "care_grade", "budget"))
    assert home.name in page
    assert "¥6,200.00" in page


def test_who_confirmed_the_beds_is_said_in_the_reader_s_language(client, home):
    BedConfirmation.objects.create(facility=home, at=clock.now(), by="staff")
    relist()
    assert "机构工作人员" in text(client.get("/homes"))
    client.cookies["eldercare_language"] = "en"
    for address in ("/homes", f"/compare?home={home.pk}&home={make_home().pk}"):
        assert "机构工作人员" not in text(client.get(address))


def test_the_net_price_is_the_price_less_the_nursing_subsidy(client, home):
    page = text(described(client).get("/homes"))

    assert "¥5,600.00" in page  # 6,200.00 − 600.00
    assert "补贴后每月自付" in page


def test_one_home_shows_every_line_with_its_document_and_what_is_beside(client, home):
    page = text(described(client).get(f"/homes/{home.pk}"))

    for words in ("床位费（双人间）", "护理费（失能）", "餐费", "−¥600.00", "京民养老发〔2019〕160号", "二(二)1"):
        assert words in page
    assert "¥5,600.00" in page
    assert "您另有" in page
    assert "¥100.00" in page  # 高龄津贴 at 82


def test_without_a_description_no_net_price_is_shown(client, home):
    page = text(client.get(f"/homes/{home.pk}"))

    assert "¥5,600.00" not in page
    assert "说说老人的情况" in page


def test_a_fact_the_family_does_not_know_is_not_subtracted_but_listed(client, home):
    page = text(described(client, level="unknown", draws=["unknown"]).get(f"/homes/{home.pk}"))

    assert "¥6,200.00" in page
    assert "−¥600.00" not in page


def test_the_description_is_sealed_in_the_session_and_never_in_an_address(client, home):
    described(client)

    kept = client.session[SESSION_KEY]

    assert "110105" not in kept
    response = client.get("/homes", {"region": WUQING})
    assert "82" not in response.request["QUERY_STRING"]


def test_clearing_the_description_forgets_it(client, home):
    described(client)

    client.post("/describe/forget")

    assert SESSION_KEY not in client.session
    assert "¥5,600.00" not in text(client.get("/homes"))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [({"age": "59"}, "补贴从 60 周岁起算"), ({"age": "abc"}, "请用数字填写"), ({"hukou": "999999"}, "hukou")],
)
def test_a_wrong_description_is_explained_and_nothing_typed_is_lost(client, typed, sentence):
    regions()

    response = client.post("/describe", {**ELDER, **typed})

    assert response.status_code == 422
    assert sentence in text(response)
    assert SESSION_KEY not in client.session


def test_a_budget_is_held_against_the_net_price_when_an_elder_is_described(client, home):
    within, above = {"budget": "5600"}, {"budget": "5599.99"}

    assert home.name not in text(client.get("/homes", within))
    described(client)
    assert home.name in text(client.get("/homes", within))
    assert home.name not in text(client.get("/homes", above))


def test_a_home_that_published_no_price_shows_none_and_no_net_price(client):
    load_agreements()
    bare = make_home("没有公布价格的机构", prices=False, is_demo=False)
    relist()

    page = text(described(client).get("/homes"))

    assert bare.name in page
    assert "未公布，请直接问机构" in page
    assert "¥" not in text(client.get(f"/homes/{bare.pk}")).split("<main")[1]


def test_a_filter_that_cannot_be_read_is_explained(client, home):
    response = client.get("/homes", {"budget": "很多"})

    assert response.status_code == 422
    assert "请填写金额" in text(response)


def test_nothing_found_says_what_to_do_next(client, home):
    assert "没有完全符合的养老院" in text(client.get("/homes", {"q": "不存在的名字"}))


def test_an_unknown_home_is_not_found(client):
    assert client.get(f"/homes/{uuid4()}").status_code == 404


def test_the_list_asks_the_database_the_same_number_of_questions_for_one_home_and_for_twenty(client, home):
    described(client)
    one = _queries(client, "/homes")
    for number in range(19):
        make_home(f"示例·第{number}家", beds=1)
    relist()

    assert _queries(client, "/homes") == one


def test_the_net_price_follows_the_dated_price_of_the_month(client, home):
    PriceVersion.objects.filter(facility=home, item="meal").delete()
    make_price(home, "meal", 100_000)
    relist()

    assert "¥5,400.00" in text(described(client).get("/homes"))  # 2,000 + 3,000 + 1,000 − 600


def _queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def test_a_home_is_priced_by_the_cheapest_room_that_has_a_free_bed(client, home):
    reprice(home, "multi", 50_000)
    relist()

    assert "¥5,600.00" in text(described(client).get("/homes"))  # only double rooms are free
    assert "¥4,100.00" in text(client.get("/homes", {"room_type": "multi"}))


def test_the_page_of_a_home_begins_with_a_room_that_has_a_free_bed(client, home):
    reprice(home, "multi", 50_000)

    page = text(described(client).get(f"/homes/{home.pk}"))

    assert page.index("床位费（双人间）") < page.index("换一种房间")
    assert "现在没有空床" in page


def test_the_page_on_ranking_says_how_names_are_put_in_order(client, db):
    page = client.get("/how-we-rank").content.decode()
    assert "名称一字不差的在最前" in page


def test_a_name_only_an_expired_home_has_leads_to_it_and_to_the_reason(client, home):
    make_home("示例·松鹤之家", licence_valid_until=date(2026, 1, 31))
    relist()
    page = client.get("/homes", {"q": "松鹤", "page": ""})
    assert "备案（许可）过期、停业的机构里有符合的" in text(page)
    (query,) = re.findall(r'href="/homes\?([^"]*unlicensed=on)"', page.content.decode())
    assert "到期，暂不能收住" in text(client.get(f"/homes?{unescape(query)}"))
    assert "备案（许可）过期、停业的机构里有符合的" not in text(client.get("/homes", {"q": "东方红"}))


def test_every_home_that_stays_where_it_is_is_met_once_while_others_move(client, db):
    """Pages by key, forwards and back, by quality and by price; a home that moves may be met again at its new place."""
    load_agreements()
    homes = [make_home(f"示例·第{number}家", prices=False) for number in range(24)]
    for number, home in enumerate(homes):
        make_price(home, "bed", 1000 * (number % 5), room_type="double")
        make_price(home, "care", 100, care_grade="self_care")
        make_price(home, "meal", 100)
    relist()
    luck = Random(7)
    for sort in ("recommended", "price") * 4:
        moved, forwards, backwards, at = set(), [], [], "/api/v1/facilities?page_size=5&q=shili&sort=" + sort
        while at:
            page = client.get(at).json()
            forwards += [row["id"] for row in page["results"]]
            last, at = page["previous"], page["next"]
            for home in luck.sample(homes, 2):
                moved.add(str(home.pk))
                Listing.objects.filter(pk=home.pk).update(
                    quality=luck.randrange(1000), self_care_from_fen=luck.randrange(5000)
                )
        while last:
            page = client.get(last).json()
            backwards += [row["id"] for row in page["results"]]
            last = page["previous"]
        still = {str(home.pk) for home in homes} - moved
        assert sorted(key for key in forwards if key in still) == sorted(still)
        assert len([key for key in backwards if key in still]) == len({key for key in backwards if key in still})
