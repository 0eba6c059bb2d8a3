"""Spreadsheets of homes, as files in memory."""

import io
from collections.abc import Iterable
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

USUAL = ["机构名称", "统一社会信用代码", "所在区", "地址", "床位数", "联系电话"]
# Two codes whose check character is right.
CODE_A, CODE_B = "91110000101623741K", "911101066976941872"


def fill(sheet: Worksheet, rows: Iterable[Iterable[Any]]) -> Worksheet:
    for row in rows:
        sheet.append(list(row))
    return sheet


def xlsx(*rows: Iterable[Any]) -> bytes:
    """One sheet with these rows."""
    book = Workbook()
    fill(book.active, rows)
    return saved(book)


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def many(count: int, *, district: str = "天津市武清区") -> bytes:
    """A file of many invented homes, with the columns real ones have."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("养老机构")
    sheet.append(["示例养老机构名录（虚构）"])
    sheet.append(
        [
            "序号",
            "机构名称",
            "所在区",
            "详细地址",
            "机构性质",
            "备案编号",
            "备案日期",
            "核定床位数",
            "护理型床位",
            "联系人",
            "联系电话",
        ]
        + ["收费标准（元/月）", "餐费", "医保定点", "内设医务室", "收住对象", "星级", "经度", "纬度", "开业时间"]
    )
    for n in range(1, count + 1):
        sheet.append(
            [
                n,
                f"示例第{n}养老院",
                district,
                f"{district}示例路{n}号",
                "民办",
                f"津备{n:06}",
                "2020年5月1日",
                100 + n % 50,
            ]
            + [
                60,
                "某某",
                f"022-8{n:07}",
                f"{2000 + n % 1000}-{4000 + n % 1000}",
                900,
                "是",
                "有",
                "自理、半失能、失能",
            ]
            + ["三星级", 117.0 + n / 1_000_000, 39.4, "2019-05"]
        )
    return saved(book)
