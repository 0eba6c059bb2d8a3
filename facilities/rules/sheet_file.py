"""Opens a spreadsheet somebody sent: XLSX or CSV, whatever its encoding. Knows cells, not what they mean.

Rows come lazily, merged cells filled with their value, formulas as their last result. What can't be read is a Refusal
with the way out; nothing here guesses.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.cell import coordinate_from_string, range_boundaries
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import Sentence, say

MEGABYTE = 1024 * 1024
MOST_BYTES = 50 * MEGABYTE
MOST_UNPACKED = 500 * MEGABYTE
MOST_ROWS = 100_000
MOST_COLUMNS = 300
BLANK_ROWS_TO_STOP = 3000
MOST_MERGED = 200_000
PIECE = 4 * MEGABYTE
MOST_LOOKED_AT = MEGABYTE  # of a text, for what parts its cells
DELIMITERS = ",\t;|"
WIDE_COMMA = "，"

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
COMMENTS = ("xl/comments", "xl/threadedComments")
STRICT, STRICT_WITHIN = b"purl.oclc.org/ooxml", 2000
SAVE_AS_XLSX = say("请用 Excel 或 WPS 打开，另存为“Excel 工作簿 (.xlsx)”或 CSV，再上传一次。")
TEXT_FORMULA = re.compile(r'="(.*)"', re.DOTALL)  # how some systems keep a long number a text in CSV
HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\b(?=[^>]*\bhidden="(?:1|true)")[^>]*?\br="(\d+)"')
HIDDEN_COLUMN = re.compile(rb'<(?:\w+:)?col\b(?=[^>]*\bhidden="(?:1|true)")[^>]*>')
STYLED = re.compile(rb'<(?:\w+:)?c\b(?=[^>]*\br="([A-Z]+\d+)")[^>]*?\bs="(\d+)"')
COLUMN_SPAN = re.compile(rb'\b(min|max)="(\d+)"')
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]+\d+:[A-Z]+\d+)"')
UNCACHED = re.compile(
    rb'<(?:\w+:)?c r="([A-Z]+\d+)"[^>]*><(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)'
    rb"(?:<(?:\w+:)?v ?/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
)

Cells = list[Any]


@dataclass
class Sheet:
    """One sheet. `rows` may be walked once: (row number as the program shows it, cells).

    `uncached` are the cells (row, column from 0) whose formula has no stored result, `struck` those struck through;
    `hidden_rows` and `hidden_columns` (from 0) those the program does not show. `from_1904`: its day numbers count from
    1904. `is_text`: a row longer than the header was cut wrongly. `merged`: top, left, bottom, right of each merged
    block; rows from 1, columns from 0.
    """

    name: str
    rows: Iterator[tuple[int, Cells]]
    uncached: frozenset[tuple[int, int]] = frozenset()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    struck: frozenset[tuple[int, int]] = frozenset()
    is_hidden: bool = False
    from_1904: bool = False
    is_text: bool = False
    notes: list[Sentence] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


def open_sheets(content: bytes) -> Iterator[Sheet]:
    """Give the sheets of a file, one after the other. Raises Refusal, always `bad_file` (422)."""
    if not content:
        raise _bad(say("文件是空的，里面没有内容。"), say("请确认选对了文件，再上传一次。"))
    if len(content) > MOST_BYTES:
        raise _bad(
            say("文件超过 {most} MB。", most=MOST_BYTES // MEGABYTE), say("请删去图片，或按区县拆成几个文件再上传。")
        )
    if content.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise _bad(say("文件有密码，打不开。"), say("请去掉打开密码（文件－信息－保护工作簿），保存后再上传。"))
        raise _bad(say("这是旧的 .xls（或 Word 等）格式，这里不读。"), SAVE_AS_XLSX)
    if content.startswith(b"PK"):
        return _workbook(content)
    if content.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")):
        raise _bad(say("这不是表格文件。"), say("请上传 .xlsx 或 .csv 文件。"))
    return iter([_csv(content)])


def _bad(sentence: Sentence, next_step: Sentence) -> Refusal:
    beside_field = say("{sentence}{next_step}", sentence=sentence, next_step=next_step)
    return Refusal("bad_file", sentence, next_step=next_step, fields={"file": beside_field})


def rows_in(content: bytes) -> int:
    """Count a file's rows roughly, headers and all: never fewer than are read. Quick, for a progress bar; 0: can't tell."""
    if not content.startswith(b"PK"):
        return content.count(b"\n") + content.count(b"\r") + 1
    try:
        return _rows_in_workbook(content)
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, ValueError, EOFError):
        return 0  # whoever reads it will say what is wrong


def _rows_in_workbook(content: bytes) -> int:
    count = 0
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
            return 0
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                with archive.open(name) as part:
                    while piece := part.read(PIECE):
                        count += piece.count(b"<row") + piece.count(b":row ")
                        count += 1  # one may be cut in two
    return count


# XLSX


def _workbook(content: bytes) -> Iterator[Sheet]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise _bad(say("文件不完整，打不开。"), say("可能没有传完，请重新保存后再上传。")) from error
    if any(part.flag_bits & 0x1 for part in parts):
        raise _bad(say("文件有密码，打不开。"), say("请去掉密码，保存后再上传。"))
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise _bad(say("这是压缩包或别的文档，不是 Excel 工作簿。"), SAVE_AS_XLSX)
    if sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise _bad(
            say("文件解开后大得不正常（超过 {most} MB），没有读取。", most=MOST_UNPACKED // MEGABYTE),
            say("请把内容复制到一个新的工作簿里，保存后再上传。"),
        )
    try:
        with archive.open("xl/workbook.xml") as part:
            is_strict = STRICT in part.read(STRICT_WITHIN)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheets = book.worksheets
    except Exception as error:  # whatever a broken file makes the library raise, it is the file's fault
        raise _unreadable(error) from error
    if is_strict:
        raise _bad(say("这是“严格 Open XML”格式的 .xlsx，这里不读。"), SAVE_AS_XLSX)
    has_comments = any(part.filename.startswith(COMMENTS) for part in parts)
    from_1904 = book.epoch == CALENDAR_MAC_1904
    struck = _struck_styles(book)
    found = (_xlsx_sheet(archive, sheet, from_1904, struck) for sheet in sheets)
    return _with_comments_told(found) if has_comments else found


def _with_comments_told(sheets: Iterator[Sheet]) -> Iterator[Sheet]:
    told = False
    for sheet in sheets:
        if not (told or sheet.is_hidden):
            sheet.notes.append(say("文件里有批注，批注里的话没有读"))
            told = True
        yield sheet


def _struck_styles(book: Any) -> frozenset[bytes]:
    """Give the numbers of the cell styles whose font is struck through, as a sheet's XML writes them."""
    fonts = [bool(font.strike) for font in book._fonts]
    return frozenset(
        str(number).encode()
        for number, style in enumerate(book._cell_styles)
        if style.fontId < len(fonts) and fonts[style.fontId]
    )


def _unreadable(error: Exception) -> Refusal:
    return _bad(say("文件内容有损坏，读不出来（{kind}）。", kind=type(error).__name__), SAVE_AS_XLSX)


def _xlsx_sheet(archive: zipfile.ZipFile, sheet: Any, from_1904: bool, struck_styles: frozenset[bytes]) -> Sheet:
    if sheet.sheet_state != "visible":
        return Sheet(sheet.title, iter(()), is_hidden=True)
    try:
        seen = _scan(archive, sheet._worksheet_path, struck_styles)
    except Exception as error:
        raise _unreadable(error) from error
    found = Sheet(
        sheet.title,
        iter(()),
        frozenset(seen.uncached),
        frozenset(seen.hidden_rows),
        frozenset(seen.hidden_columns),
        frozenset(seen.struck),
        from_1904=from_1904,
    )
    found.merged = sorted(seen.merged)
    found.rows = _filled(_numbered(sheet, found.notes), found.merged)
    return found


@dataclass
class _Seen:
    """What a sheet's XML says beside its values."""

    merged: set[tuple[int, int, int, int]] = field(default_factory=set)
    uncached: set[tuple[int, int]] = field(default_factory=set)
    struck: set[tuple[int, int]] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


def _scan(archive: zipfile.ZipFile, path: str, struck_styles: frozenset[bytes]) -> _Seen:
    """Look through a sheet's XML for what the lazy reader does not tell."""
    seen = _Seen()
    rest = b""
    with archive.open(path) as part:
        while piece := part.read(PIECE):
            text = rest + piece
            if b"mergeCell" in text:
                for ref in MERGED.findall(text):
                    left, top, right, bottom = range_boundaries(ref.decode())
                    seen.merged.add((top, left - 1, bottom, right - 1))
            if b"<f" in text or b":f" in text:
                for ref in UNCACHED.findall(text):
                    seen.uncached.add(_place(ref))
            if b"hidden=" in text:
                seen.hidden_rows.update(map(int, HIDDEN_ROW.findall(text)))
                for column in HIDDEN_COLUMN.findall(text):
                    span = {name: int(at) for name, at in COLUMN_SPAN.findall(column)}
                    last = min(span.get(b"max", 0), MOST_COLUMNS)
                    seen.hidden_columns.update(range(span.get(b"min", 1) - 1, last))
            if struck_styles:
                seen.struck.update(_place(ref) for ref, style in STYLED.findall(text) if style in struck_styles)
            rest = text[-2000:]
    return seen


def _place(ref: bytes) -> tuple[int, int]:
    letters, row = coordinate_from_string(ref.decode())
    return row, _column(letters)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _numbered(sheet: Any, notes: list[Sentence]) -> Iterator[tuple[int, Cells]]:
    sheet.reset_dimensions()  # what the file says of its own size is often wrong
    blank = 0
    is_wide = False
    rows = enumerate(sheet.iter_rows(values_only=True), start=1)
    while True:
        try:
            number, row = next(rows)
        except StopIteration:
            return
        except Exception as error:
            raise _unreadable(error) from error
        blank = 0 if row.count(None) < len(row) else blank + 1
        if blank > BLANK_ROWS_TO_STOP:
            notes.append(
                say("“{sheet}”第 {row} 行起连续空白，没有再往下读。", sheet=sheet.title, row=number - blank + 1)
            )
            return
        if not blank:
            if not is_wide and len(row) > MOST_COLUMNS and any(cell is not None for cell in row[MOST_COLUMNS:]):
                is_wide = True
                notes.append(
                    say("“{sheet}”有 {most} 列以上，第 {most} 列右边没有读。", sheet=sheet.title, most=MOST_COLUMNS)
                )
            yield number, list(row[:MOST_COLUMNS])


def _filled(rows: Iterator[tuple[int, Cells]], merged: list[tuple[int, int, int, int]]) -> Iterator[tuple[int, Cells]]:
    """Give each cell of a merged block the block's value: one written name stands for all its rows and columns."""
    blocks = iter(merged)
    following = next(blocks, None)
    open_blocks: list[tuple[int, int, int, Any]] = []
    for number, cells in rows:
        open_blocks = [block for block in open_blocks if block[0] >= number]
        while following and following[0] <= number:
            (top, left, bottom, right), following = following, next(blocks, None)
            if top != number:
                continue  # its first row is empty: nothing stands for the others
            value = cells[left] if left < len(cells) else None
            if value is not None and (bottom - top + 1) * (right - left + 1) <= MOST_MERGED:
                open_blocks.append((bottom, left, min(right, MOST_COLUMNS - 1), value))
        for _bottom, left, right, value in open_blocks:
            cells.extend([None] * (right + 1 - len(cells)))
            for column in range(left, right + 1):
                if cells[column] is None:
                    cells[column] = value
        yield number, cells


# CSV


def _csv(content: bytes) -> Sheet:
    text = _decoded(content)
    if text.lstrip()[:200].lower().startswith(("<html", "<!doctype", "<table", "<?xml", "<meta", "mime-version:")):
        raise _bad(say("这其实是网页或 XML，不是表格文件。"), SAVE_AS_XLSX)
    first = text[:MOST_LOOKED_AT].splitlines()[:20]
    # What parts the cells stands in every line; the sum alone would be led astray by one long note.
    counts = {
        mark: (sum(mark in line for line in first), sum(line.count(mark) for line in first)) for mark in DELIMITERS
    }
    delimiter = max(DELIMITERS, key=counts.__getitem__) if any(map(any, counts.values())) else WIDE_COMMA
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return Sheet("", _csv_rows(lines, delimiter), is_text=True)


def _decoded(content: bytes) -> str:
    """Read the text by its mark, else as UTF-8, else as GBK (GB 18030); anything else is refused, never half read."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif _looks_like_utf16(content):
        encodings = ["utf-16-le"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    good = 0
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            good = max(good, error.start)
            continue
        if "\0" not in text:
            return text
    next_step = say("请另存为 .xlsx，或“CSV UTF-8”，再上传一次。")
    line = content.count(b"\n", 0, good) + 1
    if line > 1:
        raise _bad(say("第 {line} 行有认不出的文字，可能混了两种编码。", line=line), next_step)
    raise _bad(say("文件的文字编码认不出来，也可能不是表格文件。"), next_step)


def _looks_like_utf16(content: bytes) -> bool:
    """Tell UTF-16 without a mark: a line's end is a letter and a zero."""
    return b"\r\0\n\0" in content[: 2 * MEGABYTE] and len(content) % 2 == 0


def _csv_rows(lines: Any, delimiter: str) -> Iterator[tuple[int, Cells]]:
    number = 0
    width = 0
    while True:
        number += 1
        try:
            line = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            raise _bad(
                say("第 {row} 行读不出来：有一格太长，或者双引号没有成对。", row=number), SAVE_AS_XLSX
            ) from error
        width = max(width, len(line))
        if any("\n" in cell and cell.count(delimiter) >= max(width - 1, 1) for cell in line):
            raise _bad(
                say("第 {row} 行的双引号没有成对，后面几行连在了一起。", row=number),
                say("请补上或删去多出的双引号，或者用 Excel 打开核对后另存为 .xlsx，再上传。"),
            )
        cells = [_csv_cell(cell) if cell.strip() else None for cell in line[:MOST_COLUMNS]]
        if any(cells):
            yield number, cells


def _csv_cell(cell: str) -> str:
    found = TEXT_FORMULA.fullmatch(cell) if cell.startswith('="') else None
    return found[1] if found else cell
