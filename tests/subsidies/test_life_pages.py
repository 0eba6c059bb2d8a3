"""After the decision, by pages and API alone: the family reports and reads why, the officer hands in lists, clears, downloads."""

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from eldercare.people.services.declare import declare_facts
from subsidies.models import Change, CrossCheckFlag, FactList, ProgrammeVersion
from subsidies.services.cross_check import check_entitlements
from subsidies.services.life import Fact, report_fact
from subsidies.services.versions import work_out
from tests.builders.accounts import make_officer, sign_in
from tests.builders.regions import BEIJING, CHAOYANG, TONGZHOU
from tests.builders.subsidies import NURSING
from tests.subsidies.test_life import book
from tests.subsidies.test_recompute import LIYUAN, Case

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    return Case()


@pytest.fixture
def signed(client):
    """Return `signed(user)`: the client as somebody else now."""
    return lambda user: sign_in(client, user)


def officer(role="district_officer", place=CHAOYANG, name="王经办"):
    return make_officer(role, place, name)


def test_a_family_reports_a_change_and_reads_why_with_article_and_remedy(case, signed):
    client = signed(case.family)
    address = f"/elders/{case.elder.pk}/subsidy/changes"
    assert "告诉我们" in client.get(address).text
    assert "刑满释放" in client.get(f"{address}?kind=prison").text
    wrong = client.post(address, {"kind": "prison", "request_key": "a"})
    assert wrong.status_code == 422 and "请填写变动发生的日期" in wrong.text
    said = {"kind": "certificate", "on": "2026-06-01", "category": "1", "level": "1", "request_key": "b"}
    for _twice in range(2):
        assert client.post(address, said).status_code == 302
    assert Change.objects.count() == 1
    page = client.get(address).text
    assert "提高标准" in page and "京民养老发〔2019〕160号" in page and "行政复议" in page and "600.00" in page


def test_a_list_is_uploaded_looked_at_and_taken_in_by_pages(case, signed):
    client = signed(officer())
    number = case.elder.person.id_number
    content = book([number, "王桂兰", "去世", "2026-06-03"], [number[:-1] + "0", "", "去世", "2026-06-03"])
    file = SimpleUploadedFile("名单.xlsx", content)
    answer = client.post("/desk/fact-lists", {"region": CHAOYANG, "file": file, "request_key": "a"})
    found = FactList.objects.get()
    assert answer.url == f"/desk/fact-lists/{found.pk}"
    page = client.get(answer.url).text
    assert "会引起：停发" in page and number not in page and case.rows()[0][2] is None
    client.post(f"{answer.url}/take", {"request_key": "b"})
    assert case.rows() == [(CHAOYANG, "2026-01", "2026-06")]
    assert "已录入" in client.get(answer.url).text
    broken = client.post("/desk/fact-lists", {"region": CHAOYANG, "file": SimpleUploadedFile("x.xlsx", b"PK??")})
    assert broken.status_code == 422 and "打不开" in broken.text
    empty = load_workbook(io.BytesIO(client.get("/desk/fact-lists/empty.xlsx").content))
    assert [cell.value for cell in empty.active[1]][:4] == ["身份证号码", "姓名", "变动", "日期"]


def test_both_districts_see_and_download_the_transfer_and_the_run_its_summary(case, signed):
    run = case.pay("2026-06", 40_000)
    (change,) = report_fact(
        case.viewer, elder_id=case.elder.pk, fact=Fact("hukou_moved", on=date(2026, 5, 15), region=LIYUAN)
    )
    for place in (CHAOYANG, TONGZHOU):
        client = signed(officer(place=place))
        assert "转区发放" in client.get("/desk/changes").text
        page = client.get(f"/desk/changes/{change.pk}").text
        assert "转移单" in page and "2026-05" in page and "因此多发的月份" in page
        sheet = client.get(f"/desk/changes/{change.pk}/transfer.xlsx")
        assert load_workbook(io.BytesIO(sheet.content)).active["A1"].value.endswith("转移单")
        assert "400.00" in client.get("/desk/changes?show=debts").text
    client = signed(officer(place="110101"))
    assert client.get(f"/desk/changes/{change.pk}").status_code == 404
    sheet = signed(officer()).get(f"/desk/runs/{run.pk}/summary.xlsx")
    assert load_workbook(io.BytesIO(sheet.content)).worksheets[0].max_row == 6


def test_an_officer_clears_a_flag_on_its_page(case, signed):
    declare_facts(case.viewer, elder_id=case.elder.pk, facts={"circumstances": {"destitute_support": True}})
    check_entitlements([case.entitlement])
    flag = CrossCheckFlag.objects.get()
    client = signed(officer())
    assert "特困" in client.get("/desk/changes?show=flags").text
    page = client.get(f"/desk/flags/{flag.pk}").text
    assert "现在登记：正在享受特困人员供养" in page
    assert client.post(f"/desk/flags/{flag.pk}", {"reason": "", "request_key": "a"}).status_code == 422
    assert client.post(f"/desk/flags/{flag.pk}", {"reason": "已核实", "request_key": "b"}).status_code == 302
    assert "已核实" in client.get(f"/desk/flags/{flag.pk}").text


def test_the_city_drafts_tries_and_publishes_other_figures_by_pages(case, signed):
    client = signed(officer("city_officer", BEIJING, "张市局"))
    address = "/desk/programmes/draft/beijing/2019-160"
    page = client.get(address)
    fields = {name: page.context["form"][name].value() for name in page.context["form"].fields}
    said = {
        **fields,
        "document": "京民养老发〔2026〕示例号",
        "article": "一",
        "url": "https://example.invalid/notice",
        "from_month": "2026-08",
        f"amount:{NURSING}:second": "450",
        "request_key": "a",
    }
    said = {name: f"{value / 100:.2f}" if isinstance(value, int) else value for name, value in said.items()}
    same = client.post(address, {**said, f"amount:{NURSING}:second": "400", "request_key": "z"})
    assert same.status_code == 422 and "没有什么可以测算" in same.text
    made = client.post(address, said)
    version = ProgrammeVersion.objects.get()
    assert made.url == f"/desk/programmes/{version.pk}"
    client.post(f"{made.url}/try", {"request_key": "b"})
    work_out(version.pk)
    page = client.get(made.url).text
    assert "+50.00" in page and "等另一位同事发布" in page
    assert client.post(f"{made.url}/publish", {"request_key": "c"}).status_code == 403
    client = signed(officer("city_officer", BEIJING, "李市局"))
    assert client.post(f"{made.url}/publish", {"request_key": "d"}).status_code == 302
    assert (
        version.changes["amounts"] == [{"benefit": NURSING, "tier": "second", "monthly_fen": 45_000, "article": "一"}]
        and "settings" not in version.changes
    )
    assert "撤回这份调整" in client.get(made.url).text and "450.00" in client.get(made.url).text


def test_the_api_reports_lists_and_clears(case, signed):
    client = signed(case.family)
    body = {"elder": str(case.elder.pk), "kind": "death", "on": "2026-06-03"}
    answer = client.post("/api/v1/subsidies/facts", body, content_type="application/json")
    assert answer.status_code == 201
    (change,) = answer.json()["changes"]
    assert (change["kind"], change["from_month"], change["after_fen"]) == ("stopped", "2026-07", 0)
    assert client.get("/api/v1/subsidies/changes").json()["results"][0]["reasons"][0]["id"] == "alive"
    for wrong, status in (
        ({**body, "kind": "x"}, 422),
        ({**body, "more": 1}, 400),
        ({**body, "on": "2030-01-01"}, 422),
    ):
        got = client.post("/api/v1/subsidies/facts", wrong, content_type="application/json")
        assert got.status_code == status and got.json()["code"]
    client = signed(officer())
    row = {"id_number": case.elder.person.id_number, "kind": "death_withdrawn"}
    sent = {"region": CHAOYANG, "name": "更正", "rows": [row, {**row, "id_number": "1"}]}
    found = client.post("/api/v1/subsidies/fact-lists", sent, content_type="application/json").json()
    assert [one["state"] for one in found["rows"]] == ["ready", "wrong"]
    taken = client.post(f"/api/v1/subsidies/fact-lists/{found['id']}/take", {}, content_type="application/json").json()
    assert taken["taken"] == 1 and case.rows() == [(CHAOYANG, "2026-01", None)]
    assert client.get("/api/v1/subsidies/debts").json()["results"] == []
    assert client.get("/api/v1/subsidies/flags").status_code == 200
