"""Other figures for a programme, from a month on: drafted by one officer, tried out, published by another.

A published version is law to the rules as the files are, from the moment it was published until it is taken back;
it may be taken back until its first month begins.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import ExtractDay
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from subsidies.choices import VersionState

PUBLISHED_STATES = (VersionState.PUBLISHED, VersionState.TAKEN_BACK)


class ProgrammeVersion(models.Model):
    """`programme` is the programme's id without a benefit (`beijing/2019-160`).

    `document` and `article` are the notice that orders the change. `changes` are
    `{"amounts": {benefit id: {tier id: fen}}, "settings": {name: value}}`. `impact` is the last trial:
    elders and money by district and month.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.CharField(max_length=60)
    document = models.CharField(_("文号"), max_length=80)
    article = models.CharField(_("条款"), max_length=40, blank=True)
    from_month = models.DateField()
    changes = models.JSONField()
    state = models.CharField(max_length=10, choices=VersionState, default=VersionState.DRAFT)
    job = models.UUIDField(null=True)
    impact = models.JSONField(null=True)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    taken_back_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("标准调整")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=VersionState.values), name="a_version_is_in_a_known_state"),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True) | ~Q(published_by=F("drafted_by")),
                name="publisher_differs_from_drafter",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=PUBLISHED_STATES)
                | (Q(published_by__isnull=False, published_at__isnull=False) & ~Q(document="")),
                name="a_published_version_names_publisher_and_document",
            ),
            models.CheckConstraint(
                condition=~Q(state=VersionState.TAKEN_BACK)
                | Q(taken_back_by__isnull=False, taken_back_at__isnull=False),
                name="a_version_taken_back_says_by_whom_and_when",
            ),
            models.CheckConstraint(
                condition=Exact(ExtractDay("from_month"), 1), name="a_version_names_its_month_by_the_first_day"
            ),
            models.UniqueConstraint(
                fields=["programme", "from_month"],
                condition=Q(state=VersionState.PUBLISHED),
                name="one_published_version_per_programme_and_month",
            ),
        ]

    def __str__(self) -> str:
        return f"programme_version:{self.pk}"
