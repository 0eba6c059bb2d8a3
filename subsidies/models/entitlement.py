"""A decided right to one benefit, month by month, until it stops. Money moves elsewhere; this is only what is due.

Months are kept as their first day. `last_month` is the last month still due, as printed on the notice; None stands.
"""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import ExtractDay
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from subsidies.models.decision import Decision


class Months(Func):
    """The months from the first to the last, both due, as a range of their first days."""

    function = "daterange"
    output_field = DateRangeField()

    def __init__(self, first: str, last: str) -> None:
        super().__init__(F(first), F(last), Value("[]"))


class Entitlement(models.Model):
    """What an elder draws of one benefit, and which district pays it.

    `monthly_fen` and `tier` are those of the decision; what a later month is worth is the rule's to say.
    `first_month` holds back pay: it may lie before the month of application (160号 六).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    elder = models.ForeignKey("people.Elder", models.PROTECT, related_name="+")
    programme = models.CharField(max_length=60)
    payer_region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    tier = models.CharField(max_length=40)
    monthly_fen = models.BigIntegerField()
    first_month = models.DateField()
    last_month = models.DateField(null=True, blank=True)
    decision = models.OneToOneField(Decision, models.PROTECT, related_name="entitlement")
    recorded_at = models.DateTimeField(db_default=ClockNow(), editable=False)

    class Meta:
        verbose_name = _("补贴资格")
        indexes = [
            models.Index(fields=["programme", "payer_region", "first_month"], name="entitlements_of_a_payer"),
            models.Index(fields=["elder"], name="entitlements_of_an_elder"),
        ]
        constraints = [
            ExclusionConstraint(
                name="one_live_entitlement_per_programme_and_beneficiary",
                expressions=[
                    ("elder", RangeOperators.EQUAL),
                    ("programme", RangeOperators.EQUAL),
                    (Months("first_month", "last_month"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=Q(monthly_fen__gt=0), name="an_entitlement_is_worth_something"),
            models.CheckConstraint(
                condition=Exact(ExtractDay("first_month"), 1)
                & (
                    Q(last_month__isnull=True)
                    | (Exact(ExtractDay("last_month"), 1) & Q(last_month__gte=F("first_month")))
                ),
                name="an_entitlement_counts_in_whole_months",
            ),
        ]
