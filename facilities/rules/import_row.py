"""Reads one row of a spreadsheet of homes into the facts the directory keeps. What it can't read it names, column by column."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from eldercare.kernel.sentences import Sentence, say
from facilities.rules import cells
from facilities.rules.datum import to_wgs84
from facilities.rules.identity import Known
from facilities.rules.places import PlaceBook
from facilities.rules.sheet_header import REGION_FIELDS, Column, Header

SIMPLE: dict[str, Callable[[Any], cells.Read]] = {
    "name": cells.words(120),
    "alias": cells.words(120),
    "address": cells.words(200),
    "transport": cells.words(200),
    "legal_person": cells.words(60),
    "contact_person": cells.words(60),
    "filing_number": cells.words(60),
    "licence_number": cells.words(60),
    "clinic_name": cells.words(120),
    "credit_code": cells.credit_code,
    "phone": cells.phone,
    "filed_on": cells.day,
    "licence_valid_until": cells.last_day,
    "opened": cells.partial_day,
    "operating": cells.operating,
    "kind": cells.kind,
    "licensed_beds": cells.whole,
    "nursing_beds": cells.whole,
    "care_workers": cells.whole,
    "certified_workers": cells.whole,
    "stated_stars": cells.stars,
    "medical_insurance": cells.medical_insurance,
    "one_card": cells.truth,
    "takes_dementia": cells.truth,
    "subsidy_payable": cells.truth,
    "accepts_hukou": cells.accepts_hukou,
}
# One column that tells two facts: the reader gives a pair.
DOUBLE: dict[str, tuple[Callable[[Any], cells.Read], tuple[str, str]]] = {
    "clinic": (cells.clinic, ("has_clinic", "clinic_name")),
    "nature": (cells.nature, ("nature", "for_profit")),
    "for_profit": (cells.nature, ("nature", "for_profit")),
    "accepts": (cells.accepts, ("accepts_levels", "takes_dementia")),
}
FEES = {
    "fee_month": "month",
    "fee_bed": "bed",
    "fee_care": "care",
    "fee_meal": "meal",
    "fee_deposit": "deposit",
    "fee_medical": "medical",
    "fee_other": "other",
}
TOTAL = re.compile(cells.WORDS["no_home"])


@dataclass
class ReadRow:
    """A row as read. `values` hold facts by the directory's names, ready for JSON; `problems` what was left out and why.

    `fatal`: the row can't be kept at all. `id` is this system's number, where the row states one.
    """

    line: int
    sheet: str
    row: int
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Sentence] = field(default_factory=list)
    fatal: Sentence | None = None
    id: str = ""

    @property
    def known(self) -> Known:
        get = self.values.get
        return Known.of(
            self.id,
            get("name", ""),
            get("alias", ""),
            get("credit_code", ""),
            get("region_id", ""),
            get("filing_number", ""),
        )


class RowReader:
    """Reads the rows below one header. `above` is what stands over them: file name, sheet, titles, sections."""

    def __init__(self, header: Header, places: PlaceBook, uncached: frozenset[tuple[int, int]], above: str) -> None:
        self.places = places
        self.uncached = uncached
        self.above = above
        self.columns: dict[str, list[Column]] = {}
        for column in header.columns:
            self.columns.setdefault(column.field, []).append(column)
        self.datum = cells.datum_of(
            *(one.header for name in ("position", "latitude", "longitude") for one in self.columns.get(name, ()))
        )
        self._read_before: dict[tuple[str, str], cells.Read] = {}

    def read(self, line: int, sheet: str, number: int, row: list[Any]) -> ReadRow:
        """Read a row. The line is its place in the whole file, the number its place in its sheet."""
        found = ReadRow(line, sheet, number)
        for field_, reader in SIMPLE.items():
            if field_ in self.columns:
                value = self._first(found, field_, reader, row)
                if value is not None:
                    found.values[field_] = value
        for field_, (reader, names) in DOUBLE.items():
            if field_ in self.columns:
                pair = self._first(found, field_, self._profit if field_ == "for_profit" else reader, row)
                for name, value in zip(names, pair or (), strict=False):
                    if value not in (None, ""):
                        found.values.setdefault(name, value)
        self._fees(found, row)
        self._position(found, row)
        self._place(found, row)
        self._judge(found, number)
        if "id" in self.columns:
            found.id = cells.text_of(self._cell(self.columns["id"][0], row)).lower()
        return found

    def _cell(self, column: Column, row: list[Any]) -> Any:
        return row[column.index] if column.index < len(row) else None

    def _first(self, found: ReadRow, field_: str, reader: Callable[[Any], cells.Read], row: list[Any]) -> Any:
        """Give the first column's value that reads; what does not read is told."""
        for column in self.columns[field_]:
            cell = self._cell(column, row)
            if cell is None:
                continue
            value, why = self._once(field_, reader, cell)
            if why:
                found.problems.append(say("“{column}”：{why}", column=column.header, why=why))
            if value is not None:
                return value
        return None

    def _once(self, field_: str, reader: Callable[[Any], cells.Read], cell: Any) -> cells.Read:
        """Read a short text only once a file: most columns hold a handful of words."""
        if not isinstance(cell, str) or len(cell) > 16:
            return reader(cell)
        key = (field_, cell)
        if key not in self._read_before:
            self._read_before[key] = reader(cell)
        return self._read_before[key]

    @staticmethod
    def _profit(cell: Any) -> cells.Read:
        value, _why = cells.truth(cell)
        return (("", value), None) if value is not None else cells.nature(cell)

    def _fees(self, found: ReadRow, row: list[Any]) -> None:
        fees: list[dict[str, Any]] = []
        for column in self.columns.get("fee_lines", ()):
            fees, why = cells.read_fee_lines(self._cell(column, row))
            if why:
                found.problems.append(why)
        for field_, item in FEES.items():
            for column in self.columns.get(field_, ()):
                cell = self._cell(column, row)
                if cell is None:
                    continue
                read, why = cells.fees_of(cell, item, _label(column.header), column.header)
                fees += read
                if why:
                    found.problems.append(say("“{column}”：{why}", column=column.header, why=why))
        if fees:
            found.values["stated_fees"] = list({(one["item"], one["label"], one["unit"]): one for one in fees}.values())

    def _position(self, found: ReadRow, row: list[Any]) -> None:
        latitude, longitude = self._coordinate(found, "latitude", row), self._coordinate(found, "longitude", row)
        if "position" in self.columns and latitude is None and longitude is None:
            text = cells.text_of(self._cell(self.columns["position"][0], row))
            parts = [part for part in re.split(r"[,，;；、\s]+", text) if part]
            if len(parts) == 2:
                longitude, latitude = (cells.coordinate(part)[0] for part in parts)
            if text.lower() not in cells.BLANK and (latitude is None or longitude is None):
                found.problems.append(say("“{text}”不是经纬度", text=text[:30]))
                return
        point, why = cells.position(latitude, longitude)
        if why:
            found.problems.append(why)
        if point:
            latitude, longitude = to_wgs84(*point, self.datum)
            found.values |= {"latitude": latitude, "longitude": longitude, "datum": self.datum}

    def _coordinate(self, found: ReadRow, field_: str, row: list[Any]) -> float | None:
        return self._first(found, field_, cells.coordinate, row) if field_ in self.columns else None

    def _place(self, found: ReadRow, row: list[Any]) -> None:
        words = {
            name: cells.text_of(self._cell(self.columns[name][0], row)).replace(" ", "") if name in self.columns else ""
            for name in REGION_FIELDS
        }
        said = "".join(words[name] for name in REGION_FIELDS[1:] if words[name].lower() not in cells.BLANK)
        code = words["region_code"]
        if not code and re.fullmatch(r"\d{6,12}", said):
            code, said = said, ""
        address = found.values.get("address", "")
        place, why = self.places.find(code, said, address, self.above)
        if place:
            found.values["region_id"] = place
        else:
            found.fatal = why

    def _judge(self, found: ReadRow, number: int) -> None:
        values = found.values
        if self.uncached:
            for column in (one for columns in self.columns.values() for one in columns):
                if (number, column.index) in self.uncached:
                    sentence = say("是公式，但文件里没有存下结果；请用 Excel 打开并保存一次，再上传")
                    found.problems.append(say("“{column}”：{why}", column=column.header, why=sentence))
        if values.get("nursing_beds", 0) > values.get("licensed_beds", 10**9):
            found.problems.append(say("护理型床位比总床位多，护理型床位没有采用"))
            del values["nursing_beds"]
        if "clinic_name" in values:
            values.setdefault("has_clinic", True)
        if "name" not in values:
            found.fatal = say("没有机构名称")


def kind_by_name(name: str) -> str | None:
    """Say what a new place is by its name, where the file does not.

    >>> kind_by_name("杨村街道养老服务驿站"), kind_by_name("夕阳红养老院")
    ('station', None)
    """
    return next((code for code, pattern in cells.WORDS["kinds_by_name"] if re.search(pattern, name)), None)


def is_no_home(row: list[Any], name_at: int) -> bool:
    """Tell a total, a note or a signature below the table from a home."""
    first = next((cells.text_of(cell).replace(" ", "") for cell in row if cell is not None), "")
    name = cells.text_of(row[name_at] if name_at < len(row) else None).replace(" ", "")
    return bool(TOTAL.match(first) or TOTAL.match(name))


def only_text(row: list[Any]) -> str:
    """Give the text of a row that says one thing only (a title, a section): merged cells say it several times.

    >>> only_text([None, "一、武清区", None]), only_text(["甲", "乙"])
    ('一、武清区', '')
    """
    said = {cell for cell in row if cell is not None}
    return cells.text_of(said.pop()) if len(said) == 1 else ""


def _label(header: str) -> str:
    """Give what a fee column says beyond its item: 床位费（双人间）→ 双人间; a unit is no label."""
    plain = cells.text_of(header).replace(" ", "")
    inside = (
        part
        for part in re.findall(r"\(([^()]*)\)", plain)
        if part not in cells.WORDS["plain_headers"] and not re.search(cells.WORDS["unit_in_header"], part)
    )
    bare = re.sub(r"\([^()]*\)", "", plain)
    room = re.search(cells.WORDS["rooms_and_grades"], bare)
    return next(inside, "") or (room[0] if room else ("" if bare in cells.WORDS["plain_headers"] else bare))[:40]
