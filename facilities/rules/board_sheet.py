"""What a filled-in board sheet says, row by row: nothing new, a change, or refused with the reason. Opens no file.

A row is told by its 编号, or by room and bed; where the two name different beds (somebody sorted some columns only), it is
refused. Columns stand in any order, below any heading. An empty 改为 changes nothing; where 现在 or the day says something
else than the board, it is refused: what was written in the wrong column is no confirmation.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from eldercare.kernel.sentences import Sentence, say
from facilities.rules.board import BLOCKED, CHANGEABLE, CLOSED, OCCUPIED, WORDS
from facilities.rules.settings import sheet_words

HEADER_WITHIN = 10
HOURS = 24
SAME, CHANGE, REFUSED = "same", "change", "refused"
Words = dict[str, Any]


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
    sheet: str = ""


def read_sheet(
    rows: Iterable[tuple[int, Sequence[Any]]],
    beds: Iterable[KnownBed],
    today: date,
    *,
    sheet: str = "",
    uncached: frozenset[tuple[int, int]] = frozenset(),
) -> list[SheetRow] | None:
    """Judge every row (with its number) below the heading; None when there is no heading with 房间, 床号 and 改为.

    `uncached` are the cells (row, column from 0) whose formula has no stored result: such a row is refused, not unchanged.
    """
    known = list(beds)
    by_id = {str(bed.bed_id): bed for bed in known}
    by_name = {(_text(bed.room), _text(bed.name)): bed for bed in known}
    words = sheet_words()
    columns: dict[str, int] | None = None
    read: list[SheetRow] = []
    for looked_at, (line, cells) in enumerate(rows, start=1):
        if columns is None:
            columns = _heading(cells, words)
            if columns is None and looked_at >= HEADER_WITHIN:
                return None
            continue
        if any((line, index) in uncached for index in columns.values()):
            why = say("这一行有公式，但文件里没有存下结果；请用 Excel 打开并保存一次，再上传。")
            room, bed = (_text(_named(cells, columns)[name]) for name in ("room", "bed"))
            read.append(SheetRow(line, room, bed, REFUSED, why, sheet=sheet))
        elif any(_text(cell) for cell in cells):
            row = _row(line, _named(cells, columns), by_id, by_name, today, words)
            read.append(replace(row, sheet=sheet))
    return None if columns is None else read


def no_bed_twice(read: list[SheetRow]) -> list[SheetRow]:
    """Refuse what names a bed again, in whichever sheet."""
    first: dict[UUID, SheetRow] = {}
    return [
        replace(row, verdict=REFUSED, sentence=say("第 {line} 行已经写过这张床。", line=first[row.bed_id].line))
        if row.bed_id and first.setdefault(row.bed_id, row) is not row
        else row
        for row in read
    ]


def _heading(cells: Sequence[Any], words: Words) -> dict[str, int] | None:
    known = {word: name for name, word in words["columns"].items()}
    columns = {known[_text(cell)]: index for index, cell in enumerate(cells) if _text(cell) in known}
    return columns if columns.keys() >= set(words["needed"]) else None


def _named(cells: Sequence[Any], columns: dict[str, int]) -> dict[str, Any]:
    return {name: cells[index] if index < len(cells) else None for name, index in columns.items()}


def _row(
    line: int,
    cells: dict[str, Any],
    by_id: dict[str, Any],
    by_name: dict[tuple[str, str], Any],
    today: date,
    words: Words,
) -> SheetRow:
    room, name = _text(cells["room"]), _text(cells["bed"])
    named = by_name.get((room, name))
    bed = by_id.get(_text(cells.get("id"))) or named
    row = SheetRow(line, room, name, REFUSED)
    if bed is not None and (room or name) and bed is not named:
        return replace(row, sentence=say("编号和房间、床号对不上，可能排序时漏了隐藏的编号列；请重新下载再填。"))
    if bed is None:
        return replace(row, sentence=say("床位板上没有这张床；新房间请先在床位板上加。"))
    row = replace(row, bed_id=bed.bed_id, was=bed.state, room=bed.room, name=bed.name)
    word = _text(cells["to"])
    if not word:
        why = _elsewhere(bed, cells)
        return replace(row, sentence=why) if why else replace(row, verdict=SAME)
    if word not in words["states"]:
        return replace(row, sentence=say("看不懂“{word}”，请写：空床、有人住、暂停使用或暂不收住。", word=word))
    if bed.state not in CHANGEABLE:
        return replace(row, sentence=say("这张床有登记在住的老人，或者已经留给一个家庭，不能在表格里改。"))
    return _said(replace(row, to=words["states"][word]), bed, cells, today, words["reasons"])


def _elsewhere(bed: KnownBed, cells: dict[str, Any]) -> Sentence | None:
    """Say what a row without 改为 says all the same: in 现在, in the reason or the day."""
    now = _text(cells.get("now"))
    if now and now != _text(WORDS[bed.state]) and sheet_words()["states"].get(now) != bed.state:
        return say(
            "“现在”一列写的是“{word}”，床位板上是“{now}”；要改，请写在“改为”一列。", word=now, now=WORDS[bed.state]
        )
    until = cells.get("until")
    if _text(cells.get("why")) or (_text(until) and read_day(until) != bed.until):
        return say("写了原因或日子，“改为”却空着；要改，请在“改为”一列也写上。")
    return None


def _said(row: SheetRow, bed: KnownBed, cells: dict[str, Any], today: date, reasons: dict[str, str]) -> SheetRow:
    """Read the reason and the day that belong to a state."""
    reason = _text(cells.get("why")) if row.to == CLOSED else ""
    if reason and reason not in reasons:
        return replace(row, sentence=say("看不懂原因“{word}”，请写：{known}。", word=reason, known=" / ".join(reasons)))
    written = cells.get("until") if row.to in (OCCUPIED, BLOCKED) else None
    until = read_day(written)
    if _text(written) and until is None:
        return replace(row, sentence=say("看不懂日子“{word}”，请写成 2026-12-05 这样。", word=_text(written)))
    if until is not None and until <= today:
        return replace(row, sentence=say("空出来的日子要在今天以后。"))
    row = replace(row, why=reasons.get(reason, ""), until=until)
    same = (row.to, row.why, row.until) == (bed.state, bed.why_closed, bed.until)
    return replace(row, verdict=SAME if same else CHANGE)


def read_day(value: Any) -> date | None:
    """Read a day as spreadsheets and people write it; None when it is none."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    numbers = [int(part) for part in re.findall(r"\d+", _text(value))]
    try:
        year, month, day, *rest = numbers
        if rest and rest[0] >= HOURS:
            return None  # another day
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
