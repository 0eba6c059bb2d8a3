"""What the bank is asked to do, what it says it did, and where the two differ. The ledger is another noun.

A payment is written before the bank hears of it. Its key never changes, so that asking twice can't pay twice.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from eldercare.kernel.append_only import written_once
from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from subsidies.choices import BreakClass, PaymentKind, PaymentState, StatementState
from subsidies.models.application import PayoutAccount
from subsidies.models.redemption import Redemption
from subsidies.models.run import Run, RunLine

DEAD_STATES = (PaymentState.REFUSED, PaymentState.RETURNED)
LIVE = ~Q(state__in=DEAD_STATES)


class Payment(models.Model):
    """One order to the bank: a credit to the elder's account, or a payout from it to the home.

    Only a payment that certainly did not happen (refused, returned) may be followed by another `attempt`, with its own
    key. `booked_on` is the day the bank named; `matched_at` is when a statement agreed.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    channel = models.CharField(max_length=20)
    kind = models.CharField(max_length=10, choices=PaymentKind)
    key = models.CharField(max_length=120)
    attempt = models.PositiveSmallIntegerField(default=1)
    run = models.ForeignKey(Run, models.PROTECT, related_name="+")
    run_line = models.ForeignKey(RunLine, models.PROTECT, null=True, related_name="+")
    redemption = models.ForeignKey(Redemption, models.PROTECT, null=True, related_name="+")
    elder = models.ForeignKey("people.Elder", models.PROTECT, related_name="+")
    facility = models.ForeignKey("facilities.Facility", models.PROTECT, null=True, related_name="+")
    account = models.ForeignKey(PayoutAccount, models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=PaymentState, default=PaymentState.INTENT)
    written_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    value_day = models.DateField(null=True)
    sent_at = models.DateTimeField(null=True)
    bank_ref = models.CharField(max_length=40, blank=True)
    booked_on = models.DateField(null=True)
    refused_because = models.CharField(max_length=60, blank=True)
    matched_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("付款")
        indexes = [
            models.Index(
                fields=["channel", "state", "id"],
                condition=Q(state__in=[PaymentState.INTENT, PaymentState.SENT, PaymentState.UNKNOWN]),
                name="payments_that_wait",
            ),
            models.Index(fields=["run", "state"], name="payments_of_a_run"),
            models.Index(fields=["elder", "id"], name="payments_of_an_elder"),
            models.Index(fields=["account", "booked_on"], name="payments_of_an_account"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["key"], name="a_payment_is_known_by_one_key"),
            models.UniqueConstraint(fields=["run_line"], condition=LIVE, name="one_live_payment_per_credit"),
            models.UniqueConstraint(fields=["redemption"], condition=LIVE, name="one_live_payment_per_redemption"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="a_payment_moves_a_positive_amount"),
            models.CheckConstraint(
                condition=Q(kind=PaymentKind.CREDIT, run_line__isnull=False, redemption__isnull=True)
                | Q(
                    kind=PaymentKind.PAYOUT,
                    run_line__isnull=True,
                    redemption__isnull=False,
                    facility__isnull=False,
                ),
                name="a_payment_is_for_one_thing",
            ),
            models.CheckConstraint(condition=Q(state__in=PaymentState.values), name="a_payment_is_in_a_known_state"),
            models.CheckConstraint(
                condition=~Q(state__in=[PaymentState.EXECUTED, PaymentState.RETURNED]) | Q(booked_on__isnull=False),
                name="an_executed_payment_names_its_day",
            ),
        ]

    def __str__(self) -> str:
        return f"payment:{self.id}"


class Statement(models.Model):
    """A channel's statement of one day, as it came. The same content is taken in once; a fuller one comes beside it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    channel = models.CharField(max_length=20)
    day = models.DateField()
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=StatementState)
    count = models.IntegerField()
    total_fen = models.BigIntegerField()
    imported_at = models.DateTimeField(db_default=ClockNow(), editable=False)

    class Meta:
        verbose_name = _("银行对账单")
        constraints = [
            models.UniqueConstraint(fields=["channel", "day", "digest"], name="a_statement_is_taken_in_once")
        ]
        triggers = [written_once("a_statement_is_written_once")]

    def __str__(self) -> str:
        return f"{self.channel} {self.day}"


class StatementLine(models.Model):
    """One booking of the bank. It holds no account number; `payment` is ours of the same key, if there is one."""

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="lines")
    channel = models.CharField(max_length=20)
    bank_ref = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    movement = models.CharField(max_length=10)
    amount_fen = models.BigIntegerField()
    booked_on = models.DateField()
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="bookings")

    class Meta:
        verbose_name = _("对账单明细")
        constraints = [models.UniqueConstraint(fields=["channel", "bank_ref"], name="a_booking_is_kept_once")]
        triggers = [written_once("a_booking_is_written_once")]

    def __str__(self) -> str:
        return f"{self.channel} {self.bank_ref}"


class Break(models.Model):
    """One named difference between our record and the bank's. It is closed with a reason, never deleted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    break_class = models.CharField(max_length=24, choices=BreakClass)
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="breaks")
    line = models.ForeignKey(StatementLine, models.PROTECT, null=True, related_name="+")
    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="breaks")
    amount_fen = models.BigIntegerField()
    day = models.DateField()
    opened_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=80, blank=True)
    resolution = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("差异")
        indexes = [
            models.Index(fields=["run"], condition=Q(closed_at__isnull=True), name="open_breaks_of_a_run"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["break_class", "payment", "line"], nulls_distinct=False, name="a_difference_is_one_break"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | ~Q(resolution=""), name="a_closed_break_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"break:{self.id}"


class BalanceCheck(models.Model):
    """One account's closing balance on a statement's day: the bank's figure beside what our payments make it.

    `ours_fen` is reckoned again as payments of that day become known, until both agree.
    """

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="balances")
    owner = models.CharField(max_length=60)
    ours_fen = models.BigIntegerField()
    theirs_fen = models.BigIntegerField()

    class Meta:
        verbose_name = _("余额核对")
        indexes = [models.Index(fields=["owner", "-id"], name="balance_checks_of_an_owner")]
        constraints = [models.UniqueConstraint(fields=["statement", "owner"], name="a_balance_is_checked_once")]

    def __str__(self) -> str:
        return f"{self.owner} {self.theirs_fen}"
