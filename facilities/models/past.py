"""How beds and claims stood before they were changed: kept by triggers, so that no writer can forget it.

A row here says what the bed or claim said until the moment `until`; what it says since then is the next such row, or
the living row itself. Nothing here points at anything: it outlives what it tells of.
"""

import pgtrigger
from django.contrib.postgres.fields import DateRangeField
from django.db import models

from facilities.choices import BedType, ClaimKind, RoomType

KEEP_BED = pgtrigger.Trigger(
    name="what_a_bed_was_is_kept",
    when=pgtrigger.After,
    operation=pgtrigger.UpdateOf("room_id", "bed_type", "admittable", "why_closed", "valid_from", "valid_until")
    | pgtrigger.Delete,
    declare=[("room", "facilities_room%ROWTYPE")],
    func="""
    SELECT * INTO room FROM facilities_room WHERE id = OLD.room_id;
    IF room.id IS NOT NULL AND (TG_OP = 'DELETE' OR OLD.* IS DISTINCT FROM NEW.*) THEN
        INSERT INTO facilities_pastbed (bed_id, facility_id, room_type, bed_type, admittable, why_closed, made_at,
            valid_from, valid_until, until)
        VALUES (OLD.id, room.facility_id, room.room_type, OLD.bed_type, OLD.admittable, OLD.why_closed, OLD.made_at,
            OLD.valid_from, OLD.valid_until, clock_now());
    END IF;
    RETURN NULL;
    """,
)

KEEP_ROOM = pgtrigger.Trigger(
    name="what_a_room_was_is_kept",
    when=pgtrigger.Before,
    operation=pgtrigger.UpdateOf("facility_id", "room_type"),
    func="""
    IF OLD.facility_id <> NEW.facility_id OR OLD.room_type <> NEW.room_type THEN
        INSERT INTO facilities_pastbed (bed_id, facility_id, room_type, bed_type, admittable, why_closed, made_at,
            valid_from, valid_until, until)
        SELECT b.id, OLD.facility_id, OLD.room_type, b.bed_type, b.admittable, b.why_closed, b.made_at,
            b.valid_from, b.valid_until, clock_now()
        FROM facilities_bed b WHERE b.room_id = OLD.id;
    END IF;
    RETURN NEW;
    """,
)

KEEP_CLAIM = pgtrigger.Trigger(
    name="what_a_claim_was_is_kept",
    when=pgtrigger.After,
    operation=pgtrigger.UpdateOf("kind", "days", "lapses_at", "released_at"),
    func="""
    IF (OLD.kind, OLD.days, OLD.lapses_at, OLD.released_at)
       IS DISTINCT FROM (NEW.kind, NEW.days, NEW.lapses_at, NEW.released_at) THEN
        INSERT INTO facilities_pastclaim (claim_id, bed_id, kind, days, claimed_at, lapses_at, released_at, until)
        VALUES (OLD.id, OLD.bed_id, OLD.kind, OLD.days, OLD.claimed_at, OLD.lapses_at, OLD.released_at, clock_now());
    END IF;
    RETURN NULL;
    """,
)

# Nobody lives in, or was promised, a bed on a day on which there is no such bed. Two walls with one name for each side;
# the claim's takes a share of the bed's row, so that a bed that is being closed and a claim on it wait for each other.
BED_OUTLASTS_CLAIMS = pgtrigger.Trigger(
    name="a_bed_outlasts_what_claims_it",
    when=pgtrigger.After,
    operation=pgtrigger.UpdateOf("valid_from", "valid_until"),
    func="""
    IF EXISTS (
        SELECT 1 FROM facilities_bedclaim c
        WHERE c.bed_id = NEW.id AND c.released_at IS NULL AND c.kind <> 'blocked'
          AND (c.lapses_at IS NULL OR c.lapses_at > clock_now())
          AND NOT c.days <@ daterange(LEAST(NEW.valid_from, OLD.valid_from), NEW.valid_until)
    ) THEN
        RAISE EXCEPTION 'a_bed_outlasts_what_claims_it: %', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
    """,
)

CLAIM_FITS_BED = pgtrigger.Trigger(
    name="a_claim_ends_before_its_bed_does",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("kind", "days", "lapses_at"),
    declare=[("last", "date")],
    func="""
    IF NEW.released_at IS NOT NULL OR NEW.kind = 'blocked' THEN
        RETURN NULL;
    END IF;
    SELECT valid_until INTO last FROM facilities_bed WHERE id = NEW.bed_id FOR SHARE;
    IF last IS NOT NULL AND NOT NEW.days <@ daterange(NULL, last) THEN
        RAISE EXCEPTION 'a_claim_ends_before_its_bed_does: %', NEW.bed_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
    """,
)


class PastBed(models.Model):
    """What a bed was until a moment."""

    bed_id = models.UUIDField()
    facility_id = models.UUIDField()
    room_type = models.CharField(max_length=8, choices=RoomType.choices)
    bed_type = models.CharField(max_length=12, choices=BedType.choices)
    admittable = models.BooleanField()
    why_closed = models.CharField(max_length=10, blank=True)
    made_at = models.DateTimeField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["facility_id", "until"], name="past_bed_by_home")]
        triggers = [
            pgtrigger.Protect(name="what_a_bed_was_is_not_rewritten", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.bed_id} until {self.until}"


class PastClaim(models.Model):
    """What a claim was until a moment."""

    claim_id = models.UUIDField()
    bed_id = models.UUIDField()
    kind = models.CharField(max_length=8, choices=ClaimKind.choices)
    days = DateRangeField()
    claimed_at = models.DateTimeField()
    lapses_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["bed_id", "until"], name="past_claim_by_bed")]
        triggers = [
            pgtrigger.Protect(name="what_a_claim_was_is_not_rewritten", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} until {self.until}"
