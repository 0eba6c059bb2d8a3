"""A "no" and a fault, as pages and as parts: the right status, the same sentence, the next step, nothing of the inside."""

import pytest
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_doors")]


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422, 429, 503])
def test_a_refusal_becomes_a_page_with_its_own_status_sentence_reason_and_next_step(visitor, status):
    answer = visitor.get(f"/lapsed/{status}")
    page = answer.content.decode()
    assert answer.status_code == status
    for said in ("这张床位的保留期过了。", "在 11月20日 前接受", "不符合", "示例办法 第三条", "请他们重新为您留床"):
        assert said in page
    assert "<html" in page


def test_htmx_gets_the_same_refusal_as_a_part(visitor):
    answer = visitor.get("/lapsed/409", headers={"HX-Request": "true"})
    part = answer.content.decode()
    assert answer.status_code == 409
    assert "这张床位的保留期过了。" in part and "请他们重新为您留床" in part
    assert "<html" not in part


def test_too_many_tries_say_when_to_come_back(visitor):
    assert visitor.get("/lapsed/429")["Retry-After"] == "30"


def test_an_act_the_database_undid_for_another_asks_to_try_again_and_is_no_fault(visitor):
    answer = visitor.get("/in-the-way")
    page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (409, "3")
    assert "这一项正被别人处理。" in page and "secret detail" not in page


@pytest.mark.parametrize(
    ("address", "status", "title"),
    [
        ("/suspicious", 400, "我们没能看懂这次提交"),
        ("/forbidden", 403, "您的账号不能做这件事"),
        ("/nowhere", 404, "这里没有您要找的页面"),
        ("/csrf", 403, "为了安全，请再提交一次"),
        ("/broken", 500, "系统出了一点问题"),
    ],
)
def test_every_error_page_is_calm_and_shows_the_way_out(visitor, address, status, title):
    answer = visitor.get(address)
    page = answer.content.decode()
    assert answer.status_code == status
    assert title in page and "下一步" in page and 'href="/"' in page
    assert "secret detail" not in page and "Traceback" not in page


def test_a_fault_page_needs_no_database(visitor, django_assert_num_queries):
    from eldercare.ui.errors import server_error

    with django_assert_num_queries(0):
        assert server_error(None).status_code == 500


def test_the_way_back_is_offered_only_to_a_page_of_this_site(visitor):
    own = visitor.get("/nowhere", headers={"Referer": "http://testserver/homes?page=2"}).content.decode()
    foreign = visitor.get("/nowhere", headers={"Referer": "https://elsewhere.example/"}).content.decode()
    assert 'href="http://testserver/homes?page=2"' in own
    assert "elsewhere.example" not in foreign and "返回上一页" not in foreign


def test_the_ways_round_are_asked_from_the_floors_and_the_present_one_is_marked(visitor):
    assert '<a href="/outcome" aria-current="page">' in visitor.get("/outcome").content.decode()
    assert '<a href="/outcome">' in visitor.get("/nowhere").content.decode()


def test_a_page_is_whole_and_its_part_is_the_same_words(visitor):
    page = visitor.get("/outcome")
    part = visitor.get("/outcome", headers={"HX-Request": "true"})
    boosted = visitor.get("/outcome", headers={"HX-Request": "true", "HX-Boosted": "true"})
    assert part.content.decode().strip() in page.content.decode()
    assert "<html" not in part.content.decode() and "<html" in boosted.content.decode()
    assert "HX-Request" in page["Vary"] and "HX-Request" in part["Vary"]
