"""A spreadsheet of homes comes in: taken, read, judged row by row, shown. Nothing of the directory changes here."""

import hashlib
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from celery import signature
from django.db import InterfaceError, OperationalError, transaction
from django.db.models.functions import Now

from eldercare.audit.services import advance, finish, record, start_job
from eldercare.kernel import faults
from eldercare.kernel.after_commit import ring
from eldercare.kernel.keys import new_id
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sealed import CannotOpen, open_bytes, seal_bytes
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer
from facilities.access import import_scope
from facilities.choices import ImportState, RowVerdict
from facilities.models import DirectoryImport, ImportRow
from facilities.rules.import_file import HomesFile
from facilities.rules.sheet_file import rows_in
from facilities.rules.sheet_header import HOME
from facilities.services.copying import copy_in
from facilities.services.guards import found
from facilities.services.judge_rows import Decisions, judge, place_book
from facilities.services.judged import Judged
from facilities.services.kept_rows import counts_of, kept_values, waiting_in
from facilities.services.many_rows import many_rows

log = structlog.get_logger(__name__)

KIND = "directory.import"
READ = signature("facilities.tasks.read_import")
FIRST_ROWS = 200
TELL_EVERY = 500
QUIET = timedelta(minutes=2)

CONTENT_FOR = "facilities_directoryimport.content"

MID_READ = faults.point("import.mid_read", "some rows of a spreadsheet of homes are read, none is kept")


@contextmanager
def _unforeseen_is_refused() -> Iterator[None]:
    """Nobody has seen every file: what reading one did not foresee is told to its sender, and to the log without a cell of it."""
    try:
        yield
    except (Refusal, OperationalError, InterfaceError):  # without a database nothing is known of the file
        raise
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        log.error("import.unforeseen", error=type(error).__name__, at=f"{Path(place.filename).name}:{place.lineno}")
        raise Refusal(
            "bad_file",
            say("读这个文件时出了没有料到的问题，名录没有变。"),
            next_step=say("请用 Excel 打开，另存为 .xlsx 再上传；还不行，请把文件交给本系统的维护人员看。"),
        ) from None


@_unforeseen_is_refused()
def begin_import(
    viewer: Viewer, *, file_name: str, content: bytes, later: bool = False, first: int = FIRST_ROWS
) -> DirectoryImport:
    """Take a file in and judge its first rows at once; `later`: a worker is rung for the rest.

    Raises Refusal `not_found` (404) for who may not import, `bad_file` (422) when it can't be read.
    """
    scope = import_scope(viewer)
    if scope is None:
        found(DirectoryImport.objects.none(), UUID(int=0))
    file = HomesFile(file_name[:200], content, place_book())
    rows = list(islice(file.rows(), first))
    with transaction.atomic():
        batch = DirectoryImport.objects.create(
            file_name=file_name[:200],
            content=seal_bytes(content, CONTENT_FOR),
            digest=hashlib.sha256(content).hexdigest(),
            made_by=viewer.reference if viewer.is_known else viewer.name,
            scope=scope,
            job=start_job(viewer, KIND, total=rows_in(content)),
            notes=file.notes(),
        )
        keep_rows(batch, judge(rows, scope, {}))
        record(viewer, "directory.import_sent", str(batch), facts={"digest": batch.digest, "size": len(content)})
        if later:
            ring(READ, str(batch.pk))
    return batch


@many_rows()
def read_import(import_id: UUID | str) -> None:
    """Read and judge a whole file. Rung twice, it does nothing the second time; killed, it begins anew."""
    batch = DirectoryImport.objects.filter(pk=import_id, state=ImportState.READING).select_related("job").first()
    if batch is None:
        return
    try:
        with _unforeseen_is_refused():
            _read_whole(batch)
    except Refusal as no:
        fail(batch, no)


def _read_whole(batch: DirectoryImport) -> None:
    rows = []
    most = batch.job.total or 0
    file = HomesFile(batch.file_name, _opened(batch), place_book())
    for row in file.rows():
        rows.append(row)
        if len(rows) % TELL_EVERY == 0:
            advance(batch.job_id, min(len(rows), most))  # a row that names hospitals gives several lines
            faults.passing(MID_READ)
    with transaction.atomic():
        batch = DirectoryImport.objects.select_for_update().get(pk=batch.pk)
        if batch.state != ImportState.READING:
            return
        keep_rows(batch, judge(rows, batch.scope, {}))
        batch.notes = file.notes()
        batch.state = ImportState.PREVIEWED
        batch.content = None
        batch.save()
    finish(batch.job_id, rows=len(rows))


def _opened(batch: DirectoryImport) -> bytes:
    """Give the file as it was sent; it lies sealed, persons may stand in it."""
    try:
        return open_bytes(bytes(batch.content), CONTENT_FOR)
    except CannotOpen as error:
        raise Refusal("bad_file", say("文件保存得太久，打不开了。"), next_step=say("请再上传一次。")) from error


def left_lying() -> list[UUID]:
    """Give the imports somebody waits for and no worker has touched for two minutes."""
    waiting = DirectoryImport.objects.filter(state__in=[ImportState.READING, ImportState.APPLYING, ImportState.UNDOING])
    still = waiting.filter(job__touched_at__lt=Now() - QUIET).order_by("made_at")
    return list(still.values_list("pk", flat=True))


def fail(batch: DirectoryImport, no: Refusal) -> None:
    """Close an import that can't go on, with the reason."""
    batch.state = ImportState.FAILED
    batch.refusal = {"sentence": no.sentence.to_json(), "next_step": no.next_step and no.next_step.to_json()}
    batch.content = None
    batch.save(update_fields=["state", "refusal", "content"])
    finish(batch.job_id, failed=True)


def keep_rows(batch: DirectoryImport, judged: list[Judged], decisions: Decisions | None = None) -> None:
    """Write what each row would do in the place of what was written before."""
    batch.rows.all().delete()
    copy_in(ImportRow, ROW, (_row(batch, one, (decisions or {}).get(one.row.line)) for one in judged))
    batch.counts = counts_of((one.row.of, str(one.verdict), bool(one.row.problems)) for one in judged)
    batch.counts |= waiting_in(one.row for one in judged)
    batch.save(update_fields=["counts"])


ROW = (
    "batch",
    "line",
    "sheet",
    "row",
    "verdict",
    "decision",
    "reasons",
    "values",
    "changes",
    "against",
    "home_id",
    "stored",
)


def _row(batch: DirectoryImport, one: Judged, decision: tuple[str, UUID | None] | None) -> tuple[Any, ...]:
    """Give a row as it is kept; a new home has its number from now on."""
    return (
        batch.pk,
        one.row.line,
        one.row.sheet[:80],
        one.row.row,
        str(one.verdict),
        decision[0] if decision else "",
        [reason.to_json() for reason in one.reasons],
        kept_values(one.row),
        one.changes,
        one.against,
        one.home or (new_id() if one.verdict == RowVerdict.NEW and one.row.of == HOME else None),
        False,
    )
