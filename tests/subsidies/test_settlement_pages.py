"""Each sees their own side of the money, and nobody another's: pages and API of runs, payments and statements."""

from datetime import date

import pytest

from eldercare.accounts.models import User
from subsidies.models import Run
from subsidies.services import settle
from tests.builders.accounts import make_officer, make_user, sign_in
from tests.builders.facilities import make_home, make_staff
from tests.builders.regions import BEIJING, CHAOYANG, HUJIALOU, TONGZHOU
from tests.builders.settlement import NURSING, set_day
from tests.subsidies.month import DECIDED, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed(client):
    """Return `signed(user)`: the client as somebody else now."""
    return lambda user: sign_in(client, user)


def officer(viewer) -> User:
    return User.objects.get(pk=viewer.user_id)


def family_of(world: World) -> User:
    user = make_user("李娜")
    user.person = world.family
    user.save(update_fields=["person"])
    return user


def test_two_officers_settle_a_month_by_pages_alone(signed, open_bank):
    open_bank()
    world = World()
    client = signed(officer(world.proposer))
    opened = client.post(
        "/desk/runs/", {"programme": NURSING, "region_code": CHAOYANG, "benefit_month": "2026-07", "request_key": "k1"}
    )
    run = Run.objects.get()
    assert (opened.status_code, opened.url) == (302, f"/desk/runs/{run.pk}")
    settle.calculate_run(run.pk)
    page = client.get(f"/desk/runs/{run.pk}")
    assert "600.00" in page.text
    assert "提请复核" in page.text

    client.post(f"/desk/runs/{run.pk}/propose", {"request_key": "k2"})
    assert "批准付款" not in client.get(f"/desk/runs/{run.pk}").text
    own = client.post(f"/desk/runs/{run.pk}/approve", {"request_key": "k3"})
    assert own.status_code == 403
    assert "要由另一位经办人员复核批准" in own.text

    client = signed(officer(world.approver))
    assert "批准付款" in client.get(f"/desk/runs/{run.pk}").text
    client.post(f"/desk/runs/{run.pk}/approve", {"request_key": "k4"})
    run.refresh_from_db()
    assert (run.state, run.proposed_by_id, run.approved_by_id) == (
        "approved",
        world.proposer.user_id,
        world.approver.user_id,
    )


def test_a_month_too_late_comes_back_into_the_form_with_the_next_step(signed):
    world = World()
    client = signed(officer(world.proposer))
    answer = client.post("/desk/runs/", {"programme": NURSING, "region_code": CHAOYANG, "benefit_month": "2026-09"})
    assert answer.status_code == 422
    assert "最晚只能发放下个月（2026年7月）的补贴" in answer.text
    assert 'value="2026-09"' in answer.text
    assert not Run.objects.exists()


def test_the_live_part_is_a_part_of_the_page(signed, open_bank):
    open_bank()
    world = World()
    run = world.credit_july()
    client = signed(officer(world.proposer))
    part = client.get(f"/desk/runs/{run.pk}", headers={"HX-Request": "true"})
    assert part.text.strip().startswith('<div id="live"')
    assert "每一笔补贴都已入账" not in part.text
    assert "1 笔补贴还没有和银行对账单对上" in part.text


@pytest.mark.parametrize(
    ("role", "region", "status"),
    [
        ("district_officer", CHAOYANG, 200),
        ("city_officer", BEIJING, 200),
        ("auditor", BEIJING, 200),
        ("district_officer", TONGZHOU, 404),
        ("street_officer", HUJIALOU, 404),
    ],
)
def test_a_run_is_seen_by_its_district_its_city_and_its_auditors_only(signed, role, region, status):
    world = World()
    run = world.calculated_july()
    client = signed(make_officer(role, region))
    assert client.get(f"/desk/runs/{run.pk}").status_code == status
    assert client.get(f"/api/v1/runs/{run.pk}").status_code == status
    assert client.get(f"/api/v1/runs/{run.pk}/progress").status_code == status


def test_who_only_reads_can_do_nothing(signed):
    world = World()
    run = world.calculated_july()
    client = signed(make_officer("auditor", BEIJING))
    assert "提请复核" not in client.get(f"/desk/runs/{run.pk}").text
    assert client.post(f"/desk/runs/{run.pk}/propose").status_code == 403
    run.refresh_from_db()
    assert run.state == "calculated"


def test_the_family_sees_every_payment_and_its_reason(signed, open_bank):
    open_bank()
    world = World()
    world.credit_july()
    world.bill_july(bed_fen=20_000, care_fen=15_050)
    client = signed(family_of(world))
    page = client.get(f"/elders/{world.elder.pk}/payments")
    assert page.status_code == 200
    for text in (
        "按审定的标准，按月发放",
        "京民养老发〔2019〕160号",
        "600.00",
        "350.50",
        "249.50",
        world.home.name,
        "已到账",
    ):
        assert text in page.text
    answer = client.get(f"/api/v1/elders/{world.elder.pk}/payments").json()
    assert answer["balance_fen"] == 24_950
    (month,) = answer["months"]
    assert (month["benefit_month"], month["credited_fen"], month["paid_fen"], month["left_fen"]) == (
        "2026-07",
        60_000,
        35_050,
        24_950,
    )
    assert [(line["label"], line["amount_fen"]) for line in month["paid"][0]["lines"]] == [
        ("床位费", 20_000),
        ("护理费", 15_050),
    ]


def test_another_family_sees_nothing(signed):
    world = World()
    client = signed(make_user("外人"))
    assert client.get(f"/elders/{world.elder.pk}/payments").status_code == 404
    assert client.get(f"/api/v1/elders/{world.elder.pk}/payments").status_code == 404


def test_the_home_sees_its_own_statement_and_no_other_home_does(signed, open_bank):
    open_bank()
    world = World()
    world.credit_july()
    world.bill_july()
    manager, stranger = make_user("院长"), make_user("别家院长")
    make_staff(manager, world.home)
    make_staff(stranger, make_home("示例·别家"))
    client = signed(manager)
    page = client.get(f"/home/{world.home.pk}/statement")
    for text in ("5,000.00", "600.00", "4,400.00", "已到账"):
        assert text in page.text
    statement = client.get(f"/api/v1/facilities/{world.home.pk}/statement?month=2026-07").json()
    assert {name: statement[name] for name in ("billed_fen", "redeemed_fen", "paid_out_fen", "family_fen")} == {
        "billed_fen": 500_000,
        "redeemed_fen": 60_000,
        "paid_out_fen": 60_000,
        "family_fen": 440_000,
    }
    client = signed(stranger)
    assert client.get(f"/home/{world.home.pk}/statement").status_code == 404
    assert client.get(f"/api/v1/facilities/{world.home.pk}/statement").status_code == 404


def test_a_credit_that_waits_for_its_bill_is_announced_to_the_home(signed, open_bank):
    open_bank()
    world = World()
    world.credit_july()
    manager = make_user("院长")
    make_staff(manager, world.home)
    page = signed(manager).get(f"/home/{world.home.pk}/statement?month=2026-07")
    assert "出账后预计" in page.text
    assert "600.00" in page.text


def test_the_api_settles_a_month_with_four_eyes_and_keys(signed):
    world = World()
    client = signed(officer(world.proposer))
    body = {"programme": NURSING, "region": CHAOYANG, "benefit_month": "2026-07"}
    key = {"Idempotency-Key": "one"}
    first = client.post("/api/v1/runs", body, content_type="application/json", headers=key)
    again = client.post("/api/v1/runs", body, content_type="application/json", headers=key)
    assert (first.status_code, again.status_code, first.json()["id"]) == (201, 201, again.json()["id"])
    run = first.json()["id"]
    settle.calculate_run(run)
    assert client.post(f"/api/v1/runs/{run}/propose", {}, content_type="application/json").json()["state"] == "proposed"
    refused = client.post(f"/api/v1/runs/{run}/approve", {}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "approver_is_proposer")
    client = signed(officer(world.approver))
    assert client.post(f"/api/v1/runs/{run}/approve", {}, content_type="application/json").json()["state"] == "approved"
    twice = client.post(f"/api/v1/runs/{run}/approve", {}, content_type="application/json")
    assert (twice.status_code, twice.json()["code"]) == (409, "run_moved_on")
    progress = client.get(f"/api/v1/runs/{run}/progress").json()
    assert (progress["lines"], progress["total_fen"], progress["calculation"]) == (1, 60_000, {"done": 1, "total": 1})


def test_a_month_credited_too_low_is_corrected_through_the_api(signed, open_bank):
    open_bank()
    world = World()
    run = world.credit_july()
    set_day(date(2026, 7, 26))
    client = signed(officer(world.proposer))
    august = settle.open_run(
        world.proposer, programme=NURSING, region_code=CHAOYANG, benefit_month=settle.Month.parse("2026-08")
    )
    address = f"/api/v1/runs/{run.pk}/lines/{run.lines.get().pk}/correct"
    answer = client.post(address, {"missing_fen": 5_000, "reason": "档次登记错了"}, content_type="application/json")
    assert answer.status_code == 201
    assert (answer.json()["benefit_month"], answer.json()["cause"], answer.json()["amount_fen"]) == (
        "2026-07",
        "correction",
        5_000,
    )
    assert august.lines.get().amount_fen == 5_000
    nothing = client.post(address, {"missing_fen": 0, "reason": "x"}, content_type="application/json")
    assert nothing.status_code == 422


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"programme": NURSING, "region": CHAOYANG, "benefit_month": "2026-09"}, 422, "benefit_month_too_late"),
        ({"programme": "beijing/none", "region": CHAOYANG, "benefit_month": "2026-07"}, 422, "unknown_programme"),
        ({"programme": NURSING, "region": TONGZHOU, "benefit_month": "2026-07"}, 403, "not_your_district"),
        ({"programme": NURSING, "region": CHAOYANG, "benefit_month": "July"}, 422, "invalid"),
        ({"programme": NURSING, "region": CHAOYANG, "benefit_month": "2026-07", "x": 1}, 400, "unknown_fields"),
    ],
)
def test_bad_requests_are_answered_with_a_sentence(signed, body, status, code):
    world = World()
    answer = signed(officer(world.proposer)).post("/api/v1/runs", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["next_step"]
    assert not Run.objects.exists()


def test_the_list_of_runs_asks_the_same_number_of_queries_however_long_it_is(signed, django_assert_max_num_queries):
    world = World()
    for month in ("2026-03", "2026-04", "2026-05", "2026-06", "2026-07"):
        settle.open_run(
            world.proposer,
            programme=NURSING,
            region_code=CHAOYANG,
            benefit_month=settle.Month.parse(month),
        )
    set_day(DECIDED)
    client = signed(officer(world.proposer))
    with django_assert_max_num_queries(20):
        assert client.get("/desk/runs/").text.count("/desk/runs/0") == 5
