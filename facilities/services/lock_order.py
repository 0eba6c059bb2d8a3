"""The one order in which admission takes its locks, and the only place that takes them (docs/adr/0011).

elder → homes → beds → stay, opening → application. Within each by key, and never an earlier kind after a later one.
A home's lock stands for its board and its waiting list: whoever may ask or skip another family holds it.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from eldercare.kernel.locks import lock, lock_name, lock_one
from eldercare.people.models import Elder
from facilities.choices import ClaimKind, OfferState, OpeningState, StayState
from facilities.models import Application, Bed, BedClaim, Offer, Opening, Stay, Transfer
from facilities.models.admission import OPEN

WAITS = [StayState.EXPECTED, StayState.IN]


def lock_elder(elder_id: UUID) -> Elder | None:
    """Lock an elder's file: what is decided once for an elder over several homes begins with it."""
    return lock_one(Elder.objects.filter(pk=elder_id))


def lock_homes(home_ids: Iterable[UUID]) -> None:
    """Hold homes' boards and lists until the transaction ends."""
    for home_id in sorted(set(home_ids)):
        lock_name(f"home:{home_id}")


def lock_beds(bed_ids: Iterable[UUID]) -> dict[UUID, Bed]:
    """Lock beds, for an act that asks nobody about them."""
    rows = Bed.objects.filter(pk__in=list(bed_ids)).select_related("room__facility")
    return {bed.pk: bed for bed in lock(rows)}


def lock_to_ask(bed_id: UUID) -> Bed:
    """Lock a bed and the list of its home, for an act after which somebody may be asked about it."""
    lock_homes(Bed.objects.filter(pk=bed_id).values_list("room__facility", flat=True))
    return lock_beds([bed_id])[bed_id]


def lock_to_give(bed_id: UUID, application: Application) -> dict[UUID, Bed]:
    """Lock a bed that is to be a family's, and those that are kept for the family by now, with their home's list."""
    lock_homes([application.facility_id])
    return lock_beds([bed_id, *_kept_for([application])])


def lock_application(application: Application) -> Application:
    """Lock a family's place alone."""
    return lock_one(Application.objects.select_related("facility").filter(pk=application.pk))


def lock_with_beds(application: Application) -> None:
    """Lock the beds that are kept for an application, its home first: nobody gives it another one meanwhile."""
    lock_homes([application.facility_id])
    lock_beds(_kept_for([application]))


def _kept_for(applications: Iterable[Application]) -> list[UUID]:
    """Give the beds that are on offer to families, held for them, or proposed to the staff for them."""
    rows = list(applications)
    offered = Offer.objects.filter(application__in=rows, state=OfferState.LIVE).values_list("bed", flat=True)
    proposed = Opening.objects.filter(proposed__in=rows, state=OpeningState.OPEN).values_list("bed", flat=True)
    return [*offered, *proposed, *holds_for(rows).values_list("bed", flat=True)]


def holds_for(applications: Iterable[Application]) -> QuerySet[BedClaim]:
    """Give the beds homes hold for these families."""
    rows = list(applications)
    homes, nouns = {row.facility_id for row in rows}, [str(row) for row in rows]
    return BedClaim.objects.filter(
        bed__room__facility__in=homes, kind=ClaimKind.HOLD, noun__in=nouns, released_at__isnull=True
    )


def lock_stay(stay: Stay, *, frees: bool) -> Stay:
    """Lock a stay, its bed, and the bed that is left when it begins by a move; with `frees` the homes of both first."""
    left = Transfer.objects.filter(application=stay.application_id, moved_at__isnull=True)
    beds = [stay.claim.bed_id, *left.values_list("old_stay__claim__bed", flat=True)]
    if frees:
        lock_homes([stay.facility_id, *left.values_list("old_stay__facility", flat=True)])
    lock_beds(beds)
    whole = Stay.objects.select_related("claim__bed__room__facility", "facility", "application")
    return lock_one(whole.filter(pk=stay.pk))


def lock_all_of(*elder_ids: UUID) -> None:
    """Lock everything some elders have or wait for, at every home: for one act that ends it all, of one or of many."""
    lock(Elder.objects.filter(pk__in=elder_ids))
    applications = Application.objects.filter(elder__in=elder_ids, state__in=OPEN)
    stays = Stay.objects.filter(elder__in=elder_ids, state__in=WAITS)
    lock_homes([*applications.values_list("facility", flat=True), *stays.values_list("facility", flat=True)])
    beds = Bed.objects.filter(claims__stay__elder__in=elder_ids, claims__stay__state__in=WAITS)
    lock_beds([*beds.values_list("pk", flat=True), *_kept_for(applications.only("pk", "facility"))])
