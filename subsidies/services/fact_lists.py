"""An office hands in a list of facts: every row is looked at first and told what would become of it; then it is taken in.

Each row is one act of its own: what can't be taken is said in a sentence and stops no other row. A row taken twice
changes nothing.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any
from uuid import UUID
from zipfile import BadZipFile

from django.db import transaction
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.locks import lock_one
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sealed import blind_indexes
from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.viewer import Viewer
from eldercare.people.access import elders_visible_to, officer_only
from eldercare.people.choices import CIRCUMSTANCES
from eldercare.people.models import Elder
from eldercare.people.rules.id_number import IdNumberProblem, parse_id_number
from facilities.services.lock_order import lock_all_of
from subsidies.access import LISTS_FACTS, fact_lists_visible_to
from subsidies.choices import FactKind, FactListState
from subsidies.models import FactList
from subsidies.rules.fact_list import COLUMNS, Row, columns_of, read_row
from subsidies.rules.facts import CIRCUMSTANCES as CIRCUMSTANCE_WORDS
from subsidies.services.guards import not_found
from subsidies.services.life import Fact, report_fact

MOST_ROWS = 300
KINDS = {**{str(kind.label): kind.value for kind in FactKind}, **{kind.value: kind.value for kind in FactKind}}
WORDS = {
    **{str(words): name for name, words in CIRCUMSTANCE_WORDS.items()},
    **{str(label): name for name, label in CIRCUMSTANCES},
    **{name: name for name, _label in CIRCUMSTANCES},
}
READY, WRONG, TAKEN = "ready", "wrong", "taken"


def look_at_list(viewer: Viewer, *, region: str, file_name: str, content: bytes) -> FactList:
    """Read a spreadsheet (XLSX or CSV) and say of each row what would become of it. Nothing is taken in yet.

    Refusals: `not_found` (404), `not_a_list` (what is no spreadsheet, or not this form), `too_many_rows`.
    """
    return look_at_rows(viewer, region=region, file_name=file_name, rows=list(_rows_of(content)))


@transaction.atomic
def look_at_rows(viewer: Viewer, *, region: str, file_name: str, rows: list[Row]) -> FactList:
    """Say of each row read what would become of it, and keep the list for its taking in."""
    if not any(viewer.has(role, "region", region) for role in LISTS_FACTS):
        raise not_found()
    if not rows:
        raise _not_a_list(say("名单里没有任何一行。"))
    if len(rows) > MOST_ROWS:
        sentence = say("一次最多 {most} 行，这份有 {count} 行。", most=MOST_ROWS, count=len(rows))
        raise Refusal("too_many_rows", sentence, next_step=say("请分成几份上传。"), fields={"file": sentence})
    looked = list(_looked_at(viewer, rows))
    found = FactList.objects.create(
        region_id=region,
        by_id=viewer.user_id,
        file_name=file_name[:200],
        rows=looked,
        total=len(looked),
        ready=sum(row["state"] == READY for row in looked),
    )
    record(viewer, "fact_list.looked_at", str(found), place=region, facts={"total": found.total, "ready": found.ready})
    return found


@transaction.atomic
def take_list(viewer: Viewer, *, list_id: UUID) -> FactList:
    """Take in the rows that were ready, each by itself; a row that is refused now says why. Twice changes nothing.

    Refusals: `not_found` (404), `list_left` (409), `busy` (409), after which the list is as it was.
    """
    found = lock_one(fact_lists_visible_to(viewer).filter(pk=list_id))
    if found is None:
        raise not_found()
    if found.state == FactListState.TAKEN:
        return found
    if found.state == FactListState.LEFT:
        raise Refusal("list_left", say("这份名单已经放弃。"), next_step=say("请重新上传。"), status=409)
    # One transaction for many elders: whatever their deaths will free at any home is locked before the first of them.
    lock_all_of(*(UUID(row["elder"]) for row in found.rows if row["state"] == READY))
    rows = [_take(viewer, row) if row["state"] == READY else row for row in found.rows]
    found.rows, found.state, found.taken_at = rows, FactListState.TAKEN, clock.now()
    found.taken = sum(row["state"] == TAKEN for row in rows)
    found.save(update_fields=["rows", "state", "taken", "taken_at"])
    record(viewer, "fact_list.taken", str(found), place=found.region_id, facts={"taken": found.taken})
    return found


@transaction.atomic
def leave_list(viewer: Viewer, *, list_id: UUID) -> FactList:
    """Give a list up that nobody took in. Refusals: `not_found` (404)."""
    found = lock_one(fact_lists_visible_to(viewer).filter(pk=list_id))
    if found is None:
        raise not_found()
    if found.state == FactListState.LOOKED_AT:
        found.state = FactListState.LEFT
        found.save(update_fields=["state"])
    return found


def _take(viewer: Viewer, row: dict[str, Any]) -> dict[str, Any]:
    try:
        with transaction.atomic():
            changes = report_fact(viewer, elder_id=UUID(row["elder"]), fact=_fact(row))
    except Refusal as refusal:
        if refusal.code == "busy":
            raise  # says nothing about the row: the whole list is taken in again in a moment
        return {**row, "state": WRONG, "said": refusal.sentence.to_json()}
    return {**row, "state": TAKEN, "said": say("已录入，引起 {count} 项补贴变动", count=len(changes)).to_json()}


def _fact(row: dict[str, Any]) -> Fact:
    def day(name: str) -> date | None:
        return date.fromisoformat(row[name]) if row[name] else None

    certificate = {"category": row["category"], "level": row["level"], "components": None}
    return Fact(
        kind=row["kind"],
        on=day("on"),
        region=row["region"],
        circumstance=row["circumstance"],
        certificate=certificate if row["category"] else None,
        until=day("until"),
    )


def _looked_at(viewer: Viewer, rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """Try each row and undo it, so that the preview says exactly what taking it in would say."""
    listed = list(rows)
    elders = _elders(viewer, listed)
    seen: set[tuple[Any, ...]] = set()
    for row in listed:
        elder = elders.get(row.id_number)
        problem = row.problem or _wrong_number(row) or (_unknown(row) if elder is None else _other_name(row, elder))
        if problem is None and row.key in seen:
            problem = say("和前面一行重复，只录入一次。")
        seen.add(row.key)
        kept = _kept(row, elder)
        yield (
            {**kept, **_tried(viewer, kept)} if problem is None else {**kept, "state": WRONG, "said": problem.to_json()}
        )


def _tried(viewer: Viewer, row: dict[str, Any]) -> dict[str, Any]:
    try:
        with transaction.atomic():
            changes = report_fact(viewer, elder_id=UUID(row["elder"]), fact=_fact(row))
            said = _foreseen(changes)
            transaction.set_rollback(True)
    except Refusal as refusal:
        return {"state": WRONG, "said": refusal.sentence.to_json()}
    return {"state": READY, "said": said.to_json()}


def _foreseen(changes: list[Any]) -> Sentence:
    if not changes:
        return say("可以录入；现有补贴不变。")
    words = [say("{kind}", kind=say(str(change.get_kind_display()))) for change in changes]
    joined = words[0]
    for word in words[1:]:
        joined = say("{first}、{rest}", first=joined, rest=word)
    return say("可以录入；会引起：{changes}。", changes=joined)


def _kept(row: Row, elder: Elder | None) -> dict[str, Any]:
    return {
        "number": row.number,
        "id_number": row.id_number,
        "name": row.name,
        "kind": row.kind,
        "on": row.on.isoformat() if row.on else "",
        "region": row.region,
        "circumstance": row.circumstance,
        "category": row.category,
        "level": row.level,
        "until": row.until.isoformat() if row.until else "",
        "elder": str(elder.pk) if elder else "",
    }


def _elders(viewer: Viewer, rows: list[Row]) -> dict[str, Elder]:
    """Find the elders whose 户籍 lies in the officer's place, by their numbers, with one query."""
    by_index = {index: row.id_number for row in rows if row.id_number for index in blind_indexes(row.id_number)}
    visible = elders_visible_to(officer_only(viewer)).filter(person__id_number_index__in=by_index)
    return {by_index[elder.person.id_number_index]: elder for elder in visible.select_related("person")}


def _wrong_number(row: Row) -> Sentence | None:
    try:
        parse_id_number(row.id_number)
    except IdNumberProblem as problem:
        return problem.sentence
    return None


def _unknown(row: Row) -> Sentence:
    return say("没有找到这位老人，或者户籍不在您的辖区。请核对身份证号码；迁到别区的，由现户籍地办理。")


def _other_name(row: Row, elder: Elder) -> Sentence | None:
    if row.name and row.name != elder.person.name:
        return say("姓名和身份证号码对不上，请核对。")
    return None


def _rows_of(content: bytes) -> Iterator[Row]:
    sheet = _cells(content)
    heading = next(sheet, None)
    where = columns_of(heading) if heading else None
    if where is None:
        titles = "、".join(str(title) for _name, title in COLUMNS[:4])
        raise _not_a_list(say("第一行应当是表头，至少有：{titles}。请下载空表填写。", titles=titles))
    for number, cells in enumerate(sheet, start=2):
        if any(str(cell or "").strip() for cell in cells):
            yield read_row(number, cells, where, kinds=KINDS, circumstances=WORDS)


def _cells(content: bytes) -> Iterator[list[Any]]:
    if content[:2] == b"PK":
        try:
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            rows = [list(row) for row in book.worksheets[0].iter_rows(max_row=MOST_ROWS + 2, values_only=True)]
        except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError, EOFError, IndexError) as error:
            raise _not_a_list(say("这个文件打不开，可能已经损坏。")) from error
        return iter(rows)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return iter(list(csv.reader(io.StringIO(content.decode(encoding)))))
        except (UnicodeDecodeError, csv.Error):
            continue
    raise _not_a_list(say("这个文件不是电子表格。"))


def _not_a_list(sentence: Sentence) -> Refusal:
    return Refusal("not_a_list", sentence, next_step=say("请用空表（XLSX）填写后再上传。"), fields={"file": sentence})
