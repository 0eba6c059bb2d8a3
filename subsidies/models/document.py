"""The paper of a final decision: its number and its whole text as it was issued, and the book the numbers come from.

The content is kept sealed as decided; nothing that changes later changes it. Its digest stands in the audit.
"""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from eldercare.kernel.append_only import written_once
from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from eldercare.kernel.sealed import SealedJSONField
from subsidies.models.decision import Decision
from subsidies.models.sentences import refusing


class NumberBook(models.Model):
    """The last number a district gave in a year. Whoever takes the next one holds the row until the transaction ends."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("文号簿")
        constraints = [
            models.UniqueConstraint(fields=["region", "year"], name="a_district_keeps_one_number_book_a_year")
        ]


class Document(models.Model):
    """The numbered decision document, frozen. `content_digest` is that of the canonical JSON of `content`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    decision = models.OneToOneField(Decision, models.PROTECT, related_name="document")
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    number = models.CharField(max_length=80)
    content = SealedJSONField()
    content_digest = models.CharField(max_length=64)
    issued_at = models.DateTimeField(db_default=ClockNow(), editable=False)

    class Meta:
        verbose_name = _("决定书")
        constraints = [
            models.UniqueConstraint(fields=["region", "year", "serial"], name="a_decision_number_is_given_once"),
            models.CheckConstraint(condition=Q(serial__gte=1), name="decision_numbers_begin_at_one"),
        ]
        triggers = [
            written_once("a_decision_document_is_written_once"),
            pgtrigger.Trigger(
                name="a_decision_number_follows_the_last",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=refusing(
                    "a_decision_number_follows_the_last",
                    when="""NEW.serial > 1 AND NOT EXISTS (SELECT 1 FROM subsidies_document earlier
                        WHERE earlier.region_id = NEW.region_id AND earlier.year = NEW.year
                        AND earlier.serial = NEW.serial - 1)""",
                ),
            ),
            pgtrigger.Trigger(
                name="a_document_belongs_to_a_final_decision",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=refusing(
                    "a_document_belongs_to_a_final_decision",
                    when="""EXISTS (SELECT 1 FROM subsidies_decision decision
                        WHERE decision.id = NEW.decision_id AND decision.stage = 'street_review')""",
                ),
            ),
        ]
