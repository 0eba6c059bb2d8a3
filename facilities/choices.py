"""The vocabulary of homes, beds and admission, with its Chinese words. Decides nothing."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class FacilityKind(TextChoices):
    """Where people live, and the community places of district, street, neighbourhood and block."""

    HOME = "home", _("养老机构")
    CENTRE = "centre", _("区级养老服务指导中心")
    COMPLEX = "complex", _("区域养老服务综合体")
    STATION = "station", _("社区养老服务驿站")
    DAY_CARE = "day_care", _("日间照料")
    MEAL_POINT = "meal_point", _("助餐点")


class OperatingState(TextChoices):
    OPEN = "open", _("运营中")
    SUSPENDED = "suspended", _("暂停运营")
    CLOSED = "closed", _("已关停")


class Datum(TextChoices):
    """What the coordinates were stated in; they are kept in WGS-84."""

    WGS84 = "wgs84", _("WGS-84")
    GCJ02 = "gcj02", _("GCJ-02（高德、腾讯地图），已换算")
    BD09 = "bd09", _("BD-09（百度地图），已换算")
    UNSTATED = "unstated", _("没有写明，可能差几百米")


class StatedFeeItem(TextChoices):
    """What a register's amount is for; `month` is everything together."""

    MONTH = "month", _("每月收费")
    BED = "bed", _("床位费")
    CARE = "care", _("护理费")
    MEAL = "meal", _("餐费")
    DEPOSIT = "deposit", _("押金")
    MEDICAL_RESERVE = "medical", _("医疗备用金")
    OTHER = "other", _("其他收费")


class StatedFeeUnit(TextChoices):
    MONTH = "month", _("每月")
    DAY = "day", _("每天")
    YEAR = "year", _("每年")
    ONCE = "once", _("一次")


class SkillLevel(IntegerChoices):
    """Of a care worker: five is the lowest, one the highest."""

    FIVE = 5, _("五级（初级工）")
    FOUR = 4, _("四级（中级工）")
    THREE = 3, _("三级（高级工）")
    TWO = 2, _("二级（技师）")
    ONE = 1, _("一级（高级技师）")


class ImportState(TextChoices):
    READING = "reading", _("正在读取")
    PREVIEWED = "previewed", _("等您核对")
    APPLYING = "applying", _("正在写入")
    APPLIED = "applied", _("已写入")
    UNDOING = "undoing", _("正在撤销")
    UNDONE = "undone", _("已撤销")
    FAILED = "failed", _("没有完成")


class RowVerdict(TextChoices):
    """What an imported row would do; a conflict waits for somebody to decide."""

    NEW = "new", _("新增")
    UPDATE = "update", _("更新")
    SAME = "same", _("没有变化")
    MERGE = "merge", _("与表中另一行合并")
    CONFLICT = "conflict", _("有冲突，等您决定")
    REFUSED = "refused", _("没有采用")


class RowDecision(TextChoices):
    NEW = "new", _("是另一家，新增")
    UPDATE = "update", _("是同一家，更新")
    SKIP = "skip", _("这一行不要")


class Nature(TextChoices):
    PUBLIC = "public", _("公办")
    PUBLIC_BUILT_PRIVATE_RUN = "public_built_private_run", _("公建民营")
    PRIVATE = "private", _("民办")


class RoomType(TextChoices):
    SINGLE = "single", _("单人间")
    DOUBLE = "double", _("双人间")
    TRIPLE = "triple", _("三人间")
    MULTI = "multi", _("多人间")


class BedType(TextChoices):
    """Disjoint: a bed is counted under one of them only."""

    NURSING = "nursing", _("护理型床位")
    DEMENTIA = "dementia", _("认知症床位")
    INCLUSIVE = "inclusive", _("普惠床位")
    SHORT_STAY = "short_stay", _("旅居床位")
    ORDINARY = "ordinary", _("普通床位")


class CareGrade(TextChoices):
    """What a home charges care by; data/care_grades.yaml maps capability levels to it."""

    SELF_CARE = "self_care", _("自理")
    PARTIAL = "partial", _("半失能")
    FULL = "full", _("失能")
    DEMENTIA = "dementia", _("认知症")


class ClaimKind(TextChoices):
    HOLD = "hold", _("预留")
    OFFER = "offer", _("已发通知，等家属答复")
    STAY = "stay", _("有人入住")
    BLOCKED = "blocked", _("暂停使用")


class WhyClosed(TextChoices):
    """Why an empty bed takes nobody in just now; blank: the home did not say."""

    STAFFING = "staffing", _("护理人手不够")
    REPAIR = "repair", _("维修")
    CLEANING = "cleaning", _("消毒、隔离")
    RESERVED = "reserved", _("机构自己要用")
    OTHER = "other", _("其他原因")


class StayKind(TextChoices):
    LONG = "long", _("长住")
    SHORT = "short", _("短住（旅居）")


class PriceUnit(TextChoices):
    DAY = "day", _("每天")
    MONTH = "month", _("每月")


class FeeKind(TextChoices):
    DEPOSIT = "deposit", _("押金")
    ONE_OFF = "one_off", _("一次性费用")


class ReminderStage(TextChoices):
    """How far a number of beds has aged when somebody is told."""

    SOON = "soon", _("快要不新鲜了，提醒机构")
    AGAIN = "again", _("再提醒机构")
    DISTRICT = "district", _("告诉区民政局")


class ReportSays(TextChoices):
    """What somebody found who says that a home's number is wrong."""

    FULL = "full", _("页面说有空床，机构说没有了")
    FREE = "free", _("页面说没有空床，其实有")
    OTHER = "other", _("别的数目不对")


class ReportAnswer(TextChoices):
    """What the home answers to it."""

    CORRECTED = "corrected", _("确实不对，已经改正")
    WAS_RIGHT = "was_right", _("当时的数是对的")


class PriceItem(TextChoices):
    BED = "bed", _("床位费")
    CARE = "care", _("护理费")
    MEAL = "meal", _("餐费")


class RatingStatus(TextChoices):
    ACTIVE = "active", _("有效")
    SUSPENDED = "suspended", _("暂停")
    REVOKED = "revoked", _("撤销")


class ApplicationState(TextChoices):
    SUBMITTED = "submitted", _("等机构答复")
    OFFERED = "offered", _("机构已留床，等您答复")
    ACCEPTED = "accepted", _("已接受床位")
    DECLINED = "declined", _("家属谢绝")
    WITHDRAWN = "withdrawn", _("家属撤回")
    REFUSED = "refused", _("机构未能接收")
    CLOSED = "closed", _("已结束")


class ListMode(TextChoices):
    """How a home's waiting list moves when a bed becomes free."""

    AUTO = "auto", _("空出床位就自动通知下一家")
    PROPOSE = "propose", _("先提示工作人员，由工作人员发通知")


class OpeningState(TextChoices):
    OPEN = "open", _("正在按轮候名单询问")
    TAKEN = "taken", _("已有家庭接受")
    EXHAUSTED = "exhausted", _("名单上没有合适的家庭")
    STOPPED = "stopped", _("机构停止询问")


class SkipReason(TextChoices):
    """Why a family on the list was passed over for a bed."""

    NOT_FIT = "not_fit", _("不符合机构的接收条件")
    OTHER_ROOM = "other_room", _("想要别的房型")
    OTHER_BED = "other_bed", _("想要别的床位类型")
    LATER = "later", _("希望晚一些入住")
    PAST = "past", _("想短住的日子已经过去")
    PAUSED = "paused", _("家属暂停了轮候")
    HAS_OFFER = "has_offer", _("手上已有一份留床通知")
    DECLINED = "declined", _("家属没有要这张床")
    UNREACHABLE = "unreachable", _("在时限内没有答复")
    NO_PRICE = "no_price", _("机构没有公布这种房型或护理档次的收费")
    STAFF = "staff", _("机构说明了原因")


class VisitState(TextChoices):
    BOOKED = "booked", _("已预约")
    CANCELLED = "cancelled", _("已取消")
    CAME = "came", _("已参观")
    NO_SHOW = "no_show", _("没有来")


class ContractState(TextChoices):
    DRAWN = "drawn", _("已拟好，等机构签")
    HOME_SIGNED = "home_signed", _("机构已签，等家属签")
    SIGNED = "signed", _("双方已签")
    VOID = "void", _("已作废")


class OfferState(TextChoices):
    LIVE = "live", _("等家属答复")
    ACCEPTED = "accepted", _("家属已接受")
    DECLINED = "declined", _("家属谢绝")
    LAPSED = "lapsed", _("过期未答复")
    WITHDRAWN = "withdrawn", _("机构收回")


class StayState(TextChoices):
    EXPECTED = "expected", _("等待入住")
    IN = "in", _("在住")
    ENDED = "ended", _("已离开")
    NO_SHOW = "no_show", _("未按时入住")
    DROPPED = "dropped", _("入住前取消")


class EndReason(TextChoices):
    WENT_HOME = "went_home", _("回家")
    MOVED = "moved", _("转到别的机构")
    HOSPITAL = "hospital", _("转入医院")
    DEATH = "death", _("去世")
    OTHER = "other", _("其他")


class BillState(TextChoices):
    ISSUED = "issued", _("已出账")
    SETTLED = "settled", _("已结清")


class StaffRole(TextChoices):
    MANAGER = "manager", _("机构负责人")
    STAFF = "staff", _("工作人员")


class EmploymentState(TextChoices):
    CLAIMED = "claimed", _("等区民政局核准")
    APPROVED = "approved", _("在岗")
    REFUSED = "refused", _("未获核准")
    ENDED = "ended", _("已离岗")


class Stars(IntegerChoices):
    ONE = 1, _("一级")
    TWO = 2, _("二级")
    THREE = 3, _("三级")
    FOUR = 4, _("四级")
    FIVE = 5, _("五级")


# What a named source stated about a real organisation, in words. A name not here is shown as the source has it.
STATED_FACTS = {
    "age": _("成立时间"),
    "audience": _("面向"),
    "beds": _("床位"),
    "beds_phase1": _("一期床位"),
    "beds_phase2": _("二期床位"),
    "beds_planned_total": _("规划床位"),
    "beijing_residents": _("北京老人"),
    "beijing_share": _("北京老人占比"),
    "care_share": _("照护服务"),
    "cumulative_guests": _("累计接待"),
    "enquiries": _("参观咨询"),
    "fees_2026": _("收费原文"),
    "fees_2026_01": _("收费原文"),
    "from": _("最低收费原文"),
    "groundbreaking": _("开工"),
    "includes": _("包含"),
    "jingjin_share": _("京津老人占比"),
    "medical": _("医疗"),
    "occupancy": _("入住率"),
    "opened": _("开业"),
    "phase3": _("三期"),
    "price": _("收费原文"),
    "price_per_room_day": _("每间每天收费原文"),
    "product": _("服务"),
    "registrations": _("报名"),
    "residents": _("在住老人"),
    "role": _("曾经的试点"),
    "rooms": _("房间"),
    "sites": _("网点"),
    "star": _("曾评星级"),
    "star_status": _("星级说明"),
    "star_year": _("评星年份"),
    "transport": _("交通"),
    "type": _("类型"),
    "years": _("运营年数"),
}
