"""The words of the assessments floor. Codes are stored, labels are shown; no rule stands here."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    """Where an assessment is. A contested one keeps its result until the review concludes."""

    REQUESTED = "requested", _("已申请，等待派评估员")
    ASSIGNED = "assigned", _("已派评估员，等待上门")
    RECORDED = "recorded", _("已记录，等待第二位评估员审定")
    CONCLUDED = "concluded", _("已出结果")
    CONTESTED = "contested", _("已申请复评")
    CANCELLED = "cancelled", _("已取消")


class Reason(TextChoices):
    """Why an assessment is made (GB/T 42195-2022 A.1.3)."""

    FIRST = "first", _("首次评估")
    REGULAR = "regular", _("常规评估")
    IMMEDIATE = "immediate", _("即时评估（情况有变化）")
    REVIEW = "review", _("因对结果有疑问进行的复评")
    OTHER = "other", _("其他")


class Role(TextChoices):
    """What somebody does at an agency. A lead also assigns the work."""

    ASSESSOR = "assessor", _("评估员")
    LEAD = "agency_lead", _("评估机构负责人")


OPEN = (State.REQUESTED, State.ASSIGNED, State.RECORDED)
WITH_RESULT = (State.CONCLUDED, State.CONTESTED)
