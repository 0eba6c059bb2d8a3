"""Agencies that assess, and the assessors who work for them. What they assess is elsewhere."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from assessments.choices import Role
from eldercare.kernel.keys import new_id


class Agency(models.Model):
    """An assessment agency. The province of its region is where its results are issued; `is_demo` is an invented one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("名称"), max_length=80)
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    credit_code = models.CharField(_("统一社会信用代码"), max_length=18, blank=True)
    is_demo = models.BooleanField(_("示例"), default=False)

    class Meta:
        verbose_name = _("评估机构")
        constraints = [
            models.UniqueConstraint(fields=["region", "name"], name="an_agency_is_named_once_in_its_region"),
        ]

    def __str__(self) -> str:
        return self.name


class Assessor(models.Model):
    """A user who assesses for an agency over half-open days; `medical_background` is medical or nursing training."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="assessors")
    role = models.CharField(_("身份"), max_length=12, choices=Role, default=Role.ASSESSOR)
    medical_background = models.BooleanField(_("有医护背景"), default=False)
    valid_from = models.DateField(_("开始日"))
    valid_until = models.DateField(_("结束日"), null=True, blank=True)

    class Meta:
        verbose_name = _("评估员")
        constraints = [
            models.CheckConstraint(
                name="an_assessor_ends_after_they_begin",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
            ),
            ExclusionConstraint(
                name="an_assessor_serves_an_agency_once_a_day",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("agency", RangeOperators.EQUAL),
                    (Func("valid_from", "valid_until", function="daterange"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"assessor:{self.pk}"
