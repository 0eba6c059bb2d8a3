"""What the search reads: one row a home, derived from the other tables, thrown away and made again at any time."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.db import models
from django.db.models.functions import Coalesce, Left

from facilities.models.facility import Facility

NO_PRICE = 2**53  # after every price


class Listing(models.Model):
    """One home as the search sees it from `made_on` until `holds_until`: filters, order and name in one row.

    `marks` are what can be asked for (rules/marks.py), `traits` the same as bits. `quality` is the published score.
    The name's text and marks are those of rules/names.py.

    Amounts are of this whole month, in fen: `bed_…_fen` per room type, `care_…_fen` per grade, `meal_fen`; and
    `…_from_fen` is the cheapest month of a grade in a room type that has a free bed today (in any, where none has).

    `free_days` are the days from which each bed that takes somebody in is free without end, in order; so the n-th of
    them answers "n beds by that day" on any later day, too. They hold until `beds_until` (a hold or an offer lapses)
    and as long as the home is not due (`ListingDue`); otherwise the claims are counted. They are shown to nobody.
    """

    facility = models.OneToOneField(Facility, models.CASCADE, primary_key=True, related_name="listing")
    made_on = models.DateField()
    holds_until = models.DateTimeField(null=True, blank=True)
    region_code = models.CharField(max_length=9)
    licence_stands = models.BooleanField(default=True)
    quality = models.IntegerField()
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    traits = models.BigIntegerField(default=0)
    marks = ArrayField(models.IntegerField(), default=list, blank=True)
    self_care_from_fen = models.BigIntegerField(null=True, blank=True)
    partial_from_fen = models.BigIntegerField(null=True, blank=True)
    full_from_fen = models.BigIntegerField(null=True, blank=True)
    dementia_from_fen = models.BigIntegerField(null=True, blank=True)
    bed_single_fen = models.BigIntegerField(null=True, blank=True)
    bed_double_fen = models.BigIntegerField(null=True, blank=True)
    bed_triple_fen = models.BigIntegerField(null=True, blank=True)
    bed_multi_fen = models.BigIntegerField(null=True, blank=True)
    care_self_care_fen = models.BigIntegerField(null=True, blank=True)
    care_partial_fen = models.BigIntegerField(null=True, blank=True)
    care_full_fen = models.BigIntegerField(null=True, blank=True)
    care_dementia_fen = models.BigIntegerField(null=True, blank=True)
    meal_fen = models.BigIntegerField(null=True, blank=True)
    beds_until = models.DateTimeField(null=True, blank=True)
    free_days = ArrayField(models.DateField(), default=list, blank=True)
    free_days_single = ArrayField(models.DateField(), default=list, blank=True)
    free_days_double = ArrayField(models.DateField(), default=list, blank=True)
    free_days_triple = ArrayField(models.DateField(), default=list, blank=True)
    free_days_multi = ArrayField(models.DateField(), default=list, blank=True)
    name_plain = models.TextField()
    name_initials = models.TextField()
    name_marks = ArrayField(models.IntegerField(), default=list, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["-quality", "facility"], name="listing_in_order"),
            *(
                models.Index(Left("region_code", digits), models.F("quality").desc(), "facility", name=name)
                for digits, name in ((2, "listing_by_province"), (4, "listing_by_prefecture"), (6, "listing_by_county"))
            ),
            *(
                models.Index(
                    Coalesce(f"{grade}_from_fen", models.Value(NO_PRICE)), "facility", name=f"listing_by_{grade}_price"
                )
                for grade in ("self_care", "partial", "full", "dementia")
            ),
            models.Index(fields=["holds_until"], name="listing_by_end"),
            GinIndex(fields=["marks"], name="listing_by_mark"),
            GinIndex(fields=["name_marks"], name="listing_by_name_mark"),
            GistIndex(
                models.Func("longitude", "latitude", function="point", output_field=models.TextField()),
                name="listing_by_position",
            ),
        ]

    def __str__(self) -> str:
        return f"listing:{self.facility_id}"


class ListingDue(models.Model):
    """A home whose listing must be made again, noted by the change itself (`models/bells.py`). One note a change.

    There is no foreign key in the database: a note must not hold the home, nor the home's end the note.
    """

    facility = models.ForeignKey(Facility, models.DO_NOTHING, db_constraint=False, related_name="+")

    def __str__(self) -> str:
        return f"due:{self.facility_id}"
