"""Visits to a home before anybody decides: the times it offers, who booked one, and what was found there."""

import pgtrigger
from django.db import models

from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from facilities.choices import VisitState
from facilities.models.facility import Facility
from facilities.rules import transitions


class VisitSlot(models.Model):
    """A time at which one family can be shown round."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    facility = models.ForeignKey(Facility, models.CASCADE, related_name="visit_slots")
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["facility", "starts_at"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="a_visit_time_is_published_once",
            ),
            models.CheckConstraint(
                name="a_visit_lasts_between_10_minutes_and_4_hours", condition=models.Q(minutes__range=(10, 240))
            ),
        ]

    def __str__(self) -> str:
        return f"visit_slot:{self.id}"


class Visit(models.Model):
    """A booked visit. `shown_free` is what the public page said when the family came, `found_free` what they found."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slot = models.ForeignKey(VisitSlot, models.PROTECT, related_name="visits")
    facility = models.ForeignKey(Facility, models.PROTECT, related_name="visits")
    by_person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    elder = models.ForeignKey("people.Elder", models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=VisitState.choices, default=VisitState.BOOKED)
    booked_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    reminded_at = models.DateTimeField(null=True, blank=True)
    cancelled_by_home = models.BooleanField(default=False)
    reason = models.CharField(max_length=300, blank=True)
    shown_free = models.PositiveIntegerField(null=True, blank=True)
    found_free = models.PositiveIntegerField(null=True, blank=True)
    number_right = models.BooleanField(null=True, blank=True)
    found_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["slot"],
                condition=~models.Q(state=VisitState.CANCELLED),
                name="a_visit_time_is_booked_once",
            ),
            models.UniqueConstraint(
                fields=["facility", "by_person"],
                condition=models.Q(state=VisitState.BOOKED),
                name="one_visit_ahead_per_person_and_home",
            ),
            models.CheckConstraint(
                name="only_who_came_can_say_what_was_found",
                condition=models.Q(state=VisitState.CAME)
                | models.Q(number_right__isnull=True, found_free__isnull=True, found_at__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["facility", "state"], name="visit_by_home")]
        triggers = [pgtrigger.FSM(name="a_visit_goes_its_way", field="state", transitions=list(transitions.VISIT))]

    def __str__(self) -> str:
        return f"visit:{self.id}"
