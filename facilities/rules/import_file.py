"""Reads a whole file of homes, row by row, as lazily as the file allows; notes what was read, and what was not and why."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import Sentence, say
from facilities.rules.cells import WORDS
from facilities.rules.import_beside import BesideReader, hospitals_of
from facilities.rules.import_row import ReadRow, RowReader, no_home_words, only_text
from facilities.rules.places import PlaceBook
from facilities.rules.sheet_file import MOST_ROWS, Sheet, open_sheets
from facilities.rules.sheet_header import (
    HOME,
    LOOK_AT,
    NEVER_READ,
    Header,
    find_header,
    is_column_word,
    key_words,
    meaning,
    stands_upright,
)

MOST_NOTES = 100
FEWEST_COLUMNS = 3
KEY_WORDS = key_words()
SECTION, HOME_END = (re.compile(WORDS[name]) for name in ("section", "home_end"))


@dataclass
class SheetNote:
    """What came of one sheet: which columns mean what, which were not used, how many rows it gave; `left`: rows not read."""

    name: str
    columns: dict[str, str] = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)
    rows: int = 0
    left: int = 0
    has_header: bool = True
    is_hidden: bool = False
    of: str = HOME


@dataclass
class HomesFile:
    """A file being read. Walk `rows()` once; `sheets` and `skipped` fill while it is walked."""

    file_name: str
    content: bytes
    places: PlaceBook
    sheets: list[SheetNote] = field(default_factory=list)
    skipped: list[Sentence] = field(default_factory=list)
    lines: int = 0
    upright: bool = False

    def rows(self) -> Iterator[ReadRow]:
        """Give the rows. Raises Refusal `bad_file` when the file can't be read or no sheet has a header."""
        for sheet in open_sheets(self.content):
            yield from self._sheet(sheet)
        if self.upright and not self.lines:
            raise Refusal(
                "bad_file",
                say("列名竖着写在第一列，一家机构占一列，这里不读。"),
                next_step=say("请在 Excel 里复制整张表，“选择性粘贴－转置”成一行一家，再上传一次。"),
            )
        if not any(sheet.has_header for sheet in self.sheets):
            raise Refusal(
                "bad_file",
                say("没有找到表头：表里应有“机构名称”一列，和地址、电话、床位数等其他列。"),
                next_step=say("请检查第一行（或标题下面一行）的列名，也可以下载现有名录作样板。"),
            )
        if not self.lines:
            raise Refusal(
                "bad_file",
                say("找到了表头，但下面没有一家机构。"),
                next_step=say("请确认数据在表头下面、没有放在隐藏的工作表里，再上传一次。"),
            )

    def notes(self) -> dict[str, Any]:
        """Give what was noted, ready for JSON."""
        return {
            "sheets": [vars(sheet) for sheet in self.sheets],
            "skipped": [sentence.to_json() for sentence in self.skipped[:MOST_NOTES]],
            "skipped_more": max(0, len(self.skipped) - MOST_NOTES),
        }

    def _sheet(self, sheet: Sheet) -> Iterator[ReadRow]:
        note = SheetNote(sheet.name)
        self.sheets.append(note)
        if sheet.is_hidden:
            note.is_hidden, note.has_header = True, False
            self.skipped.append(say("“{sheet}”是隐藏的工作表，没有读；要读它，请取消隐藏再上传", sheet=sheet.name))
            return
        first = list(islice(sheet.rows, LOOK_AT + 1))
        header = find_header(first)
        if header is None:
            note.has_header = False
            note.left = len(first) + sum(1 for _row in sheet.rows)
            self.skipped += sheet.notes
            self.upright = self.upright or stands_upright(first)
            return
        self._tell_hidden(header, sheet)
        titles = [only_text(cells) for number, cells in first if number < header.rows[0]]
        above = [self.file_name, self.places.section(sheet.name) or sheet.name, *titles]
        reader = self._reader(header, sheet, note, " ".join(above))
        data = chain(((number, cells) for number, cells in first if number > header.rows[-1]), sheet.rows)
        for number, cells in data:
            another = self._another_header(header, number, cells)
            if another:
                header = another
                reader = self._reader(header, sheet, note, reader.above)
                continue
            if self._is_home(reader, header, above, sheet.name, number, cells):
                self.lines += 1
                note.rows += 1
                if self.lines > MOST_ROWS:
                    raise _too_many()
                read = reader.read(self.lines, sheet.name, number, cells)
                yield read
                for one in hospitals_of(reader, read, cells, self.lines):
                    self.lines = one.line
                    yield one
        self.skipped += sheet.notes

    def _reader(self, header: Header, sheet: Sheet, note: SheetNote, above: str) -> RowReader:
        note.of = header.of
        note.columns |= {column.header: column.field for column in header.columns if column.field != NEVER_READ}
        never = [column.header for column in header.columns if column.field == NEVER_READ]
        note.unused += [one for one in (*header.unused, *never) if one not in note.unused]
        return (RowReader if header.of == HOME else BesideReader)(header, self.places, sheet, above)

    @staticmethod
    def _another_header(header: Header, number: int, cells: list[Any]) -> Header | None:
        """Give the header of another table that begins below the first; most rows are told from it by a glance."""
        if KEY_WORDS.isdisjoint(cell for cell in cells if cell.__class__ is str) or header.is_repeated_by(cells):
            return None
        key = header.key_at
        there = str(cells[key]) if key < len(cells) and cells[key] is not None else ""
        if there and not is_column_word(there) and meaning(there) != "name":
            return None  # a home's name stands there, whatever column it resembles: 认知症照护中心
        found = find_header([(number, cells)])
        return found if found and len(found.columns) >= FEWEST_COLUMNS else None

    def _is_home(
        self, reader: RowReader, header: Header, above: list[str], sheet: str, number: int, cells: list[Any]
    ) -> bool:
        """Tell a home's row from what stands between: headers printed again, sections, totals, notes."""
        name_at = header.key_at
        if header.is_repeated_by(cells):
            return False
        said = only_text(cells)
        section = self._section(said, cells, name_at) if said else None
        if section is not None:
            reader.under(" ".join([*above, section]))
            self._skip(sheet, number, say("“{text}”当作小标题", text=said[:30]))
            return False
        words = no_home_words(cells, name_at)
        if words or (said and (name_at >= len(cells) or cells[name_at] is None)):
            words = words or said or _first_words(cells)
            self._skip(sheet, number, say("“{text}”不是一家机构，没有读", text=words[:30]))
            return False
        return True

    def _section(self, said: str, cells: list[Any], name_at: int) -> str | None:
        """Give what a row with one text says of the rows below it: a district, or nothing but that another part begins."""
        if SECTION.match(said):
            return self.places.section(said) or ""
        is_name = name_at < len(cells) and cells[name_at] is not None and cells.count(None) == len(cells) - 1
        return None if is_name and HOME_END.search(said) else self.places.section(said)

    def _tell_hidden(self, header: Header, sheet: Sheet) -> None:
        """Say which columns are read although the program does not show them."""
        hidden = [column.header for column in header.columns if column.index in sheet.hidden_columns]
        if hidden:
            self.skipped.append(
                say(
                    "{columns}：在表格里是隐藏的列，也读了；不要它，请从表格里删去再上传",
                    columns="、".join(f"“{one}”" for one in hidden),
                )
            )

    def _skip(self, sheet: str, number: int, why: Sentence) -> None:
        place = say("“{sheet}”第 {row} 行", sheet=sheet, row=number) if sheet else say("第 {row} 行", row=number)
        self.skipped.append(say("{place}：{why}", place=place, why=why))


def _first_words(cells: list[Any]) -> str:
    return next((str(cell) for cell in cells if cell is not None), "")


def _too_many() -> Refusal:
    return Refusal(
        "bad_file",
        say("一个文件最多 {most} 行。", most=MOST_ROWS),
        next_step=say("请按区县拆成几个文件，分别上传。"),
    )
