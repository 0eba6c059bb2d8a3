"""A row of a list of facts, read: which elder, what became known, of which day. Pure; finds nobody and writes nothing."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from eldercare.kernel.sentences import Sentence, say

# The columns of the form, in order: the name of each field and what stands above it, in Chinese in every language.
COLUMNS: tuple[tuple[str, Sentence], ...] = (
    ("id_number", say("身份证号码")),
    ("name", say("姓名")),
    ("kind", say("变动")),
    ("on", say("日期")),
    ("region", say("迁往地区代码")),
    ("circumstance", say("认定或待遇")),
    ("category", say("残疾类别")),
    ("level", say("残疾等级")),
    ("until", say("截止日期")),
)


@dataclass(frozen=True)
class Row:
    """One row: what it says, and what is wrong with it, if anything. `number` is its line in the file."""

    number: int
    id_number: str = ""
    name: str = ""
    kind: str = ""
    on: date | None = None
    region: str = ""
    circumstance: str = ""
    category: int | None = None
    level: int | None = None
    until: date | None = None
    problem: Sentence | None = field(default=None)

    @property
    def key(self) -> tuple[Any, ...]:
        """Give what makes two rows the same."""
        return (self.id_number, self.kind, self.on, self.circumstance)


def columns_of(heading: Sequence[Any]) -> dict[str, int] | None:
    """Tell where each column stands; None when this is not the form (the first four are always needed)."""
    titles = [str(cell or "").strip() for cell in heading]
    found = {name: titles.index(str(title)) for name, title in COLUMNS if str(title) in titles}
    return found if {name for name, _title in COLUMNS[:4]} <= set(found) else None


def read_row(
    number: int,
    cells: Sequence[Any],
    where: Mapping[str, int],
    *,
    kinds: Mapping[str, str],
    circumstances: Mapping[str, str],
) -> Row:
    """Read one row. `kinds` and `circumstances` give the code of each word that may be written (codes too)."""
    said = {name: cells[at] if at < len(cells) else None for name, at in where.items()}
    text = {name: str(value or "").strip() for name, value in said.items()}
    known = Row(number, id_number=text["id_number"].upper(), name=text["name"])

    def wrong(sentence: Sentence) -> Row:
        return Row(number, id_number=known.id_number, name=known.name, problem=sentence)

    kind = kinds.get(text["kind"])
    if kind is None:
        return wrong(say("不认识的变动“{word}”，可以写：{words}。", word=text["kind"], words="、".join(_words(kinds))))
    on, until = read_day(said.get("on")), read_day(said.get("until"))
    if on is None and text["on"]:
        return wrong(say("日期“{text}”看不懂，请写成 2026-06-15。", text=text["on"]))
    if until is None and text.get("until"):
        return wrong(say("截止日期“{text}”看不懂，请写成 2026-06-15。", text=text["until"]))
    circumstance = circumstances.get(text.get("circumstance", ""), "")
    if text.get("circumstance") and not circumstance:
        words = "、".join(_words(circumstances))
        return wrong(say("不认识的认定或待遇“{word}”，可以写：{words}。", word=text["circumstance"], words=words))
    numbers = {name: _number(text.get(name, "")) for name in ("category", "level")}
    return Row(
        number,
        id_number=known.id_number,
        name=known.name,
        kind=kind,
        on=on,
        region=text.get("region", ""),
        circumstance=circumstance,
        category=numbers["category"],
        level=numbers["level"],
        until=until,
    )


def read_day(value: Any) -> date | None:
    """Read a day as a spreadsheet holds it or as people write it; None when it is none."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value or "").strip()
    found = re.fullmatch(r"(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})\D?", text, re.ASCII) or re.fullmatch(
        r"(\d{4})(\d{2})(\d{2})", text, re.ASCII
    )
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _number(text: str) -> int | None:
    text = text.removesuffix(".0")
    return int(text) if text.isdecimal() and text.isascii() else None


def _words(known: Mapping[str, str]) -> list[str]:
    return [word for word in known if not word.isascii()]
