"""`manage.py sandbox_bank`: the sandbox bank as a process of its own. It needs neither the database nor the broker."""

import signal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from eldercare.kernel import faults
from eldercare.settings.env import data_dir
from subsidies.sandbox.schedule import CHECKS, MISFORTUNES, BadSchedule, Schedule
from subsidies.sandbox.server import serve
from subsidies.sandbox.store import Books

BANK_EXECUTED = faults.point("bank.executed", "the bank has executed a batch and not yet answered")


class Command(BaseCommand):
    """Serve until told to stop; the books survive a restart."""

    help = "Run the sandbox bank on this machine. A schedule (JSON) tells it what to do wrong: " + "; ".join(
        f"{name}: {meaning}" for name, meaning in {**MISFORTUNES, **CHECKS}.items()
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=urlsplit(settings.SANDBOX_BANK_URL).port or 8900)
        parser.add_argument("--schedule", type=Path, help="a JSON list of rules; see --help above")
        parser.add_argument("--data", type=Path, help="where the books are kept (DATA_DIR/bank)")

    def handle(self, *, port: int, schedule: Path | None, data: Path | None, **_: Any) -> None:
        try:
            books = Books(data or data_dir() / "bank", Schedule.read(schedule))
            server = serve(books, port, executed=lambda: faults.passing(BANK_EXECUTED))
        except (BadSchedule, OSError) as error:
            raise CommandError(str(error)) from error
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        self.stdout.write(f"sandbox bank: http://127.0.0.1:{port}")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            server.server_close()
