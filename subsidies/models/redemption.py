"""One month's credit spent on one bill of the home it is routed to. The payment to the home is another noun."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from eldercare.kernel.append_only import written_once
from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from subsidies.models.routing import Routing
from subsidies.models.run import RunLine


class Redemption(models.Model):
    """`amount_fen` of `credit` pays eligible lines of `bill`; `parts` says how much of which line.

    `bill_month` is kept as its first day.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    routing = models.ForeignKey(Routing, models.PROTECT, related_name="+")
    bill = models.ForeignKey("facilities.Bill", models.PROTECT, related_name="+")
    credit = models.ForeignKey(RunLine, models.PROTECT, related_name="+")
    elder = models.ForeignKey("people.Elder", models.PROTECT, related_name="+")
    facility = models.ForeignKey("facilities.Facility", models.PROTECT, related_name="+")
    bill_month = models.DateField()
    amount_fen = models.BigIntegerField()
    parts = models.JSONField()
    redeemed_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=ClockNow(), editable=False)

    class Meta:
        verbose_name = _("补贴抵扣")
        indexes = [
            models.Index(fields=["facility", "bill_month"], name="redemptions_of_a_home"),
            models.Index(fields=["elder", "bill_month"], name="redemptions_of_an_elder"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["routing", "bill"], name="a_routing_pays_a_bill_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="a_redemption_moves_a_positive_amount"),
        ]
        triggers = [written_once("a_redemption_is_written_once")]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """Give the key under which this redemption is posted, once."""
        return f"redeem:{self.routing_id}:{self.bill_id}"
