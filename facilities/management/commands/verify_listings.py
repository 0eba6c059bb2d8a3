"""`manage.py verify_listings`: works every listing out again and names those that differ. Changes nothing."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from facilities.services.relist import stale_listings


class Command(BaseCommand):
    help = "Compare what the search reads with what it derives from; exit 1 and the ids when they differ."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="machine-readable")

    def handle(self, *args: Any, **options: Any) -> None:
        stale = [str(pk) for pk in stale_listings()]
        if options["json"]:
            self.stdout.write(json.dumps({"stale": stale}))
        if stale:
            raise CommandError(f"{len(stale)} listings differ from what they derive from: {', '.join(stale[:10])}")
        self.stdout.write("every listing is as it should be")
