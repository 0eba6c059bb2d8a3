"""Spreadsheets as offices really send them: the right value, or a sentence that says what is wrong. Never a wrong figure."""

from datetime import date, datetime, timedelta

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from eldercare.kernel.refusal import Refusal
from facilities.rules.cells import fee_lines, read_fee_lines
from facilities.rules.import_file import HomesFile
from facilities.rules.import_row import ReadRow
from facilities.rules.sheet_header import meaning
from tests.builders.place_book import real_places
from tests.builders.sheets import CODE_A, CODE_B, saved, xlsx


def read(content: bytes, name: str = "名录.xlsx") -> tuple[list[ReadRow], HomesFile]:
    file = HomesFile(name, content, real_places())
    return list(file.rows()), file


def one(header: str, cell: object, field: str, *, district: str = "武清区") -> tuple[object, list[str]]:
    """Give what one cell below one header is read as, and what is said of it."""
    (row,), _file = read(xlsx(["机构名称", "所在区", header], ["示例甲养老院", district, cell]))
    return row.values.get(field), [str(problem) for problem in row.problems]


def fees(row: ReadRow) -> list[tuple[str, str, str, int | None, int | None]]:
    names = ("item", "label", "unit", "low_fen", "high_fen")
    return [tuple(fee[name] for name in names) for fee in row.values["stated_fees"]]


# Headers


def test_a_header_of_three_merged_lines_is_read_with_its_groups():
    book = Workbook()
    for row in (
        ["武清区养老机构统计表（虚构）"],
        ["填报单位：某局", None, None, None, None, None, "单位：张、人、元"],
        ["序号", "基本信息", None, "床位情况", None, None, "人员", None, "收费", None],
        [None, "机构名称", "地址", "核定床位数", None, "入住", "护理员", None, "床位费", None],
        [None, None, None, "总数", "其中：护理型", "入住老人数", "总数", "持证", "单人间", "双人间"],
        [1, "示例甲养老院", "武清区甲路", 120, 60, 88, 20, 15, 2000, 1500],
        [2, "示例乙养老院", "武清区乙路", 80, 90, 50, 12, 13, None, None],
        ["", "本页小计", None, 200],
    ):
        book.active.append(row)
    for block in ("A1:J1", "A3:A5", "B3:C3", "D3:F3", "G3:H3", "I3:J3", "B4:B5", "C4:C5", "D4:E4", "G4:H4", "I4:J4"):
        book.active.merge_cells(block)
    (first, second), file = read(saved(book))
    assert first.values | {"stated_fees": None} == {
        "name": "示例甲养老院",
        "address": "武清区甲路",
        "region_id": "120114",
        "licensed_beds": 120,
        "nursing_beds": 60,
        "care_workers": 20,
        "certified_workers": 15,
        "stated_fees": None,
    }
    assert [(label, low) for _item, label, _unit, low, _high in fees(first)] == [
        ("单人间", 200_000),
        ("双人间", 150_000),
    ]
    assert [str(problem) for problem in second.problems] == [
        "护理型床位比总床位多，护理型床位没有采用",
        "持证护理员比护理员总数多，持证护理员人数没有采用",
    ]
    assert file.sheets[0].unused == ["序号", "入住（入住老人数）"]
    assert [str(note) for note in file.skipped] == ["“Sheet”第 8 行：“本页小计”不是一家机构，没有读"]


@pytest.mark.parametrize(
    "header",
    [
        "床位数（空余）",
        "床位数（已入住）",
        "入住护理型床位数",
        "拟建床位数",
        "床位数（含家庭养老床位）",
        "持证护理员比例",
        *("失能床位", "医疗床位", "普惠护理型床位", "政府兜底床位", "可用床位数", "在用床位", "认知症床位数"),
        *("星级有效期", "等级有效期至", "合同有效期", "食品许可证有效期", "食品经营许可证号", "医疗机构执业许可证号"),
        *("安全等级", "消防等级", "信用等级", "护理等级", "医院等级", "持证社工人数", "收住京籍老人数"),
        *("监督电话", "投诉举报电话", "传真", "医务室电话", "医务室负责人", "消防安全负责人", "邮箱地址"),
        *("消防备案号", "ICP备案号", "党支部成立时间", "法人单位名称", "法人类别", "评估机构名称", "护理费补贴"),
    ],
)
def test_what_only_resembles_a_column_is_not_taken_for_it(header):
    assert meaning(header) is None


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("床位总数/张", "licensed_beds"),
        ("收费标准元/月", "fee_month"),
        ("失能老人收费", "fee_month"),
        ("联系人及联系方式", "phone"),
        ("咨询热线", "phone"),
        ("老年公寓名称", "name"),
        ("医养结合机构名称", "name"),
        ("经度坐标", "longitude"),
        ("目前状态", "operating"),
        ("详细住址", "address"),
        ("入住押金（元）", "fee_deposit"),
        ("空调费", "fee_other"),
    ],
)
def test_headers_of_real_directories_are_understood(header, field):
    assert meaning(header) == field


def test_a_bare_term_right_of_the_stars_is_theirs_and_not_the_licence_s():
    (row,), file = read(
        xlsx(["机构名称", "所在区", "星级", "有效期至"], ["示例甲养老院", "武清区", "三星", "2025-01-01"])
    )
    assert "licence_valid_until" not in row.values and file.sheets[0].unused == ["有效期至"]
    (row,), _file = read(
        xlsx(["机构名称", "所在区", "备案号", "有效期至"], ["示例甲养老院", "武清区", "津备1", "2025-01-01"])
    )
    assert row.values["licence_valid_until"] == "2025-01-01"


def test_a_column_that_stands_twice_counts_where_it_does_not_contradict_itself():
    rows, file = read(
        xlsx(
            ["机构名称", "所在区", "床位数", "床位数"],
            ["示例甲养老院", "武清区", 10, 20],
            ["示例乙养老院", "武清区", None, 30],
            ["示例丙养老院", "武清区", 40, 40],
        )
    )
    assert [row.values.get("licensed_beds") for row in rows] == [None, 30, 40]
    assert [str(problem) for problem in rows[0].problems] == [
        "“床位数”：有几列都叫这个名字，写得不一样（10、20），没有采用"
    ]
    assert file.sheets[0].unused == []


def test_of_two_columns_the_one_that_says_it_more_plainly_counts_and_the_other_is_reported():
    (row,), file = read(
        xlsx(
            ["机构名称", "注册地址", "所在区", "设计床位数", "核定床位数", "机构地址"],
            ["示例甲养老院", "远路", "武清区", 200, 100, "近路"],
        )
    )
    assert (row.values["licensed_beds"], row.values["address"]) == (100, "近路")
    assert file.sheets[0].unused == ["设计床位数", "注册地址"]


def test_a_second_table_below_the_first_has_its_own_columns():
    rows, file = read(
        xlsx(
            ["一、武清区养老机构"],
            ["机构名称", "所在区", "地址", "床位数"],
            ["示例甲养老院", "武清区", "甲路", 10],
            ["合计", None, None, 10],
            ["二、社区养老服务驿站"],
            ["驿站名称", "面积", "所在区", "服务电话"],
            ["示例驿站", "200", "宝坻区", "022-81111111"],
        )
    )
    assert [row.values for row in rows] == [
        {"name": "示例甲养老院", "region_id": "120114", "address": "甲路", "licensed_beds": 10},
        {"name": "示例驿站", "region_id": "120115", "phone": "022-81111111"},
    ]
    assert [str(note) for note in file.skipped] == [
        "“Sheet”第 4 行：“合计”不是一家机构，没有读",
        "“Sheet”第 5 行：“二、社区养老服务驿站”当作小标题",
    ]


def test_a_home_whose_name_and_clinic_resemble_columns_begins_no_second_table():
    header = ["机构名称", "机构类型", "所在区", "医务室名称"]
    rows, _file = read(
        xlsx(
            header,
            ["示例认知症照护中心", "养老机构", "武清区", "福寿医务室"],
            ["示例乙养老院", "养老机构", "武清区", None],
        )
    )
    assert [row.values["name"] for row in rows] == ["示例认知症照护中心", "示例乙养老院"]


def test_sections_in_short_example_rows_and_numbered_columns_make_no_home():
    rows, _file = read(
        xlsx(
            ["序号", "机构名称", "地址", "床位数"],
            ["甲", "乙", "丙", "1"],
            ["例", "XX养老院", "武清区某路", 100],
            [None, "XX养老院", "武清区某路", 100],
            ["武清"],
            [1, "示例甲养老院", "甲路1号", 10],
            [None, "天津市宝坻区示例乙养老院", None, None],
            [2, "示例丙养老院", "丙路1号", 10],
        )
    )
    kept = [(row.values["name"], row.values["region_id"]) for row in rows if row.fatal is None]
    assert kept == [("示例甲养老院", "120114"), ("天津市宝坻区示例乙养老院", "120114"), ("示例丙养老院", "120114")]


def test_groups_of_fees_keep_the_grade_under_the_group():
    book = Workbook()
    book.active.append(["机构名称", "所在区", "收费标准(元/人/月)", None, None])
    book.active.append([None, None, "单人间", "半自理", "不能自理"])
    book.active.append(["示例甲养老院", "武清区", 3000, 500, "1000-1500"])
    for block in ("A1:A2", "B1:B2", "C1:E1"):
        book.active.merge_cells(block)
    ((row,), _file) = read(saved(book))
    assert {(item, label, low) for item, label, _unit, low, _high in fees(row)} == {
        ("bed", "单人间", 300_000),
        ("month", "半自理", 50_000),
        ("month", "不能自理", 100_000),
    }


def test_a_sheet_of_staff_is_told_by_position_or_id_number_and_gives_no_home_a_phone():
    sheet = xlsx(
        ["机构名称", "所在区", "姓名", "岗位", "电话"],
        ["示例甲养老院", "武清区", "王小明", "护理员", "13800001111"],
        ["示例甲养老院", "武清区", "李小红", "厨师", "13800002222"],
    )
    (carer, cook), file = read(sheet)
    assert (carer.of, carer.values["person"], "phone" in carer.values) == ("care_worker", "王**", False)
    assert str(cook.fatal) == "岗位是“厨师”，不是护理员，没有读"
    assert file.sheets[0].unused == ["电话"]
    ids = xlsx(["机构名称", "姓名", "身份证号", "联系电话"], ["示例甲养老院", "王小明", "110101199001011234", "1"])
    (one_row,), file = read(ids)
    assert one_row.of == "care_worker" and file.sheets[0].unused == ["联系电话", "身份证号"]


def test_a_room_type_in_a_column_of_its_own_names_the_bed_fee_beside_it():
    rows, _file = read(
        xlsx(
            ["机构名称", "所在区", "房型", "床位费"],
            ["示例甲养老院", "武清区", "单人间", 2000],
            ["示例甲养老院", "武清区", "双人间", 1500],
        )
    )
    assert [fees(row) for row in rows] == [
        [("bed", "单人间", "month", 200_000, None)],
        [("bed", "双人间", "month", 150_000, None)],
    ]


# Cells


@pytest.mark.parametrize(
    ("header", "cell", "field", "value", "said"),
    [
        ("统一社会信用代码", "91110O00101623741K", "credit_code", None, "代码里没有字母 O，是不是 91110000101623741K"),
        ("统一社会信用代码", "911101066976941000", "credit_code", None, "后面几位变成了 0"),
        ("统一社会信用代码", f"{CODE_A}（原代码110000000012345）", "credit_code", CODE_A, ""),
        ("统一社会信用代码", f"'{CODE_A}", "credit_code", CODE_A, ""),
        ("统一社会信用代码", "#REF!", "credit_code", None, "表格里是错误值 #REF!"),
        ("联系电话", 1.38e10, "phone", None, "科学计数法"),
        ("联系电话", "1380000111", "phone", "1380000111", "不是 11 位"),
        ("联系电话", 2282123456, "phone", "2282123456", "区号前面的 0 可能丢了"),
        ("联系电话", 13800001111.5, "phone", None, "不像电话号码"),
        ("床位数", "#N/A", "licensed_beds", None, "表格里是错误值 #N/A"),
        ("床位数", "'120", "licensed_beds", 120, ""),
        ("床位数", "120 张床", "licensed_beds", 120, ""),
        ("床位数", "120+30", "licensed_beds", None, "不是整数，请只写一个数"),
        ("备案日期", "2020年05月01号", "filed_on", "2020-05-01", ""),
        ("备案日期", "2019年3月1日星期五", "filed_on", "2019-03-01", ""),
        ("备案日期", "5/1/2020", "filed_on", None, "请写成 2020-05-01 这样"),
        ("有效期至", "2022年5月1日起至2027年4月30日止", "licence_valid_until", "2027-04-30", ""),
        ("有效期至", "2020年5月1日—长期", "licence_valid_until", None, "没有到期日"),
        ("星级", "叁星", "stated_stars", 3, ""),
        ("星级", "3A", "stated_stars", 3, ""),
        ("星级", "⭐⭐⭐⭐", "stated_stars", 4, ""),
        ("星级", "四星级（2025年评定）", "stated_stars", 4, ""),
        ("星级", "四星级（申报中）", "stated_stars", None, "不是评定的结果"),
        ("内设医务室", "依托社区医院", "has_clinic", None, "像是别处的医疗机构"),
        ("是否接收京籍老人", "√", "accepts_hukou", ["110000", "120000"], ""),
        ("是否接收京籍老人", "有北京老人5人", "accepts_hukou", None, "请写成“京、津、冀”这样"),
        ("接收户籍", "北京市、河北省户籍", "accepts_hukou", ["110000", "130000"], ""),
        ("备案号", 120114200012345678, "filing_number", None, "后面几位已经丢失"),
        ("许可证号", "1.2E+15", "licence_number", None, "后面几位已经丢失"),
        ("备案号", 20200001, "filing_number", "20200001", ""),
        ("法定代表人", "李某13900001111", "legal_person", "李某", "里面的电话没有读"),
        ("法人登记类型", "民办非企业单位", "nature", "private", ""),
        ("地址", "甲路\u200e1号\u200b", "address", "甲路1号", ""),
        ("收住对象", "不收失能老人", "accepts_levels", None, "请只写收住的"),
        ("收住对象", "除重度失能外均可", "accepts_levels", None, "请只写收住的"),
        ("收住对象", "自理、生活不能自理", "accepts_levels", [0, 3, 4], ""),
        ("运营状态", "未投入运营", "operating", "suspended", ""),
        ("运营状态", "不再运营", "operating", "closed", ""),
        ("运营状态", "非正常运营", "operating", None, "看不出是否在运营"),
        ("医保定点", "已停医保", "medical_insurance", None, "看不出是或否"),
        ("医保定点", "是（申请中）", "medical_insurance", None, "看不出是或否"),
        ("内设医务室", "有，已停用", "has_clinic", None, "看不出是或否"),
        ("内设医务室", "医务室（筹建中）", "has_clinic", None, "看不出是或否"),
        ("床位数", "120\n80", "licensed_beds", None, "不是整数"),
        ("床位数", "12 0", "licensed_beds", None, "不是整数"),
        ("开业时间", 2023.1, "opened", None, "请写成 2023-01 或 2023-10"),  # 2023.10 as a number
        ("开业时间", "2023.1", "opened", "2023-01", ""),
        ("开业时间", datetime(1905, 7, 15), "opened", None, "像是年份 2023 写进了日期格式的格子"),
        ("备案日期", datetime(1899, 12, 25), "filed_on", None, "年份不对"),
        ("地址", timedelta(days=1.5), "address", None, "被表格当成了日期"),
        ("运营状态", "即将开业", "operating", "suspended", ""),
        ("运营状态", "拟注销", "operating", None, "看不出是否在运营"),
        ("是否运营", "是", "operating", "open", ""),
        ("收住对象", "轻度、中度、重度失能", "accepts_levels", [1, 2, 3, 4], ""),
        ("收住对象", "能力完好至重度失能", "accepts_levels", None, "里的“至”看不出"),
        ("收住对象", "自理型、护理型", "accepts_levels", None, "里的“护理”看不出"),
        ("收住对象", "特困、自理老人", "accepts_levels", None, "里的“特困”看不出"),
        ("收住对象", "自理、半自理、失能的特困老人", "accepts_levels", [0, 1, 2, 3, 4], ""),
        ("机构类型", "街道养老照料中心", "kind", "home", ""),
        ("法定代表人", "110101199001011234", "legal_person", None, "不像姓名"),
        ("法定代表人", "某某养老服务有限公司", "legal_person", None, "不像姓名"),
        ("法定代表人", "同上", "legal_person", None, "写的是“同上”，没有读"),
        ("地址", "〃", "address", None, "写的是“〃”，没有读"),
        ("地址", datetime(2024, 3, 5), "address", None, "被表格当成了日期"),
        ("联系电话", datetime(2024, 3, 5), "phone", None, "不像电话号码"),
        ("地址", "甲路1号_x000D_\n东门", "address", "甲路1号 东门", ""),
    ],
)
def test_a_cell_gives_its_value_or_says_why_not(header, cell, field, value, said):
    found, problems = one(header, cell, field)
    assert found == value
    assert (said in problems[0]) if said else not problems


@pytest.mark.parametrize(
    ("header", "cell", "low", "high", "unit"),
    [
        ("床位费（千元）", 1.5, 150_000, None, "month"),
        ("押金（万元）", "1-2", 1_000_000, 2_000_000, "once"),
        ("押金", "10000元（一次性）", 1_000_000, None, "once"),
        ("护理费", "护理费800元/人·月", 80_000, None, "month"),
        ("餐费", "30元/人·天", 3_000, None, "day"),
        ("餐费", 25, None, None, "month"),  # a day's, surely; nobody says so
        ("押金", "0.5", None, None, "once"),
        ("护理费", "99999999999", None, None, "month"),
        ("床位费（千元）", 1500, None, None, "month"),
        ("月收费", "2000——4500元", 200_000, 450_000, "month"),
        ("月收费", "2000〜4500", 200_000, 450_000, "month"),
        ("月收费", "2K-4.5K", 200_000, 450_000, "month"),
        ("月收费", "2000-4500元/月（含餐）", 200_000, 450_000, "month"),
    ],
)
def test_an_amount_is_a_number_only_where_its_unit_is_plain(header, cell, low, high, unit):
    (row,), _file = read(xlsx(["机构名称", "所在区", header], ["示例甲养老院", "武清区", cell]))
    assert [(fee[2], fee[3], fee[4]) for fee in fees(row)] == [(unit, low, high)]
    assert bool(row.problems) == (low is None)
    text = row.values["stated_fees"][0]["text"]
    assert low is not None or text in (
        str(cell),
        f"{cell}(表头写的是千元)",
    )  # as written, and no amount when read again
    assert read_fee_lines(fee_lines(row.values["stated_fees"]))[0] == row.values["stated_fees"]


@pytest.mark.parametrize(
    ("cell", "latitude", "said"),
    [
        ("(117.05, 39.4)", 39.4, ""),
        ("经度：117.05；纬度：39.4", 39.4, ""),
        ("39.4/117.05", 39.4, "经度和纬度写反了"),
        ("117.05", None, "不是经纬度"),
        ("121.4,31.2", None, "不在京津冀范围内"),
        ("无", None, ""),
    ],
)
def test_coordinates_in_one_cell(cell, latitude, said):
    found, problems = one("经纬度", cell, "latitude")
    assert found == latitude
    assert (said in problems[0]) if said else not problems


def test_the_datum_is_taken_from_its_own_column_or_the_title():
    rows, _file = read(
        xlsx(
            ["机构名称", "所在区", "经度", "纬度", "坐标系"],
            ["示例甲养老院", "武清区", 117.05, 39.4, "GCJ-02"],
            ["示例乙养老院", "武清区", 117.05, 39.4, "WGS84"],
        )
    )
    assert [(row.values["datum"], row.values["latitude"]) for row in rows] == [("gcj02", 39.398749), ("wgs84", 39.4)]
    titled = xlsx(
        ["名录（坐标采用高德）"], ["机构名称", "所在区", "经度", "纬度"], ["示例甲养老院", "武清区", 117.05, 39.4]
    )
    assert read(titled)[0][0].values["datum"] == "gcj02"


def test_a_workbook_that_counts_days_from_1904():
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append(["机构名称", "所在区", "备案日期", "开业时间", "有效期至"])
    book.active.append(["示例甲养老院", "武清区", date(2020, 5, 1), 42490, "42490"])
    (row,), _file = read(saved(book))
    assert {row.values[name] for name in ("filed_on", "opened", "licence_valid_until")} == {"2020-05-01"}


@pytest.mark.parametrize("name", ["123", "-", "#N/A", "甲", "XX养老院", "日间照料中心"])
def test_what_is_no_name_is_no_home(name):
    (row,), _file = read(xlsx(["机构名称", "所在区", "床位数"], [name, "武清区", 1]))
    assert row.fatal is not None


@pytest.mark.parametrize("name", ["说明养老院", "统计局老年公寓", "合计养老院"])
def test_a_home_whose_name_begins_like_a_note_is_a_home(name):
    (row,), _file = read(xlsx(["机构名称", "所在区"], [name, "武清区"]))
    assert row.values["name"] == name and row.fatal is None


@pytest.mark.parametrize(
    ("written", "name", "alias", "operating"),
    [
        ("1.示例甲养老院", "示例甲养老院", None, None),
        ("★示例甲养老院*", "示例甲养老院", None, None),
        ("1号养老院", "1号养老院", None, None),
        ("示例甲养老院（已关停）", "示例甲养老院", None, "closed"),
        ("示例甲养老院（筹）", "示例甲养老院", None, "suspended"),
        ("示例甲养老院\n（原示例乙敬老院）", "示例甲养老院", "示例乙敬老院", None),
        ("示例甲养老院（原址重建）", "示例甲养老院（原址重建）", None, None),
        ("示例甲养老院（东院）", "示例甲养老院（东院）", None, None),
    ],
)
def test_what_stands_around_a_name_is_no_part_of_it(written, name, alias, operating):
    (row,), _file = read(xlsx(["机构名称", "所在区"], [written, "武清区"]))
    assert tuple(row.values.get(field) for field in ("name", "alias", "operating")) == (name, alias, operating)
    assert bool(row.problems) == bool(alias or operating)


def test_hospitals_numbered_in_one_cell_are_several_and_a_term_is_no_part_of_a_name():
    rows, _file = read(
        xlsx(["机构名称", "所在区", "协议医院"], ["示例甲养老院", "武清区", "1.示例人民医院2.示例第305医院"])
    )
    assert [row.values["hospital"] for row in rows[1:]] == ["示例人民医院", "示例第305医院"]
    ((row,), _file) = read(
        xlsx(["机构名称", "所在区", "协议医院"], ["示例甲养老院", "武清区", "示例医院2023.1.1-2025.12.31"])
    )
    assert "不像医院名称" in str(row.problems[0])


def test_a_place_column_that_holds_the_whole_address_gives_both():
    (row,), _file = read(xlsx(["机构名称", "所在地", "床位数"], ["示例甲养老院", "天津市武清区甲路1号", 1]))
    assert (row.values["region_id"], row.values["address"]) == ("120114", "天津市武清区甲路1号")


def test_in_a_text_file_a_tenth_month_may_have_lost_its_zero():
    (row,), _file = read("机构名称,所在区,开业时间\n示例甲养老院,武清区,2023.1\n".encode(), "a.csv")
    assert "opened" not in row.values and "2023-10" in str(row.problems[0])


# Places


@pytest.mark.parametrize(
    ("district", "address", "code", "said"),
    [
        ("北京市通县", "", "110112", "“通县”已按今天的通州区读"),
        ("塘沽", "", "120116", "今天的滨海新区"),
        ("", "保定市清苑县某镇", "130608", "今天的清苑区"),
        ("", "北京市密云县鼓楼街", "110118", "今天的密云区"),
        ("保定市新市区", "", "130602", "今天的竞秀区"),
        ("邢台市桥西区", "", "130503", "今天的信都区"),
        ("河北张家口桥西", "", "130703", ""),
        ("大厂", "", "131028", ""),
        ("河北", "", None, "看不出"),  # not Tianjin's 河北区
        ("承德", "", None, "看不出"),  # the city or the county
        ("北戴河新区", "", None, "看不出"),
        ("河北雄安新区", "", None, "看不出"),  # not 安新县, whose name is inside
        ("", "江苏省南通市通州区金沙街道", None, "不在京津冀"),
        ("", "吉林省长春市朝阳区某路", None, "不在京津冀"),
        ("辽宁省朝阳市", "", None, "不在京津冀"),
        ("香河县", "天津市武清区某路", "131024", "写的是香河县，地址却在武清区"),
        ("通州区", "江苏省南通市通州区", "110112", "地址却在江苏省"),
    ],
)
def test_a_place_is_found_as_it_is_meant_or_not_at_all(district, address, code, said):
    (row,), _file = read(xlsx(["机构名称", "所在区", "地址"], ["示例甲养老院", district, address]))
    assert row.values.get("region_id") == code
    told = [str(row.fatal)] if code is None else [str(problem) for problem in row.problems]
    assert (said in told[0]) if said else not told


# Sheets and text files


def test_hidden_sheets_are_not_read_hidden_rows_are_and_both_are_said():
    book = Workbook()
    for row in (["机构名称", "所在区"], ["示例甲养老院", "武清区"], ["示例乙养老院", "武清区"]):
        book.active.append(row)
    book.active.row_dimensions[3].hidden = True
    old = book.create_sheet("旧数据")
    old.append(["机构名称", "所在区"])
    old.append(["示例旧养老院", "武清区"])
    old.sheet_state = "hidden"
    rows, file = read(saved(book))
    assert [row.values["name"] for row in rows] == ["示例甲养老院", "示例乙养老院"]
    assert not rows[0].problems and "隐藏的" in str(rows[1].problems[0])
    assert [str(note) for note in file.skipped] == ["“旧数据”是隐藏的工作表，没有读；要读它，请取消隐藏再上传"]


def test_what_stands_below_a_table_makes_no_home():
    rows, file = read(
        xlsx(
            ["机构名称", "所在区", "床位数"],
            ["示例甲养老院", "武清区", 10],
            ["武清区小计", None, 10],
            ["武清区合计（家）", "武清区", 10],
            ["其中：公办", None, 1],
            ["本表由养老服务处提供", None, None],
            ["2023年5月1日", None, None],
            ["以下空白", None, None],
            ["示例乙颐养院", None, None],
        ),
        "武清区名录.xlsx",
    )
    assert [row.values["name"] for row in rows if row.fatal is None] == ["示例甲养老院", "示例乙颐养院"]
    assert ["看不出是不是一家机构" in str(row.fatal) for row in rows if row.fatal] == [True, True]
    assert len(file.skipped) == 4


def test_one_merged_cell_of_beds_beside_several_homes_is_the_number_of_none():
    book = Workbook()
    for row in (
        ["机构名称", "所在区", "床位数", "地址"],
        ["示例甲养老院", "武清区", 300, "甲路"],
        ["示例乙养老院", "武清区", None, None],
        ["示例丙养老院", "武清区", 20, "丙路"],
        [None, None, None, "丙路"],
    ):
        book.active.append(row)
    for block in ("C2:C3", "D2:D3", "A4:A5", "B4:B5", "C4:C5"):
        book.active.merge_cells(block)
    rows, _file = read(saved(book))
    assert [(row.values.get("licensed_beds"), row.values["address"]) for row in rows] == [
        (None, "甲路"),
        (None, "甲路"),
        (20, "丙路"),
        (20, "丙路"),
    ]
    assert "和别的机构合并成一格" in str(rows[1].problems[0]) and not rows[2].problems


def test_two_homes_in_one_cell_are_told():
    (row, known), _file = read(
        xlsx(["机构名称", "所在区"], ["示例甲养老院、示例乙敬老院", "武清区"], ["示例养老院服务中心", "武清区"])
    )
    assert "名称里像有两家" in str(row.problems[0]) and not known.problems


def test_comments_are_not_read_and_that_is_said():
    book = Workbook()
    for row in (["机构名称", "所在区"], ["示例甲养老院", "武清区"]):
        book.active.append(row)
    book.active["A2"].comment = Comment("已关停", "某某")
    _rows, file = read(saved(book))
    assert [str(note) for note in file.skipped] == ["文件里有批注，批注里的话没有读"]


def test_of_hidden_columns_and_of_columns_too_far_right_something_is_said():
    book = Workbook()
    book.active.append(["机构名称", "所在区", "床位数", *[f"列{n}" for n in range(320)]])
    book.active.append(["示例甲养老院", "武清区", 10, *[1] * 320])
    book.active.column_dimensions["C"].hidden = True
    _rows, file = read(saved(book))
    assert [str(note) for note in file.skipped] == [
        "“床位数”：在表格里是隐藏的列，也读了；不要它，请从表格里删去再上传",
        "“Sheet”有 300 列以上，第 300 列右边没有读。",
    ]


def test_struck_through_rows_wait_and_a_struck_cell_is_told():
    book = Workbook()
    for row in (
        ["机构名称", "所在区", "联系电话"],
        *([f"示例{one}养老院", "武清区", "022-82123456"] for one in "甲乙丙"),
    ):
        book.active.append(row)
    for cell in (*book.active[3], book.active["C4"]):
        cell.font = Font(strike=True)
    (plain, struck, told), _file = read(saved(book))
    assert plain.fatal is None and not plain.problems
    assert str(struck.fatal) == "这一行划了删除线，没有采用；要采用，请在上面选“也采用”" and struck.waits == {
        "struck": True
    }
    assert told.fatal is None and str(told.problems[0]).startswith("“联系电话”划了删除线，也读了")
    struck.take("struck")
    assert struck.fatal is None and str(struck.problems[0]) == "这一行划了删除线，按您的选择采用了"


def test_a_blank_district_waits_to_be_read_as_the_row_above_and_never_takes_the_title_against_it():
    rows, _file = read(
        xlsx(
            ["天津市武清区等区养老机构"],
            ["区县", "机构名称", "地址", "床位数"],
            ["武清区", "示例甲养老院", "甲路"],
            [None, "示例乙养老院", "乙路"],
            ["宝坻区", "示例丙养老院", "丙路"],
            [None, "示例丁养老院", "丁路"],
            ["〃", "示例戊养老院", "天津市蓟州区戊路"],
            [None, None, "己路", 10],
        ),
        "名录.xlsx",
    )
    found = [(row.values.get("region_id"), row.waits) for row in rows]
    assert found == [
        ("120114", {}),
        ("120114", {}),
        ("120115", {}),
        (None, {"above": "120115"}),
        ("120119", {}),
        (None, {}),
    ]
    assert "“按上一行读”" in str(rows[3].fatal) and str(rows[5].fatal) == "没有机构名称"
    rows[3].take("above")
    assert rows[3].values["region_id"] == "120115" and rows[3].fatal is None and rows[3].problems


def test_the_city_above_tells_namesakes_apart_once_somebody_says_so():
    rows, _file = read(
        xlsx(
            ["市", "区县", "机构名称"],
            ["石家庄市", "长安区", "示例甲养老院"],
            [None, "桥西区", "示例乙养老院"],
            ["唐山市", "路北区", "示例丙养老院"],
            [None, None, "示例丁养老院"],
        ),
        "名录.xlsx",
    )
    assert [row.waits for row in rows] == [{}, {"above": "130104"}, {}, {"above": "130203"}]


def test_a_sheet_named_by_a_district_s_short_name_says_where_its_rows_lie():
    book = Workbook()
    book.active.title = "宝坻"
    book.active.append(["机构名称", "地址"])
    book.active.append(["示例甲养老院", "甲路"])
    (row,), _file = read(saved(book), "天津市.xlsx")
    assert row.values["region_id"] == "120115"


def test_forms_upright_tables_and_two_tables_side_by_side_make_no_home_and_say_what_to_do():
    form = xlsx(
        ["机构名称", "示例甲养老院", "统一社会信用代码", CODE_A],
        ["地址", "武清区甲路1号", "法定代表人", "张三"],
        ["床位数", 100, "联系电话", "022-82123456"],
    )
    assert all("是列名，不像机构名称" in str(row.fatal) for row in read(form)[0])
    upright = xlsx(["机构名称", "示例甲养老院"], ["所在区", "武清区"], ["地址", "甲路"], ["床位数", 10])
    with pytest.raises(Refusal) as refused:
        read(upright)
    assert "列名竖着写在第一列" in str(refused.value.sentence)
    (row,), _file = read(
        xlsx(["机构名称", "地址", "机构名称", "地址"], ["示例甲养老院", "武清区甲路", "示例乙养老院", "武清区乙路"])
    )
    assert str(row.fatal) == "没有机构名称" and "左右并排的表请改成上下一张" in str(row.problems[0])


def grouped(*groups: tuple[str, list[str]], cells: list) -> tuple[ReadRow, list[str]]:
    """Give the row below a header of two merged lines, and the headers that were not used."""
    book = Workbook()
    top, low = ["机构名称", "所在区"], [None, None]
    for word, below in groups:
        top += [word, *[None] * (len(below) - 1)]
        low += below
    for line in (["武清区养老机构登记表"], ["填报单位：武清区民政局", None, "单位：张、元"], top, low):
        book.active.append(line)
    book.active.append(["示例甲养老院", "武清区", *cells])
    for column in (1, 2):
        book.active.merge_cells(start_row=3, end_row=4, start_column=column, end_column=column)
    at = 3
    for _word, below in groups:
        book.active.merge_cells(start_row=3, end_row=3, start_column=at, end_column=at + len(below) - 1)
        at += len(below)
    ((row,), file) = read(saved(book))
    return row, file.sheets[0].unused


def test_what_a_group_says_of_its_columns_counts_against_what_they_resemble():
    row, unused = grouped(
        ("消防", ["验收时间", "备案号"]),
        ("食品经营许可", ["证号", "有效期"]),
        ("医疗机构执业许可", ["许可证号", "有效期至"]),
        ("星级评定", ["等级", "评定时间", "有效期至"]),
        ("主管民政部门", ["联系人", "电话"]),
        ("入住老人", ["总数", "京籍"]),
        cells=[
            "2020-1-1",
            "消1",
            "食2",
            "2025-1-1",
            "医3",
            "2026-1-1",
            "三级",
            "2023-1-1",
            "2026-1-1",
            "某",
            "12345",
            9,
            1,
        ],
    )
    assert row.values == {"name": "示例甲养老院", "region_id": "120114", "stated_stars": 3}
    assert len(unused) == 12 and "消防（备案号）" in unused


def test_columns_below_a_group_are_read_with_it():
    row, _unused = grouped(
        ("备案", ["编号", "时间"]),
        ("机构联系人", ["姓名", "电话"]),
        ("床位数", ["合计", "护理型", "认知症"]),
        ("内设医疗机构", ["类型", "是否医保定点"]),
        ("房间数", ["单人间", "双人间"]),
        cells=["津备1", "2020-1-1", "李四", "022-82123456", 100, 60, 20, "医务室", "是", 20, 120],
    )
    assert row.values == {
        "name": "示例甲养老院",
        "region_id": "120114",
        "filing_number": "津备1",
        "filed_on": "2020-01-01",
        "contact_person": "李四",
        "phone": "022-82123456",
        "licensed_beds": 100,
        "nursing_beds": 60,
        "has_clinic": True,
        "clinic_name": "医务室",
        "medical_insurance": True,
    }


def test_groups_nobody_merged_are_groups_all_the_same():
    (row,), file = read(
        xlsx(
            ["机构名称", "所在区", "消防", None, "床位数", None],
            [None, None, "验收时间", "备案号", "合计", "护理型"],
            ["示例甲养老院", "武清区", "2020-1-1", "消1", 100, 60],
        )
    )
    assert row.values == {"name": "示例甲养老院", "region_id": "120114", "licensed_beds": 100, "nursing_beds": 60}
    assert file.sheets[0].unused == ["消防（验收时间）", "备案号"]


def test_a_line_of_units_below_the_header_belongs_to_it():
    (row,), file = read(
        xlsx(
            ["机构名称", "所在区", "床位数", "床位费"],
            [None, None, "（张）", "元/天"],
            ["示例甲养老院", "武清区", 100, 150],
        )
    )
    assert (row.values["licensed_beds"], fees(row)) == (100, [("bed", "", "day", 15_000, None)])
    assert list(file.sheets[0].columns)[2:] == ["床位数(张)", "床位费(元/天)"]


def test_a_licensed_number_below_a_group_of_beds_is_the_number_of_beds():
    book = Workbook()
    book.active.append(["机构名称", "所在区", "床位", None, None])
    book.active.append([None, None, "核定", "实际", "护理型"])
    book.active.append(["示例甲养老院", "武清区", 100, 80, 20])
    for block in ("A1:A2", "B1:B2", "C1:E1"):
        book.active.merge_cells(block)
    ((row,), _file) = read(saved(book))
    assert (row.values["licensed_beds"], row.values["nursing_beds"]) == (100, 20)


def test_a_line_of_a_text_file_longer_than_the_others_is_refused_though_its_last_cell_is_blank():
    text = "机构名称,所在区,地址,交通,联系电话\n示例甲养老院,武清区,甲路,公交,\n示例乙养老院,武清区,乙路,东门,公交,\n"
    first, second = read(text.encode(), "a.csv")[0]
    assert first.fatal is None and "有 6 格，表头只有 5 格" in str(second.fatal)


def test_sheets_without_a_header_are_counted():
    book = Workbook()
    book.active.append(["机构名称", "所在区"])
    book.active.append(["示例甲养老院", "武清区"])
    book.create_sheet("续表").append(["示例乙养老院", "武清区"])
    _rows, file = read(saved(book))
    assert [(sheet.name, sheet.left) for sheet in file.sheets] == [("Sheet", 0), ("续表", 1)]


HEADER = "机构名称,所在区,地址,床位数\n"
GOOD = "示例甲养老院,武清区,甲路,10\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (HEADER + f'"{GOOD}{GOOD}', "第 2 行的双引号没有成对，后面几行连在了一起。"),
        (HEADER, "找到了表头，但下面没有一家机构。"),
        (HEADER + "示例,武清区," + "长" * 140_000, "第 2 行读不出来：有一格太长，或者双引号没有成对。"),
        ("\ufeff<html><table>", "这其实是网页或 XML，不是表格文件。"),
        ("MIME-Version: 1.0\n<table>", "这其实是网页或 XML，不是表格文件。"),
    ],
)
def test_a_text_file_that_would_lose_rows_is_refused(text, sentence):
    with pytest.raises(Refusal) as no:
        read(text.encode(), "a.csv")
    assert str(no.value.sentence) == sentence and no.value.next_step


def test_the_line_where_the_encoding_changes_is_named():
    with pytest.raises(Refusal) as no:
        read((HEADER + GOOD).encode() + GOOD.encode("gbk"), "a.csv")
    assert str(no.value.sentence) == "第 3 行有认不出的文字，可能混了两种编码。"


def test_a_line_with_more_cells_than_the_header_is_not_read_into_wrong_columns():
    (moved, short), _file = read((HEADER + "示例甲养老院,武清区,甲路,1,10\n示例乙养老院,武清区\n").encode(), "a.csv")
    assert str(moved.fatal) == "这一行有 5 格，表头只有 4 格，各列对不上；请给含逗号的格加双引号"
    assert short.fatal is None


@pytest.mark.parametrize(
    "content",
    [
        (HEADER + GOOD).replace("\n", "\r\n").replace(",", "\t").encode("utf-16-le"),  # no mark
        (HEADER + GOOD).replace(",", "，").encode(),
        (HEADER + GOOD.replace("甲路", "甲路,1号,2层,3室,4床"))
        .replace("在区,", "在区;")
        .replace("清区,", "清区;")
        .replace("称,", "称;")
        .replace("院,", "院;")
        .replace("址,", "址;")
        .replace(",10", ";10")
        .encode(),
        f'机构名称,所在区,统一社会信用代码,床位数\n示例甲养老院,武清区,"=""{CODE_B}""",10\n'.encode("gbk"),
    ],
)
def test_text_files_of_odd_programs_are_read(content):
    (row,), _file = read(content, "a.csv")
    assert (row.values["name"], row.values["licensed_beds"]) == ("示例甲养老院", 10)
    assert row.values.get("credit_code", CODE_B) == CODE_B
