"""Rooms, beds and what claims them. A free bed is one that nothing claims; no count is kept anywhere."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from facilities.choices import BedType, ClaimKind, RoomType
from facilities.models.facility import Facility


class Room(models.Model):
    """A room of a home; its type sets the bed price."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    facility = models.ForeignKey(Facility, models.CASCADE, related_name="rooms")
    name = models.CharField(max_length=40)
    room_type = models.CharField(max_length=8, choices=RoomType.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["facility", "name"], name="a_room_has_one_name_in_its_home")]

    def __str__(self) -> str:
        return self.name


class Bed(models.Model):
    """A bed, valid on the days `[valid_from, valid_until)`. `admittable` off: empty, but nobody can be taken in yet."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    room = models.ForeignKey(Room, models.CASCADE, related_name="beds")
    name = models.CharField(max_length=40)
    bed_type = models.CharField(max_length=12, choices=BedType.choices, default=BedType.NURSING)
    admittable = models.BooleanField(default=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "name"], name="a_bed_has_one_name_in_its_room"),
            models.CheckConstraint(
                name="a_bed_ends_after_it_starts",
                condition=models.Q(valid_until__isnull=True) | models.Q(valid_until__gt=models.F("valid_from")),
            ),
        ]

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

    def __str__(self) -> str:
        return f"{self.kind}:{self.bed_id}"


class BedConfirmation(models.Model):
    """Somebody said that the board is right as it stands. `by` is one of rules/words.CONFIRMED_BY."""

    facility = models.ForeignKey(Facility, models.CASCADE, related_name="confirmations")
    at = models.DateTimeField(db_default=ClockNow())
    by = models.CharField(max_length=80)
    reference = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["facility", "-at"], name="confirmation_latest_first")]

    def __str__(self) -> str:
        return f"{self.facility_id} {self.at}"
