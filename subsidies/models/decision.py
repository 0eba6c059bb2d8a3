"""An officer's conclusion at one stage of an application: written once, never edited; an appeal leads to a new row.

The reason and the rule's answers of that moment are kept sealed. A CHECK can't look at other rows; who applied, filed,
stands beside the elder, took part or looked is asked by triggers.
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
from subsidies.choices import AppealOrigin, DecisionOutcome, EscalationLevel, Stage
from subsidies.models.application import Application
from subsidies.models.sentences import refusing

TODAY = "(clock_now() AT TIME ZONE 'Asia/Shanghai')::date"
THE_CASE = """
    FROM subsidies_application application
    JOIN people_elder elder ON elder.id = application.elder_id
    JOIN accounts_user officer ON officer.id = NEW.by_id
    WHERE application.id = NEW.application_id
"""
WALLS = {
    "a_decider_is_not_the_applicant": f"""
        EXISTS (SELECT 1 {THE_CASE} AND officer.person_id IN (application.applied_by_id, elder.person_id))
        OR EXISTS (SELECT 1 FROM subsidies_appeal appeal WHERE appeal.id = NEW.answers_id AND appeal.by_id = NEW.by_id)
    """,
    "a_decider_did_not_file_the_case": f"EXISTS (SELECT 1 {THE_CASE} AND application.entered_by_id = NEW.by_id)",
    "a_decider_is_not_beside_the_elder": f"""
        EXISTS (SELECT 1 {THE_CASE} AND EXISTS (
            SELECT 1 FROM people_guardianship beside
            WHERE beside.elder_id = application.elder_id AND beside.guardian_id = officer.person_id))
    """,
    "a_decider_is_not_the_reviewer": """
        EXISTS (SELECT 1 FROM subsidies_decision earlier
            WHERE earlier.application_id = NEW.application_id AND earlier.by_id = NEW.by_id)
    """,
    "a_recheck_answers_an_appeal_of_its_own_case": """
        NEW.answers_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM subsidies_appeal appeal JOIN subsidies_decision appealed ON appealed.id = appeal.decision_id
            WHERE appeal.id = NEW.answers_id AND appealed.application_id = NEW.application_id)
    """,
    "a_decision_in_bulk_was_looked_at": """
        NEW.in_bulk AND NOT EXISTS (SELECT 1 FROM subsidies_look look
            WHERE look.application_id = NEW.application_id AND look.by_id = NEW.by_id)
    """,
    "a_posted_case_is_decided_after_its_days": f"""
        NEW.stage = 'district_decision' AND NEW.outcome = 'approve' AND EXISTS (
            SELECT 1 FROM subsidies_posting posting WHERE posting.application_id = NEW.application_id
            AND (posting.until > {TODAY} OR EXISTS (
                SELECT 1 FROM subsidies_objection objection
                WHERE objection.posting_id = posting.id AND objection.answered_at IS NULL)))
    """,
}


class Decision(models.Model):
    """What one officer concluded, with the facts and the rule's answers as they stood then.

    `appeal_until` is the last day on which the family may ask for a re-check, as printed. A re-check `answers` an
    appeal and `upholds` the decision appealed, or replaces it.
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
    answers = models.OneToOneField("subsidies.Appeal", models.PROTECT, null=True, related_name="answer")
    upholds = models.BooleanField(null=True)
    in_bulk = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=ClockNow(), editable=False)

    class Meta:
        verbose_name = _("审批决定")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "stage"],
                condition=~Q(stage=Stage.RECHECK),
                name="an_application_is_decided_once_per_stage",
            ),
            models.CheckConstraint(
                condition=(
                    Q(stage=Stage.STREET_REVIEW, outcome__in=[DecisionOutcome.PASS, DecisionOutcome.OBJECT])
                    | Q(
                        stage__in=[Stage.DISTRICT_DECISION, Stage.RECHECK],
                        outcome__in=[DecisionOutcome.APPROVE, DecisionOutcome.REFUSE],
                    )
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
            models.CheckConstraint(
                condition=(
                    Q(stage=Stage.RECHECK, answers__isnull=False, upholds__isnull=False)
                    | (~Q(stage=Stage.RECHECK) & Q(answers__isnull=True, upholds__isnull=True))
                ),
                name="a_recheck_and_only_it_answers_an_appeal",
            ),
            models.CheckConstraint(
                condition=Q(in_bulk=False) | Q(outcome__in=[DecisionOutcome.PASS, DecisionOutcome.APPROVE]),
                name="only_a_yes_is_given_in_bulk",
            ),
        ]
        triggers = [
            written_once("a_decision_is_written_once"),
            *(
                pgtrigger.Trigger(
                    name=name, when=pgtrigger.Before, operation=pgtrigger.Insert, func=refusing(name, when=when)
                )
                for name, when in WALLS.items()
            ),
        ]


class Appeal(models.Model):
    """A decision is to be looked at again: the family disagrees, or the facts changed. Answered by a new decision."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    decision = models.OneToOneField(Decision, models.PROTECT, related_name="appeal")
    origin = models.CharField(max_length=10, choices=AppealOrigin)
    said = SealedField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=ClockNow(), editable=False)

    class Meta:
        verbose_name = _("重新核对申请")
        constraints = [
            models.CheckConstraint(condition=Q(origin__in=AppealOrigin.values), name="an_appeal_has_a_known_origin"),
        ]
        triggers = [
            written_once("an_appeal_is_written_once"),
            pgtrigger.Trigger(
                name="an_appeal_comes_in_time",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=refusing(
                    "an_appeal_comes_in_time",
                    when=f"""NEW.origin = 'family' AND NOT EXISTS (
                        SELECT 1 FROM subsidies_decision decision
                        WHERE decision.id = NEW.decision_id AND {TODAY} <= decision.appeal_until)""",
                ),
            ),
            pgtrigger.Trigger(
                name="an_appeal_is_about_a_final_decision",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=refusing(
                    "an_appeal_is_about_a_final_decision",
                    when="""EXISTS (SELECT 1 FROM subsidies_decision decision
                        WHERE decision.id = NEW.decision_id AND decision.stage = 'street_review')""",
                ),
            ),
        ]


class Look(models.Model):
    """An officer's last look at an application: what the rule answered then, as a digest. Bulk decisions rest on it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="looks")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=ClockNow())
    fingerprint = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("阅卷记录")
        constraints = [
            models.UniqueConstraint(fields=["application", "by"], name="an_officer_has_one_last_look_at_an_application")
        ]


class Escalation(models.Model):
    """A clock was rung: once per application, due day and level."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="escalations")
    level = models.CharField(max_length=10, choices=EscalationLevel)
    due_on = models.DateField()
    at = models.DateTimeField(db_default=ClockNow(), editable=False)

    class Meta:
        verbose_name = _("期限提醒")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "due_on", "level"], name="a_clock_is_rung_once_per_day_due_and_level"
            )
        ]
        triggers = [written_once("an_escalation_is_written_once")]
