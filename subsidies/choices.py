"""The words of the subsidy floor. Codes are stored, labels are shown; no amount and no rule stands here."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountKind(models.TextChoices):
    """The six cards 160号 六 allows; one of them is chosen in the application."""

    ELDER_CARD = "elder_card", _("北京通-养老助残卡")
    CIVIL_CARD = "civil_card", _("北京通-民政一卡通")
    DISABILITY_CARD = "disability_card", _("北京通-残疾人服务一卡通")
    SPECIAL_FAMILY_CARD = "special_family_card", _("特殊家庭老年人扶助卡")
    SOCIAL_SECURITY_CARD = "social_security_card", _("北京通-第三代社保卡")
    MILITARY_CARD = "military_card", _("军人保障卡")


class ApplicationState(models.TextChoices):
    """Where an application stands; `rules/transitions.py` says which step may follow."""

    SUBMITTED = "submitted", _("等街道初审")
    STREET_PASSED = "street_passed", _("街道初审通过，等区民政局决定")
    STREET_OBJECTED = "street_objected", _("街道有异议，等区民政局决定")
    APPROVED = "approved", _("已批准")
    REFUSED = "refused", _("未批准")
    WITHDRAWN = "withdrawn", _("已撤回")


OPEN_STATES = (ApplicationState.SUBMITTED, ApplicationState.STREET_PASSED, ApplicationState.STREET_OBJECTED)


class Origin(models.TextChoices):
    """What began an application."""

    FAMILY = "family", _("家属或本人申请")
    ASSESSMENT = "assessment", _("评估结果自动生成")


class Stage(models.TextChoices):
    """The two looks at an application; never by the same officer."""

    STREET_REVIEW = "street_review", _("街道初审")
    DISTRICT_DECISION = "district_decision", _("区民政局审定")


class DecisionOutcome(models.TextChoices):
    """What an officer concluded at a stage."""

    PASS = "pass", _("初审通过")  # noqa: S105
    OBJECT = "object", _("有异议")
    APPROVE = "approve", _("批准")
    REFUSE = "refuse", _("不予批准")


class RoutingState(models.TextChoices):
    """Whether a routing still stands."""

    ACTIVE = "active", _("有效")
    REVOKED = "revoked", _("已撤回")
