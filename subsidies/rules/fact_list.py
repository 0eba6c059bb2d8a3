"""A row of a list of facts, read: which elder, what became known, of which day. Pure; finds nobody and writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from eldercare.kernel.sentences import Sentence, say

# The columns of the form, in order: the name of each field and what stands above it.
COLUMNS: tuple[tuple[str, str], ...] = (
    ("id_number", "身份证号码"),
    ("name", "姓名"),
    ("kind", "变动"),
    ("on", "日期"),
    ("region", "迁往地区代码"),
    ("circumstance", "认定或待遇"),
    ("category", "残疾类别"),
    ("level", "残疾等级"),
    ("until", "截止日期"),
)
DATE_FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")


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
    found = {name: titles.index(title) for name, title in COLUMNS if title in titles}
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
    for form in DATE_FORMS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


def _number(text: str) -> int | None:
    text = text.removesuffix(".0")
    return int(text) if text.isdecimal() and text.isascii() else None


def _words(known: Mapping[str, str]) -> list[str]:
    return [word for word in known if not word.isascii()]
