"""What a cross-check found about an elder's benefit. A person clears it, with a reason; no flag is deleted."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from eldercare.kernel.sealed import SealedField, SealedJSONField
from subsidies.choices import FlagKind
from subsidies.models.application import Application

OPEN_FLAG = Q(cleared_at__isnull=True, gone_at__isnull=True)


class CrossCheckFlag(models.Model):
    """One finding with its evidence. `digest` tells the evidence apart: what was cleared does not come back unchanged.

    `district` handles it. `gone_at`: the facts changed and the finding no longer holds; nobody had to clear it.
    `evidence` is a list of sentences (`Sentence.to_json`).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    elder = models.ForeignKey("people.Elder", models.PROTECT, related_name="+")
    programme = models.CharField(max_length=60)
    application = models.ForeignKey(Application, models.PROTECT, null=True, related_name="flags")
    district = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    kind = models.CharField(_("核对发现"), max_length=24, choices=FlagKind)
    evidence = SealedJSONField()
    digest = models.CharField(max_length=64, editable=False)
    found_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    gone_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True)
    cleared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    cleared_because = SealedField(null=True)

    class Meta:
        verbose_name = _("核对发现")
        indexes = [
            models.Index(fields=["district", "-id"], condition=OPEN_FLAG, name="open_flags_of_a_district"),
            models.Index(fields=["application"], name="flags_of_an_application"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["elder", "programme", "kind", "digest"], name="a_finding_is_flagged_once"),
            models.CheckConstraint(condition=Q(kind__in=FlagKind.values), name="a_flag_is_of_a_known_kind"),
            models.CheckConstraint(
                condition=Q(cleared_at__isnull=True, cleared_by__isnull=True, cleared_because__isnull=True)
                | Q(cleared_at__isnull=False, cleared_by__isnull=False, cleared_because__isnull=False),
                name="a_cleared_flag_says_who_when_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"flag:{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.cleared_at is None and self.gone_at is None
