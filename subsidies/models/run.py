"""A settlement run (one benefit, funding district and benefit month) and its lines. The money is in the ledger.

Until it is proposed a run is a draft that may be calculated anew; then its lines stand. Months are their first day.
"""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import ExtractDay
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from subsidies.choices import Cause, RunState
from subsidies.models.entitlement import Entitlement

APPROVED_STATES = (RunState.APPROVED, RunState.POSTED, RunState.PAYING, RunState.RECONCILED, RunState.CLOSED)

# A CHECK can't see the run's row. The run is read as it stands; services lock it before they touch its lines.
LINES_STAND = """
IF TG_OP = 'UPDATE' OR (
    SELECT run.state NOT IN ('open', 'calculated') AND (TG_OP = 'INSERT' OR run.state <> 'proposed')
    FROM subsidies_run run WHERE run.id = COALESCE(NEW.run_id, OLD.run_id)
) THEN
    RAISE EXCEPTION 'the_lines_of_a_proposed_run_stand'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'the_lines_of_a_proposed_run_stand';
END IF;
RETURN COALESCE(NEW, OLD);
"""


class Run(models.Model):
    """One month's settlement of one benefit by the district that funds it.

    `calculated_up_to` is the last entitlement calculated, so that a killed worker's successor goes on from there.
    `region` is the funding district.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.CharField(max_length=60)
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    benefit_month = models.DateField()
    state = models.CharField(max_length=12, choices=RunState, default=RunState.OPEN)
    opened_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    calculated_up_to = models.UUIDField(null=True)
    entitlements_done = models.IntegerField(default=0)
    entitlements_total = models.IntegerField(default=0)
    line_count = models.IntegerField(default=0)
    total_fen = models.BigIntegerField(default=0)
    calculated_at = models.DateTimeField(null=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    posted_at = models.DateTimeField(null=True)
    reconciled_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    cancelled_because = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("结算批次")
        indexes = [
            models.Index(fields=["region", "-benefit_month", "-id"], name="runs_of_a_district"),
            models.Index(fields=["state"], name="runs_by_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "region", "benefit_month"],
                condition=~Q(state=RunState.CANCELLED),
                name="one_live_run_per_programme_region_month",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | (Q(proposed_by__isnull=False) & ~Q(approved_by=F("proposed_by"))),
                name="approver_differs_from_proposer",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=APPROVED_STATES) | Q(approved_by__isnull=False),
                name="an_approved_run_names_its_approver",
            ),
            models.CheckConstraint(
                condition=~Q(state=RunState.PROPOSED) | Q(proposed_by__isnull=False),
                name="a_proposed_run_names_its_proposer",
            ),
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="a_run_is_in_a_known_state"),
            models.CheckConstraint(
                condition=Exact(ExtractDay("benefit_month"), 1), name="a_run_names_its_month_by_the_first_day"
            ),
        ]

    def __str__(self) -> str:
        return f"run:{self.id}"


class RunLine(models.Model):
    """One month credited to one elder, with the explained lines its amount is the sum of.

    `benefit_month` is the month paid for: the run's own, or an earlier one when it is back pay.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = models.ForeignKey(Run, models.PROTECT, related_name="lines")
    entitlement = models.ForeignKey(Entitlement, models.PROTECT, related_name="+")
    elder = models.ForeignKey("people.Elder", models.PROTECT, related_name="+")
    benefit_month = models.DateField()
    cause = models.CharField(max_length=12, choices=Cause)
    amount_fen = models.BigIntegerField()
    explanation = models.JSONField()

    class Meta:
        verbose_name = _("结算明细")
        indexes = [
            models.Index(fields=["run", "id"], name="lines_of_a_run"),
            models.Index(fields=["elder", "benefit_month"], name="run_lines_of_an_elder"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "entitlement", "benefit_month", "cause"],
                name="a_run_pays_an_entitlement_and_benefit_month_once_per_cause",
            ),
            # Also across runs: the month one run pays as back pay, no other pays as its own.
            models.UniqueConstraint(
                fields=["entitlement", "benefit_month"],
                condition=~Q(cause__in=[Cause.CORRECTION, Cause.DIFFERENCE]),
                name="a_benefit_month_is_credited_once",
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="a_run_line_is_worth_something"),
            models.CheckConstraint(condition=Q(cause__in=Cause.values), name="a_run_line_names_a_known_cause"),
            models.CheckConstraint(
                condition=Exact(ExtractDay("benefit_month"), 1), name="a_run_line_names_its_month_by_the_first_day"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="the_lines_of_a_proposed_run_stand",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=LINES_STAND,
            )
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """Give the key under which this line is posted, once."""
        return f"run:{self.run_id}:line:{self.id}"
