"""A home and what is published about it. Beds, prices and ratings are nouns of their own."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from facilities.choices import Datum, FacilityKind, Nature, OperatingState
from facilities.models import bells


class Facility(models.Model):
    """An institution that cares for elders. Unknown facts are null and never read as no.

    `licence_valid_until` is the last valid day as printed. Coordinates are WGS-84; `datum` says what they were stated
    in. `opened` is a day, month or year as far as known (2019-05). `stated_fees` are amounts as a register states them:
    `{item, unit, low_fen, high_fen, text}`; a bill is made from `PriceVersion` only. `published` lists facts as their
    source states them: `{name, value, source, as_of, confidence, use}`. `provenance` says who gave which of the plain
    facts, and when: `{by, source, as_of, fields}`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=120)
    alias = models.CharField(max_length=120, blank=True)
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=FacilityKind.choices, default=FacilityKind.HOME)
    nature = models.CharField(max_length=26, choices=Nature.choices, blank=True)
    credit_code = models.CharField(max_length=18, blank=True)
    filing_number = models.CharField(max_length=60, blank=True)
    filed_on = models.DateField(null=True, blank=True)
    licence_number = models.CharField(max_length=60, blank=True)
    licence_valid_until = models.DateField(null=True, blank=True)
    operating = models.CharField(max_length=10, choices=OperatingState.choices, blank=True)
    opened = models.CharField(max_length=10, blank=True)
    for_profit = models.BooleanField(null=True, blank=True)
    legal_person = models.CharField(max_length=60, blank=True)
    contact_person = models.CharField(max_length=60, blank=True)
    address = models.CharField(max_length=200, blank=True)
    transport = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    datum = models.CharField(max_length=8, choices=Datum.choices, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    licensed_beds = models.PositiveIntegerField(null=True, blank=True)
    nursing_beds = models.PositiveIntegerField(null=True, blank=True)
    care_workers = models.PositiveIntegerField(null=True, blank=True)
    certified_workers = models.PositiveIntegerField(null=True, blank=True)
    stated_stars = models.SmallIntegerField(null=True, blank=True)
    has_clinic = models.BooleanField(null=True, blank=True)
    clinic_name = models.CharField(max_length=120, blank=True)
    medical_insurance = models.BooleanField(null=True, blank=True)
    one_card = models.BooleanField(null=True, blank=True)
    subsidy_payable = models.BooleanField(null=True, blank=True)
    takes_dementia = models.BooleanField(null=True, blank=True)
    accepts_levels = ArrayField(models.SmallIntegerField(), null=True, blank=True)
    accepts_hukou = ArrayField(models.CharField(max_length=9), null=True, blank=True)
    is_demo = models.BooleanField(default=False)
    stated_fees = models.JSONField(default=list, blank=True)
    provenance = models.JSONField(default=list, blank=True)
    published = models.JSONField(default=list, blank=True)
    source_key = models.CharField(max_length=80, null=True, blank=True, unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_home_has_both_coordinates_or_none",
                condition=models.Q(latitude__isnull=True, longitude__isnull=True)
                | models.Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
            ),
            models.CheckConstraint(
                name="a_home_has_no_more_nursing_beds_than_beds",
                condition=models.Q(licensed_beds__isnull=True)
                | models.Q(nursing_beds__isnull=True)
                | models.Q(nursing_beds__lte=models.F("licensed_beds")),
            ),
            models.CheckConstraint(
                name="stated_stars_are_one_to_five",
                condition=models.Q(stated_stars__isnull=True) | models.Q(stated_stars__range=(1, 5)),
            ),
            models.CheckConstraint(
                name="a_home_opened_in_a_year_month_or_day",
                condition=models.Q(opened="") | models.Q(opened__regex=r"^\d{4}(-\d{2}(-\d{2})?)?$"),
            ),
            models.UniqueConstraint(
                fields=["credit_code", "name", "region"],
                condition=~models.Q(credit_code=""),
                name="a_home_is_kept_once_per_code_name_and_region",
            ),
        ]
        indexes = [
            models.Index(fields=["region"], name="facility_by_region"),
            models.Index(fields=["credit_code"], condition=~models.Q(credit_code=""), name="facility_by_credit_code"),
        ]
        triggers = bells.rings_for_homes()

    def __str__(self) -> str:
        return self.name


class HospitalAgreement(models.Model):
    """A hospital that has agreed to treat a home's elders, and what it brings. `valid_until`: last valid day."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    facility = models.ForeignKey(Facility, models.CASCADE, related_name="hospital_agreements")
    hospital = models.CharField(max_length=120)
    services = models.CharField(max_length=200, blank=True)
    signed_on = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["facility", "hospital"], name="a_home_names_a_hospital_once"),
            models.CheckConstraint(
                name="a_hospital_agreement_is_valid_when_signed",
                condition=models.Q(signed_on__isnull=True)
                | models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gte=models.F("signed_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"hospital_agreement:{self.pk}"


class Photo(models.Model):
    """A picture of a home, drawn anew from what was sent (so without place or camera), with its words for who can't see."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    facility = models.ForeignKey(Facility, models.CASCADE, related_name="photos")
    position = models.PositiveSmallIntegerField()
    alt = models.CharField(max_length=120)
    image = models.BinaryField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    uploaded_at = models.DateTimeField(db_default=ClockNow(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(name="a_photo_says_what_it_shows", condition=~models.Q(alt="")),
            models.UniqueConstraint(
                fields=["facility", "position"],
                name="photos_of_a_home_stand_in_one_order",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return f"photo:{self.pk}"
