"""`manage.py appoint ADDRESS ROLE REGION`: puts a region's first officer in post. Everybody after is invited by an officer."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from eldercare.accounts.choices import PostRole
from eldercare.accounts.services.open_account import open_account
from eldercare.accounts.services.posts import appoint
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.viewer import system
from eldercare.people.rules.address import parse_address


class Command(BaseCommand):
    help = "Put a region's first officer in post; the address is the one they sign in with."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("address", help="mobile number or e-mail address")
        parser.add_argument("role", choices=PostRole.values)
        parser.add_argument("region", help="code of the region: six digits, nine for a street")
        parser.add_argument("--name", default="", help="the officer's name")

    def handle(self, *args: Any, **options: Any) -> None:
        address = parse_address(options["address"])
        if address is None:
            raise CommandError("The address is neither a mobile number nor an e-mail address.")
        user = open_account(address, name=options["name"])
        try:
            post = appoint(system("appoint"), user=user, role=options["role"], region_code=options["region"])
        except Refusal as refusal:
            raise CommandError(f"{refusal.sentence} {refusal.next_step or ''}") from refusal
        self.stdout.write(f"post {post.pk}: {options['role']} of {options['region']}")
