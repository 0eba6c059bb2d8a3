"""`manage.py recount_beds`: counts every kept number of beds again, as it stood then. Changes nothing."""

import json
import sys
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser

from facilities.models import BedConfirmation
from facilities.selectors.history import as_it_stood, differing_counts


class Command(BaseCommand):
    help = (
        "Recount the beds at the moment of every confirmation and compare with the count kept then (exit 1 where they "
        "differ); with --facility and --at, give one home's count at one moment."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--facility", type=UUID, help="only this home")
        parser.add_argument("--at", type=datetime.fromisoformat, help="this moment, with its offset; needs --facility")
        parser.add_argument("--json", action="store_true", help="machine-readable")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["at"] and options["facility"]:
            stood = as_it_stood(options["facility"], options["at"])
            self.stdout.write(json.dumps({"at": options["at"].isoformat(), **stood.beds.to_json()}))
            return
        rows = BedConfirmation.objects.order_by("pk")
        if options["facility"]:
            rows = rows.filter(facility=options["facility"])
        differ = [
            {
                "facility": str(row.facility_id),
                "at": row.at.isoformat(),
                "kept": row.counted,
                "recounted": beds.to_json(),
            }
            for row, beds in differing_counts(rows.iterator())
        ]
        report = {"confirmations": rows.exclude(counted=None).count(), "differ": differ}
        self.stdout.write(json.dumps(report) if options["json"] else f"{report['confirmations']} counted again")
        for row in differ if not options["json"] else ():
            self.stderr.write(f"{row['facility']} {row['at']}: kept {row['kept']}, recounted {row['recounted']}")
        if differ:
            sys.exit(1)
