"""What happened to a right after its decision, and what was paid too much by then. Written once, added to, never edited.

Months are kept as their first day. The reasons name facts about the elder, so they are sealed.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import ExtractDay
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from eldercare.kernel.append_only import written_once
from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from eldercare.kernel.sealed import SealedJSONField
from subsidies.choices import ChangeKind
from subsidies.models.decision import Decision
from subsidies.models.entitlement import Entitlement


class Change(models.Model):
    """From a month on, another amount, another payer or nothing more; why, and on which facts.

    `before_fen` and `after_fen` are fen a month, 0 for none. `reasons` are the conditions that made the difference.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    elder = models.ForeignKey("people.Elder", models.PROTECT, related_name="+")
    programme = models.CharField(max_length=60)
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="changes")
    entitlement = models.ForeignKey(Entitlement, models.PROTECT, related_name="changes")
    kind = models.CharField(_("变动"), max_length=12, choices=ChangeKind)
    from_month = models.DateField()
    before_fen = models.BigIntegerField()
    after_fen = models.BigIntegerField()
    payer_before = models.ForeignKey("regions.Region", models.PROTECT, null=True, related_name="+")
    payer_after = models.ForeignKey("regions.Region", models.PROTECT, null=True, related_name="+")
    reasons = SealedJSONField()
    facts = SealedJSONField()
    verdict = SealedJSONField()
    by = models.CharField(max_length=80)
    recorded_at = models.DateTimeField(db_default=ClockNow(), editable=False)

    class Meta:
        verbose_name = _("补贴变动")
        indexes = [
            models.Index(fields=["elder", "-id"], name="changes_of_an_elder"),
            models.Index(fields=["payer_before", "-id"], name="changes_of_a_payer"),
            models.Index(fields=["payer_after", "-id"], name="changes_of_a_new_payer"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ChangeKind.values), name="a_change_is_of_a_known_kind"),
            models.CheckConstraint(
                condition=~Q(kind=ChangeKind.MOVED)
                | (Q(payer_before__isnull=False, payer_after__isnull=False) & ~Q(payer_before=F("payer_after"))),
                name="a_move_leads_from_one_district_to_another",
            ),
            models.CheckConstraint(
                condition=Exact(ExtractDay("from_month"), 1), name="a_change_names_its_month_by_the_first_day"
            ),
        ]
        triggers = [written_once("a_change_is_written_once")]

    def __str__(self) -> str:
        return f"change:{self.pk}"


class Debt(models.Model):
    """Fen of one month that a district paid and that, by the facts now known, were not due from it.

    Owed by the elder's side, or (`owed_by_region`) by the district that should have paid: then the elder keeps the
    money. A row below zero takes back what an earlier one asked too much. Recovery is another noun.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    elder = models.ForeignKey("people.Elder", models.PROTECT, related_name="+")
    programme = models.CharField(max_length=60)
    benefit_month = models.DateField()
    payer_region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    owed_by_region = models.ForeignKey("regions.Region", models.PROTECT, null=True, related_name="+")
    amount_fen = models.BigIntegerField()
    cause = SealedJSONField()
    change = models.ForeignKey(Change, models.PROTECT, null=True, related_name="debts")
    recorded_at = models.DateTimeField(db_default=ClockNow(), editable=False)

    class Meta:
        verbose_name = _("多发应退")
        indexes = [
            models.Index(fields=["elder", "programme", "benefit_month"], name="debts_of_an_elder"),
            models.Index(fields=["payer_region", "-id"], name="debts_to_a_district"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(amount_fen=0), name="a_debt_is_of_something"),
            models.CheckConstraint(
                condition=Q(owed_by_region__isnull=True) | ~Q(owed_by_region=F("payer_region")),
                name="no_district_owes_itself",
            ),
            models.CheckConstraint(
                condition=Exact(ExtractDay("benefit_month"), 1), name="a_debt_names_its_month_by_the_first_day"
            ),
        ]
        triggers = [written_once("a_debt_is_written_once")]

    def __str__(self) -> str:
        return f"debt:{self.pk}"
