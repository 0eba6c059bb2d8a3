"""What a home charges a month, item by item, through time. What an elder pays is worked out from it, not kept here."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from eldercare.kernel.clock import ClockNow
from facilities.choices import CareGrade, PriceItem, RoomType
from facilities.models.facility import Facility


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

    def __str__(self) -> str:
        return f"{self.item} {self.room_type}{self.care_grade} {self.monthly_fen}"
