"""An elder's stay at a home, its care grades and leave through time, and the monthly bills. Payment is above."""

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models.functions import ExtractDay

from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from eldercare.kernel.sealed import SealedField, SealedJSONField
from facilities.choices import BillState, EndReason, RoomType, StayKind, StayState
from facilities.models.admission import Application
from facilities.models.bed import BedClaim
from facilities.models.facility import Facility
from facilities.rules import transitions


class Stay(models.Model):
    """Days `[from, until)` at a home; open-ended until it ends. Expected first, then in; a no-show never was in.

    Nobody has two beds promised for good: to accept another home's, the first is called off.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    elder = models.ForeignKey("people.Elder", models.PROTECT, related_name="+")
    facility = models.ForeignKey(Facility, models.PROTECT, related_name="stays")
    application = models.OneToOneField(Application, models.PROTECT, related_name="stay")
    claim = models.OneToOneField(BedClaim, models.PROTECT, related_name="stay")
    room_type = models.CharField(max_length=8, choices=RoomType.choices)
    stay_kind = models.CharField(max_length=5, choices=StayKind.choices, default=StayKind.LONG)
    days = DateRangeField()
    state = models.CharField(max_length=8, choices=StayState.choices, default=StayState.EXPECTED)
    ended_reason = models.CharField(max_length=10, choices=EndReason.choices, blank=True)
    created_at = models.DateTimeField(db_default=ClockNow(), editable=False)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="an_elder_lives_in_one_home_a_day",
                expressions=[("elder", RangeOperators.EQUAL), ("days", RangeOperators.OVERLAPS)],
                condition=models.Q(state__in=[StayState.IN, StayState.ENDED]),
            ),
            models.UniqueConstraint(
                fields=["elder"],
                condition=models.Q(state=StayState.EXPECTED, stay_kind=StayKind.LONG),
                name="an_elder_is_expected_in_one_home",
            ),
            models.CheckConstraint(
                name="a_stay_that_ended_has_a_last_day_and_a_reason",
                condition=~models.Q(state=StayState.ENDED)
                | (models.Q(days__upper_inf=False) & ~models.Q(ended_reason="")),
            ),
        ]
        indexes = [models.Index(fields=["facility", "state"], name="stay_by_home")]
        triggers = [pgtrigger.FSM(name="a_stay_goes_its_way", field="state", transitions=list(transitions.STAY))]

    def __str__(self) -> str:
        return f"stay:{self.id}"


class GradeSpell(models.Model):
    """The care grade a stay is charged by, on the days `[from, until)`. A health fact, so sealed."""

    stay = models.ForeignKey(Stay, models.CASCADE, related_name="grades")
    care_grade = SealedField()
    days = DateRangeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="a_stay_has_one_grade_a_day",
                expressions=[("stay", RangeOperators.EQUAL), ("days", RangeOperators.OVERLAPS)],
            )
        ]

    def __str__(self) -> str:
        return f"grade of stay:{self.stay_id}"


class Leave(models.Model):
    """Days `[from, until)` on which the elder is away and the bed is kept."""

    stay = models.ForeignKey(Stay, models.CASCADE, related_name="leaves")
    days = DateRangeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="an_elder_is_away_once_a_day",
                expressions=[("stay", RangeOperators.EQUAL), ("days", RangeOperators.OVERLAPS)],
            )
        ]

    def __str__(self) -> str:
        return f"leave of stay:{self.stay_id}"


class Bill(models.Model):
    """What a stay costs for one month that is over. `lines` name the care grade, so they are sealed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    stay = models.ForeignKey(Stay, models.PROTECT, related_name="bills")
    elder = models.ForeignKey("people.Elder", models.PROTECT, related_name="+")
    facility = models.ForeignKey(Facility, models.PROTECT, related_name="bills")
    bill_month = models.DateField()
    lines = SealedJSONField()
    total_fen = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=BillState.choices, default=BillState.ISSUED)
    issued_at = models.DateTimeField(db_default=ClockNow(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stay", "bill_month"], name="a_stay_has_one_bill_a_month"),
            models.CheckConstraint(name="a_bill_is_not_negative", condition=models.Q(total_fen__gte=0)),
            models.CheckConstraint(
                name="a_bill_month_is_its_first_day",
                condition=models.Q(models.lookups.Exact(ExtractDay("bill_month"), 1)),
            ),
        ]
        indexes = [models.Index(fields=["facility", "-bill_month"], name="bill_by_home_and_month")]
        triggers = [
            pgtrigger.Protect(
                name="an_issued_bill_keeps_its_amount",
                operation=pgtrigger.UpdateOf("total_fen", "bill_month", "stay_id") | pgtrigger.Delete,
            ),
            pgtrigger.FSM(name="a_bill_is_settled_once", field="state", transitions=list(transitions.BILL)),
        ]

    def __str__(self) -> str:
        return f"bill:{self.id}"
