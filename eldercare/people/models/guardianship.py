"""Who stands beside an elder, as what, from when to when; and invitations to do so. May they act? `access.py` answers."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from eldercare.kernel.sealed import SealedField
from eldercare.people.choices import Role
from eldercare.people.models.consent import Consent
from eldercare.people.models.elder import Elder
from eldercare.people.models.person import Person


class Guardianship(models.Model):
    """One person beside one elder over half-open days, resting on a consent: revoked, it ends at once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    elder = models.ForeignKey(Elder, models.CASCADE, related_name="guardianships")
    guardian = models.ForeignKey(Person, models.PROTECT, related_name="guardianships")
    kind = models.CharField(_("身份"), max_length=10, choices=Role)
    consent = models.ForeignKey(Consent, models.PROTECT, related_name="guardianships")
    valid_from = models.DateField(_("开始日"))
    valid_until = models.DateField(_("结束日"), null=True, blank=True)

    class Meta:
        verbose_name = _("代办关系")
        constraints = [
            models.CheckConstraint(
                name="a_guardianship_ends_after_it_begins",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
            ),
            ExclusionConstraint(
                name="a_person_has_one_role_beside_an_elder_a_day",
                expressions=[
                    ("elder", RangeOperators.EQUAL),
                    ("guardian", RangeOperators.EQUAL),
                    (Func("valid_from", "valid_until", function="daterange"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"guardianship:{self.pk}"


class GuardianInvitation(models.Model):
    """Somebody beside an elder asks another to join. Only who signs in with the invited address can accept it."""

    SEALED_INDEXES = {"address_index": "address"}

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    elder = models.ForeignKey(Elder, models.CASCADE, related_name="invitations")
    kind = models.CharField(
        _("身份"), max_length=10, choices=[(Role.AGENT, Role.AGENT.label), (Role.KIN, Role.KIN.label)]
    )
    address = SealedField()
    address_index = models.CharField(max_length=64, db_index=True, editable=False)
    invited_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("邀请家人")
        constraints = [
            models.CheckConstraint(
                name="a_withdrawn_invitation_is_not_accepted",
                condition=Q(accepted_at__isnull=True) | Q(withdrawn_at__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["elder", "address_index"],
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="an_address_is_invited_to_an_elder_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"guardian_invitation:{self.pk}"
