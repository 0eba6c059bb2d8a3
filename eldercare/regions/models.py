"""Administrative divisions of the three regions, and which Beijing district is paired with whom. Holds no rights."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from eldercare.regions.choices import Kind, Level

LIVES = Q(valid_until__isnull=True) | Q(valid_from__isnull=True) | Q(valid_until__gt=F("valid_from"))


class Region(models.Model):
    """A division. `valid_from` and `valid_until` are half-open; null is unknown (from) or open-ended (until)."""

    code = models.CharField(_("代码"), max_length=9, primary_key=True)
    name = models.CharField(_("名称"), max_length=40)
    level = models.CharField(_("层级"), max_length=10, choices=Level)
    kind = models.CharField(_("性质"), max_length=16, choices=Kind, default=Kind.ADMINISTRATIVE)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    valid_from = models.DateField(_("启用日"), null=True, blank=True)
    valid_until = models.DateField(_("停用日"), null=True, blank=True)

    class Meta:
        verbose_name = _("行政区划")
        constraints = [
            models.CheckConstraint(
                name="a_street_has_nine_digits_and_others_six",
                condition=Q(level=Level.STREET, code__regex=r"^\d{9}$")
                | (~Q(level=Level.STREET) & Q(code__regex=r"^\d{6}$")),
            ),
            models.CheckConstraint(
                name="only_a_province_has_no_parent",
                condition=Q(level=Level.PROVINCE, parent__isnull=True)
                | (~Q(level=Level.PROVINCE) & Q(parent__isnull=False)),
            ),
            models.CheckConstraint(name="a_region_ends_after_it_starts", condition=LIVES),
        ]

    def __str__(self) -> str:
        return self.name


class Pairing(models.Model):
    """A Beijing district and the city it is paired with for elder care; half-open days."""

    district = models.ForeignKey(Region, models.PROTECT, related_name="pairings")
    partner = models.ForeignKey(Region, models.PROTECT, related_name="paired_by")
    document = models.CharField(_("文件"), max_length=100)
    article = models.CharField(_("条款"), max_length=40)
    valid_from = models.DateField(_("开始日"))
    valid_until = models.DateField(_("结束日"), null=True, blank=True)

    class Meta:
        verbose_name = _("结对")
        constraints = [
            models.UniqueConstraint(
                fields=["district", "partner", "valid_from"], name="a_pairing_is_written_once_per_start_day"
            ),
            models.CheckConstraint(name="a_region_is_not_paired_with_itself", condition=~Q(district=F("partner"))),
            models.CheckConstraint(name="a_pairing_ends_after_it_starts", condition=LIVES),
        ]

    def __str__(self) -> str:
        return f"{self.district_id}–{self.partner_id}"
