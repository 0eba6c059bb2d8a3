"""Finds the header of a sheet of homes and says what each column means. Titles above, up to three merged lines, any order.

A sheet of care workers or of hospital agreements beside the homes is told by its own columns. The words stand in
data/import_columns.yaml and import_beside.yaml. What no word claims is handed back as not used, never dropped in silence.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import pairwise
from typing import Any

from facilities.rules.settings import read

LOOK_AT = 30
MOST_LINES = 3
HOME = "home"
# What a row of each kind of sheet can't be without.
KEY = {HOME: "name", "care_worker": "person", "hospital": "hospital"}
# A column that tells what sheet it is, and whose cells nobody reads.
NEVER_READ = "id_number"
UNIT = re.compile(read("import_words.yaml")["header_unit"])
UNIT_ALONE = re.compile(read("import_words.yaml")["unit_line"])
REGION_FIELDS = ("region_code", "province", "city", "county", "street", "region")


@dataclass(frozen=True)
class Column:
    """One column: where it stands, its header as written, what it means."""

    index: int
    header: str
    field: str


@dataclass(frozen=True)
class Header:
    """A header: the columns that are used, the headers that are not, and the row numbers it takes. `of`: whose sheet it is."""

    of: str
    columns: tuple[Column, ...]
    unused: tuple[str, ...]
    rows: tuple[int, ...]
    labels: tuple[str, ...]
    has_units: bool = False

    @cached_property
    def key_at(self) -> int:
        """Give where the column stands that no row can be without."""
        return next(one.index for one in self.columns if one.field == KEY[self.of])

    def is_repeated_by(self, cells: list[Any]) -> bool:
        """Tell whether a row is the header printed again, as at the top of each page."""
        if self.key_at >= len(cells) or _plain(cells[self.key_at]) != self.labels[self.key_at]:
            return False
        same = [_plain(cells[one.index]) == self.labels[one.index] for one in self.columns if one.index < len(cells)]
        return sum(same) * 2 > len(same)


@dataclass(frozen=True)
class _Word:
    field: str
    many: bool
    named: dict[str, int]
    like: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str] | None
    of_its_left: frozenset[str]


@cache
def _words(of: str) -> tuple[_Word, ...]:
    rows = read("import_columns.yaml")
    if of != HOME:
        beside = read("import_beside.yaml")
        rows = beside["sheets"][of]["columns"] + [
            _home_word(row, beside) for row in rows if row["field"] in beside["home"]
        ]
    return tuple(
        _Word(
            row["field"],
            row.get("many", False),
            {_plain(one): place for place, one in reversed(list(enumerate(row["named"])))},
            tuple(re.compile(pattern) for pattern in row.get("like", ())),
            re.compile(row["unless"]) if "unless" in row else None,
            frozenset(map(_plain, row.get("of_its_left", ()))),
        )
        for row in rows
    )


def _home_word(row: dict[str, Any], beside: dict[str, Any]) -> dict[str, Any]:
    """Give the words of a column that says which home, as a sheet beside the homes uses them."""
    if row["field"] != "name":
        return row
    return {
        **row,
        "named": [*(one for one in row["named"] if one not in beside["not_home_named"]), *beside["home_named"]],
    }


@cache
def _whole_words() -> frozenset[str]:
    """Give what stands below a group and adds nothing to it: 床位数 above 总数 is 床位数."""
    return frozenset(map(_plain, read("import_words.yaml")["whole_group"]))


@cache
def meaning(header: str, of: str = HOME) -> str | None:
    """Say which field a header means.

    >>> meaning("★ 统一社会信用代码（18位）"), meaning("所在 区"), meaning("护理型床位数(张)"), meaning("备注")
    ('credit_code', 'county', 'nursing_beds', None)
    >>> meaning("床位数（空余）"), meaning("入住护理型床位数")
    (None, None)
    """
    plain = _plain(header)
    if not plain:
        return None
    whole = _plain(re.sub(r"[()\[\]【】〔〕{}]", "", _text(header)))
    found = _named(whole, of) or _named(plain, of) or _like(plain, of)
    return None if found and _says_otherwise(found, header, of) else found


def _named(plain: str, of: str) -> str | None:
    return _fields_named(of).get(plain)


@cache
def _fields_named(of: str) -> dict[str, str]:
    """Give the field each word of the columns stands for; where two claim it, the first."""
    return {name: word.field for word in reversed(_words(of)) for name in word.named}


def _like(plain: str, of: str) -> str | None:
    return next((word.field for word in _words(of) if any(pattern.search(plain) for pattern in word.like)), None)


def _says_otherwise(field: str, whole: str, of: str) -> bool:
    """Tell whether the whole of a header, its groups and brackets with it, says that it is something else: 入住, 空余."""
    return any(word.unless.search(_text(whole)) for word in _words(of) if word.field == field and word.unless)


def _speaks_of(left: str, field: str, header: str, of: str) -> bool:
    """Tell whether a header that says little alone (有效期) speaks of something else that stands left of it (星级)."""
    word = next(word for word in _words(of) if word.field == field)
    return _plain(header) in word.of_its_left and _says_otherwise(field, left, of)


@cache
def key_words() -> frozenset[str]:
    """Give the headers without which no row is a header: a home's name, a person's, a hospital's."""
    return frozenset(one for of, key in KEY.items() for word in _words(of) if word.field == key for one in word.named)


@cache
def several_allowed(field: str) -> bool:
    return any(word.many for word in _words(HOME) if word.field == field)


def find_header(rows: list[tuple[int, list[Any]]]) -> Header | None:
    """Find the header among a sheet's first rows: the one to three rows that name most fields, a home's name among them."""
    best: Header | None = None
    for position, (_number, cells) in enumerate(rows[:LOOK_AT]):
        is_title = len({_plain(cell) for cell in cells if cell is not None}) <= 1
        for lines in range(1, 2 if is_title else MOST_LINES + 1):
            some = rows[position : position + lines]
            if len(some) == lines:
                for of in KEY:
                    if _is_part(rows, position, lines, of):
                        continue  # the rest of it stands above or below: a group's word may say what a column is not
                    header = _read([line for _at, line in some], tuple(at for at, _line in some), of)
                    if header and (best is None or _telling(header) > _telling(best)):
                        best = header
    return best


def _is_part(rows: list[tuple[int, list[Any]]], position: int, lines: int, of: str) -> bool:
    """Tell whether a header's first or last lines would be left out."""
    before = rows[position - 1][1] if position else []
    below = rows[position + lines][1] if lines < MOST_LINES and position + lines < len(rows) else []
    return _goes_on(before, rows[position][1], of) or _goes_on(rows[position + lines - 1][1], below, of)


def _goes_on(upper: list[Any], lower: list[Any], of: str) -> bool:
    """Tell whether a header goes on in the next row: its key is merged down into it, or it parts a group there."""
    width = max(len(upper), len(lower))
    above = [_plain(cell) for cell in [*upper, *[None] * (width - len(upper))]]
    here = [_plain(cell) for cell in [*lower, *[None] * (width - len(lower))]]
    key_at = next((i for i, cell in enumerate(upper) if meaning(_text(cell), of) == KEY[of]), None)
    if key_at is None or not any(here):
        return False
    parted = any(
        above[i] and above[i + 1] in ("", above[i]) and here[i] and here[i + 1] and here[i] != here[i + 1]
        for i in range(width - 1)
    )
    first, second = ([*line, *[None] * (width - len(line))] for line in (upper, lower))
    return (here[key_at] == above[key_at] or parted) and _is_second_line(first, second, of)


def stands_upright(rows: list[tuple[int, list[Any]]]) -> bool:
    """Tell whether a table's columns are named down its first column: one home a column."""
    return find_header([(1, [cells[0] if cells else None for _number, cells in rows])]) is not None


def is_column_word(text: str) -> bool:
    """Tell whether a text is the name of a column, word for word."""
    return _named(_plain(text), HOME) is not None


def _telling(header: Header) -> tuple[int, int]:
    """More columns are better, those that say the same counted once; then fewer lines, a line of units for nothing."""
    return len({(column.field, column.header) for column in header.columns}), 2 * header.has_units - len(header.rows)


def _read(lines: list[list[Any]], rows: tuple[int, ...], of: str) -> Header | None:
    """Read some rows as a header; None when they are none. A row of data below a header is not part of it."""
    width = max(map(len, lines))
    lines = [[*line, *[None] * (width - len(line))] for line in lines]
    if not all(_is_second_line(*pair, of) for pair in pairwise(lines)):
        return None
    columns: list[Column] = []
    unused: list[str] = []
    labels: list[str] = []
    groups = [""] * len(lines)
    header = ""
    for index in range(width):
        words = [_text(line[index]) for line in lines]
        groups = _groups(groups, words)
        left, (header, field) = header, _meaning_of(words, groups, of)
        if field and _speaks_of(left, field, header, of):
            field = None
        labels.append(_plain(words[-1]))
        if field:
            unused += _take(columns, Column(index, header, field), of)
        elif header:
            unused.append(header)
    taken = {column.field for column in columns}
    if KEY[of] not in taken or len(taken) < 2 or not _is_whole(taken, of):
        return None
    return Header(of, tuple(columns), tuple(unused), rows, tuple(labels), _is_unit_line(lines[-1]))


def _take(columns: list[Column], new: Column, of: str) -> list[str]:
    """Take a column, if its field may have several or it is the better one for it; give the headers this leaves unused."""
    same = [column for column in columns if column.field == new.field]
    several = several_allowed(new.field) or new.field == "phone"
    if not same or several or any(_plain(column.header) == _plain(new.header) for column in same):
        columns.append(new)
        return []
    if _rank(new, of) >= min(_rank(column, of) for column in same):
        return [new.header]
    columns[:] = [*(column for column in columns if column not in same), new]
    return [column.header for column in same]


def _rank(column: Column, of: str) -> int:
    """Tell how plainly a header says its field: its place among the field's words, last what only resembles them."""
    words = next(word for word in _words(of) if word.field == column.field).named
    plain = _plain(re.sub(r"[()\[\]]", "", column.header))
    return min(words.get(plain, len(words)), words.get(_plain(column.header), len(words)))


def _is_whole(taken: set[str], of: str) -> bool:
    needed = read("import_beside.yaml")["sheets"][of]["needed"] if of != HOME else []
    return all(any(field in taken for field in some) for some in needed)


def _groups(before: list[str], words: list[str]) -> list[str]:
    """Carry a group's word to the columns right of it, until another stands there or above it."""
    fresh = next((level for level, word in enumerate(words) if word), len(words))
    return [
        word or (group if level <= fresh else "") for level, (word, group) in enumerate(zip(words, before, strict=True))
    ]


def _meaning_of(words: list[str], groups: list[str], of: str) -> tuple[str, str | None]:
    """Read the lowest line alone first, then under the groups above it, then the group itself."""
    unit = words[-1] if len(words) > 1 and UNIT_ALONE.fullmatch(words[-1]) else ""
    if unit:
        header, field = _meaning_of(words[:-1], groups[:-1], of)
        return f"{header}({unit.strip('()')})", field
    at = next((level for level in range(len(words) - 1, -1, -1) if words[level]), 0)
    lower = words[at]
    uppers = [one for one in groups[:at] if one and _plain(one) != _plain(lower)]
    if not lower or not uppers:
        return lower, meaning(lower, of)
    upper = uppers[-1]
    own = bool(words[at - 1]) and _plain(words[at - 1]) != _plain(lower)
    alone = meaning(lower, of)
    joined = meaning(upper + lower, of) if own else _named(_plain(upper + lower), of)
    group = meaning(upper, of)
    whole = group if several_allowed(group or "") or _plain(lower) in _whole_words() else None
    said = "".join([*uppers, lower])
    field = next((one for one in (alone, joined, whole) if one and not _says_otherwise(one, said, of)), None)
    return (f"{upper}（{lower}）" if own or not alone else lower), field


def _is_second_line(upper: list[Any], lower: list[Any], of: str) -> bool:
    """Tell whether the lower row still belongs to the header: it names no home (or person), and names some columns."""
    key = KEY[of]
    name_at = next((i for i, cell in enumerate(upper) if meaning(_text(cell), of) == key), None)
    below_name = _text(lower[name_at]) if name_at is not None else ""
    if below_name and meaning(below_name, of) != key:
        return False
    fresh = [_text(cell) for above, cell in zip(upper, lower, strict=True) if _plain(cell) != _plain(above)]
    named = [text for text in fresh if text and not re.search(r"\d", text)]
    return bool(named) and len(named) == len([text for text in fresh if text])


def _is_unit_line(line: list[Any]) -> bool:
    words = [_text(cell) for cell in line if cell is not None]
    return bool(words) and all(map(UNIT_ALONE.fullmatch, words))


def _text(cell: Any) -> str:
    return "" if cell is None else re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(cell)))[:60]


@lru_cache(maxsize=512, typed=True)  # a home's name is asked twice whether it is the name of a column
def _plain(cell: Any) -> str:
    """Write a header as it is compared: no spaces, no brackets with what is in them, no marks, small letters."""
    text = re.sub(r"[(\[【〔{].*?[)\]】〕}]", "", _text(cell))
    text = UNIT.sub("", text)
    return re.sub(r"[\s*★☆:：、，,。./\\\-_#]", "", text).lower()
