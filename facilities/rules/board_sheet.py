"""What a filled-in board sheet says, row by row: nothing new, a change, or refused with the reason. Opens no file.

A row is told by its 编号, or by room and bed; columns stand in any order, below any heading. An empty 改为 changes nothing.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from eldercare.kernel.sentences import Sentence, say
from facilities.rules.board import BLOCKED, CHANGEABLE, CLOSED, FREE, OCCUPIED
from facilities.rules.vacancy import WHY

COLUMNS = ("编号", "房间", "床号", "房型", "床位类型", "现在", "改为", "原因", "哪天空出")
NEEDED = {"房间", "床号", "改为"}
STATES = {"空床": FREE, "有人住": OCCUPIED, "暂停使用": BLOCKED, "暂不收住": CLOSED}
REASONS = {str(WHY[code]): code for code in ("staffing", "repair", "cleaning", "reserved", "other")}
HEADER_WITHIN = 10
SAME, CHANGE, REFUSED = "same", "change", "refused"


class KnownBed(Protocol):
    """What the board knows of a bed."""

    bed_id: UUID
    room: str
    name: str
    state: str
    why_closed: str
    until: date | None


@dataclass(frozen=True)
class SheetRow:
    """One row: `line` as the spreadsheet counts it, the verdict, and what is said about which bed."""

    line: int
    room: str
    name: str
    verdict: str
    sentence: Sentence | None = None
    bed_id: UUID | None = None
    was: str = ""
    to: str = ""
    why: str = ""
    until: date | None = None


def read_sheet(rows: Iterable[Sequence[Any]], beds: Iterable[KnownBed], today: date) -> list[SheetRow] | None:
    """Judge every row below the heading; None when there is no heading with 房间, 床号 and 改为."""
    known = list(beds)
    by_id = {str(bed.bed_id): bed for bed in known}
    by_name = {(_text(bed.room), _text(bed.name)): bed for bed in known}
    columns: dict[str, int] | None = None
    read: list[SheetRow] = []
    for line, cells in enumerate(rows, start=1):
        if columns is None:
            columns = _heading(cells)
            if columns is None and line >= HEADER_WITHIN:
                return None
        elif any(_text(cell) for cell in cells):
            read.append(_row(line, _named(cells, columns), by_id, by_name, today))
    return None if columns is None else _no_bed_twice(read)


def _heading(cells: Sequence[Any]) -> dict[str, int] | None:
    columns = {_text(cell): index for index, cell in enumerate(cells) if _text(cell) in COLUMNS}
    return columns if columns.keys() >= NEEDED else None


def _named(cells: Sequence[Any], columns: dict[str, int]) -> dict[str, Any]:
    return {name: cells[index] if index < len(cells) else None for name, index in columns.items()}


def _row(line: int, cells: dict[str, Any], by_id: dict, by_name: dict, today: date) -> SheetRow:
    room, name = _text(cells["房间"]), _text(cells["床号"])
    bed = by_id.get(_text(cells.get("编号"))) or by_name.get((room, name))
    row = SheetRow(line, room, name, REFUSED)
    if bed is None:
        return replace(row, sentence=say("床位板上没有这张床；新房间请先在床位板上加。"))
    row = replace(row, bed_id=bed.bed_id, was=bed.state, room=bed.room, name=bed.name)
    word = _text(cells["改为"])
    if not word:
        return replace(row, verdict=SAME)
    if word not in STATES:
        return replace(row, sentence=say("看不懂“{word}”，请写：空床、有人住、暂停使用或暂不收住。", word=word))
    if bed.state not in CHANGEABLE:
        return replace(row, sentence=say("这张床有登记在住的老人，或者已经留给一个家庭，不能在表格里改。"))
    return _said(replace(row, to=STATES[word]), bed, cells, today)


def _said(row: SheetRow, bed: KnownBed, cells: dict[str, Any], today: date) -> SheetRow:
    """Read the reason and the day that belong to a state."""
    reason = _text(cells.get("原因")) if row.to == CLOSED else ""
    if reason and reason not in REASONS:
        return replace(row, sentence=say("看不懂原因“{word}”，请写：{known}。", word=reason, known="、".join(REASONS)))
    written = cells.get("哪天空出") if row.to in (OCCUPIED, BLOCKED) else None
    until = read_day(written)
    if _text(written) and until is None:
        return replace(row, sentence=say("看不懂日子“{word}”，请写成 2026-12-05 这样。", word=_text(written)))
    if until is not None and until <= today:
        return replace(row, sentence=say("空出来的日子要在今天以后。"))
    row = replace(row, why=REASONS.get(reason, ""), until=until)
    same = (row.to, row.why, row.until) == (bed.state, bed.why_closed, bed.until)
    return replace(row, verdict=SAME if same else CHANGE)


def _no_bed_twice(read: list[SheetRow]) -> list[SheetRow]:
    first: dict[UUID, int] = {}
    return [
        replace(row, verdict=REFUSED, sentence=say("第 {line} 行已经写过这张床。", line=first[row.bed_id]))
        if row.bed_id and first.setdefault(row.bed_id, row.line) != row.line
        else row
        for row in read
    ]


def read_day(value: Any) -> date | None:
    """Read a day as spreadsheets and people write it; None when it is none."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = _text(value).replace("年", "-").replace("月", "-").replace("日", "").replace("/", "-").replace(".", "-")
    try:
        year, month, day = (int(part) for part in text.split("-"))
        return date(year, month, day)
    except ValueError:
        return None


def _text(value: Any) -> str:
    """Give a cell as people mean it: full-width letters and spaces folded, 101.0 is 101."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return unicodedata.normalize("NFKC", str(value)).strip()
