"""An officer's conclusion at one stage of an application: written once, never edited; an appeal makes a new row.

The reason and the rule's answers of that moment are kept sealed. The three "not the same person" rules are a trigger.
"""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from eldercare.kernel.append_only import written_once
from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from eldercare.kernel.sealed import SealedField, SealedJSONField
from subsidies.choices import DecisionOutcome, Stage
from subsidies.models.application import Application

# A CHECK can't look at other rows: who applied, who the elder is and who reviewed stand in three other tables.
NOT_THE_APPLICANT = """
IF EXISTS (
    SELECT 1 FROM subsidies_application application
    JOIN people_elder elder ON elder.id = application.elder_id
    JOIN accounts_user officer ON officer.id = NEW.by_id
    WHERE application.id = NEW.application_id AND officer.person_id IN (application.applied_by_id, elder.person_id)
) THEN
    RAISE EXCEPTION 'a_decider_is_not_the_applicant'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'a_decider_is_not_the_applicant';
END IF;
RETURN NEW;
"""
NOT_THE_REVIEWER = """
IF EXISTS (
    SELECT 1 FROM subsidies_decision earlier
    WHERE earlier.application_id = NEW.application_id AND earlier.by_id = NEW.by_id
) THEN
    RAISE EXCEPTION 'a_decider_is_not_the_reviewer'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'a_decider_is_not_the_reviewer';
END IF;
RETURN NEW;
"""


class Decision(models.Model):
    """What one officer concluded, with the facts and the rule's answers as they stood then.

    `appeal_until` is the last day on which the family may appeal, as stated by the officer and as printed.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="decisions")
    stage = models.CharField(max_length=20, choices=Stage)
    outcome = models.CharField(max_length=10, choices=DecisionOutcome)
    facts = SealedJSONField()
    verdict = SealedJSONField()
    reason = SealedField(null=True)
    remedy = models.TextField(blank=True)
    appeal_until = models.DateField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=ClockNow(), editable=False)

    class Meta:
        verbose_name = _("审批决定")
        constraints = [
            models.UniqueConstraint(fields=["application", "stage"], name="an_application_is_decided_once_per_stage"),
            models.CheckConstraint(
                condition=(
                    Q(stage=Stage.STREET_REVIEW, outcome__in=[DecisionOutcome.PASS, DecisionOutcome.OBJECT])
                    | Q(stage=Stage.DISTRICT_DECISION, outcome__in=[DecisionOutcome.APPROVE, DecisionOutcome.REFUSE])
                ),
                name="an_outcome_belongs_to_its_stage",
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=[DecisionOutcome.OBJECT, DecisionOutcome.REFUSE]) | Q(reason__isnull=False),
                name="a_no_states_its_reason",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=DecisionOutcome.REFUSE) | (~Q(remedy="") & Q(appeal_until__isnull=False)),
                name="a_refusal_states_remedy_and_time_limit",
            ),
        ]
        triggers = [
            written_once("a_decision_is_written_once"),
            pgtrigger.Trigger(
                name="a_decider_is_not_the_applicant",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=NOT_THE_APPLICANT,
            ),
            pgtrigger.Trigger(
                name="a_decider_is_not_the_reviewer",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=NOT_THE_REVIEWER,
            ),
        ]
