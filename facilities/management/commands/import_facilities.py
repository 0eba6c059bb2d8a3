"""`manage.py import_facilities FILE [--apply | --undo ID]`: a spreadsheet of homes, row by row: the verdict, the reason, what was stored."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import restored, say
from eldercare.kernel.viewer import system
from facilities.choices import ImportState, RowDecision
from facilities.models import DirectoryImport, ImportRow
from facilities.rules.import_row import WAITING
from facilities.services.apply_import import carry_out, decide_row, order_apply, order_undo, take_waiting
from facilities.services.import_homes import begin_import, read_import
from facilities.services.kept_rows import said

SHOWN = 50


class Command(BaseCommand):
    """Judge a file; with --apply also write it, as one act; with --undo take an earlier import back."""

    help = (
        "Import homes from XLSX or CSV: verdicts new, update, same, merge, conflict, refused. May touch every region."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?")
        act = parser.add_mutually_exclusive_group()
        act.add_argument("--apply", action="store_true", help="write what the preview promises")
        act.add_argument("--undo", type=UUID, metavar="ID", help="take an applied import back")
        parser.add_argument(
            "--decide",
            action="append",
            default=[],
            metavar="LINE=new|update|skip",
            help="decide a conflict: another home, the one it was set against, or not wanted",
        )
        parser.add_argument(
            "--take",
            action="append",
            default=[],
            choices=list(WAITING),
            help="count rows that wait: above (a blank district is that of the row above), struck (struck through)",
        )
        parser.add_argument("--json", action="store_true")

    def handle(self, *, file: Path | None, json: bool, **options: Any) -> None:
        viewer = system("import_facilities")
        try:
            if options["undo"]:
                batch = order_undo(viewer, import_id=options["undo"])
                carry_out(batch.pk)
            elif file is None:
                raise CommandError("name a FILE, or --undo ID")
            else:
                batch = begin_import(viewer, file_name=file.name, content=file.read_bytes(), first=0)
                read_import(batch.pk)
                for word in options["take"]:
                    take_waiting(viewer, import_id=batch.pk, word=word)
                for line, word in map(_decision, options["decide"]):
                    decide_row(viewer, import_id=batch.pk, line=line, decision=word)
                batch.refresh_from_db()
                if options["apply"] and batch.state == ImportState.PREVIEWED:
                    order_apply(viewer, import_id=batch.pk)
                    carry_out(batch.pk)
        except Refusal as no:
            raise CommandError(" ".join(str(part) for part in (no.sentence, no.next_step) if part)) from no
        except OSError as error:
            raise CommandError(f"{file}: {error}") from error
        batch.refresh_from_db()
        self.stdout.write(_as_json(batch) if json else _as_text(batch))
        if batch.refusal:
            raise CommandError(_refusal(batch))


def _decision(text: str) -> tuple[int, str]:
    line, _equals, word = text.partition("=")
    if not line.isdigit() or word not in RowDecision.values:
        raise CommandError(f"--decide {text}: write LINE=new, LINE=update or LINE=skip")
    return int(line), word


def _refusal(batch: DirectoryImport) -> str:
    parts = (batch.refusal["sentence"], batch.refusal["next_step"])
    return " ".join(str(restored(part)) for part in parts if part)


def _as_json(batch: DirectoryImport) -> str:
    found = {
        "import": str(batch.pk),
        "file": batch.file_name,
        "state": batch.state,
        "counts": batch.counts,
        "refusal": _refusal(batch) if batch.refusal else None,
        "notes": {**batch.notes, "skipped": [str(restored(one)) for one in batch.notes.get("skipped", [])]},
        "rows": [_row(row) for row in batch.rows.order_by("line").iterator(chunk_size=2000)],
    }
    return json.dumps(found, ensure_ascii=False, indent=1)


def _row(row: ImportRow) -> dict[str, Any]:
    return {
        "line": row.line,
        "sheet": row.sheet,
        "row": row.row,
        "name": row.values.get("name"),
        "of": row.values.get("of", "home"),
        "verdict": row.verdict,
        "reasons": [str(restored(reason)) for reason in row.reasons],
        "against": row.against,
        "decision": row.decision or None,
        "read": said(row.values),
        "home": str(row.home_id) if row.home_id else None,
        "stored": {name: now for name, (_was, now) in row.changes.items() if name != "provenance"}
        if row.stored
        else None,
        "changes": {name: pair for name, pair in row.changes.items() if name != "provenance"},
    }


def _as_text(batch: DirectoryImport) -> str:
    counts = " · ".join(f"{verdict} {count}" for verdict, count in batch.counts.items())
    lines = [f"{batch.pk} {batch.file_name}: {batch.state} · {counts}"]
    for row in batch.rows.order_by("line")[:SHOWN]:
        reasons = "；".join(str(restored(reason)) for reason in row.reasons)
        lines.append(f"{row.sheet} {row.row} {row.values.get('name', '')}: {row.verdict} · {reasons}")
    unused = [header for sheet in batch.notes.get("sheets", []) for header in sheet["unused"]]
    if unused:
        lines.append(str(say("没有用到的列：{columns}", columns="、".join(unused))))
    return "\n".join(lines)
