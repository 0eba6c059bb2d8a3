"""Reads the rows of a worksheet's XML, and the table of its strings, straight from the parser.

openpyxl makes several objects of every cell, which takes a large part of an import's time. What a value means (numbers,
dates, texts, truths) is decided as openpyxl decides it, by its own functions where it has them; a test holds the two together.
"""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any
from xml.parsers import expat

from openpyxl.utils.datetime import from_excel, from_ISO8601
from openpyxl.xml.constants import SHEET_MAIN_NS

PIECE = 64 * 1024
CELL, VALUE, TEXT, SPOKEN, ROW, STRING = (f"{SHEET_MAIN_NS} {name}" for name in ("c", "v", "t", "rPh", "row", "si"))
NOT_A_DAY = "#VALUE!"


@dataclass(frozen=True)
class Book:
    """What a workbook says of all its cells: its strings, which styles are days or spans of time, where days begin."""

    strings: Sequence[str]
    days: Container[int]
    spans: Container[int]
    epoch: datetime


def rows_of(part: IO[bytes], book: Book, most: int) -> Iterator[tuple[int, list[Any]]]:
    """Give the rows of a sheet, upwards by their numbers: (number, values).

    Of what stands right of so many columns only the last is given, as one cell more: that something stands there.
    """
    rows = _Rows(book, most)
    last = 0
    for _piece in _parsed(part, rows):
        for number, cells in rows.made:
            if number > last:  # a row that stands before its place is none, to the program either
                last = number
                yield number, cells
        rows.made.clear()


def strings_of(part: IO[bytes]) -> list[str]:
    """Give the strings that cells refer to by number."""
    strings = _Strings()
    for _piece in _parsed(part, strings):
        pass
    return strings.made


def _parsed(part: IO[bytes], handler: "_Rows | _Strings") -> Iterator[None]:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.said.append
    parser.EntityDeclHandler = _no_entities
    while piece := part.read(PIECE):
        parser.Parse(piece, False)
        yield
    parser.Parse(b"", True)
    yield


def _no_entities(*_said: Any) -> None:
    """Refuse what bombs are made of; no spreadsheet program writes any."""
    raise ValueError("an entity is declared")


class _Texts:
    """What both parts have: texts in pieces, some of which only say how the others are pronounced."""

    def __init__(self) -> None:
        self.made: list[Any] = []
        self.said: list[str] = []
        self.spoken = False


class _Strings(_Texts):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self.said.clear()
        if name == SPOKEN:
            self.spoken = True

    def end(self, name: str) -> None:
        if name == TEXT and not self.spoken:
            self.text += "".join(self.said)
        elif name == STRING:
            self.made.append(self.text.replace("x005F_", ""))
            self.text = ""
        elif name == SPOKEN:
            self.spoken = False


class _Rows(_Texts):
    def __init__(self, book: Book, most: int) -> None:
        super().__init__()
        self.book, self.most = book, most
        self.columns: dict[str, int] = {}
        self.number = 0
        self.row: list[Any] = []
        self.column = -1
        self.kind, self.style, self.value = "n", "", ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.said.clear()
        if name == CELL:
            place = attributes.get("r")
            self.column = self._column(place) if place else self.column + 1
            self.kind, self.style, self.value = attributes.get("t", "n"), attributes.get("s", ""), ""
        elif name == ROW:
            self.row, self.column = [], -1
            self.number = int(float(attributes.get("r", self.number + 1)))
        elif name == SPOKEN:
            self.spoken = True

    def end(self, name: str) -> None:
        if name == VALUE:
            if self.kind != "inlineStr":
                self.value = "".join(self.said)
        elif name == CELL:
            if self.value:
                self._put(self._meant())
        elif name == TEXT:
            if self.kind == "inlineStr" and not self.spoken:
                self.value += "".join(self.said)
        elif name == ROW:
            self.made.append((self.number, self.row))
        elif name == SPOKEN:
            self.spoken = False

    def _column(self, place: str) -> int:
        letters = place.rstrip("0123456789")
        if letters not in self.columns:
            number = 0
            for letter in letters.upper():
                number = number * 26 + ord(letter) - 64
            self.columns[letters] = number - 1
        return self.columns[letters]

    def _put(self, value: Any) -> None:
        column = min(self.column, self.most)
        gap = column - len(self.row)
        if gap < 0:
            self.row[column] = value
            return
        if gap:
            self.row.extend([None] * gap)
        self.row.append(value)

    def _meant(self) -> Any:
        kind, value = self.kind, self.value
        if kind == "s":
            return self.book.strings[int(value)]
        if kind == "n":
            number = float(value) if "." in value or "e" in value or "E" in value else int(value)
            return self._day(number) if self.style and int(self.style) in self.book.days else number
        if kind == "b":
            return bool(int(value))
        return from_ISO8601(value) if kind == "d" else value

    def _day(self, number: float) -> Any:
        try:
            return from_excel(number, self.book.epoch, timedelta=int(self.style) in self.book.spans)
        except (OverflowError, ValueError):
            return NOT_A_DAY
