"""How an elder comes to a bed: application, offer. The bed itself is held by the offer's `BedClaim`."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from eldercare.kernel.sealed import SealedField, SealedJSONField
from facilities.choices import ApplicationState, BedType, OfferState, RoomType, StayKind
from facilities.models.bed import Bed, BedClaim
from facilities.models.facility import Facility
from facilities.rules import transitions

OPEN = [ApplicationState.SUBMITTED, ApplicationState.OFFERED]


class Application(models.Model):
    """A family asks a home for a place. The care grade asked for and the fit verdict are health facts, so sealed.

    While it waits it is a place on the home's waiting list: ordered by `priority` (a class of data/waiting_list.yaml),
    then by `place_since`. `also_rooms` are the room types the family would take besides the one wished for; a blank
    `bed_type` is any. A short stay (旅居) names its first day after, `wanted_until`. `priority_case` holds what the family says for a class and who set it. `paused_until`: first day on again.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    facility = models.ForeignKey(Facility, models.PROTECT, related_name="applications")
    elder = models.ForeignKey("people.Elder", models.PROTECT, related_name="+")
    by_person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    room_type = models.CharField(max_length=8, choices=RoomType.choices)
    care_grade = SealedField()
    wanted_from = models.DateField()
    wanted_until = models.DateField(null=True, blank=True)
    stay_kind = models.CharField(max_length=5, choices=StayKind.choices, default=StayKind.LONG)
    state = models.CharField(max_length=10, choices=ApplicationState.choices, default=ApplicationState.SUBMITTED)
    fit = SealedJSONField()
    submitted_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    also_rooms = ArrayField(models.CharField(max_length=8, choices=RoomType.choices), default=list, blank=True)
    bed_type = models.CharField(max_length=12, choices=BedType.choices, blank=True)
    priority = models.CharField(max_length=16, default="ordinary")
    priority_case = SealedJSONField(null=True, blank=True)
    place_since = models.DateTimeField(db_default=ClockNow(), editable=False)
    paused_until = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["elder", "facility"],
                condition=models.Q(state__in=OPEN),
                name="one_open_application_per_elder_and_home",
            ),
            models.CheckConstraint(
                name="a_short_stay_has_a_last_day",
                condition=models.Q(stay_kind=StayKind.LONG, wanted_until__isnull=True)
                | models.Q(stay_kind=StayKind.SHORT, wanted_until__gt=models.F("wanted_from")),
            ),
        ]
        indexes = [
            models.Index(fields=["facility", "state", "submitted_at"], name="application_queue"),
            models.Index(fields=["facility", "state", "place_since"], name="application_places"),
        ]
        triggers = [
            pgtrigger.FSM(name="an_application_goes_its_way", field="state", transitions=list(transitions.APPLICATION))
        ]

    def __str__(self) -> str:
        return f"application:{self.id}"


class Offer(models.Model):
    """One bed for one application, until `lapses_at` by the database clock. `price` is the quote as it was offered.

    `extended_at`: the family asked for more time, which it may once.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="offers")
    bed = models.ForeignKey(Bed, models.PROTECT, related_name="offers")
    claim = models.OneToOneField(BedClaim, models.PROTECT, related_name="offer")
    from_day = models.DateField()
    offered_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    lapses_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=OfferState.choices, default=OfferState.LIVE)
    answered_at = models.DateTimeField(null=True, blank=True)
    extended_at = models.DateTimeField(null=True, blank=True)
    price = SealedJSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["bed"], condition=models.Q(state=OfferState.LIVE), name="one_live_offer_per_bed"
            ),
            models.UniqueConstraint(
                fields=["application"], condition=models.Q(state=OfferState.LIVE), name="one_live_offer_per_application"
            ),
            models.CheckConstraint(
                name="an_offer_lapses_after_it_is_made", condition=models.Q(lapses_at__gt=models.F("offered_at"))
            ),
        ]
        triggers = [pgtrigger.FSM(name="an_offer_is_answered_once", field="state", transitions=list(transitions.OFFER))]

    def __str__(self) -> str:
        return f"offer:{self.id}"
