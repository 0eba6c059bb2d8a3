"""`manage.py faults`: list the points where `FAULT=point:nth` can stop a process (only under DEMO)."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from eldercare.kernel.faults import POINTS
from facilities.services import apply_import
from subsidies import tasks
from subsidies.management.commands import import_statement, sandbox_bank
from subsidies.services import correct

# Each module declares the points it passes as it is read; these hold or reach all of them.
DECLARERS = (tasks, correct, import_statement, sandbox_bank, apply_import)


class Command(BaseCommand):
    """Print every point with its meaning, in the order of their names."""

    help = "List the points at which FAULT=point:nth stops a process, as kill -9 would. Honoured only with DEMO=1."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *, json: bool, **_: Any) -> None:
        points = dict(sorted(POINTS.items()))
        if json:
            self.stdout.write(_as_json(points))
            return
        for name, meaning in points.items():
            self.stdout.write(f"{name:24} {meaning}")


def _as_json(points: dict[str, str]) -> str:
    return json.dumps(points, ensure_ascii=False, indent=2)
