"""Hospital agreements and care workers come in with the homes or after them, go out again, and are taken back; names stay sealed."""

import json
from datetime import date, timedelta
from io import BytesIO, StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from openpyxl import Workbook, load_workbook

from eldercare.kernel import clock
from eldercare.kernel.sealed import blind_index
from eldercare.kernel.sentences import restored
from eldercare.kernel.viewer import Grant, Viewer, system
from facilities.choices import ImportState
from facilities.models import CareWorker, DirectoryImport, Facility, HospitalAgreement
from facilities.rules.import_beside import hospital_names
from facilities.selectors.export import export_csv
from facilities.services import apply_import, import_homes
from facilities.services.apply_import import carry_out, order_apply, order_undo, weigh_again
from facilities.services.import_homes import begin_import, read_import
from tests.builders.accounts import make_officer, sign_in
from tests.builders.facilities import make_home
from tests.builders.regions import WUQING, regions
from tests.builders.sheets import fill, saved, xlsx
from tests.facilities.imports.test_import import reasons, run, verdicts

ANYWHERE = system("test")
FOUR, FIVE = "Y000011000001244000123", "S000012000001255000777"
WORKERS = ["所属机构", "姓名", "身份证号", "证书编号", "技能等级", "发证日期"]


def book(homes: list, hospitals: list = (), workers: list = ()) -> bytes:
    file = Workbook()
    fill(file.active, homes)
    if hospitals:
        fill(file.create_sheet("协议医院"), hospitals)
    if workers:
        fill(file.create_sheet("护理员花名册"), workers)
    return saved(file)


WHOLE = book(
    [
        ["机构名称", "所在区", "床位数", "协议医疗机构"],
        ["示例甲养老院", "武清区", 120, "示例区人民医院、示例镇卫生院"],
        ["示例乙养老院", "武清区", 80, "有"],
    ],
    [
        ["机构名称", "医院名称", "服务内容", "签订日期", "有效期至"],
        ["示例甲养老院", "示例区人民医院", "急诊绿色通道", "2026年1月1日", "2027-12-31"],
    ],
    [
        ["护理员花名册（虚构）"],
        WORKERS,
        ["示例甲养老院", "王小明", "110101199001011234", FOUR, "四级/中级工", "2024-06-01"],
        ["示例甲养老院", "李小红", None, None, "无", None],
        ["示例乙养老院", "赵小刚", None, FIVE, None, None],
        ["示例丙养老院", "钱小强", None, None, None, None],
        ["示例乙养老院", "孙小丽", None, "12345", None, None],
        ["示例乙养老院", "周小芳", None, FIVE.replace("777", "778"), "三级", None],
    ],
)


def previewed(content: bytes = WHOLE, viewer: Viewer = ANYWHERE) -> DirectoryImport:
    regions()
    batch = begin_import(viewer, file_name="名录.xlsx", content=content)
    read_import(batch.pk)
    batch.refresh_from_db()
    return batch


def applied(content: bytes = WHOLE, viewer: Viewer = ANYWHERE) -> DirectoryImport:
    batch = previewed(content, viewer)
    order_apply(viewer, import_id=batch.pk)
    carry_out(batch.pk)
    batch.refresh_from_db()
    assert batch.state == ImportState.APPLIED, batch.refusal
    return batch


def everything() -> list:
    tables = (Facility, HospitalAgreement, CareWorker)
    return [list(table.objects.order_by("pk").values()) for table in tables]


@pytest.mark.django_db
def test_hospitals_and_care_workers_come_in_with_their_homes_and_again_change_nothing():
    batch = previewed()
    assert verdicts(batch) == [*("new", "new", "new"), "new", "merge", *("new", "new", "new"), *("refused",) * 3]
    assert [reasons(batch, line)[0] for line in (2, 3, 5, 6, 7, 9, 10, 11)] == [
        "新增协议医院：示例区人民医院",
        "新增协议医院：示例镇卫生院",
        "与第 2 行说的是同一件事，合在一起",
        "新增护理员 王**，4 级",
        "新增护理员 李**，没有等级",
        "名录和表里都没有这家机构，请核对机构名称",
        "证书号应为 1 个字母（Y 或 S）加 21 位数字；旧证书为 16 位数字",
        "证书号里写的是5级，请核对。",
    ]
    assert "“协议医疗机构”：只写了“有”，请写医院名称" in reasons(batch, 4)
    assert batch.notes["sheets"][2]["unused"] == ["身份证号"]
    assert batch.counts == {
        "new": 7,
        "merge": 1,
        "refused": 3,
        "beside_new": 5,
        "beside_merge": 1,
        "beside_refused": 3,
        "told": 1,
    }

    order_apply(ANYWHERE, import_id=batch.pk)
    carry_out(batch.pk)
    assert sorted(HospitalAgreement.objects.values_list("hospital", "services", "signed_on", "valid_until")) == [
        ("示例区人民医院", "急诊绿色通道", date(2026, 1, 1), date(2027, 12, 31)),
        ("示例镇卫生院", "", None, None),
    ]
    team = CareWorker.objects.order_by("facility__name", "-level")
    assert {(one.facility.name, one.name, one.certificate_no, one.level, one.issued_in) for one in team} == {
        ("示例甲养老院", "王小明", FOUR, 4, "110000"),
        ("示例甲养老院", "李小红", None, None, ""),
        ("示例乙养老院", "赵小刚", FIVE, 5, "120000"),
    }
    assert CareWorker.objects.get(level=4).certificate_index == blind_index(FOUR)
    before = everything()
    assert verdicts(applied())[:8] == ["same", "same", "same", "same", "merge", "same", "same", "same"]
    assert everything() == before


@pytest.mark.django_db
def test_names_and_numbers_of_persons_are_nowhere_in_the_clear():
    batch = begin_import(ANYWHERE, file_name="名录.xlsx", content=_loaded(WHOLE))
    secrets = ("王小明", FOUR, "110101199001011234")
    for state in ("reading", "previewed", "applied"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT string_agg(t::text, '') FROM facilities_importrow t")
            kept = cursor.fetchone()[0]
            cursor.execute("SELECT content FROM facilities_directoryimport")
            content = bytes(cursor.fetchone()[0] or b"")
        assert not [secret for secret in secrets if secret in kept], state
        assert not content.startswith(b"PK")
        assert ("sealed" in kept) == (state != "applied")
        if state == "reading":
            read_import(batch.pk)
        elif state == "previewed":
            order_apply(ANYWHERE, import_id=batch.pk)
            carry_out(batch.pk)


def _loaded(content: bytes) -> bytes:
    regions()
    return content


@pytest.mark.django_db
def test_taking_back_removes_and_restores_exactly_and_refuses_where_something_was_changed_since():
    regions()
    home = make_home("示例甲养老院", prices=False, licensed_beds=120)
    HospitalAgreement.objects.create(facility=home, hospital="示例区人民医院", services="每周巡诊")
    CareWorker.objects.create(facility=home, name="王小明", since=date(2025, 1, 1))
    before = everything()
    batch = applied()
    assert verdicts(batch)[:7] == ["same", "update", "new", "new", "merge", "update", "new"]
    worker = CareWorker.objects.get(level=4)
    assert (worker.certificate_no, worker.since) == (FOUR, date(2025, 1, 1))
    order_undo(ANYWHERE, import_id=batch.pk)
    carry_out(batch.pk)
    after = everything()
    assert [[{**row, "name": str(row["name"])} if "name" in row else row for row in table] for table in after] == before

    second = applied()
    CareWorker.objects.filter(facility__name="示例乙养老院").update(left_on=clock.today() + timedelta(days=1))
    order_undo(ANYWHERE, import_id=second.pk)
    carry_out(second.pk)
    second.refresh_from_db()
    assert second.state == ImportState.APPLIED
    assert second.refusal["sentence"]["blanks"]["names"] == "示例乙养老院"
    assert HospitalAgreement.objects.get(services="急诊绿色通道") and CareWorker.objects.count() == 3


@pytest.mark.django_db
def test_a_certificate_counts_at_one_home_and_is_never_moved_by_a_file():
    regions()
    make_home("示例甲养老院", prices=False)
    other = make_home("示例乙养老院", prices=False)
    CareWorker.objects.create(
        facility=other, name="王小明", certificate_no=FOUR, certificate_index=blind_index(FOUR), since=clock.today()
    )
    batch = previewed(
        xlsx(
            WORKERS,
            ["示例甲养老院", "王小明", None, FOUR, None, None],
            ["示例乙养老院", "王大明", None, FOUR, None, None],
            ["示例甲养老院", "赵小刚", None, FIVE, None, None],
            ["示例乙养老院", "赵小刚", None, FIVE, None, None],
            [None, "钱小强", None, None, "五级", None],
        )
    )
    assert verdicts(batch) == ["refused"] * 5
    said = [reasons(batch, line)[0] for line in range(1, 6)]
    assert said[0] == said[1] == "同一个证书号在表里写在几家机构，请核对"
    assert said[4] == "没有写是哪家机构，请写明机构名称"
    alone = previewed(xlsx(WORKERS, ["示例甲养老院", "王小明", None, FOUR, None, None]))
    assert reasons(alone, 1) == ["这张证书已登记在另一家机构在岗；本人确已离开的，请原机构先办离岗"]
    renamed = previewed(xlsx(WORKERS, ["示例乙养老院", "王大明", None, FOUR, None, None]))
    assert reasons(renamed, 1) == ["这个证书号已登记给另一个姓名，请核对"]


@pytest.mark.django_db
def test_a_certificate_that_was_registered_while_the_file_was_written_stops_it_and_is_shown(monkeypatch):
    batch = previewed()
    taken = make_home("示例别家", prices=False)
    honest = apply_import.judge

    def judged_then_taken(*args, **options):
        found = honest(*args, **options)
        CareWorker.objects.get_or_create(
            facility=taken,
            certificate_index=blind_index(FOUR),
            defaults={"name": "王小明", "certificate_no": FOUR, "since": clock.today()},
        )
        return found

    order_apply(ANYWHERE, import_id=batch.pk)
    monkeypatch.setattr(apply_import, "judge", judged_then_taken)
    carry_out(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.refusal["sentence"]["text"][:5]) == (ImportState.PREVIEWED, "您核对之后")
    assert list(Facility.objects.values_list("name", flat=True)) == ["示例别家"]


@pytest.mark.django_db
def test_more_hospitals_than_rows_do_not_break_the_progress_bar(monkeypatch):
    monkeypatch.setattr(import_homes, "TELL_EVERY", 3)
    rows = ([f"示例{n}养老院", "武清区", "示例区人民医院、示例镇卫生院、示例诊所"] for n in range(5))
    batch = previewed(xlsx(["机构名称", "所在区", "协议医院"], *rows))
    assert (batch.state, batch.counts["beside_new"]) == (ImportState.PREVIEWED, 15)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_before_the_end_no_hospital_and_no_care_worker_is_stored(tmp_path):
    regions()
    file = tmp_path / "whole.xlsx"
    file.write_bytes(WHOLE)
    assert run(file, "--apply", fault="import.applied") == -9
    assert everything() == [[], [], []]
    carry_out(DirectoryImport.objects.get().pk)
    assert (CareWorker.objects.count(), HospitalAgreement.objects.count()) == (3, 2)


@pytest.mark.django_db
def test_an_officer_adds_nothing_to_homes_of_another_district_and_namesakes_are_not_guessed():
    officer = Viewer(name="officer", user_id="0" * 8, grants=frozenset({Grant("district_officer", "region", WUQING)}))
    regions()
    make_home("示例外区养老院", region="120115", prices=False)
    make_home("示例同名养老院", region="120115", prices=False)
    make_home("示例同名养老院", prices=False)
    hospitals = [
        ["机构名称", "区县", "医院名称", "有效期至"],
        ["示例外区养老院", None, "示例区人民医院", None],
        ["示例同名养老院", None, "示例区人民医院", None],
        ["示例同名养老院", "武清区", "示例区人民医院", None],
    ]
    batch = previewed(xlsx(*hospitals), officer)
    assert verdicts(batch) == ["refused", "refused", "new"]
    assert [reasons(batch, line)[0] for line in (1, 2)] == [
        "名录里的这一家在您负责的地区以外，要由当地民政部门更新",
        "有几家同名的机构，看不出是哪一家，请写明区县或统一社会信用代码",
    ]


@pytest.mark.django_db
def test_what_was_said_of_a_row_stays_when_it_is_weighed_again():
    batch = previewed(xlsx(["机构名称", "所在区", "床位数"], ["示例甲养老院", "武清区", "约120"], ["123", "武清区", 1]))
    before = [reasons(batch, line) for line in (1, 2)]
    weigh_again(ANYWHERE, import_id=batch.pk)
    assert [reasons(batch, line) for line in (1, 2)] == before
    assert verdicts(batch) == ["new", "refused"]


@pytest.mark.django_db
def test_the_export_holds_hospitals_and_care_workers_and_imports_as_all_the_same():
    applied()
    officer = sign_in(Client(), make_officer("district_officer", WUQING))
    for form in ("xlsx", "csv"):
        content = b"".join(officer.get(f"/desk/directory/export?format={form}").streaming_content)
        officer.post("/desk/directory", {"file": SimpleUploadedFile(f"a.{form}", content)})
        batch = DirectoryImport.objects.order_by("-made_at").first()
        read_import(batch.pk)
        assert set(verdicts(batch)) == {"same"}, [reasons(batch, row.line) for row in batch.rows.all()]
    sheets = load_workbook(BytesIO(b"".join(officer.get("/desk/directory/export").streaming_content))).sheetnames
    assert sheets == ["养老机构", "协议医院", "护理员"]


@pytest.mark.django_db
def test_a_text_file_keeps_what_was_agreed_with_a_hospital_and_a_name_in_two_lines():
    home = make_home("示例甲养老院", region=WUQING, prices=False)
    HospitalAgreement.objects.create(
        facility=home, hospital="示例医院 二院", services="急救、巡诊", valid_until=date(2028, 1, 1)
    )
    HospitalAgreement.objects.create(facility=home, hospital="示例卫生院")
    before = list(
        HospitalAgreement.objects.order_by("hospital").values("hospital", "services", "signed_on", "valid_until")
    )
    lines = "".join(export_csv(Facility.objects.all()))
    assert set(verdicts(previewed(lines.encode()))) == {"same"}
    HospitalAgreement.objects.all().delete()
    applied(lines.replace("示例卫生院", "示例卫生院 | 2028").encode())
    kept = list(HospitalAgreement.objects.values("hospital", "services", "signed_on", "valid_until"))
    assert kept == [one for one in before if one["hospital"] != "示例卫生院"]
    (refused,) = DirectoryImport.objects.order_by("-made_at").first().rows.filter(verdict="refused")
    assert "“示例卫生院 | 2028”这一行的写法认不出" in str(restored(refused.reasons[0]))


@pytest.mark.django_db
def test_an_export_brings_everything_into_an_empty_directory():
    applied()
    officer = sign_in(Client(), make_officer("district_officer", WUQING))
    content = b"".join(officer.get("/desk/directory/export?format=xlsx").streaming_content)
    hospitals = sorted(HospitalAgreement.objects.values_list("hospital", "services", "signed_on", "valid_until"))
    team = sorted((one.name, one.certificate_no or "", one.level or 0, one.since) for one in CareWorker.objects.all())
    Facility.objects.all().delete()
    file = load_workbook(BytesIO(content))
    for sheet in file:
        sheet.delete_cols(1)  # this system's numbers mean nothing there
    applied(saved(file))
    assert (
        sorted(HospitalAgreement.objects.values_list("hospital", "services", "signed_on", "valid_until")) == hospitals
    )
    assert (
        sorted((one.name, one.certificate_no or "", one.level or 0, one.since) for one in CareWorker.objects.all())
        == team
    )


@pytest.mark.django_db
def test_the_command_tells_what_each_row_is_about(tmp_path):
    regions()
    file = tmp_path / "a.xlsx"
    file.write_bytes(WHOLE)
    out = StringIO()
    call_command("import_facilities", file, "--apply", "--json", stdout=out)
    rows = json.loads(out.getvalue())["rows"]
    assert [row["of"] for row in rows] == ["home", "hospital", "hospital", "home", "hospital", *["care_worker"] * 6]
    assert rows[5]["read"] == {
        "name": "示例甲养老院",
        "person": "王**",
        "issued_in": "110000",
        "level": 4,
        "issued_on": "2024-06-01",
    }


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("示例医院（东、西院区）", ["示例医院（东、西院区）"]),
        ("示例区人民医院\n示例社区卫生服务中心", ["示例区人民医院", "示例社区卫生服务中心"]),
        ("否", []),
    ],
)
def test_a_cell_names_hospitals(cell, names):
    assert hospital_names(cell)[0] == names
