"""The admission contract signed online (网签) and the move from one home to another. Money moves on the floor above."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from eldercare.kernel.sealed import SealedJSONField
from facilities.choices import ContractState
from facilities.models.admission import Application
from facilities.models.stay import Stay
from facilities.rules import transitions


class Contract(models.Model):
    """A contract for one stay: parties, fee items and deposit as they stood when it was drawn up.

    `parties` and `lines` name the elder and the care grade, so they are sealed. `deposit_limit_fen` null: no limit was
    known on that day. Of a short stay `monthly_fen` is the whole sum, and `terms` names the day of leaving (`until`).
    What was drawn up is never edited; a mistake is voided and drawn up anew.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    stay = models.ForeignKey(Stay, models.PROTECT, related_name="contracts")
    parties = SealedJSONField()
    lines = SealedJSONField()
    monthly_fen = models.BigIntegerField()
    deposit_fen = models.BigIntegerField()
    deposit_limit_fen = models.BigIntegerField(null=True, blank=True)
    terms = models.JSONField(default=dict)
    starts_on = models.DateField()
    state = models.CharField(max_length=12, choices=ContractState.choices, default=ContractState.DRAWN)
    drawn_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    content = models.CharField(max_length=64)
    home_signed_by = models.CharField(max_length=80, blank=True)
    home_signed_at = models.DateTimeField(null=True, blank=True)
    family_signed_by = models.ForeignKey("people.Person", models.PROTECT, null=True, blank=True, related_name="+")
    family_signed_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stay"], condition=~Q(state=ContractState.VOID), name="a_stay_has_one_contract_that_counts"
            ),
            models.CheckConstraint(
                name="a_deposit_is_within_its_limit",
                condition=Q(deposit_fen__gte=0)
                & (Q(deposit_limit_fen__isnull=True) | Q(deposit_fen__lte=F("deposit_limit_fen"))),
            ),
            models.CheckConstraint(
                name="a_signed_contract_has_both_signatures",
                condition=~Q(state=ContractState.SIGNED)
                | (
                    ~Q(home_signed_by="")
                    & Q(home_signed_at__isnull=False, family_signed_by__isnull=False, family_signed_at__isnull=False)
                ),
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="a_contract_goes_its_way", field="state", transitions=list(transitions.CONTRACT)),
            pgtrigger.Protect(
                name="a_contract_drawn_up_is_not_rewritten",
                operation=pgtrigger.UpdateOf(
                    "stay_id", "monthly_fen", "deposit_fen", "deposit_limit_fen", "terms", "starts_on", "content"
                )
                | pgtrigger.Delete,
            ),
        ]

    def __str__(self) -> str:
        return f"contract:{self.id}"


class Transfer(models.Model):
    """A resident moves to another home: one case for the family, the home that is left and the home that takes in.

    How far it is follows from the application at the new home and from `moved_at`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    elder = models.ForeignKey("people.Elder", models.PROTECT, related_name="+")
    old_stay = models.ForeignKey(Stay, models.PROTECT, related_name="transfers")
    application = models.OneToOneField(Application, models.PROTECT, related_name="transfer")
    by_person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    moved_on = models.DateField(null=True, blank=True)
    moved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["old_stay"], condition=Q(moved_at__isnull=False), name="a_resident_moves_out_once"
            ),
            models.CheckConstraint(
                name="a_move_that_happened_has_its_day",
                condition=Q(moved_on__isnull=True, moved_at__isnull=True)
                | Q(moved_on__isnull=False, moved_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"transfer:{self.id}"
