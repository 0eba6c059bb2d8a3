"""The pages of benefits through HTTP: the family's, the officers' desk, the consent to routing."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from eldercare.audit.models import ViewOfFile
from eldercare.kernel import clock
from eldercare.kernel.keys import new_id
from subsidies.models import Application, Entitlement, Routing
from tests.builders.accounts import make_officer, sign_in
from tests.builders.facilities import make_home, make_stay
from tests.builders.recognition import agreements
from tests.builders.regions import CHAOYANG, HUJIALOU
from tests.builders.settlement import make_entitlement, set_day
from tests.builders.subsidies import CARD, NURSING, SENIORITY, make_application, make_beijing_elder, make_family

pytestmark = pytest.mark.django_db


@pytest.fixture
def family():
    return make_family()


@pytest.fixture
def elder(family):
    return make_beijing_elder(family)


@pytest.fixture
def at_home(family):
    return sign_in(Client(), family)


@pytest.fixture
def street():
    return sign_in(Client(), make_officer("street_officer", HUJIALOU, "赵初审"))


@pytest.fixture
def district():
    return sign_in(Client(), make_officer("district_officer", CHAOYANG, "钱审定"))


def text_of(response) -> str:
    return response.content.decode()


def begun(client, elder, programme=NURSING) -> str:
    """Begin the form from the elder's page; give its address."""
    answer = client.post(reverse("subsidies:apply", args=[elder.pk, programme]), {"programmes": programme})
    assert answer.status_code == 302, text_of(answer)
    return answer["Location"].rpartition("/")[0]


def apply(client, elder, programme=NURSING, **typed):
    form = begun(client, elder, programme)
    client.post(f"{form}/account", {"account_kind": "elder_card", "account_number": CARD})
    return client.post(f"{form}/confirm", {"agreed": "on", "request_key": str(new_id()), **typed})


def test_the_family_sees_all_three_benefits_with_amounts_and_the_next_step(at_home, elder):
    page = text_of(at_home.get(reverse("subsidies:elder", args=[elder.pk])))
    for words in (
        "困难老年人养老服务补贴",
        "失能老年人护理补贴",
        "高龄老年人津贴",
        "600.00",
        "京民养老发〔2019〕160号",
    ):
        assert words in page
    assert "现在申请" in page


def test_the_family_applies_and_follows_the_application(at_home, elder):
    answer = apply(at_home, elder)
    assert answer.status_code == 302, text_of(answer)
    application = Application.objects.get()
    page = text_of(at_home.get(reverse("subsidies:application", args=[application.pk])))
    assert "呼家楼街道" in page and "**** 5678" in page and CARD not in page


def test_a_second_click_applies_once(at_home, elder):
    form, key = begun(at_home, elder), str(new_id())
    at_home.post(f"{form}/account", {"account_kind": "elder_card", "account_number": CARD})
    for _click in range(2):
        answer = at_home.post(f"{form}/confirm", {"agreed": "on", "request_key": key})
        assert (answer.status_code, answer["Location"]) == (302, form)
    assert Application.objects.count() == 1


def test_a_wrong_account_comes_back_into_the_form_with_what_was_typed(at_home, elder):
    form = begun(at_home, elder)
    answer = at_home.post(f"{form}/account", {"account_kind": "elder_card", "account_number": "12 34"})
    assert answer.status_code == 422
    assert "账号看起来不对" in text_of(answer) and "12 34" in text_of(answer)


def test_another_familys_pages_are_not_found(elder, family):
    application = make_application(elder, family.person)
    stranger = sign_in(Client(), make_family("别人"))
    for address in (
        reverse("subsidies:elder", args=[elder.pk]),
        reverse("subsidies:apply", args=[elder.pk, NURSING]),
        reverse("subsidies:application", args=[application.pk]),
        reverse("subsidies:route", args=[elder.pk]),
    ):
        assert stranger.get(address).status_code == 404
    assert stranger.post(reverse("subsidies:withdraw", args=[application.pk])).status_code == 404


def test_street_and_district_work_through_their_desks(at_home, elder, street, district):
    apply(at_home, elder)
    application = Application.objects.get()
    file = reverse("subsidies:file", args=[application.pk])
    assert "王*" in text_of(street.get(reverse("subsidies:desk"))) and file in text_of(
        street.get(reverse("subsidies:desk"))
    )
    assert file not in text_of(district.get(reverse("subsidies:desk")))
    page = text_of(street.get(file))
    assert "王桂兰" in page and "外地的能力评估结果在北京算数" in page
    assert ViewOfFile.objects.filter(elder_id=elder.pk, part="subsidy_application").count() == 1
    assert street.post(file, {"outcome": "pass", "request_key": str(new_id())}).status_code == 302
    assert district.post(file, {"outcome": "approve", "request_key": str(new_id())}).status_code == 302
    assert Entitlement.objects.count() == 1
    page = text_of(at_home.get(reverse("subsidies:application", args=[application.pk])))
    assert "批准" in page and "600.00" in page


def test_a_refusal_reaches_the_family_with_reason_remedy_and_last_day(at_home, family, street, district):
    elder = make_beijing_elder(family, level=1)
    apply(at_home, elder)
    application = Application.objects.get()
    file = reverse("subsidies:file", args=[application.pk])
    street.post(file, {"outcome": "object", "reason": "评估为轻度失能"})
    page = text_of(district.get(file))
    assert "评估为轻度失能" in page and "申请行政复议" in page
    incomplete = district.post(file, {"outcome": "refuse", "reason": "没有达到重度失能", "remedy": "请重新核对"})
    assert incomplete.status_code == 422 and "最后一天" in text_of(incomplete)
    last_day = clock.today() + timedelta(days=60)
    said = {"outcome": "refuse", "reason": "没有达到重度失能", "remedy": "请重新核对", "appeal_until": last_day}
    assert district.post(file, said).status_code == 302
    page = text_of(at_home.get(reverse("subsidies:application", args=[application.pk])))
    assert "没有达到重度失能" in page and "请重新核对" in page and f"{last_day.year}年" in page


def test_approving_against_the_rule_is_refused_on_the_page_and_nothing_moves(at_home, family, street, district):
    elder = make_beijing_elder(family, level=2)
    apply(at_home, elder)
    file = reverse("subsidies:file", args=[Application.objects.get().pk])
    street.post(file, {"outcome": "pass"})
    answer = district.post(file, {"outcome": "approve"})
    assert answer.status_code == 422 and "按现有资料不符合条件" in text_of(answer)
    assert not Entitlement.objects.exists()


def test_an_officer_elsewhere_does_not_find_the_file_and_a_family_has_no_desk(at_home, elder, family):
    application = make_application(elder, family.person)
    elsewhere = sign_in(Client(), make_officer("street_officer", "110105001"))
    assert elsewhere.get(reverse("subsidies:file", args=[application.pk])).status_code == 404
    assert str(application.pk) not in text_of(elsewhere.get(reverse("subsidies:desk")))
    assert at_home.get(reverse("subsidies:desk")).status_code == 403


def test_a_queue_asks_the_same_number_of_questions_for_one_and_for_ten(family, street):
    def look():
        return street.get(reverse("subsidies:desk"))

    first = make_beijing_elder(family, level=None)
    make_application(first, family.person)
    with CaptureQueriesContext(
        connection,
    ) as one:
        look()
    for _number in range(9):
        make_application(make_beijing_elder(family, level=None), family.person)
    with CaptureQueriesContext(connection) as ten:
        page = look()
    assert text_of(page).count("王*") == 10
    assert len(ten) == len(one)


def test_the_family_routes_the_benefit_and_takes_it_back(family):
    agreements()
    set_day(date(2026, 7, 15))
    elder = make_beijing_elder(family, level=None)
    entitlement, home = make_entitlement(elder), make_home("示例·运河养老院", prices=False)
    client = sign_in(Client(), family)
    address = reverse("subsidies:route", args=[elder.pk])
    assert "还没有可以转付的补贴" in text_of(client.get(address))
    make_stay(home, elder, family.person, since=date(2026, 7, 10))
    page = text_of(client.get(address))
    assert "示例·运河养老院" in page and "以前月份的余额不会动用" in page
    agreed = {"entitlement": entitlement.pk, "facility": home.pk, "text_version": "2026-01"}
    assert client.post(address, agreed).status_code == 422
    assert not Routing.objects.exists()
    assert client.post(address, {**agreed, "agreed": "on"}).status_code == 302
    routing = Routing.objects.get()
    assert "转付有效" in text_of(client.get(address))
    assert client.post(reverse("subsidies:revoke_routing", args=[routing.pk])).status_code == 302
    routing.refresh_from_db()
    assert (routing.state, routing.until_month) == ("revoked", date(2026, 8, 1))


def test_the_same_walk_through_the_api_answers_with_the_file(at_home, elder, street, district):
    body = {"elder": str(elder.pk), "programme": NURSING, "account_kind": "elder_card", "account_number": CARD}
    created = at_home.post("/api/v1/subsidy-applications", body, content_type="application/json")
    assert created.status_code == 201, text_of(created)
    address = f"/api/v1/subsidy-applications/{created.json()['id']}"
    assert created.json()["account"] == "**** 5678"
    assert at_home.post(f"{address}/review", {"outcome": "pass"}, content_type="application/json").status_code == 404
    reviewed = street.post(f"{address}/review", {"outcome": "pass"}, content_type="application/json")
    assert reviewed.json()["state"] == "street_passed"
    refused = district.post(f"{address}/decide", {"outcome": "refuse"}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (422, "reason_missing")
    decided = district.post(f"{address}/decide", {"outcome": "approve"}, content_type="application/json").json()
    assert decided["state"] == "approved" and decided["entitlement"]
    assert decided["decisions"][1]["answer"]["lines"][0]["cite"]["article"] == "二(二)1"
    (right,) = at_home.get("/api/v1/entitlements").json()["results"]
    assert (right["programme"], right["monthly_fen"], right["payer_region"]) == (NURSING, 60_000, CHAOYANG)
    stranger = sign_in(Client(), make_family("别人"))
    assert stranger.get(address).status_code == 404
    assert stranger.get("/api/v1/subsidy-applications").json()["results"] == []


def test_an_idempotency_key_gives_the_first_answer_again_and_refuses_another_body(at_home, elder):
    body = {"elder": str(elder.pk), "programme": NURSING, "account_kind": "elder_card", "account_number": CARD}
    send = {"content_type": "application/json", "headers": {"Idempotency-Key": "k-1"}}
    first = at_home.post("/api/v1/subsidy-applications", body, **send)
    again = at_home.post("/api/v1/subsidy-applications", body, **send)
    assert (first.json()["id"], again["Idempotent-Replay"]) == (again.json()["id"], "true")
    other = at_home.post("/api/v1/subsidy-applications", {**body, "programme": SENIORITY}, **send)
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
