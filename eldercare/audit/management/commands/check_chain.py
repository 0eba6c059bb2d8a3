"""`manage.py check_chain`: recompute the chain over all events; exit 1 where it is broken."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand

from eldercare.audit.selectors import check_chain
from eldercare.audit.services import extend_chain


class Command(BaseCommand):
    """Link what is not linked yet, then check every link."""

    help = "Check that nothing in the audit was changed or removed."

    def handle(self, *args: Any, **options: Any) -> None:
        extend_chain()
        report = check_chain()
        self.stdout.write(json.dumps({"links": report.links, "broken_at": report.broken_at}))
        if report.broken_at is not None:
            sys.exit(1)
