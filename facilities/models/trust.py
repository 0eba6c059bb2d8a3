"""How far a home's number of beds can be trusted: who was reminded, who said it was wrong, what an application met."""

import pgtrigger
from django.db import models

from eldercare.kernel.append_only import written_once
from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from eldercare.kernel.sealed import SealedField
from facilities.choices import ReminderStage, ReportAnswer, ReportSays
from facilities.models.admission import Application
from facilities.models.bed import BedConfirmation
from facilities.models.facility import Facility


class BedReminder(models.Model):
    """Somebody was told that a home's number ages. `confirmation` is the one that ages; null: there was none yet.

    A reminder to the home carries a link that confirms without signing in, once: `used_at`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    facility = models.ForeignKey(Facility, models.CASCADE, related_name="bed_reminders")
    confirmation = models.ForeignKey(BedConfirmation, models.CASCADE, null=True, blank=True, related_name="+")
    stage = models.CharField(max_length=8, choices=ReminderStage.choices)
    sent_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["facility", "confirmation", "stage"],
                nulls_distinct=False,
                name="each_staleness_is_told_once_a_stage",
            ),
            models.CheckConstraint(
                name="only_a_home_s_reminder_has_a_link",
                condition=~models.Q(stage=ReminderStage.DISTRICT) | models.Q(used_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"bed_reminder:{self.id}"


class NumberReport(models.Model):
    """Somebody who did not sign in says that a home's published number is wrong. What was shown then is kept beside it.

    `note` may hold anything people type, so it is sealed. `client_index` is the digest of where it came from, for
    throttling only, and is emptied when the report is answered.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    facility = models.ForeignKey(Facility, models.CASCADE, related_name="number_reports")
    reported_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    says = models.CharField(max_length=8, choices=ReportSays.choices)
    note = SealedField(null=True, blank=True)
    shown_free = models.PositiveIntegerField(null=True, blank=True)
    shown_as_of = models.DateTimeField(null=True, blank=True)
    client_index = models.CharField(max_length=64, blank=True)
    answer = models.CharField(max_length=10, choices=ReportAnswer.choices, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    reply = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="an_answered_report_says_when_and_what",
                condition=models.Q(answer="", answered_at__isnull=True)
                | (~models.Q(answer="") & models.Q(answered_at__isnull=False)),
            )
        ]
        indexes = [
            models.Index(fields=["facility", "-reported_at"], name="number_report_latest_first"),
            models.Index(fields=["client_index", "reported_at"], name="number_report_by_client"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="what_was_reported_is_not_rewritten",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("facility", "reported_at", "says", "note", "shown_free", "shown_as_of"),
            ),
            pgtrigger.Protect(
                name="a_report_is_answered_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__answered_at__isnull=False),  # type: ignore[call-arg]
            ),
        ]

    def __str__(self) -> str:
        return f"number_report:{self.id}"


class AdmissionFinding(models.Model):
    """What an application met at a home that showed `shown_free` beds: a bed (`as_shown`), or a full house."""

    application = models.OneToOneField(Application, models.CASCADE, primary_key=True, related_name="+")
    facility = models.ForeignKey(Facility, models.CASCADE, related_name="admission_findings")
    found_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    shown_free = models.PositiveIntegerField()
    as_shown = models.BooleanField()

    class Meta:
        indexes = [models.Index(fields=["facility", "-found_at"], name="finding_latest_first")]
        triggers = [written_once("what_an_application_met_is_written_once")]

    def __str__(self) -> str:
        return f"finding:{self.application_id}"
