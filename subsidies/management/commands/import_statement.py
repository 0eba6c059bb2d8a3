"""`manage.py import_statement CHANNEL FILE`: take in a bank's statement from a file and name every difference."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from eldercare.kernel.refusal import Refusal
from subsidies.channels import CHANNELS, channel
from subsidies.services.close import advance_runs
from subsidies.services.reconcile import ImportReport, import_statement


class Command(BaseCommand):
    """Import one day's statement; the same content again changes nothing."""

    help = "Take in a statement: accepted or held, its totals, and each break with class, our id, amount and day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("channel", help=", ".join(CHANNELS))
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true")

    def handle(self, *, file: Path, json: bool, **options: Any) -> None:
        try:
            way = channel(options["channel"])
            report = import_statement(way.name, way.read_statement(file.read_bytes()))
        except Refusal as no:
            raise CommandError(f"{no.sentence} {no.next_step}") from no
        except (OSError, ValueError) as error:
            raise CommandError(f"{file}: {error}") from error
        advance_runs()
        self.stdout.write(_as_json(report) if json else _as_text(report))


def _as_json(report: ImportReport) -> str:
    return json.dumps(_figures(report), ensure_ascii=False, indent=2)


def _as_text(report: ImportReport) -> str:
    figures = _figures(report)
    lines = [
        f"{figures['channel']} {figures['day']}: {figures['state']}, {figures['count']} / {figures['total_fen']} fen"
    ]
    return "\n".join([*lines, *(" · ".join(str(value) for value in one.values()) for one in figures["breaks"])])


def _figures(report: ImportReport) -> dict[str, Any]:
    kept = report.statement
    return {
        "channel": kept.channel,
        "day": kept.day.isoformat(),
        "state": kept.state,
        "repeated": report.repeated,
        "count": kept.count,
        "total_fen": kept.total_fen,
        "breaks": [
            {
                "class": one.break_class,
                "payment": str(one.payment_id) if one.payment_id else None,
                "amount_fen": one.amount_fen,
                "day": one.day.isoformat(),
                "closed": one.closed_at is not None,
            }
            for one in report.breaks
        ],
    }
