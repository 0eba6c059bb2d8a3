"""What a spreadsheet of homes brings is written as one act, and taken back as one act; conflicts wait for a decision.

Everything is judged again inside the transaction that writes: if the directory has changed since the preview, nothing
is written and the preview is made anew. Taking back restores exactly what was, or refuses and names what stands in the way.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

from celery import signature
from django.db import DatabaseError, DataError, IntegrityError, connection, transaction
from django.db.models import Q
from django.db.models.deletion import ProtectedError, RestrictedError

from eldercare.audit.services import advance, finish, record, start_job
from eldercare.kernel import clock, faults
from eldercare.kernel.after_commit import ring
from eldercare.kernel.keys import new_id
from eldercare.kernel.locks import lock, lock_name, lock_one
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer, system
from facilities.access import imports_visible_to
from facilities.choices import ImportState, RowDecision, RowVerdict
from facilities.models import DirectoryImport, Facility, ImportRow, Listing, ListingDue
from facilities.rules.changes import FACTS, alike, contradicts, stamped
from facilities.rules.identity import name_key
from facilities.rules.import_row import ReadRow
from facilities.rules.sheet_header import HOME
from facilities.services.apply_beside import is_beside, take_back_beside, write_beside
from facilities.services.copying import change_in, copy_in
from facilities.services.guards import found
from facilities.services.import_homes import fail, keep_rows
from facilities.services.judge_rows import Decisions, apply_facts, facts_of, judge
from facilities.services.judged import DISTRICT_DIGITS, Judged
from facilities.services.kept_rows import counts_of, read_back
from facilities.services.many_rows import many_rows

CARRY_OUT = signature("facilities.tasks.carry_out_import")
HOMES_AT_ONCE = 2000
NAMED = 20
COLUMNS = (*FACTS, "provenance")
SETTLED = ("verdict", "changes", "home_id")

# What somebody at a home may have written while this was judged.
TAKEN_MEANWHILE = ("a_certificate_counts_at_one_home_at_a_time", "a_home_names_a_hospital_once")

MID_APPLY = faults.point("import.mid_apply", "some homes of a spreadsheet are written, none is committed")
APPLIED = faults.point("import.applied", "all homes of a spreadsheet are written and not yet committed")
MID_UNDO = faults.point("import.mid_undo", "some homes of an import are taken back, none is committed")


@transaction.atomic
def decide_row(viewer: Viewer, *, import_id: UUID, line: int, decision: str, home_id: UUID | None = None) -> ImportRow:
    """Say what a row in conflict is: another home, the same one (which), or not wanted; empty takes it back.

    Raises Refusal `not_found` (404), `import_not_open` (409), `bad_decision` (422).
    """
    batch = _locked(viewer, import_id, ImportState.PREVIEWED)
    row = found(batch.rows, batch.rows.filter(line=line).values_list("pk", flat=True).first() or 0)
    named = [one.removeprefix("facility:") for one in row.against if one.startswith("facility:")]
    if decision == RowDecision.UPDATE and home_id is None and len(named) == 1:
        home_id = UUID(named[0])
    fits = decision in ("", RowDecision.NEW, RowDecision.SKIP) or (
        decision == RowDecision.UPDATE and str(home_id) in named
    )
    if not fits or (row.verdict != RowVerdict.CONFLICT and not row.decision):
        sentence = say("这一行不能这样决定。")
        raise Refusal("bad_decision", sentence, next_step=say("请在这一行列出的机构里选，或者选“是另一家”“不要”。"))
    if decision == RowDecision.NEW and _is_there(batch, row):
        raise Refusal(
            "bad_decision",
            say("这一家已经有了，不能再按这一行新增一家。"),
            next_step=say("请更新名录里的那一家；表里的两行写得不一样的，请只用一行，另一行选“这一行不要”。"),
        )
    row.decision = decision
    row.home_id = home_id if decision == RowDecision.UPDATE else None
    row.save(update_fields=["decision", "home_id"])
    return row


def _is_there(batch: DirectoryImport, row: ImportRow) -> bool:
    """Tell whether this very home is there already, or another row of the file was chosen that says other things of it."""
    same = {name: row.values.get(name, "") for name in ("name", "region_id", "credit_code")}
    named = [one.removeprefix("facility:") for one in row.against if one.startswith("facility:")]
    if same["credit_code"] and Facility.objects.filter(pk__in=named, **same).exists():
        return True
    lines = [int(one.removeprefix("line:")) for one in row.against if one.startswith("line:")]
    twins = [
        other
        for other in batch.rows.filter(decision=RowDecision.NEW, line__in=lines)
        if name_key(other.values["name"]) == name_key(same["name"]) and contradicts(row.values, other.values)
    ]
    district = same["region_id"][:DISTRICT_DIGITS]
    there = Facility.objects.filter(region__code__startswith=district).filter(
        Q(name=same["name"]) | Q(alias=same["name"])
    )
    return any(
        same["credit_code"] and other.values.get("credit_code") == same["credit_code"] for other in twins
    ) or bool(twins and there.exists())


def weigh_again(viewer: Viewer, *, import_id: UUID) -> DirectoryImport:
    """Judge a previewed import anew, with what was decided and what the directory is now."""
    with transaction.atomic():
        batch = _locked(viewer, import_id, ImportState.PREVIEWED)
        rows, decisions = _read_back(_kept(batch))
        keep_rows(batch, judge(rows, batch.scope, decisions), decisions)
    return batch


def take_waiting(viewer: Viewer, *, import_id: UUID, word: str) -> DirectoryImport:
    """Choose that the rows which wait for this count: `above` or `struck` (rules/import_row). The rest is judged anew, too.

    Raises Refusal `not_found` (404), `import_not_open` (409).
    """
    with transaction.atomic():
        batch = _locked(viewer, import_id, ImportState.PREVIEWED)
        rows, decisions = _read_back(_kept(batch))
        for row in rows:
            row.take(word)
        keep_rows(batch, judge(rows, batch.scope, decisions), decisions)
    return batch


def order_apply(viewer: Viewer, *, import_id: UUID, later: bool = False) -> DirectoryImport:
    """Ask for an import to be written; `later`: a worker is rung for it. Raises Refusal `not_found` (404), `import_not_open` (409)."""
    return _order(viewer, import_id, ImportState.PREVIEWED, ImportState.APPLYING, later)


def order_undo(viewer: Viewer, *, import_id: UUID, later: bool = False) -> DirectoryImport:
    """Ask for an import to be taken back; `later`: a worker is rung for it. Raises Refusal `not_found` (404), `import_not_open` (409)."""
    return _order(viewer, import_id, ImportState.APPLIED, ImportState.UNDOING, later)


@transaction.atomic
def _order(viewer: Viewer, import_id: UUID, now: str, then: str, later: bool) -> DirectoryImport:
    batch = _locked(viewer, import_id, now)
    batch.state = then
    batch.refusal = None
    batch.job = start_job(viewer, f"directory.{then}", total=batch.rows.count())
    batch.save(update_fields=["state", "refusal", "job"])
    record(viewer, f"directory.import_{then}", str(batch))
    if later:
        ring(CARRY_OUT, str(batch.pk))
    return batch


def _locked(viewer: Viewer, import_id: UUID, state: str) -> DirectoryImport:
    batch = lock_one(imports_visible_to(viewer).filter(pk=import_id))
    if batch is None:
        batch = found(DirectoryImport.objects.none(), import_id)
    if batch.state != state:
        raise Refusal(
            "import_not_open",
            say("这份导入现在是“{state}”，不能这样办。", state=STATES[batch.state]),
            next_step=say("请刷新页面查看最新情况。"),
            status=409,
        )
    return batch


STATES = {
    "reading": say("正在读取"),
    "previewed": say("等您核对"),
    "applying": say("正在写入"),
    "applied": say("已写入"),
    "undoing": say("正在撤销"),
    "undone": say("已撤销"),
    "failed": say("没有完成"),
}


@many_rows()
def carry_out(import_id: UUID | str) -> None:
    """Do what was ordered of an import: write it, or take it back. Rung twice or killed in the middle, it is done once."""
    for state, act in ((ImportState.APPLYING, _apply), (ImportState.UNDOING, _undo)):
        batch = DirectoryImport.objects.filter(pk=import_id, state=state).first()
        if batch is None:
            continue
        try:
            with transaction.atomic():
                lock_name("directory.import")
                batch = DirectoryImport.objects.select_for_update().get(pk=import_id)
                if batch.state != state:
                    return
                homes = act(batch)
        except Refusal as no:
            if no.code == "busy":
                raise
            _stopped(import_id, state, no)
            return
        finish(batch.job_id, homes=homes)  # the listings hear of it by themselves
        return


def _stopped(import_id: UUID | str, state: str, no: Refusal) -> None:
    """Leave the import as it was before it was ordered, with the reason; after a preview that is too old, a new one."""
    with transaction.atomic():
        batch = DirectoryImport.objects.select_for_update().get(pk=import_id)
        if state == ImportState.APPLYING and no.code == "preview_is_old":
            rows, decisions = _read_back(_kept(batch))
            keep_rows(batch, judge(rows, batch.scope, decisions), decisions)
        fail(batch, no)
        batch.state = ImportState.PREVIEWED if state == ImportState.APPLYING else ImportState.APPLIED
        batch.save(update_fields=["state"])


# Writing


def _read_back(kept: Iterable[ImportRow]) -> tuple[list[ReadRow], Decisions]:
    """Give an import's rows as they were read, and what was decided of them."""
    rows, decisions = [], {}
    for one in kept:
        rows.append(read_back(one))
        if one.decision:
            decisions[one.line] = (one.decision, one.home_id if one.decision == RowDecision.UPDATE else None)
    return rows, decisions


def _kept(batch: DirectoryImport) -> list[ImportRow]:
    return list(batch.rows.order_by("line"))


def _apply(batch: DirectoryImport) -> int:
    """Judge again, and write what the preview promised: all of it or nothing. Undecided conflicts stay out."""
    kept = _kept(batch)
    rows, decisions = _read_back(kept)
    judged = judge(rows, batch.scope, decisions, for_update=True)
    for one, row in zip(judged, kept, strict=True):
        if row.verdict == RowVerdict.CONFLICT and not row.decision:
            one.verdict, one.changes = row.verdict, row.changes
    _as_promised(judged, kept)
    changed = _settled(batch, judged, kept)
    try:
        _write_new(batch, [row for row in kept if row.verdict == RowVerdict.NEW and not is_beside(row)])
        _write_changed(batch, [one.stored for one in judged if one.verdict == RowVerdict.UPDATE and one.row.of == HOME])
        change_in(ImportRow, SETTLED, ([row.pk, *(getattr(row, name) for name in SETTLED)] for row in changed))
        write_beside(judged, kept)
    except (IntegrityError, DataError) as error:
        if any(wall in str(error) for wall in TAKEN_MEANWHILE):
            raise Refusal(
                "preview_is_old",
                say("您核对之后，其中一家协议医院或一张护理员证书刚刚登记了。什么也没有写入。"),
                next_step=say("已按最新的名录重新核对，请再看一遍，再写入。"),
                status=409,
            ) from error
        raise Refusal(
            "import_against_the_tables",
            say("写入时名录的规矩不允许：{why}", why=str(error).splitlines()[0][:120]),
            next_step=say("这次什么也没有写入。请把标为“是另一家”的行再核对一遍。"),
            status=409,
        ) from error
    batch.rows.filter(verdict__in=WROTE).update(stored=True)
    batch.counts = counts_of((row.values.get("of", HOME), row.verdict, "problems" in row.values) for row in kept)
    batch.state, batch.applied_at, batch.refusal = ImportState.APPLIED, clock.now(), None
    batch.save(update_fields=["state", "applied_at", "refusal", "counts"])
    faults.passing(APPLIED)
    record(system("directory.import"), "directory.imported", str(batch), facts={"by": batch.made_by, **batch.counts})
    return sum(row.verdict in WROTE and not is_beside(row) for row in kept)


WROTE = (RowVerdict.NEW, RowVerdict.UPDATE, RowVerdict.MERGE)


def _as_promised(judged: list[Judged], kept: list[ImportRow]) -> None:
    """Refuse where the directory has moved since the preview, and name the rows.

    A row that was decided, and those it is one home with, do what was decided.
    """
    decided = {line for one, row in zip(judged, kept, strict=True) if row.decision for line in (row.line, one.head)}
    moved = [
        row.values.get("name", "")
        for one, row in zip(judged, kept, strict=True)
        if decided.isdisjoint((row.line, one.head or 0))
        and ((one.verdict, one.changes) != (row.verdict, row.changes) or (is_beside(row) and one.home != row.home_id))
    ]
    if moved:
        names = "、".join(moved[:NAMED])
        raise Refusal(
            "preview_is_old",
            say("您核对之后名录有了变化，涉及：{names}。什么也没有写入。", names=names),
            next_step=say("已按最新的名录重新核对，请再看一遍，再写入。"),
            status=409,
        )


def _settled(batch: DirectoryImport, judged: list[Judged], kept: list[ImportRow]) -> list[ImportRow]:
    """Settle each row: which home, and who stands for what now. Gives the rows whose record changes by it."""
    as_of = clock.today().isoformat()
    changed = []
    for one, row in zip(judged, kept, strict=True):
        if is_beside(row):
            continue
        before = (row.verdict, row.home_id)
        row.verdict, row.changes = str(one.verdict), one.changes
        if one.verdict == RowVerdict.UPDATE:
            apply_facts(one.stored, {name: now for name, (_was, now) in one.changes.items()})
            was, one.stored.provenance = one.stored.provenance, _stamp(batch, one.stored.provenance, one.changes, as_of)
            row.changes = {**one.changes, "provenance": [was, one.stored.provenance]}
            row.home_id = one.home
        elif one.verdict == RowVerdict.NEW:
            row.home_id = row.home_id or new_id()
        elif one.head is not None:
            row.home_id = kept[one.head - kept[0].line].home_id
        if one.verdict == RowVerdict.UPDATE or (row.verdict, row.home_id) != before:
            changed.append(row)
    return changed


def _stamp(batch: DirectoryImport, was: list, facts: Iterable[str], as_of: str) -> list[dict[str, Any]]:
    return stamped(was, (name for name in facts if name in FACTS), by="import", source=batch.file_name, as_of=as_of)


NEW_HOME = Facility()
COPIED = [field.attname for field in Facility._meta.concrete_fields]


def _write_new(batch: DirectoryImport, rows: list[ImportRow]) -> None:
    """Insert the new homes, some thousands at once; progress is told outside the transaction."""
    as_of = clock.today().isoformat()
    named = {"id", "provenance", *(name for row in rows for name in row.changes)}
    blank = {name: getattr(NEW_HOME, name) for name in COPIED if name in named}
    same = {name: getattr(NEW_HOME, name) for name in COPIED if name not in named}
    done = 0
    for some in _chunks(rows):
        homes = (
            {
                **blank,
                **{name: now for name, (_was, now) in row.changes.items()},
                "id": row.home_id,
                "provenance": _stamp(batch, [], row.changes, as_of),
            }
            for row in some
        )
        copy_in(Facility, list(blank), ([home[name] for name in blank] for home in homes), same=same)
        done += len(some)
        faults.passing(MID_APPLY)
        _tell(batch.job_id, done)


def _write_changed(batch: DirectoryImport, homes: list[Facility]) -> None:
    for some in _chunks(homes):
        _rewrite(some)
        faults.passing(MID_APPLY)


def _rewrite(homes: list[Facility]) -> None:
    change_in(Facility, COLUMNS, ([home.pk, *(getattr(home, name) for name in COLUMNS)] for home in homes))


def _chunks(rows: list) -> Iterator[list]:
    for start in range(0, len(rows), HOMES_AT_ONCE):
        yield rows[start : start + HOMES_AT_ONCE]


def _tell(job_id: UUID, done: int) -> None:
    """Say how far the work is, on a connection of its own: who watches can't see into an open transaction."""

    def tell() -> None:
        try:
            advance(job_id, done)
        except DatabaseError:
            pass  # only the bar stands still
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=1) as beside:
        beside.submit(tell).result()


# Taking back


def _undo(batch: DirectoryImport) -> int:
    """Put back exactly what was. Refuses, naming them, where a later change would be lost or a new home is in use."""
    stored = list(batch.rows.filter(stored=True, verdict__in=[RowVerdict.NEW, RowVerdict.UPDATE]).order_by("line"))
    rows = [row for row in stored if not is_beside(row)]
    homes = {home.pk: home for some in _chunks([row.home_id for row in rows]) for home in _lock_homes(some)}
    _nothing_is_lost(rows, homes)
    lost = take_back_beside([row for row in stored if is_beside(row)])
    if lost:
        raise _in_the_way(list(dict.fromkeys(lost)))
    made = [row.home_id for row in rows if _was_new(row)]
    for row in rows:
        if not _was_new(row):
            _restore(homes[row.home_id], row.changes)
    changed = [homes[row.home_id] for row in rows if not _was_new(row)]
    for some in _chunks(changed):
        _rewrite(some)
        faults.passing(MID_UNDO)
    _remove(made)
    batch.state, batch.undone_at, batch.refusal = ImportState.UNDONE, clock.now(), None
    batch.save(update_fields=["state", "undone_at", "refusal"])
    record(system("directory.import"), "directory.import_undone", str(batch), facts={"by": batch.made_by})
    return len(rows)


def _lock_homes(ids: list[UUID]) -> list[Facility]:
    return lock(Facility.objects.filter(pk__in=ids))


def _was_new(row: ImportRow) -> bool:
    return row.verdict == RowVerdict.NEW


def _restore(home: Facility, changes: dict[str, list[Any]]) -> None:
    was = {name: before for name, (before, _now) in changes.items()}
    provenance, mine = changes["provenance"]
    if home.provenance == mine:
        home.provenance = provenance
    else:  # somebody has stood for other facts since: theirs stay, this file's go
        ours = set(changes)
        kept = [{**one, "fields": [name for name in one["fields"] if name not in ours]} for one in home.provenance]
        before = [{**one, "fields": [name for name in one["fields"] if name in ours]} for one in provenance]
        home.provenance = [one for one in [*before, *kept] if one["fields"]]
    apply_facts(home, {name: value for name, value in was.items() if name in FACTS})


def _nothing_is_lost(rows: list[ImportRow], homes: dict[UUID, Facility]) -> None:
    """Refuse to undo where a home says something else now than the import wrote, a new one also something more; or is gone."""
    lost = []
    blank = facts_of(NEW_HOME)
    for row in rows:
        home = homes.get(row.home_id)
        facts = facts_of(home) if home else {}
        later = _was_new(row) and home and {one["by"] for one in home.provenance} != {"import"}
        wrote = {name: now for name, (_was, now) in row.changes.items() if name in FACTS}
        if _was_new(row):
            wrote = {**blank, **wrote}
        if home is None or later or any(not alike(facts[name], now) for name, now in wrote.items()):
            lost.append(home.name if home else row.values["name"])
    if lost:
        raise _in_the_way(lost)


def _in_the_way(names: list[str]) -> Refusal:
    return Refusal(
        "later_changes",
        say("导入之后又有人改过或用上了：{names}。撤销会丢掉这些改动，所以没有撤销。", names="、".join(names[:NAMED])),
        next_step=say("请先在这些机构上把后来的改动处理好，或者只在机构的页面上逐项改回。"),
        status=409,
    )


def _remove(made: list[UUID]) -> None:
    """Take the homes away that the import made; one that is in use (a bed, an application, a person) stays all."""
    used = list(_used(made))
    if used:
        raise _in_the_way(used)
    try:
        for some in _chunks(made):
            Facility.objects.filter(pk__in=some).delete()
    except (ProtectedError, RestrictedError, IntegrityError) as error:
        raise _in_the_way([say("其中的新机构").text]) from error


DERIVED = (Listing, ListingDue)


def _used(made: list[UUID]) -> list[str]:
    """Name the new homes that something else hangs on by now, whatever floor it is of; listings are derived."""
    used: set[UUID] = set()
    relations = [one for one in Facility._meta.get_fields(include_hidden=True) if one.auto_created and not one.concrete]
    for relation in relations:
        if relation.related_model in DERIVED:
            continue
        column = relation.field.attname
        for some in _chunks(made):
            used |= set(
                relation.related_model._base_manager.filter(**{f"{column}__in": some}).values_list(column, flat=True)
            )
    return list(Facility.objects.filter(pk__in=used).order_by("name").values_list("name", flat=True))
