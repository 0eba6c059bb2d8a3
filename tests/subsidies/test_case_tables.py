"""The tables of tests/cases/subsidies/table, row by row: what an official can read, check against the articles and sign."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from eldercare.kernel.days import Month
from eldercare.kernel.verdict import Answer
from subsidies.rules.eligibility import BenefitAnswer, preview
from tests.subsidies.test_preview_cases import elder_of

TABLES = Path(__file__).parent.parent / "cases" / "subsidies" / "table"
BENEFITS = {
    "困难": "beijing/2019-160/hardship",
    "护理": "beijing/2019-160/nursing",
    "高龄": "beijing/2019-160/seniority",
    "434生活": "beijing/2016-434/living",
    "434护理": "beijing/2016-434/nursing",
    "消费券": "national/2026-voucher",
}
STANDARDS = {"国标": "GB/T 42195-2022"}
SPELLS = {"服刑": "prison", "低保": "dibao", "特困": "destitute_support"}


def rows():
    for file in sorted(TABLES.glob("*.yaml")):
        table = yaml.safe_load(file.read_text("utf-8"))
        for number, row in enumerate(table["rows"], 1):
            told = dict(zip(table["columns"], row, strict=True))
            yield pytest.param(table, told, id=f"{file.stem} {number}: {' '.join(map(str, row))}")


def facts_of(table: dict, told: dict) -> dict:
    facts = {**table["given"], "circumstances": dict(table["given"].get("circumstances", {}))}
    readers = {
        "证": lambda text: {"certificates": [_certificate(text)]},
        "出生": lambda day: {"birth_date": day},
        "情形": lambda text: _circumstances(facts, text),
        "评估": lambda text: {"assessments": _assessments(text)},
        "户籍": lambda text: {"hukou": _hukou(text)},
        "变化": _change,
    }
    for column, read in readers.items():
        if column in told:
            found = read(told[column])
            facts["circumstances"] |= found.pop("circumstances", {})
            facts |= found
    return facts


def _certificate(text: str, since: date = date(2020, 5, 6)) -> dict:
    whole, *parts = text.split()
    category, level = map(int, whole.split("-"))
    known = [dict(zip(("category", "level"), map(int, part.split("-")), strict=True)) for part in parts if part != "?"]
    return {"category": category, "level": level, "components": known or None, "from": since, "until": None}


def _circumstances(facts: dict, text: str) -> dict:
    if text.startswith("另有"):
        kind, amount = text.removeprefix("另有").split()
        monthly_fen = None if amount == "?" else int(amount) * 100
        row = {"class": "nursing" if "护理" in kind else "living", "monthly_fen": monthly_fen, "name": "离休护理费"}
        return {"welfare_allowances": [row]}
    names = [name for name in text.split("+") if name]
    return {"circumstances": {name.rstrip("?"): None if name.endswith("?") else True for name in names}}


def _assessments(text: str) -> list | None:
    if text in ("没有", "不知道"):
        return [] if text == "没有" else None
    found = []
    for one in text.split("; "):
        *standard, level, concluded_on, valid_until = one.split()
        standard = " ".join(standard)
        found.append(
            {
                "standard": STANDARDS.get(standard, standard),
                "level": None if level == "?" else int(level) if level.isdigit() else level,
                "concluded_on": concluded_on,
                "valid_until": None if valid_until == "-" else valid_until,
            }
        )
    return found


def _hukou(text: str) -> list | None:
    if text in ("没有", "不知道"):
        return [] if text == "没有" else None
    return [{"region": text, "from": date(1956, 3, 10), "until": None}]


def _change(text: str) -> dict:
    kind, *told = text.split()
    if kind in ("去世", "宣告失踪"):
        return {"died_on" if kind == "去世" else "declared_missing_on": told[0]}
    if kind == "迁往":
        return {"hukou": _moves(told)}
    if kind == "换证":
        first = {**_certificate("4-1"), "until": told[1]}
        return {"certificates": [first, _certificate(told[0], date.fromisoformat(told[1]))]}
    start, _, until = told[0].partition("～")
    spells = [{"from": start, "until": until or None}]
    return {"prison": spells} if kind == "服刑" else {"circumstances": {SPELLS[kind]: spells}}


def _moves(told: list[str]) -> list:
    places, days = ["110105", *told[::2]], ["1955-03-10", *told[1::2], None]
    return [
        {"region": place, "from": start, "until": until}
        for place, start, until in zip(places, days[:-1], days[1:], strict=True)
    ]


def shown(answer: BenefitAnswer) -> int | str:
    """Write an answer as the tables do."""
    if answer.answer is Answer.CANNOT_DECIDE:
        return "?"
    yuan = (answer.monthly_fen or 0) // 100
    return f"选{yuan}" if answer.answer is Answer.CHOICE else yuan


@pytest.mark.parametrize(("table", "told"), list(rows()))
def test_the_row_comes_out_as_signed(table, told):
    on = told.get("月份", table.get("on"))
    found = {
        one.programme: one
        for one in preview(elder_of(facts_of(table, told)), on=Month.parse(on) if isinstance(on, str) else on)
    }
    for column in told:
        if column in BENEFITS:
            assert shown(found[BENEFITS[column]]) == told[column], (column, found[BENEFITS[column]].conditions)
    ours = [found[BENEFITS[column]] for column in ("困难", "护理", "高龄")]
    if "合计" in told:
        assert sum(one.monthly_fen or 0 for one in ours) == told["合计"] * 100
    if "支付" in told:
        payers = {one.payer_region for one in ours if one.answer is not Answer.NO}
        assert payers == ({told["支付"]} if told["支付"] or payers else set())
