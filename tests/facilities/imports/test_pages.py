"""The directory's desk: upload, check, decide, write, take back; and the same out again as a spreadsheet."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook
from openpyxl.styles import Font

from facilities.models import DirectoryImport, Facility
from facilities.services.apply_import import carry_out
from facilities.services.import_homes import read_import
from tests.builders.accounts import make_officer, sign_in
from tests.builders.facilities import make_home
from tests.builders.regions import WUQING
from tests.builders.sheets import CODE_A, CODE_B, USUAL, saved, xlsx

FILE = xlsx(
    [*USUAL, "备注"],
    ["示例甲养老院", CODE_A, "武清区", "甲路1号", 120, "022-82123456", "x"],
    ["示例东院", CODE_B, "武清区", "东路1号", 10, None, None],
    ["示例西院", CODE_B, "武清区", "西路1号", 20, None, None],
)


@pytest.fixture
def officer() -> Client:
    return sign_in(Client(), make_officer("district_officer", WUQING))


def upload(client: Client, content: bytes, name: str = "名录.xlsx"):
    return client.post("/desk/directory", {"file": SimpleUploadedFile(name, content)})


@pytest.mark.django_db
def test_an_officer_uploads_checks_decides_writes_and_takes_back(officer):
    answer = upload(officer, FILE)
    batch = DirectoryImport.objects.get()
    assert answer["Location"] == f"/desk/directory/imports/{batch.pk}"
    page = officer.get(answer["Location"]).content.decode()
    assert "正在读取" in page and "先给您看前 200 行" in page and "示例东院" in page
    read_import(batch.pk)
    page = officer.get(answer["Location"]).content.decode()
    assert "可能是连锁的几家" in page and "放在一起看" in page and "没有用到的列" in page and "备注" in page
    assert 'data-label="这一行"' in page and 'data-label="表里第 3 行"' in page  # on a phone, too, who says what
    for line in (2, 3):
        officer.post(f"{answer['Location']}/rows/{line}", {"decision": "new"})
    assert "您的决定：是另一家，新增" in officer.get(answer["Location"]).content.decode()
    assert officer.post(f"{answer['Location']}/apply").status_code == 302
    carry_out(batch.pk)
    assert "已写入名录" in officer.get(answer["Location"]).content.decode()
    assert Facility.objects.count() == 3
    assert officer.post(f"{answer['Location']}/apply").status_code == 409
    officer.post(f"{answer['Location']}/undo")
    carry_out(batch.pk)
    assert "这次导入已撤销" in officer.get(answer["Location"]).content.decode()
    assert not Facility.objects.exists()


@pytest.mark.django_db
def test_rows_of_which_something_was_not_taken_stand_together_and_hospitals_are_not_counted_as_homes(officer):
    file = xlsx(
        ["机构名称", "所在区", "床位数", "协议医院"],
        ["示例甲养老院", "武清区", "约120", "示例区人民医院"],
        ["示例乙养老院", "武清区", 80, None],
    )
    page = upload(officer, file)["Location"]
    read_import(DirectoryImport.objects.get().pk)
    told = officer.get(f"{page}?verdict=told").content.decode()
    assert "有提醒" in told and "示例甲养老院" in told and "“约120”不是整数" in told and "示例乙养老院" not in told
    assert "新增 2 家，更新 0 家" in told and "另有协议医院和护理员 1 项。" in told
    assert '<td class="number" data-label="新增">2</td>' in officer.get("/desk/directory").content.decode()


@pytest.mark.django_db
def test_rows_that_wait_are_counted_once_somebody_chooses_it(officer):
    book = Workbook()
    rows = (
        ["所在区", "机构名称", "地址", "协议医院"],
        ["武清区", "示例甲养老院", "甲路", None],
        [None, "示例乙养老院", "乙路", "示例区人民医院"],
        ["武清区", "示例丙养老院", "丙路", None],
    )
    for row in rows:
        book.active.append(row)
    for cell in book.active[4]:
        cell.font = Font(strike=True)
    book.create_sheet("续表").append(["示例丁养老院", "武清区"])
    page = upload(officer, saved(book))["Location"]
    batch = DirectoryImport.objects.get()
    read_import(batch.pk)
    shown = officer.get(page).content.decode()
    assert "有 1 行的区县空着" in shown and "有 1 行划了删除线" in shown and "有 1 张工作表没有读" in shown
    assert list(batch.rows.order_by("line").values_list("verdict", flat=True)) == [
        "new",
        "refused",
        "refused",
        "refused",
    ]
    for word in ("above", "struck"):
        assert officer.post(f"{page}/{word}").status_code == 302
    assert list(batch.rows.order_by("line").values_list("verdict", flat=True)) == ["new"] * 4
    shown = officer.get(f"{page}?verdict=told").content.decode()
    assert "有 1 行的区县空着" not in shown and "按您的选择读作和上一行一样" in shown
    officer.post(f"{page}/apply")
    carry_out(batch.pk)
    assert dict(Facility.objects.values_list("name", "region_id"))["示例乙养老院"] == "120114"
    assert officer.post(f"{page}/above").status_code == 409


@pytest.mark.django_db
def test_what_a_row_would_change_stands_beside_what_is_now(officer):
    make_home("示例甲养老院", prices=False, phone="022-1111111", licensed_beds=None)
    file = xlsx(
        ["机构名称", "所在区", "床位数", "联系电话", "星级"],
        ["示例甲养老院", "武清区", 120, "022-82123456", "三星"],
        ["示例乙养老院", "武清区", 80, None, None],
        ["示例丙养老院", "武清区", 80, None, "三星"],
        ["示例丙养老院", "武清区", 80, None, "四星"],
    )
    page = upload(officer, file)["Location"]
    read_import(DirectoryImport.objects.get().pk)
    update = officer.get(f"{page}?verdict=update").content.decode()
    assert "改成" in update and "022-1111111" in update and "022-82123456" in update and "120" in update
    new = officer.get(f"{page}?verdict=new").content.decode()
    assert "读到的内容" in new and "天津市武清区" in new and "80" in new
    conflict = officer.get(f"{page}?verdict=conflict").content.decode()
    assert "登记的星级" in conflict and '<td data-label="表里第 5 行">4</td>' in conflict
    officer.post(f"{page}/rows/3", {"decision": "new"})
    assert "您的决定：用这一行" in officer.get(f"{page}?verdict=conflict").content.decode()


@pytest.mark.django_db
def test_of_many_skipped_lines_the_rest_is_counted(officer):
    totals = [["小计", None, 1]] * 103
    page = upload(officer, xlsx(["机构名称", "所在区", "床位数"], ["示例甲养老院", "武清区", 1], *totals))["Location"]
    read_import(DirectoryImport.objects.get().pk)
    assert "还有 3 处，没有列出" in officer.get(page).content.decode()


@pytest.mark.django_db
def test_a_file_that_cannot_be_read_comes_back_with_the_reason_beside_the_field(officer):
    answer = upload(officer, b"PK\x03\x04")
    assert answer.status_code == 422 and "文件不完整，打不开。" in answer.content.decode()
    assert upload(officer, b"").status_code == 422
    assert officer.post("/desk/directory", {}).status_code == 422
    assert not DirectoryImport.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_what_is_exported_imports_as_all_the_same_with_the_same_number_of_queries_for_more_homes(officer, form):
    whole = {
        "alias": "别名",
        "nature": "public_built_private_run",
        "for_profit": False,
        "credit_code": CODE_A,
        "filing_number": "津备〔2020〕1号",
        "filed_on": "2020-05-01",
        "licence_number": "许字1号",
        "operating": "suspended",
        "opened": "2019-05",
        "legal_person": "张某",
        "contact_person": "=李某",
        "phone": "022-82123456转801",
        "address": "示例路1号（东门），旁边",
        "transport": "地铁：1号线",
        "latitude": 39.4123456789,
        "longitude": 117.05,
        "datum": "gcj02",
        "licensed_beds": 100,
        "nursing_beds": 60,
        "stated_stars": 4,
        "has_clinic": True,
        "clinic_name": "安康堂",
        "one_card": False,
        "accepts_levels": [0, 1, 3],
        "accepts_hukou": ["110000", "120000"],
        "stated_fees": [
            {
                "item": "bed",
                "label": "双人间",
                "unit": "month",
                "low_fen": 150_000,
                "high_fen": 200_000,
                "text": "1500-2000元",
            },
            {"item": "meal", "label": "", "unit": "day", "low_fen": None, "high_fen": None, "text": "面议; 另算"},
        ],
    }
    make_home("示例甲（武清）养老院", prices=False, **whole)
    make_home("示例乙", kind="meal_point", prices=False)
    vague = [
        {"item": item, "label": "", "unit": "month", "low_fen": None, "high_fen": None, "text": text}
        for item, text in (("bed", "1500千元"), ("meal", "25"))
    ]
    make_home("示例丙", clinic_name="安康堂", has_clinic=None, stated_fees=vague, prices=False)
    make_home("示例别处", region="120115", prices=False)

    def exported() -> tuple[bytes, int]:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = officer.get(f"/desk/directory/export?format={form}")
            return b"".join(answer.streaming_content), len(queries)

    content, queries = exported()
    upload(officer, content, f"a.{form}")
    batch = DirectoryImport.objects.get()
    read_import(batch.pk)
    assert [(row.verdict, row.changes) for row in batch.rows.order_by("line")] == [("same", {})] * 3
    assert batch.notes["sheets"][0]["unused"] == []
    for n in range(5):
        make_home(f"示例多{n}", prices=False)
    assert exported()[1] == queries


@pytest.mark.django_db(transaction=True)
def test_the_import_page_in_a_browser(open_page, officer):
    page = open_page("/", java_script_enabled=False)
    page.context.add_cookies(
        [{"name": name, "value": cookie.value, "url": page.url} for name, cookie in officer.cookies.items()]
    )
    page.goto("/desk/directory")
    page.set_input_files("input[type=file]", {"name": "名录.xlsx", "mimeType": "application/zip", "buffer": FILE})
    page.click("text=上传并核对")
    assert page.locator("h1").inner_text() == "名录.xlsx"
    read_import(DirectoryImport.objects.get().pk)
    page.click("text=刷新看进度")
    page.locator("#line-2").get_by_text("是另一家，新增").click()
    assert page.locator("#line-2").get_by_text("您的决定").is_visible()
    page.click("button:has-text('写入')")
    carry_out(DirectoryImport.objects.get().pk)
    page.reload()
    assert page.get_by_text("已写入名录").is_visible()
    assert Facility.objects.count() == 2
