"""The five recognitions (五个互认) and the states of a paper."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    POLICY = "policy", _("养老服务政策")
    FACILITY_SUBSIDY = "facility_subsidy", _("机构补贴")
    RATING = "rating", _("等级评定")
    ASSESSMENT = "assessment", _("能力评估")
    TRAINING = "training", _("人才培养结果")


class Status(TextChoices):
    """Whether a rating still has force, as its issuer says."""

    ACTIVE = "active", _("有效")
    SUSPENDED = "suspended", _("暂停")
    REVOKED = "revoked", _("撤销")
