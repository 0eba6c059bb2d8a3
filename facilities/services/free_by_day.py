"""A bed the board gave a day goes along the waiting list when the day has come: no act makes it free, so a bell does."""

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import DateField, Exists, F, Func, OuterRef, Q, QuerySet

from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.viewer import system
from facilities.choices import ApplicationState, ClaimKind, OpeningState
from facilities.models import Application, BedClaim, Opening
from facilities.rules.board import BOARD_NOUNS
from facilities.selectors.beds import live_claims
from facilities.services.lock_order import lock_to_ask
from facilities.services.waiting_list import bed_freed

LOOKS_BACK = timedelta(days=7)  # a bell that was silent for so long is made up for


def ask_about_days_that_came(limit: int = 200) -> int:
    """Ask the next families about beds that were out of use, or lived in, until a day that has come; gives how many beds.

    Each bed is asked about once, and only where somebody has waited since before the day: who comes later sees a free
    bed and asks for it. Safe to call twice at once; a bed somebody is busy with waits for the next round.
    """
    rows = _not_asked_about(clock.today()).order_by("pk").values_list("pk", "bed")
    return sum(_ask_unless_busy(claim_id, bed_id) for claim_id, bed_id in rows[:limit])


def _not_asked_about(today: date) -> QuerySet[BedClaim]:
    last = Func(F("days"), function="upper", output_field=DateField())
    waiting = Application.objects.filter(state=ApplicationState.SUBMITTED)
    waits = waiting.filter(facility=OuterRef("bed__room__facility"), submitted_at__date__lt=OuterRef("last"))
    asked = Opening.objects.filter(
        Q(opened_at__date__gte=OuterRef("last")) | Q(state=OpeningState.OPEN), bed=OuterRef("bed")
    )
    return (
        BedClaim.objects.filter(
            Q(kind=ClaimKind.BLOCKED) | Q(kind=ClaimKind.STAY, noun__in=BOARD_NOUNS),
            # The same again without the day, so that the claims of all other homes need not be read.
            bed__room__facility__in=waiting.values("facility"),
            released_at__isnull=True,
            days__endswith__gt=today - LOOKS_BACK,
            days__endswith__lte=today,
            bed__admittable=True,
            bed__valid_until__isnull=True,
        )
        .annotate(last=last)
        .filter(Exists(waits), ~Exists(asked))
        .exclude(Exists(live_claims().filter(bed=OuterRef("bed"), days__contains=today)))
    )


def _ask_unless_busy(claim_id: UUID, bed_id: UUID) -> bool:
    try:
        return _ask(claim_id, bed_id)
    except Refusal as refusal:
        if refusal.code != "busy":
            raise
        return False


@transaction.atomic
def _ask(claim_id: UUID, bed_id: UUID) -> bool:
    bed, today = lock_to_ask(bed_id), clock.today()
    if not _not_asked_about(today).filter(pk=claim_id).exists():
        return False
    bed_freed(system("clock"), bed, from_day=today, cause=f"claim:{claim_id}")
    return True
