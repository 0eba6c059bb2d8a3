"""A decided right to one benefit, month by month, until it stops. Money moves elsewhere; this is only what is due.

Months are kept as their first day. `last_month` is the last month still due, as printed on the notice; None stands.
A right follows the facts: `services/recompute.py` ends it, opens its successor at another district, or writes from
which month on another amount counts. What it was before stands in the changes, which are written once.
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


class Standing(models.Manager):
    """Only the rights that stand or stood; `every` also gives those that never should have been."""

    def get_queryset(self) -> models.QuerySet:
        return super().get_queryset().filter(voided_at__isnull=True)


class Every(models.Manager):
    """All rows, whatever is believed now."""


class Entitlement(models.Model):
    """What an elder draws of one benefit, and which district pays it.

    `monthly_fen` and `tier` are those of its first month; a `Rate` says from which month on another amount counts.
    `first_month` holds back pay: it may lie before the month of application (160号 六). `reviewed_at` is when the
    facts were last laid beside it, `revised_at` when they last changed it; `voided_at` says that by the facts now known
    no month of it was ever due.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    elder = models.ForeignKey("people.Elder", models.PROTECT, related_name="+")
    programme = models.CharField(max_length=60)
    payer_region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    tier = models.CharField(max_length=40)
    monthly_fen = models.BigIntegerField()
    first_month = models.DateField()
    last_month = models.DateField(null=True, blank=True)
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="entitlements")
    recorded_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    revised_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)

    objects = Standing()
    every = Every()

    class Meta:
        verbose_name = _("补贴资格")
        indexes = [
            models.Index(fields=["programme", "payer_region", "first_month"], name="entitlements_of_a_payer"),
            models.Index(fields=["elder"], name="entitlements_of_an_elder"),
            models.Index(fields=["reviewed_at"], name="entitlements_by_review"),
        ]
        constraints = [
            ExclusionConstraint(
                name="one_live_entitlement_per_programme_and_beneficiary",
                expressions=[
                    ("elder", RangeOperators.EQUAL),
                    ("programme", RangeOperators.EQUAL),
                    (Months("first_month", "last_month"), RangeOperators.OVERLAPS),
                ],
                condition=Q(voided_at__isnull=True),
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


class Rate(models.Model):
    """From a month on, until the next rate, another amount of an entitlement counts.

    One that turns out wrong is superseded, not edited.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entitlement = models.ForeignKey(Entitlement, models.PROTECT, related_name="rates")
    from_month = models.DateField()
    tier = models.CharField(max_length=40)
    monthly_fen = models.BigIntegerField()
    recorded_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("补贴标准")
        constraints = [
            models.UniqueConstraint(
                fields=["entitlement", "from_month"],
                condition=Q(superseded_at__isnull=True),
                name="an_entitlement_has_one_rate_from_a_month",
            ),
            models.CheckConstraint(condition=Q(monthly_fen__gt=0), name="a_rate_is_worth_something"),
            models.CheckConstraint(
                condition=Exact(ExtractDay("from_month"), 1), name="a_rate_names_its_month_by_the_first_day"
            ),
        ]

    def __str__(self) -> str:
        return f"rate:{self.pk}"
