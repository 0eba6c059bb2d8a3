"""A home and what is published about it. Beds, prices and ratings are nouns of their own.

`Listing` is what the search reads: derived from the other tables, thrown away and made again at any time.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models

from eldercare.kernel.keys import new_id
from facilities.choices import FacilityKind, Nature


class Facility(models.Model):
    """An institution that cares for elders. Unknown facts are null and never read as no.

    `licence_valid_until` is the last valid day as printed. Coordinates are WGS-84.
    `published` lists facts as their source states them: `{name, value, source, as_of, confidence, use}`.
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
    licence_valid_until = models.DateField(null=True, blank=True)
    address = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    has_clinic = models.BooleanField(null=True, blank=True)
    medical_insurance = models.BooleanField(null=True, blank=True)
    subsidy_payable = models.BooleanField(null=True, blank=True)
    takes_dementia = models.BooleanField(null=True, blank=True)
    accepts_levels = ArrayField(models.SmallIntegerField(), null=True, blank=True)
    accepts_hukou = ArrayField(models.CharField(max_length=9), null=True, blank=True)
    is_demo = models.BooleanField(default=False)
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
        ]
        indexes = [models.Index(fields=["region"], name="facility_by_region")]

    def __str__(self) -> str:
        return self.name


class Listing(models.Model):
    """One home as the search sees it on `made_on`: filters, order and name tokens in one row.

    Prices are the cheapest month (bed, care of that grade, meals) in fen; `price_order` puts homes without a price
    last. `stars` are those a Beijing family may rely on: valid, and recognised there. Free beds are never kept here:
    they are counted from the claims when asked.
    """

    facility = models.OneToOneField(Facility, models.CASCADE, primary_key=True, related_name="listing")
    made_on = models.DateField()
    region_code = models.CharField(max_length=9)
    kind = models.CharField(max_length=12, choices=FacilityKind.choices)
    quality = models.IntegerField()
    stars = models.SmallIntegerField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    price_from_fen = models.BigIntegerField(null=True, blank=True)
    price_order = models.BigIntegerField()
    self_care_from_fen = models.BigIntegerField(null=True, blank=True)
    partial_from_fen = models.BigIntegerField(null=True, blank=True)
    full_from_fen = models.BigIntegerField(null=True, blank=True)
    dementia_from_fen = models.BigIntegerField(null=True, blank=True)
    medical_insurance = models.BooleanField(null=True, blank=True)
    subsidy_payable = models.BooleanField(null=True, blank=True)
    takes_dementia = models.BooleanField(null=True, blank=True)
    accepts_levels = ArrayField(models.SmallIntegerField(), null=True, blank=True)
    accepts_hukou = ArrayField(models.CharField(max_length=9), null=True, blank=True)
    bed_types = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    name_plain = models.CharField(max_length=260)
    name_pinyin = models.CharField(max_length=1000)
    name_initials = models.CharField(max_length=260)
    name_tokens = ArrayField(models.CharField(max_length=12), default=list)

    class Meta:
        indexes = [
            models.Index(fields=["-quality", "facility"], name="listing_in_order"),
            models.Index(fields=["price_order", "facility"], name="listing_by_price"),
            models.Index(
                OpClass(models.F("region_code"), name="varchar_pattern_ops"),
                models.F("quality").desc(),
                name="listing_by_region",
            ),
            GinIndex(fields=["name_tokens"], name="listing_by_name"),
        ]

    def __str__(self) -> str:
        return f"listing:{self.facility_id}"
