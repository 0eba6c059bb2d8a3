"""The papers of a case: what was uploaded with a form or with an answer, and its content, sealed, in a table of its own.

Which paper proves what is data/papers.yaml; whether a file is what it says is `rules/papers.py` and `papers/inspect.py`.
"""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from eldercare.kernel.sealed import SealedBytesField, SealedField
from subsidies.choices import MediaType
from subsidies.models.filing import Filing
from subsidies.models.inquiry import Inquiry

# A CHECK can't look at other rows: whether a paper was handed in stands with its form or its answer.
HANDED_IN = """
IF EXISTS (SELECT 1 FROM subsidies_filing WHERE id = OLD.filing_id AND state = 'sent')
    OR EXISTS (SELECT 1 FROM subsidies_inquiry WHERE id = OLD.inquiry_id AND answered_at IS NOT NULL)
THEN
    RAISE EXCEPTION 'a_paper_handed_in_is_kept' USING ERRCODE = 'check_violation', CONSTRAINT = 'a_paper_handed_in_is_kept';
END IF;
RETURN OLD;
"""


class Paper(models.Model):
    """One uploaded file of a form or of an answer. `digest` (SHA-256) keeps the same file from being kept twice."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    elder = models.ForeignKey("people.Elder", models.PROTECT, related_name="+")
    filing = models.ForeignKey(Filing, models.CASCADE, null=True, blank=True, related_name="papers")
    inquiry = models.ForeignKey(Inquiry, models.CASCADE, null=True, blank=True, related_name="papers")
    kind = models.CharField(_("材料"), max_length=30)
    name = SealedField()
    media_type = models.CharField(max_length=20, choices=MediaType)
    size = models.PositiveIntegerField()
    pages = models.PositiveSmallIntegerField(default=1)
    digest = models.CharField(max_length=64, editable=False)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(db_default=ClockNow(), editable=False)

    class Meta:
        verbose_name = _("申请材料")
        constraints = [
            models.CheckConstraint(
                condition=Q(filing__isnull=False, inquiry__isnull=True) | Q(filing__isnull=True, inquiry__isnull=False),
                name="a_paper_belongs_to_a_form_or_to_an_answer",
            ),
            models.CheckConstraint(condition=Q(media_type__in=MediaType.values), name="a_paper_is_of_an_accepted_type"),
            models.UniqueConstraint(fields=["filing", "kind", "digest"], name="a_form_holds_a_file_once"),
            models.UniqueConstraint(fields=["inquiry", "kind", "digest"], name="an_answer_holds_a_file_once"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="a_paper_handed_in_is_kept",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func=HANDED_IN,
            ),
        ]

    @property
    def is_picture(self) -> bool:
        return self.media_type in (MediaType.JPEG, MediaType.PNG)


class PaperContent(models.Model):
    """The file itself. Apart from `Paper`, so that no list ever opens one."""

    SEALED_AT_ONCE = 4

    paper = models.OneToOneField(Paper, models.CASCADE, primary_key=True, related_name="content")
    content = SealedBytesField()

    class Meta:
        verbose_name = _("申请材料的内容")
