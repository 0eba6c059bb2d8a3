"""The waiting list: which bed is open to it, who was passed over and why, and what a home's list is run by.

A place on the list is an open `Application` that waits; its order is class, then time. No position is kept anywhere.
"""

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from eldercare.kernel.append_only import written_once
from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from eldercare.kernel.sealed import SealedJSONField
from facilities.choices import ListMode, OpeningState, SkipReason
from facilities.models.admission import Application
from facilities.models.bed import Bed
from facilities.models.facility import Facility
from facilities.rules import transitions


class ListRule(models.Model):
    """How a home's list moves: offers go out by themselves, or are proposed to its staff. Without a row: by themselves."""

    facility = models.OneToOneField(Facility, models.CASCADE, primary_key=True, related_name="list_rule")
    mode = models.CharField(max_length=8, choices=ListMode.choices, default=ListMode.AUTO)
    hours = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_family_has_at_least_an_hour", condition=models.Q(hours__isnull=True) | models.Q(hours__gte=1)
            )
        ]

    def __str__(self) -> str:
        return f"list:{self.facility_id}"


class DirectedPriority(models.Model):
    """A home takes elders of one 户籍 first on the days `[from, until)`, by a document (京民养老发〔2024〕17号 三(六))."""

    facility = models.ForeignKey(Facility, models.CASCADE, related_name="directed")
    hukou = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    document = models.CharField(max_length=120)
    article = models.CharField(max_length=40, blank=True)
    days = DateRangeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="a_home_is_directed_to_a_hukou_once_a_day",
                expressions=[
                    ("facility", RangeOperators.EQUAL),
                    ("hukou", RangeOperators.EQUAL),
                    ("days", RangeOperators.OVERLAPS),
                ],
            )
        ]

    def __str__(self) -> str:
        return f"{self.facility_id} for {self.hukou_id}"


class Opening(models.Model):
    """A bed that became free and is offered along the list, one family after the other, from `from_day` on.

    `cause` names what freed it (`stay:<id>`, `offer:<id>`). `proposed` is who is next where the staff decide.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    bed = models.ForeignKey(Bed, models.PROTECT, related_name="openings")
    facility = models.ForeignKey(Facility, models.PROTECT, related_name="openings")
    from_day = models.DateField()
    cause = models.CharField(max_length=60)
    opened_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    closed_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=OpeningState.choices, default=OpeningState.OPEN)
    proposed = models.ForeignKey(Application, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["bed"], condition=models.Q(state=OpeningState.OPEN), name="a_bed_is_open_to_the_list_once"
            ),
            models.CheckConstraint(
                name="an_opening_that_is_over_says_when",
                condition=models.Q(state=OpeningState.OPEN, closed_at__isnull=True)
                | (~models.Q(state=OpeningState.OPEN) & models.Q(closed_at__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["facility", "-opened_at"], name="opening_latest_first")]
        triggers = [pgtrigger.FSM(name="an_opening_ends_once", field="state", transitions=list(transitions.OPENING))]

    def __str__(self) -> str:
        return f"opening:{self.id}"


class Skip(models.Model):
    """A family was passed over for one opening, and why. `conditions` are the fit's answers: health facts, so sealed.

    Whoever was asked and did not take the bed is passed over, too: nobody is asked twice for one opening.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    opening = models.ForeignKey(Opening, models.PROTECT, related_name="skips")
    application = models.ForeignKey(Application, models.PROTECT, related_name="skips")
    reason = models.CharField(max_length=12, choices=SkipReason.choices)
    conditions = SealedJSONField(null=True, blank=True)
    by = models.CharField(max_length=80)
    at = models.DateTimeField(db_default=ClockNow(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["opening", "application"], name="a_family_is_passed_over_once_for_an_opening"
            )
        ]
        triggers = [written_once("a_skip_is_never_rewritten")]

    def __str__(self) -> str:
        return f"skip:{self.id}"
