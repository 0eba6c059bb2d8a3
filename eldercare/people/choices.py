"""The words of the people floor. Codes are stored, labels are shown; no rule stands here."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sex(models.TextChoices):
    """As the seventeenth digit of the identity number says."""

    MALE = "male", _("男")
    FEMALE = "female", _("女")


class Role(models.TextChoices):
    """What somebody is to an elder here. Kin may look, the other three may also act."""

    SELF = "self", _("本人")
    GUARDIAN = "guardian", _("监护人")
    AGENT = "agent", _("委托代理人")
    KIN = "kin", _("亲属（只看不办）")


class Relation(models.TextChoices):
    """How whoever registers an elder stands to them."""

    SELF = "self", _("我就是老人本人")
    CHILD = "child", _("我是子女或亲友，老人同意由我代办")
    GUARDIAN = "guardian", _("我是老人的监护人")


MAY_ACT = (Role.SELF, Role.GUARDIAN, Role.AGENT)


class Purpose(models.TextChoices):
    """What an elder, or who speaks for the elder, agreed to. Each is given apart and can be taken back apart."""

    REGISTRATION = "registration", _("登记和保管老人资料")
    REPRESENTATION = "representation", _("请家人代办")
    GUARDIANSHIP = "guardianship", _("由监护人办理")
    KIN_ACCESS = "kin_access", _("请家人一起看资料")
    ASSESSMENT_SHARING = "assessment_sharing", _("把能力评估结果给养老院和补贴部门看")
    HOME_APPLICATION = "home_application", _("把老人资料给申请入住的养老院看")
    SUBSIDY_ROUTING = "subsidy_routing", _("每月补贴先付养老院费用")


# What each way of registering makes of somebody, and the consent it rests on.
RELATION_ROLES = {Relation.SELF: Role.SELF, Relation.CHILD: Role.AGENT, Relation.GUARDIAN: Role.GUARDIAN}
ROLE_PURPOSES = {
    Role.SELF: Purpose.REGISTRATION,
    Role.GUARDIAN: Purpose.GUARDIANSHIP,
    Role.AGENT: Purpose.REPRESENTATION,
    Role.KIN: Purpose.KIN_ACCESS,
}


class Source(models.TextChoices):
    """Who said it."""

    FAMILY = "family", _("家庭申报")
    OFFICER = "officer", _("窗口登记")
    DATA_SHARING = "data_sharing", _("部门数据")


class Channel(models.TextChoices):
    """How a letter travels."""

    SMS = "sms", _("手机短信")
    EMAIL = "email", _("电子邮件")
    IN_APP = "in_app", _("站内消息")


class LetterState(models.TextChoices):
    """Where a letter is."""

    QUEUED = "queued", _("等待发送")
    SENT = "sent", _("已发送")
    FAILED = "failed", _("没有送到")


# 残疾人证 categories and levels, as printed on the certificate.
CERTIFICATE_CATEGORIES = (
    (1, _("视力残疾")),
    (2, _("听力残疾")),
    (3, _("言语残疾")),
    (4, _("肢体残疾")),
    (5, _("智力残疾")),
    (6, _("精神残疾")),
    (7, _("多重残疾")),
)
CERTIFICATE_LEVELS = ((1, _("一级")), (2, _("二级")), (3, _("三级")), (4, _("四级")))

# The names of the API's `circumstances`, in plain words.
CIRCUMSTANCES = (
    ("dibao", _("享受最低生活保障（低保）")),
    ("urban_hardship_allowance", _("享受城市居民生活困难补助金")),
    ("low_income", _("认定为低收入家庭")),
    ("special_family_planning", _("计划生育特殊家庭")),
    ("destitute_support", _("特困人员，由政府供养")),
    ("work_injury_nursing", _("领取工伤保险生活护理费")),
    ("good_samaritan_nursing", _("领取见义勇为致残护理补贴")),
    ("returned_youth_nursing", _("领取因公致残返城知青护理费")),
    ("hardship_institution_allowance", _("领取困境家庭入住福利机构补贴")),
    ("disability_nursing_allowance", _("正在领取重度残疾人护理补贴")),
    ("disability_living_allowance", _("正在领取困难残疾人生活补贴")),
    ("long_term_care_insurance", _("享受长期护理保险待遇")),
)
CIRCUMSTANCE_NAMES = tuple(name for name, _label in CIRCUMSTANCES)

# The parts of an elder's file that a look can name (audit), in the family's words. A part not named here is shown as it is.
FILE_PARTS = {
    "file": _("老人首页"),
    "case": _("办理进度"),
    "facts": _("申报的情况"),
    "consents": _("同意书"),
    "circle": _("家人和代办"),
    "views": _("查阅记录"),
    "assessment": _("能力评估"),
    "subsidy_application": _("补贴申请"),
    "subsidy_form": _("补贴申请表"),
    "subsidy_paper": _("补贴申请的材料"),
    "home_application": _("入住申请"),
    "stay": _("入住情况"),
    "contract": _("入住合同"),
    "bill": _("账单"),
    "payments": _("补贴发放"),
}

# Who looked, by the roles a viewer held, in the family's words. The codes are those of the floors that grant them.
ROLE_WORDS = {
    **dict(Role.choices),
    "street_officer": _("街道经办人"),
    "district_officer": _("区民政局经办人"),
    "city_officer": _("市（省）级经办人"),
    "auditor": _("审计员"),
    "assessor": _("评估员"),
    "manager": _("养老院负责人"),
    "staff": _("养老院工作人员"),
}
