"""Who works for a home in this system, how they came to, and the tokens of the home's own software. No shifts."""

import pgtrigger
from django.conf import settings
from django.db import models

from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from eldercare.kernel.sealed import SealedField
from facilities.choices import EmploymentState, SkillLevel, StaffRole
from facilities.models.facility import Facility
from facilities.rules import transitions

LIVE = [EmploymentState.CLAIMED, EmploymentState.APPROVED]


class Employment(models.Model):
    """A person's role at a home on the days `[valid_from, valid_until)`; a claim has none yet."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    facility = models.ForeignKey(Facility, models.CASCADE, related_name="employments")
    role = models.CharField(max_length=8, choices=StaffRole.choices)
    state = models.CharField(max_length=10, choices=EmploymentState.choices)
    evidence = models.CharField(max_length=300, blank=True)
    claimed_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "facility"],
                condition=models.Q(state__in=LIVE),
                name="one_live_employment_per_user_and_home",
            ),
            models.CheckConstraint(
                name="a_claimant_does_not_approve_themselves",
                condition=models.Q(approved_by__isnull=True) | ~models.Q(approved_by=models.F("user")),
            ),
            models.CheckConstraint(
                name="an_approved_employment_has_a_first_day",
                condition=~models.Q(state=EmploymentState.APPROVED) | models.Q(valid_from__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="an_employment_goes_its_way", field="state", transitions=list(transitions.EMPLOYMENT))
        ]

    def __str__(self) -> str:
        return f"{self.role}:{self.facility_id}"


class StaffInvitation(models.Model):
    """A manager asks somebody to join. The link carries no secret: only who signs in with that address can accept."""

    SEALED_INDEXES = {"address_index": "address"}

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    facility = models.ForeignKey(Facility, models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=8, choices=StaffRole.choices)
    address = SealedField()
    address_index = models.CharField(max_length=64, db_index=True, editable=False)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["facility", "address_index"],
                condition=models.Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="an_address_is_invited_to_a_home_once_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"staff_invitation:{self.pk}"


class CareWorker(models.Model):
    """A care worker of a home and the certificate that counts there, from a day until they left. Name and number are sealed.

    `level` 5 (lowest) to 1; null: without a certificate of level. `issued_in` is the province the certificate is from.
    """

    SEALED_INDEXES = {"certificate_index": "certificate_no"}

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    facility = models.ForeignKey(Facility, models.CASCADE, related_name="care_team")
    name = SealedField()
    certificate_no = SealedField(null=True, blank=True)
    certificate_index = models.CharField(max_length=64, null=True, blank=True, editable=False)
    level = models.SmallIntegerField(choices=SkillLevel.choices, null=True, blank=True)
    issued_in = models.CharField(max_length=6, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    since = models.DateField()
    left_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["certificate_index"],
                condition=models.Q(left_on__isnull=True),
                name="a_certificate_counts_at_one_home_at_a_time",
            ),
            models.CheckConstraint(
                name="a_skill_level_is_one_to_five",
                condition=models.Q(level__isnull=True) | models.Q(level__range=(1, 5)),
            ),
            models.CheckConstraint(
                name="a_care_worker_leaves_after_they_came",
                condition=models.Q(left_on__isnull=True) | models.Q(left_on__gte=models.F("since")),
            ),
        ]

    def __str__(self) -> str:
        return f"care_worker:{self.pk}"


class HomeToken(models.Model):
    """A key for the home's own system: shown once, kept as a digest, good for this home only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    facility = models.ForeignKey(Facility, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=60)
    token_digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class TokenUse(models.Model):
    """How often a token was used within one minute. Counted here, so that a limit holds though the broker is down."""

    token = models.ForeignKey(HomeToken, models.CASCADE, related_name="uses")
    minute = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["token", "minute"], name="a_token_has_one_count_a_minute"),
        ]
        indexes = [models.Index(fields=["minute"], name="token_use_oldest_first")]

    def __str__(self) -> str:
        return f"{self.token_id} {self.minute}"
