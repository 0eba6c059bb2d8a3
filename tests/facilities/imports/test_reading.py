"""Spreadsheets as people send them: what is read of each cell, which column means what, which home a row is. No database."""

import doctest
import importlib
import io
import zipfile
from itertools import islice

import pytest
from openpyxl import Workbook

from eldercare.kernel.refusal import Refusal
from facilities.rules import cells
from facilities.rules.identity import Homes, Known, match, within_file
from facilities.rules.import_file import HomesFile
from facilities.rules.places import PlaceBook
from facilities.rules.sheet_file import OLE, open_sheets
from tests.builders.place_book import real_places
from tests.builders.sheets import CODE_A, CODE_B, USUAL, saved, xlsx

RULES = "cells changes datum export_row identity import_beside import_row licence sheet_header credentials"


@pytest.fixture(scope="module")
def places() -> PlaceBook:
    return real_places()


def read(content: bytes, places: PlaceBook, name: str = "名录.xlsx"):
    file = HomesFile(name, content, places)
    return list(file.rows()), file


@pytest.mark.parametrize("name", RULES.split())
def test_the_examples_in_the_rules_hold(name):
    result = doctest.testmod(importlib.import_module(f"facilities.rules.{name}"))
    assert result.failed == 0 and result.attempted > 0


@pytest.mark.parametrize(
    ("columns", "address", "above", "code"),
    [
        ("武清", "", "", "120114"),
        ("天津市武清区", "", "", "120114"),
        ("天津静海县", "", "", "120118"),
        ("", "河北省廊坊市三河市燕郊镇", "", "131082"),
        ("", "天津市河北区中山路", "", "120105"),
        ("天津市和平区", "唐山道1号", "", "120101"),
        ("石家庄市桥西区", "", "", "130104"),
        ("桥西区", "张家口市桥西区明德北街", "", "130703"),
        ("桥西区", "", "石家庄市养老机构名录", "130104"),
        ("", "某路1号", "保定市莲池区养老机构一览表", "130606"),
    ],
)
def test_a_district_is_found_in_columns_address_or_title(places, columns, address, above, code):
    assert places.find("", columns, address, above) == (code, None)


def test_a_name_several_districts_bear_is_not_guessed(places):
    code, why = places.find("", "桥西区", "某路1号", "")
    assert code is None and str(why).startswith("“桥西区”有几个（河北省石家庄市桥西区、河北省张家口市桥西区")
    assert places.find("", "", "", "")[0] is None
    assert str(places.find("", "上海市浦东新区", "", "")[1]) == "“上海市浦东新区”不在京津冀"


def test_title_rows_two_line_headers_sections_totals_and_any_order_are_read(places):
    book = Workbook()
    sheet = book.active
    sheet.title = "市内"
    for row in (
        ["天津市养老机构一览表（虚构）"],
        [],
        [
            "联系方式",
            None,
            "养老机构名称",
            "床位数",
            None,
            "收费标准（元/月）",
            None,
            "备注",
            "统一社会信用代码",
            "入住率",
        ],
        ["联系人", "电话", None, "总数", "护理型", "床位费（双人间）", "护理费", None, None, None],
        ["一、武清区"],
        [
            "甲 ",
            "０２２－８２１２３４５６",
            " 示例甲养老院　",
            "１２０张",
            "80",
            "1500-2000",
            "面议",
            "好",
            CODE_A,
            "60%",
        ],
        ["联系人", "电话", "养老机构名称", "总数", "护理型", "床位费（双人间）", "护理费", None, None, None],
        ["乙", "不详", "示例乙养老院", "约50", 60, 1800, 900, None, "12345", None],
        ["二、宝坻区"],
        [None, None, "示例丙养老院", 30, 40],
        ["合计", None, None, 200],
    ):
        sheet.append(row)
    for merged in ("A1:J1", "A3:B3", "D3:E3", "F3:G3", "C3:C4", "H3:H4", "I3:I4", "J3:J4", "A5:J5", "A9:J9"):
        sheet.merge_cells(merged)
    rows, file = read(saved(book), places)
    first, second, third = rows
    assert first.values | {"stated_fees": None} == {
        "name": "示例甲养老院",
        "credit_code": CODE_A,
        "phone": "022-82123456",
        "contact_person": "甲",
        "licensed_beds": 120,
        "nursing_beds": 80,
        "region_id": "120114",
        "stated_fees": None,
    }
    assert [(fee["item"], fee["label"], fee["low_fen"], fee["high_fen"]) for fee in first.values["stated_fees"]] == [
        ("bed", "双人间", 150_000, 200_000),
        ("care", "", None, None),
    ]
    assert [str(one) for one in second.problems] == [
        "“统一社会信用代码”：统一社会信用代码应为 18 位，这里是 5 位",
        "“床位数（总数）”：“约50”不是整数，请只写一个数",
    ]
    assert second.values["nursing_beds"] == 60 and second.values["region_id"] == "120114"
    assert third.values["region_id"] == "120115" and "nursing_beds" not in third.values
    assert [str(one) for one in third.problems] == ["护理型床位比总床位多，护理型床位没有采用"]
    assert file.sheets[0].unused == ["备注", "入住率"]
    assert [str(one) for one in file.skipped] == [
        "“市内”第 5 行：“一、武清区”当作小标题",
        "“市内”第 9 行：“二、宝坻区”当作小标题",
        "“市内”第 11 行：“合计”不是一家机构，没有读",
    ]


def test_a_formula_counts_as_its_last_result_and_without_one_it_is_named(places):
    plain = xlsx(
        [*USUAL, "护理型床位"], ["示例甲养老院", CODE_A, "武清区", "甲路1号", "=60+60", "022-82123456", "=1+1"]
    )
    parts = zipfile.ZipFile(io.BytesIO(plain))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for part in parts.namelist():
            text = parts.read(part)
            if part.endswith("sheet1.xml"):
                text = text.replace(b"<f>60+60</f><v />", b"<f>60+60</f><v>120</v>").replace(
                    b"<f>60+60</f><v></v>", b"<f>60+60</f><v>120</v>"
                )
            archive.writestr(part, text)
    (row,), _file = read(file.getvalue(), places)
    assert row.values["licensed_beds"] == 120 and "nursing_beds" not in row.values
    assert [str(one) for one in row.problems] == [
        "“护理型床位”：是公式，但文件里没有存下结果；请用 Excel 打开并保存一次，再上传"
    ]


def test_csv_in_gbk_or_utf8_with_any_delimiter_reads_alike(places):
    text = "示例名录\r\n序号,名称,区县,地址,法人\r\n1,示例甲养老院,武清区,甲路１号,张某\r\n"
    kept = []
    for content in (text.encode("gb18030"), text.encode("utf-8-sig"), text.replace(",", "\t").encode("utf-16")):
        (row,), _file = read(content, places, "a.csv")
        kept.append(row.values)
    assert kept[0] == kept[1] == kept[2]
    assert kept[0] == {"name": "示例甲养老院", "address": "甲路1号", "legal_person": "张某", "region_id": "120114"}


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _megabyte in range(501):
                part.write(b"\0" * 1024 * 1024)
    return file.getvalue()


def strict() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx(USUAL))) as plain, zipfile.ZipFile(file, "w") as archive:
        for part in plain.namelist():
            text = plain.read(part).replace(
                b"schemas.openxmlformats.org/spreadsheetml/2006", b"purl.oclc.org/ooxml/spreadsheetml"
            )
            archive.writestr(part, text)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (strict, "这是“严格 Open XML”格式的 .xlsx，这里不读。"),
        (b"", "文件是空的，里面没有内容。"),
        (OLE + b"x" * 100, "这是旧的 .xls（或 Word 等）格式，这里不读。"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "文件有密码，打不开。"),
        (b"PK\x03\x04 cut off", "文件不完整，打不开。"),
        (b"<html><table>", "这其实是网页或 XML，不是表格文件。"),
        (b"%PDF-1.7", "这不是表格文件。"),
        (b"\x81\x00\xff\xfe\x00", "文件的文字编码认不出来，也可能不是表格文件。"),
        (b"x" * (50 * 1024 * 1024 + 1), "文件超过 50 MB。"),
        (bomb, "文件解开后大得不正常（超过 500 MB），没有读取。"),
        (xlsx(["甲", "乙"], [1, 2]), "没有找到表头：表里应有“机构名称”一列，和地址、电话、床位数等其他列。"),
    ],
    ids=lambda value: "" if isinstance(value, str) else None,
)
def test_a_file_that_cannot_be_read_is_refused_with_its_reason(places, content, sentence):
    with pytest.raises(Refusal) as no:
        read(content() if callable(content) else content, places)
    assert (str(no.value.sentence), no.value.code) == (sentence, "bad_file") and no.value.next_step


def test_rows_come_lazily():
    rows = next(open_sheets(xlsx(USUAL, *(["示例", None, "武清区"] for _row in range(5000))))).rows
    assert [number for number, _cells in islice(rows, 3)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("reader", "cell", "value"),
    [
        (cells.last_day, "2024.3.1—2027.2.28", "2027-02-28"),
        (cells.day, "2019年5月", None),
        (cells.day, "2023-02-30", None),
        (cells.truth, "√", True),
        (cells.medical_insurance, "北京医保定点", True),
        (cells.medical_insurance, "非医保定点", False),
        (cells.medical_insurance, "正在申请医保", None),
        (cells.phone, "1.38E+10", None),
        (cells.kind, "社区养老服务驿站", "station"),
        (cells.kind, "区域养老服务综合体", "complex"),
        (cells.operating, "停业整改", "suspended"),
    ],
)
def test_a_cell_is_read_or_left_out_never_guessed(reader, cell, value):
    assert reader(cell)[0] == value


def known(id: str, name: str, code: str = "", district: str = "120114", filing: str = "") -> Known:
    return Known.of(id, name, "", code, district, filing)


@pytest.mark.parametrize(
    ("row", "home", "conflict"),
    [
        (known("", "示例 甲（武清）养老院", CODE_A), "A", False),  # same name in other marks, same code
        (known("", "示例甲(武清)养老院"), "A", False),  # the row has no code
        (known("", "示例甲(武清)养老院", CODE_B), None, True),  # two codes for one name: one is wrong
        (known("", "示例乙养老院", CODE_A), None, True),  # a chain's branch, or renamed
        (known("", "示例甲(武清)养老院", CODE_A, "120115"), None, True),  # moved, or a branch
        (known("", "示例甲(武清)养老院", "", "120115"), None, False),  # the same name elsewhere is another home
        (known("", "示例丙养老院", "", filing="津备1号"), None, True),  # same filing number: renamed
        (known("A", "改了名"), "A", False),  # our own number
        (known("Z", "示例甲(武清)养老院"), None, True),  # a number we do not know
    ],
)
def test_which_home_a_row_is(row, home, conflict):
    homes = Homes.of([known("A", "示例甲（武清）养老院", CODE_A, filing="津备1号")])
    found = match(row, homes)
    assert (found.home, found.conflict) == (home, conflict)


def test_rows_of_one_file_are_weighed_against_each_other_whatever_their_order():
    rows = {
        1: known("", "示例甲养老院", CODE_A),
        2: known("", "示例甲 养老院"),
        3: known("", "示例乙养老院", CODE_A),
        4: known("", "示例丁养老院", CODE_B),
    }
    same, conflicts = within_file(rows, set())
    assert same == {2: 1} and sorted(conflicts) == [1, 3] and conflicts[3].against == ("line:1",)
    same, conflicts = within_file(rows, {1, 3})
    assert conflicts == {}
