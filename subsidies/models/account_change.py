"""A change of the account an elder's benefits are paid to: asked for, put to the bank, and only then in force."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from subsidies.choices import ChangeState
from subsidies.models.application import PayoutAccount


class AccountChange(models.Model):
    """One request to pay to another card. While it waits, and when the bank says no, the old card is paid."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    elder = models.ForeignKey("people.Elder", models.PROTECT, related_name="+")
    account = models.ForeignKey(PayoutAccount, models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=ChangeState, default=ChangeState.WAITING)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("变更收款账户")
        constraints = [
            models.UniqueConstraint(
                fields=["elder"],
                condition=Q(state=ChangeState.WAITING),
                name="one_account_change_of_an_elder_waits_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state=ChangeState.WAITING, settled_at__isnull=True)
                | (Q(state__in=ChangeState.values) & ~Q(state=ChangeState.WAITING) & Q(settled_at__isnull=False)),
                name="a_settled_account_change_says_when",
            ),
        ]
