"""The API for everybody, for people who are signed in, and for a home's own system with its token."""

import base64
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from eldercare.kernel import clock
from facilities.choices import ClaimKind, PriceItem
from facilities.models import BedClaim, BedConfirmation, HomeToken, Stay
from facilities.services import accept_offer, confirm_beds, make_home_token, relist, revoke_home_token
from tests.builders.accounts import make_user, sign_in, viewer_for
from tests.builders.facilities import make_bed, make_home, make_price, make_rating, make_staff, make_stay
from tests.builders.people import make_elder
from tests.builders.regions import CHAOYANG

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture
def anyone():
    return Client()


def answer(response, status=200):
    assert response.status_code == status, response.content.decode()[:2000]
    return response.json()


def results(client, **filters):
    return [row["name"] for row in answer(client.get(f"{API}/facilities", filters))["results"]]


def test_a_home_is_listed_with_all_that_is_published(anyone):
    home = make_home(beds=2)
    make_rating(home, 4)
    BedClaim.objects.create(bed=make_bed(home), kind=ClaimKind.STAY, days=(clock.today(), clock.today() + timedelta(9)))
    manager = make_user()
    make_staff(manager, home)
    confirm_beds(viewer_for(manager), facility_id=home.pk)
    (row,) = answer(anyone.get(f"{API}/facilities"))["results"]
    assert row["stars"] == {
        "level": 4,
        "standard": "GB/T 37276-2018",
        "issuer": "120000",
        "valid_until": "2099-12-31",
        "recognised": True,
    }
    assert {**row["beds"], "as_of": None} == {
        "free": 2,
        "not_admittable": 0,
        "freshness": "fresh",
        "as_of": None,
        "by": "机构工作人员",
        "types": [{"bed_type": "nursing", "free": 2}],
        "next_free_on": str(clock.today() + timedelta(9)),
        "later": [{"on": str(clock.today() + timedelta(9)), "free": 1}],
        "why": [],
    }
    assert row["price_from_fen"] == 620_000
    assert row["region_name"] == "天津市武清区"
    assert sum(reason["points"] for reason in row["reasons"]) == row["points"] == 250 + 200 + 200 + 150 + 100 + 50


def test_a_home_that_publishes_nothing_shows_null_never_zero(anyone):
    make_home(prices=False, licence_valid_until=None, medical_insurance=None)
    relist()
    (row,) = answer(anyone.get(f"{API}/facilities"))["results"]
    assert (row["price_from_fen"], row["stars"], row["beds"]["free"], row["beds"]["freshness"]) == (
        None,
        None,
        None,
        "unknown",
    )
    assert row["points"] == 0


def test_every_filter_keeps_what_fits_and_drops_the_rest(anyone):
    fits = make_home("示例·合适", beds=1, latitude=39.4, longitude=117.0, subsidy_payable=True)
    make_rating(fits, 4)
    make_bed(fits, bed_type="inclusive")
    make_bed(fits, bed_type="short_stay")
    other = make_home(
        "示例·别处",
        region=CHAOYANG,
        prices=False,
        accepts_levels=[0],
        accepts_hukou=["110000"],
        takes_dementia=False,
        medical_insurance=False,
        latitude=39.9,
        longitude=116.4,
    )
    for item, named in (
        (PriceItem.BED, {"room_type": "single"}),
        (PriceItem.CARE, {"care_grade": "full"}),
        (PriceItem.MEAL, {}),
    ):
        make_price(other, item, 500_000, **named)
    relist()
    for filters in (
        {"q": "合适"},
        {"q": "heshi"},
        {"q": "hs"},
        {"region": "120000"},
        {"near": "39.4,117.0", "within_km": 30},
        {"capability_level": 3},
        {"budget_fen": 620_000},
        {"budget_fen": 620_000, "care_grade": "full"},
        {"stars": 4},
        {"free_beds": 3},
        {"free_on": str(clock.today() + timedelta(90))},
        {"medical_insurance": "true"},
        {"dementia": "true"},
        {"accepts_hukou": "130102"},
        {"subsidy_payable": "true"},
        {"inclusive": "true"},
        {"short_stay": "true"},
    ):
        assert results(anyone, **filters) == ["示例·合适"], filters
    assert results(anyone, kind="meal_point") == []
    assert results(anyone, free_beds=4) == []
    assert results(anyone, sort="price") == ["示例·合适", "示例·别处"]


def test_pages_go_by_key_forth_and_back_and_meet_every_home_once(anyone):
    for number in range(7):
        make_home(f"示例·第{number}家", prices=False)
    relist()
    seen, url, pages = [], f"{API}/facilities?page_size=3", []
    while url:
        page = answer(anyone.get(url))
        pages.append(page)
        seen += [row["id"] for row in page["results"]]
        url = page["next"]
    assert len(seen) == len(set(seen)) == 7
    back = answer(anyone.get(pages[2]["previous"]))
    assert [row["id"] for row in back["results"]] == [row["id"] for row in pages[1]["results"]]
    assert pages[0]["previous"] is None


def test_each_choice_is_counted_under_the_other_filters(anyone):
    make_rating(make_home("示例·甲", beds=1), 4)
    make_home("示例·乙", kind="day_care", medical_insurance=False)
    make_rating(make_home("示例·丙", region=CHAOYANG), 3)
    relist()

    def counted(name, **filters):
        values = answer(anyone.get(f"{API}/facilities", filters))["facets"][name]
        assert not any(count["more"] for count in values.values())
        return {value: count["count"] for value, count in values.items() if count["count"]}

    assert counted("kind") == {"home": 2, "day_care": 1}
    assert counted("kind", kind="home") == {"home": 2, "day_care": 1}
    assert counted("kind", kind="home", stars=4) == {"home": 1}
    assert counted("stars", stars=5) == {"1": 2, "2": 2, "3": 2, "4": 1}
    assert counted("stars", stars=4, region="110000") == {"1": 1, "2": 1, "3": 1}
    assert counted("region", region="120000", kind="home") == {"120000": 1, "120114": 1, "110000": 1, "110105": 1}
    assert counted("free_beds") == {"1": 1}
    assert counted("medical_insurance", stars=4) == {"true": 1}
    assert counted("budget_fen", budget_fen=1) == {"800000": 3, "1000000": 3}


def test_a_search_asks_as_often_for_nine_homes_as_for_two(anyone):
    def homes(count):
        for _number in range(count):
            make_rating(make_home(beds=1), 3)
        relist()

    homes(2)
    anyone.get(f"{API}/facilities")
    with CaptureQueriesContext(connection) as few:
        anyone.get(f"{API}/facilities")
    homes(7)
    with CaptureQueriesContext(connection) as many:
        anyone.get(f"{API}/facilities")
    assert len(many) == len(few)
    assert not any("count(*)" in query["sql"].lower() and "limit" not in query["sql"].lower() for query in many)


@pytest.mark.parametrize(
    ("filters", "status", "field"),
    [
        ({"colour": "red"}, 400, "colour"),
        ({"stars": 6}, 422, "stars"),
        ({"near": "north"}, 422, "near"),
        ({"region": "12"}, 422, "region"),
        ({"region": "999999"}, 422, "region"),
        ({"free_on": "2026-13-40"}, 422, "free_on"),
    ],
)
def test_what_can_not_be_read_is_named(anyone, filters, status, field):
    problem = answer(anyone.get(f"{API}/facilities", filters), status)
    assert [error["field"] for error in problem["errors"]] == [field]


def test_a_cursor_of_nobody_is_400(anyone):
    infinite = base64.urlsafe_b64encode(b'["n", Infinity, "x"]').decode()
    for cursor in ("xyz", infinite, "W" * 190):
        assert answer(anyone.get(f"{API}/facilities", {"cursor": cursor}), 400)["code"] == "bad_cursor"


def test_one_home_is_read_whole(anyone):
    home = make_home(beds=1)
    make_rating(home, 4)
    row = answer(anyone.get(f"{API}/facilities/{home.pk}"))
    assert row["ratings"][0]["reasons"][0]["cite"]["document"] == "京民养老发〔2024〕17号"
    assert len(row["prices"]) == 4 + 4 + 1
    answer(anyone.get(f"{API}/facilities/{home.pk}".replace(str(home.pk)[-4:], "0000")), 404)


class Tokened:
    """A home, its manager, and a client that carries the home's token."""

    def __init__(self):
        self.home = make_home()
        self.bed = make_bed(self.home)
        self.manager = make_user()
        make_staff(self.manager, self.home)
        self.token, text = make_home_token(viewer_for(self.manager), facility_id=self.home.pk, name="管理软件")
        self.text = text
        self.client = Client(headers={"authorization": f"Bearer {text}"})
        self.beds = f"{API}/facilities/{self.home.pk}/beds"

    def send(self, method, path, body, key=None):
        headers = {"idempotency-key": key} if key else {}
        return getattr(self.client, method)(path, body, content_type="application/json", headers=headers)


@pytest.fixture
def tokened():
    return Tokened()


def test_a_token_is_kept_as_a_digest_only(tokened):
    kept = HomeToken.objects.get()
    assert tokened.text not in kept.token_digest
    assert len(kept.token_digest) == 64


def test_a_homes_system_reports_its_beds_as_one_act(tokened):
    body = {"beds": [{"id": str(tokened.bed.pk), "blocked": True, "note": "维修"}]}
    after = answer(tokened.send("put", tokened.beds, body, key="a"))
    assert [bed["claimed"] for bed in after["beds"]] == ["blocked"]
    assert (after["counted"]["free"], after["counted"]["by"]) == (0, "机构自己的系统")
    again = tokened.send("put", tokened.beds, body, key="a")
    assert (again.json(), again.headers["Idempotent-Replay"]) == (after, "true")
    assert BedConfirmation.objects.count() == 1
    assert answer(tokened.send("put", tokened.beds, {"beds": []}, key="a"), 409)["code"] == "key_reused"


def test_a_token_without_a_request_key_is_428(tokened):
    problem = answer(tokened.send("post", f"{tokened.beds}/confirm", {}), 428)
    assert problem["code"] == "idempotency_key_required"
    assert BedConfirmation.objects.count() == 0


def test_a_token_opens_its_own_home_only(tokened):
    other = make_home("示例·另一家", beds=1)
    answer(tokened.client.get(f"{API}/facilities/{other.pk}/beds"), 404)
    answer(tokened.send("post", f"{API}/facilities/{other.pk}/beds/confirm", {}, key="b"), 404)
    foreign = make_bed(other)
    body = {"beds": [{"id": str(foreign.pk), "blocked": True}]}
    answer(tokened.send("put", tokened.beds, body, key="c"), 404)
    assert not BedClaim.objects.exists()


def test_a_revoked_or_wrong_token_is_401(tokened):
    answer(Client(headers={"authorization": "Bearer home_wrong"}).get(tokened.beds), 401)
    answer(Client().get(tokened.beds), 401)
    answer(tokened.client.get(tokened.beds))
    revoke_home_token(viewer_for(tokened.manager), facility_id=tokened.home.pk, token_id=tokened.token.pk)
    answer(tokened.client.get(tokened.beds), 401)


def test_the_whole_admission_through_the_api(tokened):
    daughter = make_user("李娜")
    elder = make_elder(guardian=daughter.person)
    family = sign_in(Client(), daughter)
    body = {
        "facility": str(tokened.home.pk),
        "elder": str(elder.pk),
        "room_type": "double",
        "care_grade": "full",
        "wanted_from": str(clock.today()),
        "consent_text_version": "2026-01",
    }
    applied = answer(family.post(f"{API}/applications", body, content_type="application/json"), 201)
    assert (applied["state"], applied["fit"], applied["elder_name"]) == ("submitted", "cannot_decide", "王**")
    (seen,) = answer(tokened.client.get(f"{API}/applications"))["results"]
    assert seen["id"] == applied["id"]
    offer = {"bed": str(tokened.bed.pk), "from_day": str(clock.today())}
    path = f"{API}/applications/{applied['id']}/offers"
    offered = answer(tokened.send("post", path, offer, key="o"), 201)
    assert (offered["state"], offered["gross_fen"]) == ("live", 620_000)
    assert answer(family.get(f"{API}/offers/{offered['id']}")) == offered
    stranger = sign_in(Client(), make_user("路人"))
    answer(stranger.get(f"{API}/offers/{offered['id']}"), 404)
    answer(stranger.post(f"{API}/offers/{offered['id']}/decline", {}, content_type="application/json"), 404)
    stay = accept_offer(viewer_for(daughter), offer_id=offered["id"])
    later = {"on": str(clock.today() + timedelta(1))}
    problem = answer(tokened.send("post", f"{API}/stays/{stay.pk}/check-in", later, key="s"), 422)
    assert problem["errors"][0]["field"] == "on"
    begun = answer(tokened.send("post", f"{API}/stays/{stay.pk}/check-in", {}, key="t"))
    assert (begun["state"], begun["from"], begun["until"]) == ("in", str(clock.today()), None)
    for number, month in enumerate((f"{clock.today():%Y-%m}", "2199-12")):
        bill = {"bill_month": month}
        early = answer(tokened.send("post", f"{API}/stays/{stay.pk}/bills", bill, key=f"u{number}"), 422)
        assert (early["code"], early["errors"][0]["field"]) == ("month_not_over", "bill_month")


def test_a_month_is_billed_once_through_the_api(tokened):
    daughter = make_user("李娜")
    last_month = (clock.today().replace(day=1) - timedelta(1)).replace(day=1)
    stay = make_stay(tokened.home, make_elder(guardian=daughter.person), daughter.person, since=last_month)
    body, path = {"bill_month": f"{last_month:%Y-%m}"}, f"{API}/stays/{stay.pk}/bills"
    first = answer(tokened.send("post", path, body, key="a"), 201)
    assert answer(tokened.send("post", path, body, key="b"), 201) == first
    assert [(line["eligible_key"], line["amount_fen"]) for line in first["lines"]] == [
        ("bed", 200_000),
        ("care", 300_000),
        ("meal", 120_000),
    ]
    family = sign_in(Client(), daughter)
    assert answer(family.get(f"{API}/bills/{first['id']}")) == first
    assert [row["id"] for row in answer(family.get(f"{API}/bills"))["results"]] == [first["id"]]
    answer(sign_in(Client(), make_user("路人")).get(f"{API}/bills/{first['id']}"), 404)
    assert Stay.objects.count() == 1


def test_a_refusal_is_the_same_sentence_as_on_the_page(tokened):
    daughter = make_user("李娜")
    elder = make_elder(guardian=daughter.person)
    tokened.home.accepts_hukou = ["130000"]
    tokened.home.save()
    body = {
        "facility": str(tokened.home.pk),
        "elder": str(elder.pk),
        "room_type": "double",
        "care_grade": "full",
        "wanted_from": str(clock.today()),
        "consent_text_version": "2026-01",
    }
    family = sign_in(Client(), daughter)
    problem = answer(family.post(f"{API}/applications", body, content_type="application/json"), 422)
    assert (problem["code"], problem["detail"]) == ("does_not_fit", "这家机构现在不能接收这位老人。")
    assert {reason["id"]: reason["outcome"] for reason in problem["reasons"]}["hukou"] == "fail"
