"""Reads one row of a spreadsheet of homes into the facts the directory keeps. What it can't read it names, column by column."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from eldercare.kernel.sentences import Sentence, say
from eldercare.regions.rules.codes import province_of
from facilities.rules import cells
from facilities.rules.changes import fee_key
from facilities.rules.datum import to_wgs84
from facilities.rules.identity import Known
from facilities.rules.places import PlaceBook
from facilities.rules.sheet_file import Sheet
from facilities.rules.sheet_header import HOME, KEY, REGION_FIELDS, Column, Header, is_column_word

MOST_ADDRESS = 200
SIMPLE: dict[str, Callable[[Any], cells.Read]] = {
    "name": cells.words(120),
    "alias": cells.words(120),
    "address": cells.words(MOST_ADDRESS),
    "transport": cells.words(200),
    "legal_person": cells.person,
    "contact_person": cells.person,
    "filing_number": cells.paper_number,
    "licence_number": cells.paper_number,
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
DITTO = re.compile(cells.WORDS["ditto"])
JANUARY = re.compile(r"\d{4}\.1")
TEXT_MARKS = ("'", "’", "‘", "`")
# What each home has its own of: one merged cell beside several homes says it of none.
OWN = ("licensed_beds", "nursing_beds", "care_workers", "certified_workers", "filing_number", "licence_number")
DAYS = ("filed_on", "licence_valid_until", "opened")
SEALED = ("person", "certificate_no")  # what stands in these is never repeated in a sentence
FOUR_YEARS = timedelta(days=1462)  # between the two ways spreadsheet programs count days
YEARS_BEFORE = 10_000  # a smaller number is a year, not a day
FEWEST_LETTERS = 2
MOST_SHORT = 16  # letters
NAME_MARKS, NAME_REMARK, FORMER_NAME, STATE = (
    re.compile(cells.WORDS[name]) for name in ("before_name", "name_remark", "former_name", "state_as_remark")
)
HOME_END = re.compile(cells.WORDS["home_end"])
TWO_HOMES = re.compile(cells.WORDS["home_end"].removesuffix("$") + r"(?=$|[/、，,;；\s])")
MOST_SHARED = 10_000
SAMPLE = re.compile(cells.WORDS["sample_name"])
LETTER = re.compile(r"[^\W\d_]")
TOTAL = re.compile(cells.WORDS["no_home"])


# What a row may wait for: the district of the row above it where its own is blank (a code); that it is struck through.
ABOVE, STRUCK = "above", "struck"
WAITING = {
    ABOVE: say("区县空着，没有采用；是和上一行同一个区县的，请在上面选“按上一行读”"),
    STRUCK: say("这一行划了删除线，没有采用；要采用，请在上面选“也采用”"),
}
TAKEN = {
    ABOVE: say("区县空着，按您的选择读作和上一行一样"),
    STRUCK: say("这一行划了删除线，按您的选择采用了"),
}


@dataclass
class ReadRow:
    """A row as read. `values` hold facts by the directory's names, ready for JSON; `problems` what was left out and why.

    `fatal`: the row can't be kept at all. `id` is this system's number, where the row states one. `of`: what the row is
    about, a home or what stands beside it; `head`: the line whose home it is, where it stands in that line. `secret` is
    what may be kept sealed only. `waits`: what somebody must choose before the row counts (see `WAITING`).
    """

    line: int
    sheet: str
    row: int
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Sentence] = field(default_factory=list)
    fatal: Sentence | None = None
    id: str = ""
    of: str = HOME
    head: int | None = None
    secret: dict[str, str] = field(default_factory=dict)
    waits: dict[str, Any] = field(default_factory=dict)

    def wait(self, word: str, value: Any) -> None:
        """Leave the row out until somebody chooses that it counts, unless it can't be kept at all."""
        if self.fatal is None or self.waits:
            self.waits[word] = value
            self.fatal = WAITING[next(iter(self.waits))]

    def take(self, word: str) -> None:
        """Count the row as far as this stood in its way."""
        if word in self.waits:
            value = self.waits.pop(word)
            if word == ABOVE:
                self.values["region_id"] = value
            self.problems.append(TAKEN[word])
            self.fatal = WAITING[next(iter(self.waits))] if self.waits else None

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
    """Reads the rows below one header of a sheet. `above` is what stands over them: file name, sheet, titles, sections."""

    def __init__(self, header: Header, places: PlaceBook, sheet: Sheet, above: str) -> None:
        self.places = places
        self.sheet = sheet
        self.above = above
        self.of = header.of
        self.width = len(header.labels)
        self.columns: dict[str, list[Column]] = {}
        for column in header.columns:
            self.columns.setdefault(column.field, []).append(column)
        self.datum = cells.datum_of(
            *(one.header for name in ("position", "latitude", "longitude") for one in self.columns.get(name, ()))
        )
        if self.datum == cells.UNSTATED and re.search(cells.WORDS["of_positions"], above):
            self.datum = cells.datum_of(above)
        self._shared = self._shared_cells()
        self._words_above: dict[str, str] = {}
        self._usual_width: int | None = None
        self._read_before: dict[tuple[str, type, Any], cells.Read] = {}
        self._fees_before: dict[tuple[int, str, type, Any], tuple[list[dict[str, Any]], Sentence | None]] = {}
        # What every row of the sheet is asked, found once.
        self._simple = [(field_, reader) for field_, reader in SIMPLE.items() if field_ in self.columns]
        self._double = [
            (field_, self._profit if field_ == "for_profit" else reader, names)
            for field_, (reader, names) in DOUBLE.items()
            if field_ in self.columns
        ]
        self._fee_columns = [
            (column, item, _label(column.header))
            for field_, item in FEES.items()
            for column in self.columns.get(field_, ())
        ]

    def read(self, line: int, sheet: str, number: int, row: list[Any]) -> ReadRow:
        """Read a row. The line is its place in the whole file, the number its place in its sheet."""
        found = ReadRow(line, sheet, number)
        if "id" in self.columns:
            found.id = cells.text_of(self._cell(self.columns["id"][0], row)).lower()
        for field_, reader in self._simple:
            value = self._first(found, field_, reader, row)
            if value is not None:
                found.values[field_] = value
        for field_, reader, names in self._double:
            pair = self._first(found, field_, reader, row)
            for name, value in zip(names, pair or (), strict=False):
                if value not in (None, ""):
                    found.values.setdefault(name, value)
        if not found.id:  # an export's names stand as they are kept
            self._bare_name(found)
        self._fees(found, row)
        self._position(found, row)
        self._place(found, row)
        self._hukou(found, row)
        self._judge(found, number)
        self._alone(found, row)
        self._see_struck(found, number)
        if self.sheet.is_text:
            self._whole_row(found, row)
        return found

    def _shared_cells(self) -> set[tuple[int, str]]:
        """Give the rows and facts that stand in one merged cell beside several homes."""
        name_at = self.columns[KEY[self.of]][0].index
        names = {(top, bottom) for top, left, bottom, right in self.sheet.merged if left <= name_at <= right}
        own = {column.index: field_ for field_ in OWN for column in self.columns.get(field_, ())}
        return {
            (number, own[left])
            for top, left, bottom, _right in self.sheet.merged
            if left in own and top < bottom <= top + MOST_SHARED and (top, bottom) not in names
            for number in range(top, bottom + 1)
        }

    def _alone(self, found: ReadRow, row: list[Any]) -> None:
        """Tell a line below a table (a source, a day, a signature) from a home of which nothing but the name is written."""
        if found.fatal is None and self.width > 1 and only_text(row) and not HOME_END.search(found.values["name"]):
            found.fatal = say(
                "只写了“{text}”，没有别的，看不出是不是一家机构；是的话，请补上地址等，再上传",
                text=found.values["name"][:20],
            )

    @staticmethod
    def _bare_name(found: ReadRow) -> None:
        """Leave numbers and marks before a name out, and take what a bracket behind it says for what it is."""
        name = NAME_MARKS.sub("", found.values.get("name", "")).strip()
        remark = NAME_REMARK.fullmatch(name)
        former = FORMER_NAME.match(remark[2]) if remark else None
        if remark and STATE.match(remark[2]):
            state, _why = cells.operating(remark[2])
            name = remark[1]
            if state:
                found.values.setdefault("operating", state)
            found.problems.append(say("名称后面的“{remark}”不是名称，当作运营状态", remark=remark[2]))
        elif remark and former and HOME_END.search(former[1]):
            name = remark[1]
            found.values.setdefault("alias", former[1])
            found.problems.append(say("名称后面的“{remark}”当作别名", remark=remark[2]))
        if len(TWO_HOMES.findall(name)) > 1:
            found.problems.append(say("名称里像有两家；是两家请分成两行，是同一家的另一个名称请写在“别名”一列"))
        if name:
            found.values["name"] = name

    def _cell(self, column: Column, row: list[Any]) -> Any:
        cell = row[column.index] if column.index < len(row) else None
        if isinstance(cell, str) and cell[:1] in TEXT_MARKS and cell[1:2].isascii():
            return cell[1:] or None  # how one says in a spreadsheet program that a number is text
        return cell

    def _first(self, found: ReadRow, field_: str, reader: Callable[[Any], cells.Read], row: list[Any]) -> Any:
        """Give the first column's value that reads; what does not read, or is said twice and differs, is told."""
        columns = self.columns[field_]
        read: list[Any] = []
        for column in columns:
            cell = self._cell(column, row)
            if cell is None:
                continue
            value, why = self._once(field_, reader, cell)
            if why:
                found.problems.append(say("“{column}”：{why}", column=column.header, why=why))
            if value is not None:
                if len(columns) == 1 or field_ == "phone":
                    return value
                read.append(value)
        if any(value != read[0] for value in read[1:]):
            said = "…" if field_ in SEALED else "、".join(str(value) for value in read)[:60]
            if field_ == "name":
                why = say("一行里有几家（{said}）；左右并排的表请改成上下一张，再上传", said=said)
            else:
                why = say("有几列都叫这个名字，写得不一样（{said}），没有采用", said=said)
            found.problems.append(say("“{column}”：{why}", column=columns[0].header, why=why))
            return None
        return read[0] if read else None

    def _once(self, field_: str, reader: Callable[[Any], cells.Read], cell: Any) -> cells.Read:
        """Read a short text or a whole number only once a file: most columns hold a handful of them."""
        is_text = isinstance(cell, str)
        if not is_text and field_ in DAYS and self.sheet.from_1904:
            cell = self._from_1904(cell)
        if not _is_short(cell):
            return reader(cell)
        key = (field_, cell.__class__, cell)
        found = self._read_before.get(key)
        if found is None:
            found = (_no_value(cell) or reader(self._day_cell(field_, cell))) if is_text else reader(cell)
            self._read_before[key] = found
        return found

    def _day_cell(self, field_: str, cell: str) -> Any:
        """Give a day as the number it was in the program, where a text hides it."""
        if field_ in DAYS and self.sheet.is_text and JANUARY.fullmatch(cell):
            return float(cell)
        is_serial = field_ in DAYS and self.sheet.from_1904 and re.fullmatch(r"\d{5}", cell)
        return self._from_1904(int(cell)) if is_serial else cell

    @staticmethod
    def _from_1904(cell: Any) -> Any:
        """Give a day number of a workbook that counts from 1904 as the day it means."""
        is_serial = isinstance(cell, int | float) and not isinstance(cell, bool) and cell >= YEARS_BEFORE
        return cells.EXCEL_DAY_ONE + FOUR_YEARS + timedelta(days=int(cell)) if is_serial else cell

    @staticmethod
    def _profit(cell: Any) -> cells.Read:
        value, _why = cells.truth(cell)
        return (("", value), None) if value is not None else cells.nature(cell)

    def _fees(self, found: ReadRow, row: list[Any]) -> None:
        fees: list[dict[str, Any]] = []
        room = cells.text_of(self._cell(self.columns["room_type"][0], row)) if "room_type" in self.columns else ""
        for column in self.columns.get("fee_lines", ()):
            fees, why = cells.read_fee_lines(self._cell(column, row))
            if why:
                found.problems.append(why)
        for column, item, label in self._fee_columns:
            cell = self._cell(column, row)
            if cell is None:
                continue
            label = label or (room if item == "bed" and room.lower() not in cells.BLANK else "")
            read, why = self._fees_once(column, item, label, cell)
            fees += read
            if why:
                found.problems.append(say("“{column}”：{why}", column=column.header, why=why))
        if fees:
            found.values["stated_fees"] = self._each_once(found, fees)

    def _fees_once(
        self, column: Column, item: str, label: str, cell: Any
    ) -> tuple[list[dict[str, Any]], Sentence | None]:
        key = (column.index, label, cell.__class__, cell)
        found = self._fees_before.get(key)
        if found is None:
            nothing = _no_value(cell) if isinstance(cell, str) else None
            found = ([], nothing[1]) if nothing else cells.fees_of(cell, item, label, column.header)
            if _is_short(cell):
                self._fees_before[key] = found
        return found

    @staticmethod
    def _each_once(found: ReadRow, fees: list[dict[str, Any]]) -> list[dict[str, Any]]:
        kept: dict[tuple[str, str, str], dict[str, Any]] = {}
        for one in fees:
            before = kept.setdefault(fee_key(one), one)
            if before["text"] != one["text"]:
                said = f"{before['text']}、{one['text']}"[:60]
                found.problems.append(say("同一项收费写了两处，不一样（{said}），采用了前一处", said=said))
        return list(kept.values())

    def _position(self, found: ReadRow, row: list[Any]) -> None:
        latitude, longitude = self._coordinate(found, "latitude", row), self._coordinate(found, "longitude", row)
        if "position" in self.columns and latitude is None and longitude is None:
            text = cells.text_of(self._cell(self.columns["position"][0], row))
            parts = [part for part in re.split(r"[,，;；、\s]+", text) if part]
            numbers = re.findall(cells.WORDS["two_degrees"], text)
            if len(numbers) == 2 and not re.search(cells.WORDS["degree_marks"], text):
                longitude, latitude = map(float, numbers)
            elif len(parts) == 2:
                longitude, latitude = (cells.coordinate(part)[0] for part in parts)
            blank = text.lower() in cells.BLANK or text == cells.NONE
            if not blank and (latitude is None or longitude is None):
                found.problems.append(say("“{text}”不是经纬度", text=text[:30]))
                return
        point, why = cells.position(latitude, longitude)
        if why:
            found.problems.append(why)
        if point:
            datum = self._datum(row)
            latitude, longitude = to_wgs84(*point, datum)
            found.values |= {"latitude": latitude, "longitude": longitude, "datum": datum}

    def _datum(self, row: list[Any]) -> str:
        stated = cells.text_of(self._cell(self.columns["datum"][0], row)) if "datum" in self.columns else ""
        return cells.datum_of(stated) if stated else self.datum

    def _whole_row(self, found: ReadRow, row: list[Any]) -> None:
        """Refuse a line of a text file with more cells than the header: a comma inside an address moved all that follow."""
        count = max((index + 1 for index, cell in enumerate(row) if cell is not None), default=0)
        self._usual_width = min(self._usual_width or len(row), len(row))
        if count > self.width or len(row) > max(self.width, self._usual_width):
            found.waits = {}
            found.fatal = say(
                "这一行有 {count} 格，表头只有 {width} 格，各列对不上；请给含逗号的格加双引号",
                count=len(row),
                width=self.width,
            )

    def _coordinate(self, found: ReadRow, field_: str, row: list[Any]) -> float | None:
        return self._first(found, field_, cells.coordinate, row) if field_ in self.columns else None

    def _place(self, found: ReadRow, row: list[Any]) -> None:
        words = self._place_words(row)
        code, said = _code_and_words(words)
        if "address" not in self.columns and re.search(cells.WORDS["like_address"], said):
            found.values["address"] = said[:MOST_ADDRESS]
        address = found.values.get("address", "")
        place, why = self.places.find(code, said, address, self.above)
        above = self._as_above(words, address, place)
        if above:
            found.wait(ABOVE, above)
        elif place:
            found.values["region_id"] = place
            if why:
                found.problems.append(why)
        else:
            found.fatal = why

    def under(self, above: str) -> None:
        """Begin another section of the sheet: what stands over the rows is said anew, the rows before say nothing of it."""
        self.above, self._words_above = above, {}

    def _as_above(self, words: dict[str, str], address: str, place: str | None) -> str | None:
        """Give the district a row lies in if its blank cells mean the row above, where nothing of its own says it.

        What the title says does not count against a row above that says something else.
        """
        before, self._words_above = self._words_above, _carried(self._words_above, words)
        if not self._words_above or self._words_above == words:
            return None
        if place and self.places.find(*_code_and_words(words), address, "")[0]:
            return None
        above, _why = self.places.find(*_code_and_words(self._words_above), address, self.above)
        return above if before and above != place else None

    def _place_words(self, row: list[Any]) -> dict[str, str]:
        """Give what the columns of the place say, column by column; blank ones are not there."""
        words = {
            name: cells.text_of(self._cell(self.columns[name][0], row)).replace(" ", "")
            for name in REGION_FIELDS
            if name in self.columns
        }
        return {
            name: word for name, word in words.items() if word.lower() not in cells.BLANK and not DITTO.fullmatch(word)
        }

    def _said_place(self, row: list[Any]) -> tuple[str, str]:
        """Give what the columns say of the place: a code, words."""
        return _code_and_words(self._place_words(row))

    def _see_struck(self, found: ReadRow, number: int) -> None:
        """Let a row whose name is struck through wait; of another cell struck through it is said that it was read."""
        if not self.sheet.struck:
            return
        struck = {
            field_: column
            for field_, columns in self.columns.items()
            for column in columns
            if (number, column.index) in self.sheet.struck
        }
        if KEY[self.of] in struck:
            found.wait(STRUCK, True)
        elif struck:
            names = "、".join(f"“{column.header}”" for column in struck.values())
            found.problems.append(say("{columns}划了删除线，也读了；不要它，请从表格里删去再上传", columns=names))

    def _hukou(self, found: ReadRow, row: list[Any]) -> None:
        """Read whose 户籍 is taken. A yes below 是否接收京籍 means Beijing's beside the home's own region's."""
        for column in self.columns.get("accepts_hukou", ())[:1]:
            yes, _why = cells.truth(self._cell(column, row))
            if yes and "region_id" in found.values and re.search(cells.WORDS["asks_for_beijing"], column.header):
                found.values["accepts_hukou"] = sorted(
                    {cells.WORDS["hukou"][0][0], province_of(found.values["region_id"])}
                )
                return
            value = self._first(found, "accepts_hukou", cells.accepts_hukou, row)
            if value is not None:
                found.values["accepts_hukou"] = value

    def _judge(self, found: ReadRow, number: int) -> None:
        values = found.values
        if self.sheet.uncached:
            for column in (one for columns in self.columns.values() for one in columns):
                if (number, column.index) in self.sheet.uncached:
                    sentence = say("是公式，但文件里没有存下结果；请用 Excel 打开并保存一次，再上传")
                    found.problems.append(say("“{column}”：{why}", column=column.header, why=sentence))
        if values.get("nursing_beds", 0) > values.get("licensed_beds", 10**9):
            found.problems.append(say("护理型床位比总床位多，护理型床位没有采用"))
            del values["nursing_beds"]
        if values.get("certified_workers", 0) > values.get("care_workers", 10**9):
            found.problems.append(say("持证护理员比护理员总数多，持证护理员人数没有采用"))
            del values["certified_workers"]
        for field_ in [one for one in OWN if (number, one) in self._shared and one in values]:
            why = say("和别的机构合并成一格，看不出各是多少，没有采用")
            found.problems.append(say("“{column}”：{why}", column=self.columns[field_][0].header, why=why))
            del values[field_]
        if "clinic_name" in values and "clinic" not in self.columns:
            values.setdefault("has_clinic", True)
        if number in self.sheet.hidden_rows:
            found.problems.append(say("这一行在表格里是隐藏的，也读了；不要它，请从表格里删去再上传"))
        fatal = found.fatal
        if "name" not in values:
            found.fatal = say("没有机构名称")
        elif len(LETTER.findall(values["name"])) < FEWEST_LETTERS or SAMPLE.match(values["name"]):
            found.fatal = say("“{text}”不像机构名称", text=values["name"][:20])
        elif is_column_word(values["name"]):
            found.fatal = say("“{text}”是列名，不像机构名称；请把表改成一行一家，再上传", text=values["name"][:20])
        if found.fatal is not fatal:
            found.waits = {}


def _code_and_words(words: dict[str, str]) -> tuple[str, str]:
    said = "".join(words.get(name, "") for name in REGION_FIELDS[1:])
    code = words.get("region_code", "")
    return (said, "") if not code and re.fullmatch(r"\d{6,12}", said) else (code, said)


def _carried(above: dict[str, str], words: dict[str, str]) -> dict[str, str]:
    """Give the words of a row with its blank cells read as the row above: those wider than what it writes itself.

    >>> _carried({"city": "石家庄市", "county": "长安区"}, {"county": "桥西区"})
    {'city': '石家庄市', 'county': '桥西区'}
    >>> _carried({"city": "石家庄市", "county": "长安区"}, {"city": "唐山市"}), _carried({"county": "长安区"}, {})
    ({'city': '唐山市'}, {'county': '长安区'})
    """
    if not words:
        return above
    first = next((place for place, name in enumerate(WIDER) if name in words), len(WIDER))
    return {**{name: above[name] for name in WIDER[:first] if name in above}, **words}


WIDER = ("province", "city", "county")


def _is_short(cell: Any) -> bool:
    """Tell whether a cell may well stand in a column again, and little is lost by keeping it where it does not."""
    return len(cell) <= MOST_SHORT if isinstance(cell, str) else isinstance(cell, int)


def _no_value(text: str) -> cells.Read | None:
    """Say of a text that stands for no value of its own: an error of the program, a mark for what is written above."""
    text = text.strip()
    if text[:1] == "#" and text.upper() in cells.ERRORS:
        return None, say("表格里是错误值 {text}", text=text)
    if DITTO.fullmatch(text):
        return None, say("写的是“{text}”，没有读；请写明", text=text)
    return None


def kind_by_name(name: str) -> str | None:
    """Say what a new place is by its name, where the file does not.

    >>> kind_by_name("杨村街道养老服务驿站"), kind_by_name("夕阳红养老院")
    ('station', None)
    """
    return next((code for code, pattern in KINDS_BY_NAME if pattern.search(name)), None)


KINDS_BY_NAME = [(code, re.compile(pattern)) for code, pattern in cells.WORDS["kinds_by_name"]]


def no_home_words(row: list[Any], name_at: int) -> str:
    """Give what tells a total, a note or a signature below the table from a home; nothing where it is one."""
    first = next((cells.text_of(cell).replace(" ", "") for cell in row if cell is not None), "")
    name = cells.text_of(row[name_at] if name_at < len(row) else None).replace(" ", "")
    return next((text for text in (first, name) if TOTAL.match(text)), "")


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
