"""A family's standing wish that each month's credit pays the bill of one home. Revocable; holds no money itself.

Months are kept as their first day and half-open: `until_month` is the first month no longer routed.
"""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import ExtractDay
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from subsidies.choices import RoutingState
from subsidies.models.entitlement import Entitlement


class RoutedMonths(Func):
    """The half-open months of a routing as a range of days."""

    function = "daterange"
    output_field = DateRangeField()

    def __init__(self, first: str, until: str) -> None:
        super().__init__(F(first), F(until))


class Routing(models.Model):
    """One entitlement pays one home while the consent stands. `grounds` keeps the recognition it rests on."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entitlement = models.ForeignKey(Entitlement, models.PROTECT, related_name="routings")
    elder = models.ForeignKey("people.Elder", models.PROTECT, related_name="+")
    facility = models.ForeignKey("facilities.Facility", models.PROTECT, related_name="+")
    consent = models.ForeignKey("people.Consent", models.PROTECT, related_name="+")
    from_month = models.DateField()
    until_month = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=RoutingState, default=RoutingState.ACTIVE)
    grounds = models.JSONField(default=list)
    recorded_at = models.DateTimeField(db_default=ClockNow(), editable=False)

    class Meta:
        verbose_name = _("补贴转付")
        indexes = [models.Index(fields=["facility", "from_month"], name="routings_to_a_home")]
        constraints = [
            ExclusionConstraint(
                name="an_entitlement_is_routed_to_one_home_a_month",
                expressions=[
                    ("entitlement", RangeOperators.EQUAL),
                    (RoutedMonths("from_month", "until_month"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(state=RoutingState.ACTIVE, until_month__isnull=True)
                | Q(state=RoutingState.REVOKED, until_month__isnull=False),
                name="a_revoked_routing_names_its_first_free_month",
            ),
            models.CheckConstraint(
                condition=Exact(ExtractDay("from_month"), 1)
                & (
                    Q(until_month__isnull=True)
                    | (Exact(ExtractDay("until_month"), 1) & Q(until_month__gte=F("from_month")))
                ),
                name="a_routing_counts_in_whole_months",
            ),
        ]
