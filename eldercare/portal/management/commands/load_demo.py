"""`manage.py load_demo`: the demonstration's invented homes and people. May run again: what is there stays."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from eldercare.portal.demo.case import load_case
from eldercare.portal.demo.cast import load_cast
from eldercare.portal.demo.homes import load_homes
from eldercare.portal.demo.queue import load_queue


class Command(BaseCommand):
    help = "Load the demonstration's invented homes and people (only with DEMO=1; idempotent)."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("load_demo works only with DEMO=1: it brings in invented homes and people.")
        self.stdout.write(f"homes: {load_homes()}")
        load_cast()
        load_case()
        load_queue()
        self.stdout.write("cast: ready")
