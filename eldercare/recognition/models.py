"""Agreements between regions: over which kind of result, from which day, on what document. What follows is rules/engine.py."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from eldercare.kernel.keys import new_id
from eldercare.recognition.choices import Kind


class Agreement(models.Model):
    """Results of `issued_in` are recognised in `used_in` on the half-open `days`; a pair has one agreement each way.

    `terms` are those of the kind (see data/agreements). `number` is null where the document's number is not known.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(_("互认种类"), max_length=20, choices=Kind)
    issued_in = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    used_in = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    days = DateRangeField(_("有效期"))
    terms = models.JSONField(_("条件"), default=dict)
    number = models.CharField(_("文号"), max_length=60, null=True, blank=True)
    title = models.CharField(_("文件名称"), max_length=200)
    article = models.CharField(_("条款"), max_length=40, blank=True)
    url = models.URLField(_("网址"), blank=True)
    note = models.TextField(_("说明"), blank=True)
    confidence = models.CharField(_("把握"), max_length=20, blank=True)
    source = models.TextField(_("来源"), blank=True)

    class Meta:
        verbose_name = _("互认约定")
        constraints = [
            ExclusionConstraint(
                name="agreements_do_not_overlap_per_pair_and_kind",
                expressions=[
                    ("kind", RangeOperators.EQUAL),
                    ("issued_in", RangeOperators.EQUAL),
                    ("used_in", RangeOperators.EQUAL),
                    ("days", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(name="an_agreement_joins_two_regions", condition=~Q(issued_in=F("used_in"))),
            models.CheckConstraint(name="an_agreement_is_of_one_of_the_five_kinds", condition=Q(kind__in=Kind.values)),
            models.CheckConstraint(name="an_agreement_has_a_first_day", condition=Q(days__startswith__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"agreement:{self.pk}"
