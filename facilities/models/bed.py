"""Rooms, beds and what claims them. A free bed is one that nothing claims; no count is kept anywhere.

What a row said before it was changed is kept by the database itself (`models/past.py`), so that any count can be made
again as it stood at any moment.
"""

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.fields.ranges import RangeStartsWith
from django.db import models

from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from facilities.choices import BedType, ClaimKind, RoomType, WhyClosed
from facilities.models import bells, past
from facilities.models.facility import Facility


class Room(models.Model):
    """A room of a home; its type sets the bed price."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    facility = models.ForeignKey(Facility, models.CASCADE, related_name="rooms")
    name = models.CharField(max_length=40)
    room_type = models.CharField(max_length=8, choices=RoomType.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["facility", "name"], name="a_room_has_one_name_in_its_home")]
        triggers = [past.KEEP_ROOM, bells.rings_for(bells.OF_THE_HOME)]

    def __str__(self) -> str:
        return self.name


class Bed(models.Model):
    """A bed, valid on the days `[valid_from, valid_until)`. `admittable` off: it takes nobody in, `why_closed` says why.

    `made_at`: since when this system knows of it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    room = models.ForeignKey(Room, models.CASCADE, related_name="beds")
    name = models.CharField(max_length=40)
    bed_type = models.CharField(max_length=12, choices=BedType.choices, default=BedType.NURSING)
    admittable = models.BooleanField(default=True)
    why_closed = models.CharField(max_length=10, choices=WhyClosed.choices, blank=True)
    made_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "name"], name="a_bed_has_one_name_in_its_room"),
            models.CheckConstraint(
                name="a_bed_ends_after_it_starts",
                condition=models.Q(valid_until__isnull=True) | models.Q(valid_until__gt=models.F("valid_from")),
            ),
            models.CheckConstraint(
                name="only_a_closed_bed_says_why", condition=models.Q(why_closed="") | models.Q(admittable=False)
            ),
        ]
        indexes = [
            models.Index(
                fields=["valid_until"], condition=models.Q(valid_until__isnull=False), name="bed_that_will_be_closed"
            )
        ]
        triggers = [past.KEEP_BED, past.BED_OUTLASTS_CLAIMS, bells.rings_for(bells.OF_THE_ROOM)]

    def __str__(self) -> str:
        return self.name


class BedClaim(models.Model):
    """A bed is not free on these days, and why. Open-ended days reach as far as anyone can ask.

    A hold or an offer counts until `lapses_at` by the database clock; `released_at` closes a claim before its days
    are over. `noun` says what it is for: `offer:<id>`, `stay:<id>`, or `demo` for labelled demo occupancy.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    bed = models.ForeignKey(Bed, models.PROTECT, related_name="claims")
    kind = models.CharField(max_length=8, choices=ClaimKind.choices)
    days = DateRangeField()
    lapses_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    released_at = models.DateTimeField(null=True, blank=True)
    noun = models.CharField(max_length=60, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_bed_is_claimed_once_a_day",
                expressions=[("bed", RangeOperators.EQUAL), ("days", RangeOperators.OVERLAPS)],
                condition=models.Q(released_at__isnull=True),
                violation_error_code="bed_taken",
            ),
            models.CheckConstraint(
                name="only_holds_and_offers_lapse",
                condition=models.Q(kind__in=[ClaimKind.HOLD, ClaimKind.OFFER], lapses_at__isnull=False)
                | models.Q(kind__in=[ClaimKind.STAY, ClaimKind.BLOCKED], lapses_at__isnull=True),
            ),
            models.CheckConstraint(name="a_claim_covers_a_day", condition=models.Q(days__isempty=False)),
        ]
        indexes = [
            # Few begin in the days to come: without this, all would be read to find them. It is of every claim because the
            # database takes no figures from an index that leaves some out, and would expect a third of all claims.
            models.Index(RangeStartsWith("days"), name="claim_by_first_day"),
        ]
        triggers = [
            past.KEEP_CLAIM,
            past.CLAIM_FITS_BED,
            bells.rings_for(bells.OF_THE_BED),
            pgtrigger.Protect(name="a_claim_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="a_claim_keeps_its_bed_and_when_it_was_made",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("bed", "claimed_at"),
            ),
            pgtrigger.Protect(
                name="a_released_claim_stays_released",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__released_at__isnull=False),  # type: ignore[call-arg]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.bed_id}"


class BedConfirmation(models.Model):
    """Somebody said that the board is right as it stands. `by` is one of rules/words.CONFIRMED_BY.

    `changes` are the beds that were changed with it, from what to what (rules/board.py); `counted` is what the board
    then counted, so that a recount can be held against it. One that was undone counts for nothing from `undone_at` on.
    """

    facility = models.ForeignKey(Facility, models.CASCADE, related_name="confirmations")
    at = models.DateTimeField(db_default=ClockNow())
    by = models.CharField(max_length=80)
    reference = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=200, blank=True)
    changes = models.JSONField(default=list, blank=True)
    counted = models.JSONField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        triggers = [
            pgtrigger.Protect(
                name="what_was_confirmed_is_not_rewritten",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("facility", "at", "by", "reference", "note", "changes", "counted"),
            ),
            bells.rings_for(bells.OF_THE_HOME),
        ]
        indexes = [models.Index(fields=["facility", "-at"], name="confirmation_latest_first")]

    def __str__(self) -> str:
        return f"{self.facility_id} {self.at}"
