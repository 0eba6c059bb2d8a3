"""The application form (申请表): what is asked for an elder in one act, kept while it is being filled in.

Each benefit asked for becomes an `Application` of its own; this is the one act, its choices, its papers and its author.
"""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from eldercare.kernel.sealed import SealedJSONField
from subsidies.choices import FilingState


class Filing(models.Model):
    """One form for one elder. `applicant` asks: the elder, an agent or a guardian; `begun_by` types.

    `window` is the street whose officer fills it in for the family; None: online. `contents`, sealed: `programmes`,
    `choices` (benefit → what was laid out and chosen), `account` (kind, number; gone once it is sent), `agreed`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    elder = models.ForeignKey("people.Elder", models.PROTECT, related_name="+")
    applicant = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    window = models.ForeignKey("regions.Region", models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=12, choices=FilingState, default=FilingState.DRAFT)
    contents = SealedJSONField(default=dict)
    begun_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    touched_at = models.DateTimeField(db_default=ClockNow())
    sent_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("补贴申请表")
        indexes = [
            models.Index(fields=["elder", "-id"], name="filings_of_an_elder"),
            models.Index(fields=["begun_by", "-id"], name="filings_of_an_author"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["elder", "begun_by"],
                condition=Q(state=FilingState.DRAFT),
                name="an_author_fills_in_one_form_for_an_elder_at_a_time",
            ),
            models.CheckConstraint(condition=Q(state__in=FilingState.values), name="a_filing_is_in_a_known_state"),
            models.CheckConstraint(
                condition=Q(state=FilingState.SENT, sent_at__isnull=False)
                | (~Q(state=FilingState.SENT) & Q(sent_at__isnull=True)),
                name="a_sent_filing_says_when",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="a_sent_filing_is_not_rewritten",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state=FilingState.SENT),  # type: ignore[call-arg]
            ),
        ]

    @property
    def is_draft(self) -> bool:
        return self.state == FilingState.DRAFT
