"""Keys for a home's own system: shown once, kept as a digest, good for one home, revocable."""

import hashlib
import secrets
from datetime import timedelta
from math import ceil
from uuid import UUID

from django.db import connection, transaction

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.clock import CHINA, ClockNow
from eldercare.kernel.viewer import Grant, Viewer
from facilities.access import facilities_of
from facilities.choices import StaffRole
from facilities.models import HomeToken, TokenUse
from facilities.rules.settings import setting
from facilities.services.guards import found, manager_only

PREFIX = "home_"


@transaction.atomic
def make_home_token(viewer: Viewer, *, facility_id: UUID, name: str) -> tuple[HomeToken, str]:
    """Make a key and give its text, which nobody can see again. Raises Refusal `manager_only` (403)."""
    home = found(facilities_of(viewer), facility_id)
    manager_only(viewer, home.pk)
    text = PREFIX + secrets.token_urlsafe(32)
    token = HomeToken.objects.create(
        facility=home, name=name[:60], token_digest=_digest(text), made_by_id=viewer.user_id
    )
    record(viewer, "token.made", f"home_token:{token.pk}", place=home.region_id)
    return token, text


@transaction.atomic
def revoke_home_token(viewer: Viewer, *, facility_id: UUID, token_id: UUID) -> None:
    """Revoke a key; from now on it opens nothing. Twice changes nothing."""
    home = found(facilities_of(viewer), facility_id)
    manager_only(viewer, home.pk)
    token = found(HomeToken.objects.filter(facility=home), token_id)
    if HomeToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=ClockNow()):
        record(viewer, "token.revoked", f"home_token:{token.pk}", place=home.region_id)


def viewer_of_token(text: str) -> Viewer | None:
    """Give the viewer a key stands for: staff of its one home, and nothing else. None for a key that opens nothing."""
    if not text.startswith(PREFIX):
        return None
    token = HomeToken.objects.filter(token_digest=_digest(text), revoked_at__isnull=True).first()
    if token is None:
        return None
    grant = Grant(StaffRole.STAFF, "facility", str(token.facility_id))
    return Viewer(user_id=token.pk, name=f"token:{token.pk}", grants=frozenset({grant}))


def seconds_to_wait(token_id: UUID) -> int:
    """Count one use of a key; give 0 when it is within its limit, else after how many seconds the next minute begins.

    One statement, so that calls at the same moment are all counted.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO facilities_tokenuse (token_id, minute, count) VALUES (%s, date_trunc('minute', clock_now()), 1)"
            " ON CONFLICT (token_id, minute) DO UPDATE SET count = facilities_tokenuse.count + 1"
            " RETURNING count, minute, clock_now()",
            [token_id],
        )
        count, minute, now = cursor.fetchone()
    if count <= setting("home_tokens", now.astimezone(CHINA).date())["per_minute"]:
        return 0
    return max(1, ceil((minute + timedelta(minutes=1) - now).total_seconds()))


def forget_token_uses() -> int:
    """Forget the counts of minutes that are long over; gives how many."""
    return TokenUse.objects.filter(minute__lt=clock.now() - timedelta(hours=1)).delete()[0]


def _digest(text: str) -> str:
    # A random key of 256 bits needs no slow hash: there is nothing to guess.
    return hashlib.sha256(text.encode()).hexdigest()
