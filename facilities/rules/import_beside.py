"""Reads what stands beside the homes in a spreadsheet: care workers with their certificates, and hospital agreements.

Each has a sheet of its own, told by its header; hospitals may also stand in a column of the homes. A row says which home
it belongs to; which one that is, the services find out. A person's name and certificate go into `secret` only.
"""

import re
from collections.abc import Iterator
from typing import Any

from eldercare.kernel.sentences import Sentence, say
from eldercare.people.rules.masks import mask_name
from facilities.rules import cells
from facilities.rules.credentials import read_certificate
from facilities.rules.import_row import SIMPLE, ReadRow, RowReader
from facilities.rules.settings import read

WORDS: dict[str, Any] = read("import_beside.yaml")
LINES = WORDS["export_lines"]
MOST_NAME, MOST_HOSPITAL, MOST_SERVICES = 40, 120, 200


class BesideReader(RowReader):
    """Reads the rows of a sheet of care workers or hospital agreements."""

    def read(self, line: int, sheet: str, number: int, row: list[Any]) -> ReadRow:
        found = ReadRow(line, sheet, number, {"of": self.of}, of=self.of)
        for name in ("name", "credit_code"):
            value = self._first(found, name, SIMPLE[name], row) if name in self.columns else None
            if value is not None:
                found.values[name] = value
        if "id" in self.columns:
            found.id = cells.text_of(self._cell(self.columns["id"][0], row)).lower()
        self._where(found, row)
        if self.of == "care_worker":
            self._worker(found, row)
        else:
            self._hospital(found, row)
        if not found.id and "name" not in found.values and "credit_code" not in found.values:
            found.fatal = found.fatal or say("没有写是哪家机构，请写明机构名称")
        if number in self.sheet.hidden_rows:
            found.problems.append(say("这一行在表格里是隐藏的，也读了；不要它，请从表格里删去再上传"))
        self._see_struck(found, number)
        if self.sheet.is_text:
            self._whole_row(found, row)
        return found

    def _where(self, found: ReadRow, row: list[Any]) -> None:
        """Read the district where one is written; which home a row belongs to is often told by its name alone."""
        code, said = self._said_place(row)
        if code or said:
            place, why = self.places.find(code, said, "", self.above)
            if place:
                found.values["region_id"] = place
            else:
                found.fatal = why

    def _value(self, found: ReadRow, name: str, reader: Any, row: list[Any]) -> Any:
        return self._first(found, name, reader, row) if name in self.columns else None

    def _worker(self, found: ReadRow, row: list[Any]) -> None:
        person = self._value(found, "person", person_name, row)
        number = self._value(found, "certificate_no", certificate_text, row)
        stated = self._value(found, "level", skill_level, row)
        certificate = read_certificate(number) if number else None
        if person is None:
            found.fatal = say("没有姓名")
            return
        position = self._value(found, "position", cells.words(MOST_NAME), row)
        if position and not re.search(WORDS["care_position"], position):
            found.fatal = say("岗位是“{position}”，不是护理员，没有读", position=position)
            return
        found.values["person"] = mask_name(person)
        found.secret = {"person": person}
        if certificate and not certificate.is_readable:
            found.fatal = certificate.why
            return
        if certificate:
            found.secret["certificate_no"] = certificate.number
            if certificate.province:
                found.values["issued_in"] = certificate.province
        level = (certificate.level if certificate else None) or stated
        if stated and level != stated:
            found.fatal = say("证书号里写的是{level}级，请核对。", level=level)
        if level:
            found.values["level"] = level
        for name in ("issued_on", "since"):
            value = self._value(found, name, cells.day, row)
            if value is not None:
                found.values[name] = value

    def _hospital(self, found: ReadRow, row: list[Any]) -> None:
        name = self._value(found, "hospital", cells.words(MOST_HOSPITAL), row)
        if name is None:
            found.fatal = say("没有医院名称")
            return
        found.values["hospital"] = name
        facts = {
            "services": self._value(found, "services", cells.words(MOST_SERVICES), row),
            "signed_on": self._value(found, "signed_on", cells.day, row),
            "valid_until": self._value(found, "valid_until", cells.last_day, row),
        }
        if facts["signed_on"] and facts["valid_until"] and facts["valid_until"] < facts["signed_on"]:
            found.problems.append(say("有效期早于签订日，两个日期都没有采用"))
            facts |= {"signed_on": None, "valid_until": None}
        found.values |= {name: value for name, value in facts.items() if value is not None}


def hospitals_of(reader: RowReader, home: ReadRow, row: list[Any], line: int) -> Iterator[ReadRow]:
    """Give a line of its own for each hospital a home's row names; `line` is the last one taken."""
    for column in reader.columns.get("hospital_lines", ()):
        for text in str(reader._cell(column, row) or "").split("\n"):
            if text.strip():
                line += 1
                yield _agreement(home, text, line)
    for column in reader.columns.get("hospitals", ()):
        names, why = hospital_names(reader._cell(column, row))
        if why:
            home.problems.append(say("“{column}”：{why}", column=column.header, why=why))
        for name in names:
            line += 1
            values = {"of": "hospital", "name": home.values.get("name", ""), "hospital": name}
            yield ReadRow(line, home.sheet, home.row, values, of="hospital", head=home.line)


def _agreement(home: ReadRow, text: str, line: int) -> ReadRow:
    """Read one line of what an export writes of a home's agreements; of another form, the line is refused."""
    values = {"of": "hospital", "name": home.values.get("name", "")}
    found = ReadRow(line, home.sheet, home.row, values, of="hospital", head=home.line)
    parts = [cells.kept_text(part) for part in text.rsplit(LINES["between"].strip(), len(LINES["facts"]) - 1)]
    facts = dict(zip(LINES["facts"], parts, strict=False))
    days = {name: cells.day(facts[name]) for name in ("signed_on", "valid_until") if facts.get(name)}
    if len(parts) not in (1, len(LINES["facts"])) or not parts[0] or any(why for _day, why in days.values()):
        found.fatal = say("协议医院明细里“{line}”这一行的写法认不出", line=text.strip()[:30])
        return found
    values |= {name: text for name, text in facts.items() if text} | {name: day for name, (day, _why) in days.items()}
    return found


def hospital_names(cell: Any) -> tuple[list[str], Sentence | None]:
    """Read the hospitals a cell names.

    >>> hospital_names("1.示例区人民医院；2.示例镇卫生院")[0], hospital_names("无")
    (['示例区人民医院', '示例镇卫生院'], ([], None))
    >>> str(hospital_names("已签约")[1]), str(hospital_names("某某大厦、某某城")[1])
    ('只写了“已签约”，请写医院名称', '“某某大厦、某某城”不像医院名称')
    """
    if cells.is_blank(cell) or cells.text_of(cell) in (cells.NONE, *cells.WORDS["says_no"]):
        return [], None
    text = str(cell)
    if re.match(WORDS["says_only_that"], cells.text_of(cell).lower()):
        return [], say("只写了“{text}”，请写医院名称", text=cells.text_of(cell)[:20])
    if cells.text_of(cell).upper() in cells.ERRORS:
        return [], say("表格里是错误值 {text}", text=cells.text_of(cell))
    parts = (re.sub(WORDS["numbering"], "", cells.kept_text(part)) for part in re.split(WORDS["apart"], text))
    names = list(dict.fromkeys(part for part in parts if part))
    odd = [name for name in names if _is_odd(name)]
    why = say("“{text}”不像医院名称", text="、".join(odd)[:30]) if odd else None
    return [name for name in names if name not in odd], why


def _is_odd(name: str) -> bool:
    return bool(
        not re.search(WORDS["hospital"], name) or re.search(WORDS["no_hospital"], name) or len(name) > MOST_HOSPITAL
    )


def person_name(cell: Any) -> cells.Read:
    text, why = cells.words(MOST_NAME)(cell)
    if text is not None and re.search(r"\d", text):
        return None, say("不像姓名")
    return text, why


def certificate_text(cell: Any) -> cells.Read:
    """Read a certificate's number as text; as a number its last digits are gone.

    >>> certificate_text(1.23e15)[0] is None, certificate_text(" Y000011000001244000123 ")[0], certificate_text("无")
    (True, 'Y000011000001244000123', (None, None))
    """
    text = cells.text_of(cell)
    if cells.is_blank(cell) or re.match(WORDS["no_level"], text):
        return cells.NOTHING
    if isinstance(cell, int | float) or re.search(r"\dE\+?\d", text.upper()):
        return None, say("被当成了数字，后面几位已经丢失；请把这一列设成文本再填")
    return text, None


def skill_level(cell: Any) -> cells.Read:
    """Read a care worker's level, five the lowest.

    >>> [skill_level(text)[0] for text in ("四级/中级工", "高级工", "技师", "高级技师", 5, "初级")], skill_level("无")
    ([4, 3, 2, 1, 5, 5], (None, None))
    >>> str(skill_level("特级技师")[1])
    '“特级技师”看不出是几级，请写五级至一级'
    """
    text = cells.text_of(cell).replace(" ", "")
    if cells.is_blank(cell) or re.match(WORDS["no_level"], text):
        return cells.NOTHING
    if re.fullmatch(r"[1-5]", text):
        return int(text), None
    found = [level for level, pattern in WORDS["levels"] if re.search(pattern, text)]
    return (found[0], None) if found else (None, say("“{text}”看不出是几级，请写五级至一级", text=text[:20]))
