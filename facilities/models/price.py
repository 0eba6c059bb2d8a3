"""What a home charges, item by item, through time. What an elder pays is worked out from it, not kept here."""

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models

from eldercare.kernel.clock import ClockNow
from facilities.choices import CareGrade, FeeKind, PriceItem, PriceUnit, RoomType
from facilities.models import bells
from facilities.models.facility import Facility

# A month that was billed keeps the prices it was billed by, whoever asks: taking one away, or cutting its days, is
# refused where a bill of that home covers one of the days it would lose.
BILLED_PRICE_STAYS = """
IF EXISTS (
    SELECT 1 FROM facilities_bill b
    WHERE b.facility_id = OLD.facility_id
      AND OLD.days && daterange(b.bill_month, (b.bill_month + interval '1 month')::date)
      AND (TG_OP = 'DELETE'
           OR OLD.days * daterange(b.bill_month, (b.bill_month + interval '1 month')::date)
              <> NEW.days * daterange(b.bill_month, (b.bill_month + interval '1 month')::date))
) THEN
    RAISE EXCEPTION 'a_billed_price_stays: % of %', TG_TABLE_NAME, OLD.facility_id USING ERRCODE = 'check_violation';
END IF;
RETURN COALESCE(NEW, OLD);
"""


def _billed_stays() -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="a_billed_price_stays",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=BILLED_PRICE_STAYS,
    )


class PriceVersion(models.Model):
    """A monthly price in fen on the days `[from, until)`: of a bed by room type, of care by care grade, of meals."""

    facility = models.ForeignKey(Facility, models.CASCADE, related_name="prices")
    item = models.CharField(max_length=8, choices=PriceItem.choices)
    room_type = models.CharField(max_length=8, choices=RoomType.choices, blank=True)
    care_grade = models.CharField(max_length=10, choices=CareGrade.choices, blank=True)
    monthly_fen = models.BigIntegerField()
    days = DateRangeField()
    recorded_at = models.DateTimeField(db_default=ClockNow(), editable=False)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="a_home_has_one_price_per_room_grade_and_day",
                expressions=[
                    ("facility", RangeOperators.EQUAL),
                    ("item", RangeOperators.EQUAL),
                    ("room_type", RangeOperators.EQUAL),
                    ("care_grade", RangeOperators.EQUAL),
                    ("days", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(name="a_price_is_not_negative", condition=models.Q(monthly_fen__gte=0)),
            models.CheckConstraint(
                name="a_price_names_what_it_is_for",
                condition=(models.Q(item=PriceItem.BED, care_grade="") & ~models.Q(room_type=""))
                | (models.Q(item=PriceItem.CARE, room_type="") & ~models.Q(care_grade=""))
                | models.Q(item=PriceItem.MEAL, room_type="", care_grade=""),
            ),
            models.CheckConstraint(name="a_price_covers_a_day", condition=models.Q(days__isempty=False)),
        ]
        triggers = [
            _billed_stays(),
            bells.rings_for(bells.OF_THE_HOME),
            pgtrigger.Protect(
                name="an_announced_price_keeps_its_amount",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("facility", "item", "room_type", "care_grade", "monthly_fen"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.room_type}{self.care_grade} {self.monthly_fen}"


class ShortStayPrice(models.Model):
    """What a short stay (旅居) costs in a season, the days `[from, until)`: per day or per month, in fen, by room type.

    `includes` are the items (bed, care, meal) it covers; the others are charged by their monthly prices.
    """

    facility = models.ForeignKey(Facility, models.CASCADE, related_name="short_prices")
    room_type = models.CharField(max_length=8, choices=RoomType.choices)
    unit = models.CharField(max_length=5, choices=PriceUnit.choices)
    season = models.CharField(max_length=40, blank=True)
    fen = models.BigIntegerField()
    includes = ArrayField(models.CharField(max_length=8, choices=PriceItem.choices))
    days = DateRangeField()
    recorded_at = models.DateTimeField(db_default=ClockNow(), editable=False)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="a_home_has_one_short_stay_price_per_room_unit_and_day",
                expressions=[
                    ("facility", RangeOperators.EQUAL),
                    ("room_type", RangeOperators.EQUAL),
                    ("unit", RangeOperators.EQUAL),
                    ("days", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(name="a_short_stay_price_is_not_negative", condition=models.Q(fen__gte=0)),
            models.CheckConstraint(
                name="a_short_stay_price_includes_the_bed",
                condition=models.Q(includes__contains=[PriceItem.BED.value]),
            ),
            models.CheckConstraint(name="a_season_covers_a_day", condition=models.Q(days__isempty=False)),
        ]
        triggers = [
            _billed_stays(),
            bells.rings_for(bells.OF_THE_HOME),
            pgtrigger.Protect(
                name="an_announced_season_keeps_its_amount",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("facility", "room_type", "unit", "fen", "includes"),
            ),
        ]

    def __str__(self) -> str:
        return f"short {self.room_type} {self.unit} {self.fen}"


class Fee(models.Model):
    """A deposit or a one-off charge in fen, on the days `[from, until)`. `refundable` null: the home did not say.

    A deposit without a room type is the same for every room.
    """

    facility = models.ForeignKey(Facility, models.CASCADE, related_name="fees")
    kind = models.CharField(max_length=8, choices=FeeKind.choices)
    name = models.CharField(max_length=40)
    room_type = models.CharField(max_length=8, choices=RoomType.choices, blank=True)
    fen = models.BigIntegerField()
    refundable = models.BooleanField(null=True, blank=True)
    days = DateRangeField()
    recorded_at = models.DateTimeField(db_default=ClockNow(), editable=False)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="a_home_has_one_fee_of_a_name_room_and_day",
                expressions=[
                    ("facility", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("name", RangeOperators.EQUAL),
                    ("room_type", RangeOperators.EQUAL),
                    ("days", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(name="a_fee_is_not_negative", condition=models.Q(fen__gte=0)),
            models.CheckConstraint(name="a_fee_has_a_name", condition=~models.Q(name="")),
            models.CheckConstraint(name="a_fee_covers_a_day", condition=models.Q(days__isempty=False)),
        ]
        triggers = [
            pgtrigger.Protect(
                name="an_announced_fee_keeps_its_amount",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("facility", "kind", "name", "room_type", "fen"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name} {self.fen}"
