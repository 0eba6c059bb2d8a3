"""A list of facts about many elders, as an office handed it in: looked at first, then taken in row by row, once."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from eldercare.kernel.sealed import SealedJSONField
from subsidies.choices import FactListState


class FactList(models.Model):
    """`rows` holds what each row says and what came of it; numbers and names stand in it, so it is sealed.

    `region` is the place whose officer brought it: only elders with their 户籍 there are touched.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    rows = SealedJSONField()
    total = models.PositiveIntegerField()
    ready = models.PositiveIntegerField()
    taken = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=FactListState, default=FactListState.LOOKED_AT)
    recorded_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("情况变动名单")
        indexes = [models.Index(fields=["by", "-id"], name="fact_lists_of_an_officer")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ready__lte=F("total"), taken__lte=F("ready")), name="a_list_takes_no_more_than_it_holds"
            ),
            models.CheckConstraint(
                condition=~Q(state=FactListState.TAKEN) | Q(taken_at__isnull=False), name="a_taken_list_says_when"
            ),
        ]

    def __str__(self) -> str:
        return f"fact_list:{self.pk}"
