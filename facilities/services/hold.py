"""A home holds a bed for a waiting family for some hours without asking it yet: while papers are looked at, during a visit.

A hold counts until its hour by the database's clock; the statement that claims the bed then closes it.
"""

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.viewer import Viewer
from facilities.access import applications_to_answer, facilities_of
from facilities.choices import ApplicationState, ClaimKind
from facilities.models import Bed, BedClaim
from facilities.rules.settings import setting
from facilities.services.claims import claim_bed, claimed_until, not_after, release
from facilities.services.guards import found, no_longer
from facilities.services.lock_order import lock_to_ask
from facilities.services.offer_bed import bed_to_give
from facilities.services.waiting_list import bed_freed


@transaction.atomic
def hold_bed(viewer: Viewer, *, application_id: UUID, bed_id: UUID, from_day: date) -> BedClaim:
    """Hold a free bed for one waiting application; an offer of the bed to it takes the hold's place.

    Raises Refusal `not_found` (404), `already_answered` (409), `bed_taken` (409), `short_stay_over` (422).
    """
    application = found(applications_to_answer(viewer).select_related("facility"), application_id)
    bed = bed_to_give(found(Bed.objects.filter(room__facility=application.facility_id), bed_id).pk, application)
    application.refresh_from_db(fields=["state"])
    if application.state != ApplicationState.SUBMITTED:
        raise no_longer(application)
    now = clock.now()
    since = max(from_day, now.date())
    until = claimed_until(application, since)
    lapses_at = not_after(now + timedelta(hours=setting("offers", now.date())["hold_hours"]), until)
    claim = claim_bed(bed, ClaimKind.HOLD, since=since, until=until, lapses_at=lapses_at, noun=str(application))
    facts = {"bed": str(bed.pk)}
    record(viewer, "bed.held", str(application), place=application.facility.region_id, facts=facts)
    return claim


@transaction.atomic
def release_hold(viewer: Viewer, *, claim_id: UUID) -> None:
    """Let a held bed go, and ask the next family about it. Twice changes nothing. Raises Refusal `not_found` (404)."""
    mine = BedClaim.objects.filter(bed__room__facility__in=facilities_of(viewer), kind=ClaimKind.HOLD)
    claim = found(mine, claim_id)
    bed = lock_to_ask(claim.bed_id)
    if not release(claim):
        return
    record(viewer, "bed.let_go", claim.noun, place=bed.room.facility.region_id, facts={"bed": str(bed.pk)})
    bed_freed(viewer, bed, from_day=claim.days.lower, cause=claim.noun)
