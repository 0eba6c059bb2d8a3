"""Vocabulary of administrative divisions."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Level(TextChoices):
    PROVINCE = "province", _("省、直辖市")
    PREFECTURE = "prefecture", _("地级市")
    COUNTY = "county", _("区、县")
    STREET = "street", _("街道、乡镇")


class Kind(TextChoices):
    """Only an administrative division can hold a 户籍 or file a home; the others exist in statistics alone."""

    ADMINISTRATIVE = "administrative", _("行政区划")
    STATISTICAL_ONLY = "statistical_only", _("仅统计使用")
    VIRTUAL = "virtual", _("市辖区汇总")
