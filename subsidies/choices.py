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
    POSTED = "posted", _("公示中")
    APPROVED = "approved", _("已批准")
    REFUSED = "refused", _("未批准")
    RECHECK = "recheck", _("重新核对中")
    WITHDRAWN = "withdrawn", _("已撤回")


OPEN_STATES = (
    ApplicationState.SUBMITTED,
    ApplicationState.STREET_PASSED,
    ApplicationState.STREET_OBJECTED,
    ApplicationState.POSTED,
)


class Origin(models.TextChoices):
    """What began an application."""

    FAMILY = "family", _("家属或本人申请")
    ASSESSMENT = "assessment", _("评估结果自动生成")


class FilingState(models.TextChoices):
    """How far an application form is."""

    DRAFT = "draft", _("还没填完")
    SENT = "sent", _("已提交")
    DISCARDED = "discarded", _("已放弃")


class MediaType(models.TextChoices):
    """What a paper can be uploaded as."""

    PDF = "application/pdf", "PDF"
    JPEG = "image/jpeg", "JPEG"
    PNG = "image/png", "PNG"


class CheckState(models.TextChoices):
    """What the bank said of a payout account: is it there, and is it the elder's?"""

    UNVERIFIED = "unverified", _("等银行核对")
    VERIFIED = "verified", _("银行已核对")
    FAILED = "failed", _("银行核对没有通过")


class ChangeState(models.TextChoices):
    """Where a change of the payout account stands. Until the bank has verified the new one the old one is paid."""

    WAITING = "waiting", _("等银行核对新账户")
    EFFECTIVE = "effective", _("已换到新账户")
    FAILED = "failed", _("没有换成，仍用原账户")
    WITHDRAWN = "withdrawn", _("已取消")


class Stage(models.TextChoices):
    """The looks at an application; never two by the same officer. A re-check answers an appeal."""

    STREET_REVIEW = "street_review", _("街道初审")
    DISTRICT_DECISION = "district_decision", _("区民政局审定")
    RECHECK = "recheck", _("重新核对")


FINAL_STAGES = (Stage.DISTRICT_DECISION, Stage.RECHECK)


class DecisionOutcome(models.TextChoices):
    """What an officer concluded at a stage."""

    PASS = "pass", _("初审通过")
    OBJECT = "object", _("有异议")
    APPROVE = "approve", _("批准")
    REFUSE = "refuse", _("不予批准")


class AppealOrigin(models.TextChoices):
    """Why a decision is looked at again."""

    FAMILY = "family", _("家属提出不同意见")
    FACTS = "facts", _("决定以后资料有变化")


class EscalationLevel(models.TextChoices):
    """How loudly a clock has been rung: before its day to the desk, after it to the level above."""

    REMINDER = "reminder", _("快到期提醒")
    OVERDUE = "overdue", _("过期上报")


class RoutingState(models.TextChoices):
    """Whether a routing still stands."""

    ACTIVE = "active", _("有效")
    REVOKED = "revoked", _("已撤回")


class RunState(models.TextChoices):
    """Where a settlement run stands; `rules/settlement.py` says which step may follow."""

    OPEN = "open", _("正在计算")
    CALCULATED = "calculated", _("已算好，待提请")
    PROPOSED = "proposed", _("已提请，待复核")
    APPROVED = "approved", _("已批准，正在记账")
    POSTED = "posted", _("已记账，待付款")
    PAYING = "paying", _("正在付款")
    RECONCILED = "reconciled", _("已对平")
    CLOSED = "closed", _("已结清")
    CANCELLED = "cancelled", _("已作废")


class Cause(models.TextChoices):
    """Why a run pays a line."""

    REGULAR = "regular", _("当月补贴")
    BACK_PAY = "back_pay", _("补发")
    CORRECTION = "correction", _("更正")
    DIFFERENCE = "difference", _("按变化补差")


class LedgerKind(models.TextChoices):
    """Whose money an account of the ledger holds."""

    DISTRICT_FUND = "district_fund", _("区补贴资金")
    ELDER_RESTRICTED = "elder_restricted", _("老人补贴专用账户")
    HOME_PAYABLE = "home_payable", _("应付养老机构")
    CHANNEL_PAID = "channel_paid", _("经银行付出")


class PaymentKind(models.TextChoices):
    """What the bank is asked to move."""

    CREDIT = "credit", _("补贴入账")
    PAYOUT = "payout", _("付给养老机构")


class PaymentState(models.TextChoices):
    """How far a payment is. `unknown` is honest: it is asked about, never paid again under another key."""

    INTENT = "intent", _("待发送")
    SENT = "sent", _("已送银行")
    UNKNOWN = "unknown", _("结果待查")
    EXECUTED = "executed", _("已到账")
    REFUSED = "refused", _("银行未受理")
    RETURNED = "returned", _("已退回")


class StatementState(models.TextChoices):
    """Whether a statement was taken in."""

    ACCEPTED = "accepted", _("已入账核对")
    HELD = "held", _("合计不符，已搁置")


class BreakClass(models.TextChoices):
    """How our record and the bank's can differ."""

    OURS_ONLY = "ours_only", _("我方有，银行没有")
    THEIRS_ONLY = "theirs_only", _("银行有，我方没有")
    AMOUNT_DIFFERS = "amount_differs", _("金额不一致")
    DUPLICATE = "duplicate", _("同一笔入账两次")
    RETURNED_AFTER_SUCCESS = "returned_after_success", _("成功后又退回")
    OTHER_DAY = "other_day", _("记在另一天")


class ChangeKind(models.TextChoices):
    """What the facts made of a right after its decision."""

    RESUMED = "resumed", _("恢复发放")
    INCREASED = "increased", _("提高标准")
    DECREASED = "decreased", _("降低标准")
    STOPPED = "stopped", _("停发")
    MOVED = "moved", _("转区发放")


class FlagKind(models.TextChoices):
    """What a cross-check can find (160号 三、七；反欺诈)."""

    DECEASED = "deceased", _("本人已去世")
    DESTITUTE = "destitute", _("享受特困供养")
    WORK_INJURY = "work_injury", _("领取工伤保险生活护理费")
    TWO_ALLOWANCES = "two_allowances", _("正在领取残疾人两项补贴")
    DOUBLE_CLAIM = "double_claim", _("重复申领")
    ABSENT = "absent", _("补贴付给机构，人不在机构")
    UNDECIDED = "undecided", _("缺少事实，不能复核")


class FactListState(models.TextChoices):
    """How far a list of facts is."""

    LOOKED_AT = "looked_at", _("待确认")
    TAKEN = "taken", _("已录入")
    LEFT = "left", _("已放弃")


class VersionState(models.TextChoices):
    """How far a change of a programme's figures is."""

    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已发布")
    TAKEN_BACK = "taken_back", _("已撤回")
    LEFT = "left", _("已放弃")


class FactKind(models.TextChoices):
    """What can become known about an elder after a decision (160号 七(二)、八)."""

    DEATH = "death", _("去世")
    DEATH_WITHDRAWN = "death_withdrawn", _("更正：去世登记有误")
    MISSING = "missing", _("法院宣告失踪")
    HUKOU_MOVED = "hukou_moved", _("户籍迁移")
    CERTIFICATE = "certificate", _("残疾人证新办或变更")
    CERTIFICATE_ENDED = "certificate_ended", _("残疾人证注销")
    BEGAN = "began", _("开始享受认定或待遇")
    ENDED = "ended", _("不再享受认定或待遇")
    PRISON = "prison", _("服刑")
    REASSESSED = "reassessed", _("重新评估")
