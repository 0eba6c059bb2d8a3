"""A home's star rating as its paper states it. Whether another region honours it is the recognition engine's answer."""

from django.db import models

from eldercare.kernel.keys import new_id
from facilities.choices import RatingStatus, Stars
from facilities.models import bells
from facilities.models.facility import Facility


class Rating(models.Model):
    """A level under a standard, given by a region. `valid_until` is the last valid day, as printed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    facility = models.ForeignKey(Facility, models.CASCADE, related_name="ratings")
    standard = models.CharField(max_length=60)
    level = models.SmallIntegerField(choices=Stars.choices)
    issuer = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    issued_on = models.DateField()
    valid_until = models.DateField()
    status = models.CharField(max_length=10, choices=RatingStatus.choices, default=RatingStatus.ACTIVE)

    class Meta:
        constraints = [
            models.CheckConstraint(name="a_rating_has_one_to_five_stars", condition=models.Q(level__range=(1, 5))),
            models.CheckConstraint(
                name="a_rating_is_valid_when_issued", condition=models.Q(valid_until__gte=models.F("issued_on"))
            ),
        ]
        triggers = [bells.rings_for(bells.OF_THE_HOME)]

    def __str__(self) -> str:
        return f"{self.standard} {self.level}"
