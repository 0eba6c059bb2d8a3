"""Writes a home's facts, its hospitals and its care workers as the cells of a spreadsheet, in words that are read back the same."""

from collections.abc import Callable
from typing import Any

from facilities.rules.cells import WORDS, fee_lines
from facilities.rules.settings import read

Fact = Any


def _yes(value: Fact) -> str:
    return "" if value is None else WORDS["yes_no"][0 if value else 1]


def _joined(value: Fact) -> str:
    return "、".join(map(str, value or ()))


def _plain(value: Fact) -> Fact:
    return "" if value is None else value


def _named(names: dict[str, str]) -> Callable[[Fact], str]:
    return lambda value: names.get(value, "")


# How a fact is written; one not named here stands as it is.
WRITTEN: dict[str, Callable[[Fact], Fact]] = {
    "id": str,
    "kind": _named(WORDS["kind_names"]),
    "nature": _named(WORDS["nature_names"]),
    "operating": _named(WORDS["operating_names"]),
    **dict.fromkeys(("for_profit", "has_clinic", "medical_insurance", "one_card"), _yes),
    **dict.fromkeys(("takes_dementia", "subsidy_payable"), _yes),
    **dict.fromkeys(("accepts_levels", "accepts_hukou"), _joined),
    "stated_fees": lambda fees: fee_lines(fees or []),
}
HEADERS = tuple(header for header, _fact in WORDS["export"])
SHEET = WORDS["export_sheet"]
BESIDE = read("import_beside.yaml")
LEVELS = BESIDE["level_names"]
LINES = BESIDE["export_lines"]
WRITTEN["level"] = _named(LEVELS)
# How the facts beside a home are called: by the headers they are exported under.
BESIDE_NAMES = {
    of: {fact: header for header, fact in sheet["columns"] if fact not in BESIDE["home"]}
    for of, sheet in BESIDE["export"].items()
}
# A cell that begins like a formula is text to us and must stay text in a spreadsheet program.
FORMULA = ("=", "+", "-", "@")


def export_row(facts: dict[str, Any]) -> list[Any]:
    """Write one home's cells. `facts` are its plain facts with `id` and `region_name`."""
    return [_safe(WRITTEN.get(name, _plain)(facts.get(name))) for _header, name in WORDS["export"]]


def written(name: str, value: Fact) -> str:
    """Write one fact as an export writes it."""
    return str(WRITTEN.get(name, _plain)(value))


def beside_headers(of: str) -> list[str]:
    """Give the headers of a sheet of hospitals or care workers."""
    return [header for header, _name in BESIDE["export"][of]["columns"]]


def beside_row(of: str, facts: dict[str, Any]) -> list[Any]:
    """Write a hospital agreement's or care worker's cells. `facts` name the home: `id`, `name`, `region_id`."""
    written = {**facts, "id": str(facts["id"]), "level": LEVELS.get(facts.get("level"), "")}
    return [_safe(_plain(written.get(name))) for _header, name in BESIDE["export"][of]["columns"]]


def hospitals_cell(agreements: list[list[str]]) -> Any:
    """Write a home's hospital agreements into one cell, one a line: name, services, signed on, valid until.

    >>> hospitals_cell([["示例医院", "急救", "", "2028-01-01"], ["示例卫生院", "", "", ""]])
    '示例医院 | 急救 |  | 2028-01-01\\n示例卫生院'
    """
    return _safe("\n".join(LINES["between"].join(one) if any(one[1:]) else one[0] for one in agreements))


def _safe(cell: Any) -> Any:
    return f" {cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
