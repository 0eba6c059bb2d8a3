"""A visitor without login sees what an elder is entitled to, why, and what would change it. Nothing stands in an address."""

import pytest
from django.test import Client

from eldercare.kernel import clock
from eldercare.portal.web.described import SESSION_KEY
from tests.builders.regions import regions

pytestmark = pytest.mark.django_db
ELDER = {"age": "82", "hukou": "110105", "level": "3", "hardship": "none"}


@pytest.fixture(autouse=True)
def places():
    regions()


def text(response) -> str:
    return response.content.decode()


def asked(client: Client, **changes) -> str:
    response = client.post("/describe", {**ELDER, "next": "/subsidies", **changes})
    assert (response.status_code, response["Location"]) == (302, "/subsidies"), text(response)
    return text(client.get("/subsidies"))


def test_whoever_has_said_nothing_is_asked_four_questions(client):
    page = text(client.get("/subsidies"))
    assert all(f'name="{name}"' in page for name in ("age", "hukou", "level", "hardship"))
    assert 'action="/describe"' in page and 'value="/subsidies"' in page


def test_the_answer_names_each_programme_with_amount_document_article_and_what_would_change_it(client):
    page = asked(client)
    for words in (
        "失能老年人护理补贴",
        "¥600.00",
        "京民养老发〔2019〕160号",
        "二(二)1",
        "高龄老年人津贴",
        "¥700.00",
        "每月可以领",
    ):
        assert words in page, words
    assert "去世、户籍迁出北京" in page and "申请要带什么" in page and "data-print" in page
    assert "现在不符合" in page  # 困难补贴 answers, too
    assert "这里把 3 级（重度）和 4 级（完全失能）都算重度失能" in page  # an open reading is never silent


def test_what_is_missing_is_named_and_the_voucher_is_never_promised(client):
    page = asked(client)
    assert "养老服务消费补贴" in page and "每月最多可能是" in page and "¥800.00" in page
    assert "当地按账单的百分之几补贴" in page


def test_a_choice_is_laid_out_with_both_amounts_and_counted_once(client):
    page = asked(
        client, level="unknown", certificate_category="4", certificate_level="1", draws=["disability_nursing_allowance"]
    )
    assert "由您选" in page and "¥300.00" in page and "金额较高" in page
    assert "没有计入合计" in page
    assert "¥700.00" in page  # 600 + 100; the 300 of the other side are not added


def test_the_classes_of_a_multiple_certificate_decide_the_tier(client):
    multiple = {"level": "unknown", "certificate_category": "7", "certificate_level": "2"}
    assert "还不能判断" in asked(client, **multiple)
    parts = {"first_part": "5", "first_part_level": "2", "second_part": "2", "second_part_level": "3"}
    assert "¥600.00" in asked(client, **multiple, **parts)


def test_a_day_of_birth_makes_a_birthday_exact(client):
    born = clock.today().replace(year=clock.today().year - 80)
    assert "80 至 89 周岁" in asked(client, age="80", birth_date=born.isoformat())


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"birth_date": "1990-01-01"}, "出生日期和上面填的周岁对不上"),
        ({"birth_date": "昨天"}, "请写成 1944-06-15 这样的日期"),
        ({"first_part": "5"}, "类别和等级要一起选"),
        ({"certificate_category": "4", "certificate_level": "1", "first_part": "5", "first_part_level": "2"}, "只有多重残疾才有几类"),
        ({"welfare_yuan": "100"}, "请选择这项补助是生活类还是护理类"),
        ({"age": "59"}, "补贴从 60 周岁起算"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_beside_its_field_and_nothing_typed_is_lost(client, typed, words):
    response = client.post("/describe", {**ELDER, "next": "/subsidies", **typed})
    assert response.status_code == 422 and words in text(response)
    assert 'value="82"' in text(response) or "age" in typed
    assert 'value="/subsidies"' in text(response)


def test_what_was_said_stays_sealed_in_the_session(client):
    asked(client, income="1500", residence="120000")
    kept = client.session[SESSION_KEY]
    assert "110105" not in kept and "1500" not in kept
    again = text(client.get("/describe?next=/subsidies"))
    assert 'value="1500"' in again


def test_forgetting_leads_back_to_the_questions(client):
    asked(client)
    client.post("/describe/forget", {"next": "/subsidies"})
    assert 'name="age"' in text(client.get("/subsidies"))
