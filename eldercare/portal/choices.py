"""Words of the family's own description of an elder. The facts they stand for are explained in rules/description.py."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ToldLevel(models.TextChoices):
    """The five capability levels of GB/T 42195-2022, as a family would say them."""

    INTACT = "0", _("0 级 能力完好：生活全部自理")
    MILD = "1", _("1 级 轻度失能：少数事情要人帮")
    MODERATE = "2", _("2 级 中度失能：多数事情要人帮")
    SEVERE = "3", _("3 级 重度失能：大部分要人照料")
    COMPLETE = "4", _("4 级 完全失能：全靠人照料")
    UNKNOWN = "unknown", _("没有评估过，或者不清楚")


class ToldHardship(models.TextChoices):
    """Which family support the elder has, if any; the codes are those of the API's `circumstances`."""

    NONE = "none", _("都没有")
    DIBAO = "dibao", _("低保")
    URBAN_HARDSHIP = "urban_hardship_allowance", _("城市居民生活困境补助")
    LOW_INCOME = "low_income", _("低收入家庭")
    SPECIAL_FAMILY = "special_family_planning", _("计划生育特殊家庭")
    UNKNOWN = "unknown", _("不清楚")


class ToldDraw(models.TextChoices):
    """What an elder may already draw that excludes a benefit or must be chosen between."""

    DESTITUTE = "destitute_support", _("特困人员供养")
    WORK_INJURY = "work_injury_nursing", _("工伤保险生活护理费")
    GOOD_SAMARITAN = "good_samaritan_nursing", _("见义勇为致残护理补贴")
    RETURNED_YOUTH = "returned_youth_nursing", _("因公致残返城知青护理费")
    HARDSHIP_INSTITUTION = "hardship_institution_allowance", _("困境家庭服务对象入住机构补贴")
    DISABILITY_NURSING = "disability_nursing_allowance", _("重度残疾人护理补贴")
    DISABILITY_LIVING = "disability_living_allowance", _("困难残疾人生活补贴")
    LONG_TERM_CARE = "long_term_care_insurance", _("长期护理保险")
    UNKNOWN = "unknown", _("不清楚")


class CertificateCategory(models.TextChoices):
    """Classes of the disability certificate, as printed."""

    SIGHT = "1", _("视力")
    HEARING = "2", _("听力")
    SPEECH = "3", _("言语")
    LIMB = "4", _("肢体")
    MIND = "5", _("智力")
    PSYCHE = "6", _("精神")
    MULTIPLE = "7", _("多重")


class CertificateLevel(models.TextChoices):
    FIRST = "1", _("一级")
    SECOND = "2", _("二级")
    THIRD = "3", _("三级")
    FOURTH = "4", _("四级")
