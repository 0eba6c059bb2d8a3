"""The ledger: accounts, and transfers between two of them, each once and for ever. Only services/post.py writes here.

A balance is what came in minus what went out; none is stored. A mistake is answered by another transfer.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from eldercare.kernel.append_only import written_once
from eldercare.kernel.clock import ClockNow
from subsidies.choices import LedgerKind


class LedgerAccount(models.Model):
    """One owner's account of one kind.

    `owner` is a reference: `region:110105`, `elder:<id>`, `facility:<id>`, `channel:sandbox`.
    """

    kind = models.CharField(max_length=20, choices=LedgerKind)
    owner = models.CharField(max_length=60)

    class Meta:
        verbose_name = _("账户")
        constraints = [
            models.UniqueConstraint(fields=["kind", "owner"], name="an_owner_has_one_account_of_a_kind"),
            models.CheckConstraint(condition=Q(kind__in=LedgerKind.values), name="an_account_is_of_a_known_kind"),
        ]
        triggers = [written_once("an_account_is_written_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.owner}"


class Transfer(models.Model):
    """`amount_fen` went from the debit account to the credit account. `effective_on` is the day it counts from."""

    key = models.CharField(max_length=120)
    debit = models.ForeignKey(LedgerAccount, models.PROTECT, related_name="+")
    credit = models.ForeignKey(LedgerAccount, models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    effective_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=ClockNow(), editable=False)

    class Meta:
        verbose_name = _("转账")
        constraints = [
            models.UniqueConstraint(fields=["key"], name="a_transfer_happens_once_per_key"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="a_transfer_moves_a_positive_amount"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="a_transfer_joins_two_accounts"),
        ]
        triggers = [written_once("a_transfer_is_written_once")]

    def __str__(self) -> str:
        return self.key
