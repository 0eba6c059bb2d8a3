"""`manage.py demo_logins`: who can be played in a demonstration, by role. Codes are read in the outbox."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from eldercare.portal.demo.cast import logins


class Command(BaseCommand):
    help = "Print the demonstration's logins by role (only with DEMO=1)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="machine-readable")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("There are demo logins only with DEMO=1.")
        rows = logins()
        if options["json"]:
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))
            return
        self.stdout.write(_("示例账号（登录验证码和工作人员的动态码都在 /demo/outbox）："))
        for row in rows:
            self.stdout.write(f"  {row['role_name']}  {row['address']}  {row['place']}")
