"""Keys for a home's own system: shown once, kept as a digest, good for one home, revocable."""

import hashlib
import secrets
from uuid import UUID

from django.db import transaction

from eldercare.audit.services import record
from eldercare.kernel.clock import ClockNow
from eldercare.kernel.viewer import Grant, Viewer
from facilities.access import facilities_of
from facilities.choices import StaffRole
from facilities.models import HomeToken
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


def _digest(text: str) -> str:
    # A random key of 256 bits needs no slow hash: there is nothing to guess.
    return hashlib.sha256(text.encode()).hexdigest()
