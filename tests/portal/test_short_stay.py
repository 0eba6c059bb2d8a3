"""Named days of a short stay on every page and in the API: the same figure, before and after what subsidies may pay."""

from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from eldercare.kernel import clock
from eldercare.kernel.days import DayRange, Month
from eldercare.kernel.money import yuan
from eldercare.portal.journeys import find_a_home, short_stay
from eldercare.portal.journeys.elder_file import elder_file
from eldercare.portal.rules.description import Description, elder_from
from eldercare.recognition.services import load_reference as load_agreements
from facilities.services import accept_offer, offer_bed, relist
from facilities.services.relist import relist_due
from subsidies.rules.facts import elder_from as facts_from
from subsidies.rules.programme import benefit
from subsidies.rules.routing import BillLine, share_of_bill
from tests.builders.accounts import make_user, sign_in, viewer_for
from tests.builders.facilities import make_application, make_home, make_price, make_staff
from tests.builders.regions import regions
from tests.builders.subsidies import make_beijing_elder, make_family
from tests.facilities.test_short_stay_search import make_season
from tests.portal.test_api import ELDER

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TOLD = {"age": "82", "hukou": "110105", "level": "3", "hardship": "none"}


@pytest.fixture
def home():
    regions()
    load_agreements()
    home = make_home("示例·松鹤延年颐养服务中心", beds=2)
    make_season(home, 20_000)
    relist()
    return home


@pytest.fixture
def span():
    """Ten days of one month: next month's first."""
    since = clock.this_month().next().first_day
    return DayRange(since, since + 10 * DAY)


def days(span: DayRange) -> dict[str, str]:
    return {"stay_from": str(span.start), "stay_until": str(span.until)}


def text(response) -> str:
    assert response.status_code == 200, response.content.decode()[:500]
    return response.content.decode()


def post(path: str, body: dict) -> dict:
    answer = APIClient().post(path, body, format="json")
    assert answer.status_code == 200, answer.content
    return answer.json()


def double(stay: dict) -> dict:
    return next(room for room in stay["rooms"] if room["room_type"] == "double")


def gross(span: DayRange) -> int:
    """Ten days' beds by the season; care and meals by the month, each rounded down."""
    number = Month.of(span.start).days
    return 200_000 + 300_000 * 10 // number + 120_000 * 10 // number


def test_search_quote_page_and_comparison_show_one_figure(client, home, span):
    client.post("/describe", TOLD)
    found = post("/api/v1/facilities/search", {"elder": ELDER, **days(span)})["results"][0]
    quoted = post("/api/v1/quotes/stay", {"facility": str(home.pk), "elder": ELDER, **days(span)})
    room = double(found["stay"])

    assert room["gross_fen"] == gross(span)
    assert room["net_fen"] == gross(span) - 60_000
    assert double(quoted) == room
    shown = (f"¥{yuan(room['net_fen'])}", f"¥{yuan(room['gross_fen'])}")
    for page in ("/homes", f"/homes/{home.pk}", f"/compare?home={home.pk}"):
        words = text(client.get(page, {**days(span), "home": str(home.pk)}))
        assert all(fen in words for fen in shown), page


def test_the_lines_name_the_season_the_document_and_their_month(home, span):
    quoted = post("/api/v1/quotes/stay", {"facility": str(home.pk), "elder": ELDER, **days(span)})
    lines = double(quoted)["net_lines"]

    assert [line["label"] for line in lines] == [
        "旅居费（双人间，旺季）",
        "护理费（失能）",
        "餐费",
        "失能老年人护理补贴",
    ]
    assert lines[-1]["amount_fen"] == -60_000
    assert lines[-1]["cite"]["document"] == "京民养老发〔2019〕160号"
    assert {line["month"] for line in lines} == {str(Month.of(span.start))}


def test_each_month_s_benefit_pays_that_month_s_bill_as_the_redemption_will(home):
    """Two months: what is taken off each is what `share_of_bill` will spend of that month's credit on its bill."""
    month = clock.this_month().next()
    span = DayRange(month.last_day, month.next().first_day + DAY)
    quoted = post("/api/v1/quotes/stay", {"facility": str(home.pk), "elder": ELDER, **days(span)})
    lines = double(quoted)["net_lines"]
    nursing = benefit("beijing/2019-160/nursing")

    for each in (month, month.next()):
        of_month = [line for line in double(quoted)["lines"] if line["month"] == str(each)]
        bill = [BillLine(n, line["eligible_key"], line["amount_fen"]) for n, line in enumerate(of_month)]
        total = sum(line.amount_fen for line in bill)
        parts = share_of_bill(60_000, bill, eligible=nursing.eligible_lines, paid={}, bill_open_fen=total)
        taken = [line["amount_fen"] for line in lines if line["month"] == str(each) and line["amount_fen"] < 0]
        assert taken == [-sum(part.amount_fen for part in parts)]


def test_a_package_of_more_than_the_bed_is_paid_by_no_benefit_and_the_page_says_so(client, span):
    load_agreements()
    home = make_home(beds=1)
    make_season(home, 20_000, includes=("bed", "meal", "care"))
    relist()
    client.post("/describe", TOLD)

    quoted = post("/api/v1/quotes/stay", {"facility": str(home.pk), "elder": ELDER, **days(span)})
    page = text(client.get(f"/homes/{home.pk}", days(span)))

    assert double(quoted)["net_fen"] == double(quoted)["gross_fen"] == 200_000
    assert "其中 ¥2,000.00 是连餐费等一起算的旅居费" in page


def test_what_cannot_be_decided_is_listed_and_never_taken_off(client, home, span):
    elder = {**ELDER, "circumstances": {}}
    room = double(post("/api/v1/quotes/stay", {"facility": str(home.pk), "elder": elder, **days(span)}))
    client.post("/describe", {**TOLD, "draws": ["unknown"]})

    assert room["net_fen"] == room["gross_fen"]
    assert "beijing/2019-160/nursing" in [one["programme"] for one in room["undecided"]]
    assert "可能另有" in text(client.get(f"/homes/{home.pk}", days(span)))


def test_a_benefit_that_ends_before_the_days_takes_nothing_off(home, span):
    hukou = [{**ELDER["hukou"][0], "until": str(clock.today())}]
    body = {"facility": str(home.pk), "care_grade": "full"}
    moved = {**ELDER, "hukou": [*hukou, {"region": "130100", "from": hukou[0]["until"], "until": None}]}

    assert (
        double(post("/api/v1/quotes/stay", {**body, "elder": ELDER, **days(span)}))["net_fen"] == gross(span) - 60_000
    )
    assert double(post("/api/v1/quotes/stay", {**body, "elder": moved, **days(span)}))["net_fen"] == gross(span)


def test_without_an_elder_the_net_fields_are_null_and_the_gross_ones_full(home, span):
    body = {"facility": str(home.pk), "care_grade": "full", **days(span)}
    room = double(post("/api/v1/quotes/stay", body))

    assert (room["gross_fen"], room["net_fen"], room["net_lines"]) == (gross(span), None, None)


def test_a_net_budget_for_the_days_is_held_to_the_fen(home, span):
    net = gross(span) - 60_000
    body = {"elder": ELDER, **days(span)}

    assert len(post("/api/v1/facilities/search", {**body, "net_budget_fen": net})["results"]) == 1
    assert post("/api/v1/facilities/search", {**body, "net_budget_fen": net - 1})["results"] == []
    assert len(post("/api/v1/facilities/search", {**body, "budget_fen": gross(span)})["results"]) == 1
    assert post("/api/v1/facilities/search", {**body, "budget_fen": gross(span) - 1})["results"] == []


def test_the_order_of_prices_is_that_of_net_prices(span):
    """Gross the package is cheaper; the benefit may pay the other home's bed and care, not the package."""
    load_agreements()
    package, plain = make_home("示例·一价全包", beds=1), make_home("示例·分项", beds=1)
    make_season(package, 30_000, includes=("bed", "care", "meal"))
    make_season(plain, 19_000)
    relist()
    body = {"room_type": "double", "sort": "price", **days(span)}

    gross_order = APIClient().get("/api/v1/facilities", {**body, "care_grade": "full"}).json()["results"]
    net_order = post("/api/v1/facilities/search", {**body, "elder": ELDER})["results"]

    assert [card["name"] for card in gross_order] == [package.name, plain.name]
    assert [card["name"] for card in net_order] == [plain.name, package.name]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"stay_from": "2020-01-01", "stay_until": "2020-01-05"}, 422),
        ({"stay_from": "x", "stay_until": "2020-01-05"}, 422),
        ({"stay_from": "2020-01-01"}, 422),
        ({"month": "2026-01"}, 400),
    ],
)
def test_what_cannot_be_quoted_is_named(home, body, status):
    sent = {"facility": str(home.pk), "care_grade": "full", **body}

    assert APIClient().post("/api/v1/quotes/stay", sent, format="json").status_code == status


def test_an_unknown_home_is_not_found(span, db):
    body = {"facility": "0190d0d0-0000-7000-8000-000000000000", "care_grade": "full", **days(span)}

    assert APIClient().post("/api/v1/quotes/stay", body, format="json").status_code == 404


def test_the_elder_s_file_shows_the_short_stay_s_days_and_the_same_figure_as_the_search(client, home):
    """As offered, as searched for the same facts, and as the family reads it once the bed is accepted."""
    today, family, boss = clock.today(), make_family(), make_user("陈院长")
    make_staff(boss, home)
    elder = make_beijing_elder(family)
    span = DayRange(today, today + 40 * DAY)
    application = make_application(
        home, elder, family.person, wanted_from=today, wanted_until=span.until, stay_kind="short"
    )
    bed = home.rooms.first().beds.get()
    offer = offer_bed(viewer_for(boss), application_id=application.pk, bed_id=bed.pk, from_day=today)
    asked = text(sign_in(client, family).get(f"/offers/{offer.pk}"))
    assert f"哪天离开</dt><dd>{span.until.year}年{span.until.month}月{span.until.day}日" in "".join(asked.split())
    accept_offer(viewer_for(family), offer_id=offer.pk)

    file = elder_file(viewer_for(family), elder.pk)
    told = Description(
        age=today.year - int(elder.person.birth_date[:4]), hukou="110105", level=3, hardship="none", draws=()
    )
    asking = find_a_home.asker(facts_from(elder_from(told, today)), today)
    due = short_stay.due_in(asking, span)
    searched = next(one for one in short_stay.of_home(home.pk, "full", span, due) if one.quote.room_type == "double")

    assert file.month is None
    assert file.days.quote.gross_fen == offer.price["gross_fen"]
    assert file.days.net_fen == searched.net_fen < file.days.quote.gross_fen
    page = text(sign_in(client, family).get(f"/elders/{elder.pk}"))
    assert "短住 40 天，补贴后自付" in page
    assert f"¥{yuan(file.days.net_fen)}" in page


# Pages


def test_the_results_say_which_days_and_how_each_price_came_about(client, home, span):
    page = text(client.get("/homes", days(span)))

    assert "共 10 天，离开那天不收费" in page
    assert "短住 10 天（补贴前）" in page
    assert "旅居费（双人间，旺季）" in page
    assert "这些天的预算最多" in page
    assert f"/homes/{home.pk}?stay_from={span.start}" in page


def test_a_home_without_a_price_for_the_days_says_so(client, span):
    load_agreements()
    make_home(prices=False, beds=1)
    relist()

    assert "这些天的价格未公布" in text(client.get("/homes", days(span)))


def test_a_page_that_the_budget_leaves_empty_says_that_others_follow(client, span, monkeypatch):
    load_agreements()
    dear, cheap = make_home("示例·贵", beds=2), make_home("示例·便宜", beds=0)
    make_season(dear, 90_000)
    make_season(cheap, 100, includes=("bed", "care", "meal"))
    relist()
    monkeypatch.setattr("facilities.selectors.paging.HEAD", 1)

    page = text(client.get("/homes", {**days(span), "budget": "50", "room_type": "double"}))

    assert "这一页的养老院都超出预算，后面还有" in page
    assert "没有完全符合的养老院" not in page


@pytest.mark.parametrize("page", ["/homes", "/homes/{home}", "/compare?home={home}"])
def test_wrong_days_are_explained_on_every_page_and_nothing_typed_is_lost(client, home, page):
    today = clock.today()
    wrong = {"stay_from": str(today + 5 * DAY), "stay_until": str(today + 5 * DAY), "home": str(home.pk)}

    answer = client.get(page.format(home=home.pk), wrong)

    assert answer.status_code == 422
    assert "离开的日子要在入住以后" in answer.content.decode()
    assert f'value="{wrong["stay_until"]}"' in answer.content.decode()


def test_without_days_the_price_of_the_season_is_labelled_as_such(client, home):
    today = clock.today()
    make_season(home, 30_000, room="single", since=today + 9 * DAY)
    page = text(client.get(f"/homes/{home.pk}"))

    assert "公布的短住价" in page
    assert page.index("（现在就按这个价）") < page.index("（还没开始）")


def test_the_days_stay_with_the_family_from_the_results_to_the_comparison_and_back(client, home, span):
    page = text(client.get("/homes", {**days(span), "care_grade": "full", "start": "110105"}))
    for name, value in (*days(span).items(), ("care_grade", "full"), ("start", "110105")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in page

    compared = text(client.get("/compare", {**days(span), "care_grade": "full", "home": str(home.pk)}))

    assert f"¥{yuan(gross(span))}" in compared
    assert f"/homes?home={home.pk}&amp;stay_from={span.start}" in compared


def test_the_application_takes_the_days_over(client, home, span):
    assert f"/apply?wanted_from={span.start}&amp;wanted_until={span.until}" in text(
        client.get(f"/homes/{home.pk}", days(span))
    )
    user = make_family()
    make_beijing_elder(user)
    page = text(sign_in(client, user).get(f"/homes/{home.pk}/apply", {"wanted_until": str(span.until)}))

    assert f'value="{span.until}"' in page


def test_a_dearer_month_that_begins_in_the_days_counts_from_its_day(client, home):
    span = DayRange(clock.today() + DAY, clock.today() + 3 * DAY)
    home.prices.filter(item="care").delete()
    make_price(home, "care", 300_000, care_grade="full", until=span.start + DAY)
    make_price(home, "care", 600_000, care_grade="full", since=span.start + DAY)
    relist_due()
    body = {"facility": str(home.pk), "care_grade": "full", **days(span)}
    care = [line["amount_fen"] for line in double(post("/api/v1/quotes/stay", body))["lines"] if line["item"] == "care"]

    assert len(care) == 2
    assert sum(care) == 300_000 // Month.of(span.start).days + 600_000 // Month.of(span.start + DAY).days


@pytest.mark.parametrize("page", ["/homes", "/compare"])
def test_the_database_is_asked_as_often_for_one_home_as_for_several(client, home, span, page):
    client.post("/describe", TOLD)
    homes, asked = [home], []
    for more in (3, 0):
        with CaptureQueriesContext(connection) as queries:
            text(client.get(page, {**days(span), "home": [str(one.pk) for one in homes], "sort": "price"}))
        asked.append(len(queries))
        homes += [make_home(f"示例·{number}", beds=1) for number in range(more)]
        for one in homes[len(homes) - more :]:
            make_season(one, 15_000)
        relist()
    assert asked[0] == asked[1]


def test_the_months_of_a_stay_are_each_asked_once():
    span = DayRange(date(2027, 1, 31), date(2027, 3, 2))

    assert short_stay.due_in(None, span) == {}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("view", ["normal", "elder"])
def test_a_family_names_its_days_on_a_phone_without_any_script(open_page, live_server, phone, home, span, view):
    page = open_page("/healthz", viewport=phone, java_script_enabled=False)
    page.context.add_cookies([{"name": "eldercare_view", "value": view, "url": live_server.url}])
    page.goto("/homes")
    page.click("summary:has-text('筛选条件')")
    page.click("summary:has-text('更多条件')")
    page.fill("input[name=stay_from]", str(span.start))
    page.fill("input[name=stay_until]", str(span.until))
    page.click("button:has-text('按条件查找')")
    assert page.is_visible("text=短住 10 天（补贴前）")
    page.click("a:has-text('看这一家')")
    assert page.is_visible("text=这些天一共（补贴前）")


CUT_OFF = """() => [...document.querySelectorAll("main td .money, main .lines .money")].filter(one => {
  const cell = one.closest("td").getBoundingClientRect(), money = one.getBoundingClientRect();
  return money.width && (money.right > cell.right + 1 || money.left < cell.left - 1);
}).map(one => one.textContent)"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("view", ["normal", "elder"])
def test_axe_finds_nothing_where_days_are_priced(open_page, live_server, phone, home, span, view):
    phone |= {"width": 360}
    page = open_page("/healthz", viewport=phone, reduced_motion="reduce")
    page.context.add_cookies([{"name": "eldercare_view", "value": view, "url": live_server.url}])
    for path in ("/homes?", f"/homes/{home.pk}?", f"/compare?home={home.pk}&", f"/homes/{home.pk}/prices?"):
        page.goto(f"{path}stay_from={span.start}&stay_until={span.until}")
        page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
        found = Axe().run(page).response["violations"]
        assert [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= phone["width"]
        assert page.evaluate(CUT_OFF) == []
