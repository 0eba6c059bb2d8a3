"""Finds the header of a sheet of homes and says what each column means. Titles above, two-line and merged headers, any order.

The words stand in data/import_columns.yaml. What no word claims is handed back as not used, never dropped in silence.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from facilities.rules.settings import DATA

LOOK_AT = 30
REGION_FIELDS = ("region_code", "province", "city", "county", "street", "region")


@dataclass(frozen=True)
class Column:
    """One column: where it stands, its header as written, what it means."""

    index: int
    header: str
    field: str


@dataclass(frozen=True)
class Header:
    """A header: the columns that are used, the headers that are not, and the row numbers it takes."""

    columns: tuple[Column, ...]
    unused: tuple[str, ...]
    rows: tuple[int, ...]
    labels: tuple[str, ...]

    def is_repeated_by(self, cells: list[Any]) -> bool:
        """Tell whether a row is the header printed again, as at the top of each page."""
        name = next(one for one in self.columns if one.field == "name")
        if name.index >= len(cells) or _plain(cells[name.index]) != self.labels[name.index]:
            return False
        same = [_plain(cells[one.index]) == self.labels[one.index] for one in self.columns if one.index < len(cells)]
        return sum(same) * 2 > len(same)


@dataclass(frozen=True)
class _Word:
    field: str
    many: bool
    named: frozenset[str]
    like: tuple[re.Pattern[str], ...]


@cache
def _words() -> tuple[_Word, ...]:
    rows = yaml.safe_load((DATA / "import_columns.yaml").read_text("utf-8"))
    return tuple(
        _Word(
            row["field"],
            row.get("many", False),
            frozenset(map(_plain, row["named"])),
            tuple(re.compile(pattern) for pattern in row.get("like", ())),
        )
        for row in rows
    )


@cache
def meaning(header: str) -> str | None:
    """Say which field a header means.

    >>> meaning("★ 统一社会信用代码（18位）"), meaning("所在 区"), meaning("护理型床位数(张)"), meaning("备注")
    ('credit_code', 'county', 'nursing_beds', None)
    """
    plain = _plain(header)
    if not plain:
        return None
    return _named(_plain(re.sub(r"[()\[\]【】〔〕{}]", "", _text(header)))) or _named(plain) or _like(plain)


def _named(plain: str) -> str | None:
    return next((word.field for word in _words() if plain in word.named), None)


def _like(plain: str) -> str | None:
    return next((word.field for word in _words() if any(pattern.search(plain) for pattern in word.like)), None)


@cache
def several_allowed(field: str) -> bool:
    return any(word.many for word in _words() if word.field == field)


def find_header(rows: list[tuple[int, list[Any]]]) -> Header | None:
    """Find the header among a sheet's first rows: the one or two rows that name most fields, a home's name among them."""
    best: Header | None = None
    for position, (number, cells) in enumerate(rows[:LOOK_AT]):
        candidates = [_read([cells], (number,))]
        if position + 1 < len(rows) and len({_plain(cell) for cell in cells if cell is not None}) > 1:  # no title
            below_number, below = rows[position + 1]
            candidates.append(_read([cells, below], (number, below_number)))
        for header in candidates:
            if header and (best is None or _telling(header) > _telling(best)):
                best = header
    return best


def _telling(header: Header) -> tuple[int, int]:
    """More columns are better, then fewer lines."""
    return len(header.columns), -len(header.rows)


def _read(lines: list[list[Any]], rows: tuple[int, ...]) -> Header | None:
    """Read one or two rows as a header; None when they are none. A row of data below a header is not part of it."""
    width = max(map(len, lines))
    lines = [[*line, *[None] * (width - len(line))] for line in lines]
    if len(lines) == 2 and not _is_second_line(*lines):
        return None
    columns, unused, labels = [], [], []
    taken: set[str] = set()
    group = ""
    for index in range(width):
        words = [_text(line[index]) for line in lines]
        group = words[0] or group
        header, field = _meaning_of(words, group)
        labels.append(_plain(words[-1]))
        if field and (several_allowed(field) or field == "phone" or field not in taken):
            taken.add(field)
            columns.append(Column(index, header, field))
        elif header:
            unused.append(header)
    if "name" not in taken or len(taken) < 2:
        return None
    return Header(tuple(columns), tuple(unused), rows, tuple(labels))


def _meaning_of(words: list[str], group: str) -> tuple[str, str | None]:
    """Read the lower line alone first, then under the group above it, then the group itself."""
    lower = words[-1]
    if len(words) == 1:
        return lower, meaning(lower)
    if not lower:
        return words[0], meaning(words[0])
    upper = words[0] or group
    if _plain(upper) == _plain(lower):
        return lower, meaning(lower)
    whole = f"{upper}（{lower}）"
    joined = meaning(upper + lower) if words[0] else _named(_plain(upper + lower))
    alone = meaning(lower)
    field = alone or joined or (meaning(upper) if several_allowed(meaning(upper) or "") else None)
    return (whole if words[0] or not alone else lower), field


def _is_second_line(upper: list[Any], lower: list[Any]) -> bool:
    """Tell whether the lower row still belongs to the header: it names no home, and names some columns."""
    name_at = next((i for i, cell in enumerate(upper) if meaning(_text(cell)) == "name"), None)
    below_name = _text(lower[name_at]) if name_at is not None else ""
    if below_name and meaning(below_name) != "name":
        return False
    fresh = [_text(cell) for above, cell in zip(upper, lower, strict=True) if _plain(cell) != _plain(above)]
    named = [text for text in fresh if text and not re.search(r"\d", text)]
    return bool(named) and len(named) == len([text for text in fresh if text])


def _text(cell: Any) -> str:
    return "" if cell is None else re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(cell)))[:60]


def _plain(cell: Any) -> str:
    """Write a header as it is compared: no spaces, no brackets with what is in them, no marks, small letters."""
    text = re.sub(r"[(\[【〔{].*?[)\]】〕}]", "", _text(cell))
    return re.sub(r"[\s*★☆:：、，,。./\\\-_#]", "", text).lower()
