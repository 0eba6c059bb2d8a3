"""公示: what is shown in public before a decision where a programme asks for it, and what anybody objects to it.

Shown are the masked name, the benefit, the place and the amount; never the disability, a number or an address.
"""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from eldercare.kernel.append_only import written_once
from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from eldercare.kernel.sealed import SealedField
from subsidies.models.application import Application
from subsidies.models.decision import TODAY
from subsidies.models.sentences import refusing


class Posting(models.Model):
    """One application on public view over half-open days."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.OneToOneField(Application, models.PROTECT, related_name="posting")
    shown_name = models.CharField(max_length=40)
    place = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    monthly_fen = models.BigIntegerField()
    from_day = models.DateField()
    until = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=ClockNow(), editable=False)

    class Meta:
        verbose_name = _("公示")
        indexes = [models.Index(fields=["until", "id"], name="postings_by_their_end")]
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("from_day")), name="a_posting_is_shown_some_days"),
            models.CheckConstraint(condition=Q(shown_name__contains="*"), name="a_posted_name_is_masked"),
        ]
        triggers = [written_once("a_posting_is_written_once")]


class Objection(models.Model):
    """What somebody objects to a posting, and the district's answer. Whoever objects need not give a name."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    posting = models.ForeignKey(Posting, models.PROTECT, related_name="objections")
    said = SealedField()
    name = SealedField(null=True)
    contact = SealedField(null=True)
    at = models.DateTimeField(db_default=ClockNow(), editable=False)
    answer = SealedField(null=True)
    holds = models.BooleanField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("公示异议")
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(answer__isnull=True, holds__isnull=True, answered_by__isnull=True, answered_at__isnull=True)
                    | Q(answer__isnull=False, holds__isnull=False, answered_by__isnull=False, answered_at__isnull=False)
                ),
                name="an_answered_objection_says_by_whom_when_and_what",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="an_objection_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="what_was_objected_stands",
                operation=pgtrigger.UpdateOf("said", "name", "contact", "at", "posting_id"),
            ),
            pgtrigger.Trigger(
                name="an_objection_falls_in_the_posted_days",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=refusing(
                    "an_objection_falls_in_the_posted_days",
                    when=f"""NOT EXISTS (SELECT 1 FROM subsidies_posting posting WHERE posting.id = NEW.posting_id
                        AND posting.from_day <= {TODAY} AND {TODAY} < posting.until)""",
                ),
            ),
        ]
