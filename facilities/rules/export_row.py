"""Writes a home's facts as the cells of a spreadsheet, in words that `import_row` reads back to the same facts."""

from collections.abc import Callable
from typing import Any

from facilities.rules.cells import fee_lines

Fact = Any
KINDS = {
    "home": "养老机构",
    "centre": "区级养老服务指导中心",
    "complex": "区域养老服务综合体",
    "station": "社区养老服务驿站",
    "day_care": "日间照料",
    "meal_point": "助餐点",
}
NATURES = {"public": "公办", "public_built_private_run": "公建民营", "private": "民办"}
OPERATING = {"open": "运营中", "suspended": "暂停运营", "closed": "已关停"}


def _yes(value: Fact) -> str:
    return "" if value is None else "是" if value else "否"


def _joined(value: Fact) -> str:
    return "、".join(map(str, value or ()))


def _plain(value: Fact) -> Fact:
    return "" if value is None else value


def _named(names: dict[str, str]) -> Callable[[Fact], str]:
    return lambda value: names.get(value, "")


# Header · fact · how it is written. The headers are words of data/import_columns.yaml.
COLUMNS: tuple[tuple[str, str, Callable[[Fact], Fact]], ...] = (
    ("系统编号", "id", str),
    ("机构名称", "name", _plain),
    ("别名", "alias", _plain),
    ("区划代码", "region_id", _plain),
    ("所在地区", "region_name", _plain),
    ("地址", "address", _plain),
    ("机构类型", "kind", _named(KINDS)),
    ("性质", "nature", _named(NATURES)),
    ("是否营利", "for_profit", _yes),
    ("统一社会信用代码", "credit_code", _plain),
    ("备案号", "filing_number", _plain),
    ("备案日期", "filed_on", _plain),
    ("许可证号", "licence_number", _plain),
    ("有效期至", "licence_valid_until", _plain),
    ("运营状态", "operating", _named(OPERATING)),
    ("开业时间", "opened", _plain),
    ("法定代表人", "legal_person", _plain),
    ("联系人", "contact_person", _plain),
    ("联系电话", "phone", _plain),
    ("交通", "transport", _plain),
    ("纬度（WGS-84）", "latitude", _plain),
    ("经度（WGS-84）", "longitude", _plain),
    ("核定床位数", "licensed_beds", _plain),
    ("护理型床位", "nursing_beds", _plain),
    ("护理员人数", "care_workers", _plain),
    ("持证护理员人数", "certified_workers", _plain),
    ("星级", "stated_stars", _plain),
    ("内设医务室", "has_clinic", _yes),
    ("医务室名称", "clinic_name", _plain),
    ("医保定点", "medical_insurance", _yes),
    ("一卡通", "one_card", _yes),
    ("认知症", "takes_dementia", _yes),
    ("收住对象", "accepts_levels", _joined),
    ("接收户籍", "accepts_hukou", _joined),
    ("可用北京补贴", "subsidy_payable", _yes),
    ("收费明细", "stated_fees", lambda fees: fee_lines(fees or [])),
)
HEADERS = tuple(header for header, _fact, _write in COLUMNS)
# A cell that begins like a formula is text to us and must stay text in a spreadsheet program.
FORMULA = ("=", "+", "-", "@")


def export_row(facts: dict[str, Any]) -> list[Any]:
    """Write one home's cells. `facts` are its plain facts with `id` and `region_name`."""
    return [_safe(write(facts.get(name))) for _header, name, write in COLUMNS]


def _safe(cell: Any) -> Any:
    return f" {cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
