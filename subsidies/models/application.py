"""An application for one benefit of one elder, and the account it asks to be paid to. The decision is another noun.

What the rule saw and said on the day of applying is kept sealed, so that it can be explained again years later.
"""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Left
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from eldercare.kernel.sealed import SealedField, SealedJSONField
from subsidies.choices import OPEN_STATES, AccountKind, ApplicationState, CheckState, Origin
from subsidies.models.sentences import refusing
from subsidies.rules.transitions import EVERY_STEP

DISTRICT_DIGITS = 6
STEPS = ", ".join(f"('{before}', '{after}')" for before, after in sorted(EVERY_STEP))


class PayoutAccount(models.Model):
    """A card of the elder to which benefits are credited (160号 六). The number is sealed and shown by its last four.

    `check_state` is what the bank said when it was asked whether the card is there and the elder's; `check_reason` why not.
    """

    SEALED_INDEXES = {"number_index": "number"}

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    elder = models.ForeignKey("people.Elder", models.PROTECT, related_name="+")
    kind = models.CharField(_("账户种类"), max_length=30, choices=AccountKind)
    number = SealedField()
    number_index = models.CharField(max_length=64, editable=False)
    check_state = models.CharField(max_length=12, choices=CheckState, default=CheckState.UNVERIFIED)
    check_reason = models.CharField(max_length=40, blank=True)
    checked_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField(db_default=ClockNow(), editable=False)

    class Meta:
        verbose_name = _("收款账户")
        indexes = [
            models.Index(
                fields=["id"], condition=Q(check_state=CheckState.UNVERIFIED), name="accounts_waiting_for_the_bank"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["elder", "kind", "number_index"], name="an_elder_keeps_each_payout_account_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=AccountKind.values), name="a_payout_account_is_one_of_the_allowed_cards"
            ),
            models.CheckConstraint(
                condition=(
                    Q(check_state=CheckState.UNVERIFIED)
                    | Q(check_state=CheckState.VERIFIED, checked_at__isnull=False)
                    | (Q(check_state=CheckState.FAILED, checked_at__isnull=False) & ~Q(check_reason=""))
                ),
                name="a_checked_account_says_when_and_why_not",
            ),
        ]

    @property
    def masked(self) -> str:
        """Give the number as it may be shown."""
        return f"**** {self.number[-4:]}"


class Application(models.Model):
    """One elder asks for one benefit; it goes to the street of the 户籍 and then to its district.

    `programme` is a benefit id such as `beijing/2019-160/nursing`. `facts` and `verdict` are the snapshot of the day.
    `entered_by` is the officer who filed it at a window. `due_on` is the last day of the step that began on `step_began_on`.
    `filing` is the form it was asked for in. `chosen`: where two benefits exclude each other, what was laid out and chosen.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.CharField(max_length=60)
    elder = models.ForeignKey("people.Elder", models.PROTECT, related_name="+")
    origin = models.CharField(max_length=12, choices=Origin, default=Origin.FAMILY)
    assessment = models.ForeignKey("assessments.Assessment", models.PROTECT, null=True, related_name="+")
    applied_on = models.DateField()
    applied_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    street = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    district = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    account = models.ForeignKey(PayoutAccount, models.PROTECT, null=True, related_name="+")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    filing = models.ForeignKey("subsidies.Filing", models.PROTECT, null=True, related_name="applications")
    chosen = SealedJSONField(null=True)
    state = models.CharField(max_length=20, choices=ApplicationState, default=ApplicationState.SUBMITTED)
    step_began_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    facts = SealedJSONField()
    verdict = SealedJSONField()
    recorded_at = models.DateTimeField(db_default=ClockNow(), editable=False)

    class Meta:
        verbose_name = _("补贴申请")
        indexes = [
            models.Index(fields=["street", "state", "applied_on", "id"], name="applications_of_a_street"),
            models.Index(fields=["district", "state", "applied_on", "id"], name="applications_of_a_district"),
            models.Index(fields=["street", "state", "due_on", "id"], name="the_queue_of_a_street"),
            models.Index(fields=["district", "state", "due_on", "id"], name="the_queue_of_a_district"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["elder", "programme"],
                condition=Q(state__in=OPEN_STATES),
                name="one_open_application_per_programme_and_elder",
            ),
            models.UniqueConstraint(
                fields=["assessment"],
                condition=Q(origin=Origin.ASSESSMENT),
                name="an_assessment_opens_one_application",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ApplicationState.values), name="an_application_is_in_a_known_state"
            ),
            models.CheckConstraint(
                condition=(
                    Q(origin=Origin.FAMILY, applied_by__isnull=False, account__isnull=False)
                    | Q(origin=Origin.ASSESSMENT, assessment__isnull=False)
                ),
                name="an_application_names_who_or_what_began_it",
            ),
            models.CheckConstraint(
                condition=Exact(Left("street_id", DISTRICT_DIGITS), F("district_id")),
                name="an_application_stays_in_the_district_of_its_street",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="an_application_steps_as_the_tables_say",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("state"),
                func=refusing(
                    "an_application_steps_as_the_tables_say",
                    when=f"OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN ({STEPS})",
                ),
            )
        ]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES
