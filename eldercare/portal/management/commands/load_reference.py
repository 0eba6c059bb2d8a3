"""`manage.py load_reference`: puts every floor's dated, cited reference data into the tables. May run again."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.module_loading import import_string

FLOORS = ("eldercare.regions", "eldercare.recognition", "facilities", "subsidies")


class Command(BaseCommand):
    help = "Load or refresh the reference data of every floor (idempotent)."

    def handle(self, *args: Any, **options: Any) -> None:
        for floor in FLOORS:
            with transaction.atomic():
                stored = import_string(f"{floor}.services.load_reference")()
            self.stdout.write(f"{floor}: {stored}")
