"""What staff and families type on this floor's pages. Whether it may be done is the services' answer."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from eldercare.kernel import clock
from eldercare.ui.forms import DayField, MonthField, YuanField
from facilities.choices import (
    BedType,
    CareGrade,
    EndReason,
    FeeKind,
    ListMode,
    PriceItem,
    PriceUnit,
    ReportAnswer,
    ReportSays,
    RoomType,
    SkillLevel,
    StaffRole,
    WhyClosed,
)
from facilities.rules.settings import setting
from facilities.selectors.beds import BoardRoom
from facilities.selectors.holds import Waiting

CHOOSE = ("", _("请选择"))


class WishesForm(forms.Form):
    """What a family wants while it waits. `classes` are those it can ask for: (id, name)."""

    room_type = forms.ChoiceField(label=_("想住哪种房间"), choices=[CHOOSE, *RoomType.choices])
    also_rooms = forms.MultipleChoiceField(
        label=_("这些房间也可以"),
        choices=RoomType.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("多选几种，轮到的机会更大。"),
    )
    bed_type = forms.ChoiceField(label=_("床位类型"), choices=[("", _("都可以")), *BedType.choices], required=False)
    care_grade = forms.ChoiceField(
        label=_("需要哪一档护理"),
        choices=CareGrade.choices,
        widget=forms.RadioSelect,
        help_text=_("按老人现在的情况选；机构会再和您核对。"),
    )
    wanted_from = DayField(label=_("希望从哪天入住"))
    priority_asked = forms.ChoiceField(label=_("有需要优先的情况吗"), required=False)
    priority_words = forms.CharField(
        label=_("说明一下情况"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("选了优先情况才需要写，配偶住在那里的请写配偶的姓名。机构看过证明才算数，在那以前按普通轮候排。"),
    )

    def __init__(self, *args: Any, classes: list[tuple[str, Any]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["priority_asked"].choices = [("", _("没有")), *classes]

    def wishes(self) -> dict[str, Any]:
        """Give the arguments of the services; call it on a valid form."""
        return {name: self.cleaned_data[name] for name in WISHES}


WISHES = ("room_type", "also_rooms", "bed_type", "care_grade", "wanted_from", "priority_asked", "priority_words")


class ApplyForm(WishesForm):
    """A family applies for a place."""

    elder = forms.ChoiceField(label=_("为哪位老人申请"), widget=forms.RadioSelect)
    wanted_until = DayField(
        label=_("只短住（旅居）的话，哪天离开"),
        required=False,
        help_text=_("长住就空着。短住按机构公布的旅居价格算，离开那天不收费。"),
    )
    moving = forms.BooleanField(
        label=_("老人现在住在别的机构，这次是转院"),
        required=False,
        help_text=_("现在的机构会收到通知；新机构办理入住的那天，那边自动办理离院，中间不断档。"),
    )
    consent = forms.BooleanField(error_messages={"required": _("机构要看到资料才能答复，请勾选同意。")})

    field_order = ("elder", *WISHES, "wanted_until", "moving", "consent")

    def __init__(
        self, *args: Any, elders: list[tuple[str, str]], consent_title: str, may_move: bool, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["elder"].choices = elders
        if not may_move:
            del self.fields["moving"]
        self.fields["consent"].label = consent_title


class OfferForm(forms.Form):
    """A home offers a bed."""

    bed = forms.ChoiceField(
        label=_("留哪张床"), error_messages={"invalid_choice": _("这张床刚刚被占了，请换一张床或换一个日期。")}
    )
    from_day = DayField(label=_("从哪天起"))
    hours = forms.IntegerField(
        label=_("给家属多少小时答复"), min_value=1, widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )
    out_of_turn = forms.CharField(
        label=_("不按轮候顺序时，写明为什么"),
        max_length=300,
        required=False,
        help_text=_("前面还有合适的家庭时才需要写，被跳过的家庭会看到。"),
    )

    def __init__(self, *args: Any, beds: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["bed"].choices = [CHOOSE, *beds]


class ReasonForm(forms.Form):
    """Why not; the other side reads it."""

    reason = forms.CharField(label=_("原因（对方会看到）"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class RefuseForm(ReasonForm):
    """Why an application is refused."""

    house_full = forms.BooleanField(
        label=_("因为没有空床了"), required=False, help_text=_("页面还显示有空床的话，会算作床位数不准。")
    )


class CheckInForm(forms.Form):
    on = DayField(label=_("入住日"))


class EndStayForm(forms.Form):
    until = DayField(label=_("离院日（当天不再收费）"))
    reason = forms.ChoiceField(label=_("为什么离开"), choices=[CHOOSE, *EndReason.choices])


class LeavingForm(forms.Form):
    on = DayField(
        label=_("打算哪天离院"), required=False, help_text=_("从那天起算空床，家庭看得到。不走了就清空，再按一次。")
    )


class GradeForm(forms.Form):
    care_grade = forms.ChoiceField(label=_("新的护理档次"), choices=[CHOOSE, *CareGrade.choices])
    from_day = DayField(label=_("从哪天起"))


class LeaveForm(forms.Form):
    since = DayField(label=_("从哪天起不在"))
    until = DayField(label=_("哪天回来"))


class BackForm(forms.Form):
    on = DayField(label=_("哪天回来的"))


class PauseForm(forms.Form):
    until = DayField(label=_("暂停到哪天（这天起又会问您）"))


class ListRuleForm(forms.Form):
    """How a home's list moves."""

    mode = forms.ChoiceField(label=_("空出床位时"), choices=ListMode.choices, widget=forms.RadioSelect)
    hours = forms.IntegerField(
        label=_("给家属多少小时答复"),
        min_value=1,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        help_text=_("不填就按系统规定。"),
    )


class PriorityForm(forms.Form):
    """The class a home confirms, and what proves it."""

    priority = forms.ChoiceField(label=_("认定为"))
    resident = forms.TypedChoiceField(
        label=_("住在本机构的配偶"),
        coerce=UUID,
        empty_value=None,
        required=False,
        help_text=_("认定“与配偶团聚”时选；名单来自入住登记。"),
    )
    document = forms.CharField(
        label=_("看过的材料"), max_length=100, required=False, help_text=_("认定“急需入住”时写，例如出院小结。")
    )
    because = forms.CharField(
        label=_("核实的情况（家属会看到）"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(
        self, *args: Any, classes: list[tuple[str, Any]], residents: list[tuple[str, Any]], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["priority"].choices = [CHOOSE, *classes]
        self.fields["resident"].choices = [CHOOSE, *residents]


class SlotsForm(forms.Form):
    """Times for visits, one after the other."""

    day = DayField(label=_("哪一天"))
    at = forms.TimeField(label=_("从几点起"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
    minutes = forms.IntegerField(label=_("每次多少分钟"), min_value=10, max_value=240, initial=30)
    count = forms.IntegerField(label=_("连着几次"), min_value=1, max_value=20, initial=4)

    def starts_at(self) -> datetime:
        """Give the first moment, in China; call it on a valid form."""
        return datetime.combine(self.cleaned_data["day"], self.cleaned_data["at"], clock.CHINA)


class BookForm(forms.Form):
    """A family books a time."""

    slot = forms.ChoiceField(
        label=_("选一个时间"),
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("这个时间刚刚被约走了，请选另一个。")},
    )
    elder = forms.ChoiceField(label=_("为哪位老人去看"), required=False)

    def __init__(self, *args: Any, slots: list[tuple[str, str]], elders: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["slot"].choices = slots
        self.fields["elder"].choices = [("", _("还没有登记老人")), *elders]


class FoundForm(forms.Form):
    """Was the number of free beds on the page right?"""

    number_right = forms.TypedChoiceField(
        label=_("网页上的空床数和您看到的一样吗"),
        choices=[("yes", _("一样")), ("no", _("不一样"))],
        coerce=lambda word: word == "yes",
        widget=forms.RadioSelect,
    )
    found_free = forms.IntegerField(
        label=_("您看到或问到有几张空床"),
        min_value=0,
        max_value=10000,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class DepositForm(forms.Form):
    """What a home adds to a contract; everything else follows from the stay and the prices."""

    deposit_fen = YuanField(label=_("押金"), help_text=_("不收押金请填 0。"))


class BillForm(forms.Form):
    bill_month = MonthField(label=_("出哪个月的账"))


PRICED = [
    (
        PriceItem.BED.label,
        [(f"bed:{code}:", label) for code, label in RoomType.choices],
    ),
    (
        PriceItem.CARE.label,
        [(f"care::{code}", label) for code, label in CareGrade.choices],
    ),
    (PriceItem.MEAL.label, [("meal::", PriceItem.MEAL.label)]),
]


class PriceForm(forms.Form):
    """One monthly price from a day on."""

    what = forms.ChoiceField(label=_("哪一项"), choices=[CHOOSE, *PRICED])
    monthly_fen = YuanField(label=_("每月价格"))
    since = DayField(label=_("从哪天起"))

    def said(self) -> dict[str, Any]:
        """Give the arguments of `set_price`; call it on a valid form."""
        item, room_type, care_grade = self.cleaned_data["what"].split(":")
        rest = {name: self.cleaned_data[name] for name in ("monthly_fen", "since")}
        return {"item": item, "room_type": room_type, "care_grade": care_grade, **rest}


class SeasonForm(forms.Form):
    """What a short stay costs in a season."""

    room_type = forms.ChoiceField(label=_("房型"), choices=[CHOOSE, *RoomType.choices])
    season = forms.CharField(label=_("季节名"), max_length=40, required=False, help_text=_("例如：暑期、冬季康养。"))
    unit = forms.ChoiceField(label=_("怎么算"), choices=PriceUnit.choices)
    fen = YuanField(label=_("价格"))
    includes = forms.MultipleChoiceField(
        label=_("除了床位还包含"),
        choices=[(PriceItem.MEAL, PriceItem.MEAL.label), (PriceItem.CARE, PriceItem.CARE.label)],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    since = DayField(label=_("从哪天起"))
    until = DayField(label=_("到哪天为止（当天不算）"), required=False)

    def said(self) -> dict[str, Any]:
        """Give the arguments of `set_season`; call it on a valid form."""
        return dict(self.cleaned_data)


class FeeForm(forms.Form):
    """A deposit or a one-off fee."""

    kind = forms.ChoiceField(label=_("哪一种"), choices=FeeKind.choices)
    name = forms.CharField(label=_("名称"), max_length=40, help_text=_("例如：押金、医疗备用金、床品费。"))
    room_type = forms.ChoiceField(label=_("房型"), choices=[("", _("所有房型")), *RoomType.choices], required=False)
    fen = YuanField(label=_("金额"))
    refundable = forms.ChoiceField(
        label=_("离开时退不退"), choices=[("", _("没有写明")), ("yes", _("退")), ("no", _("不退"))], required=False
    )
    since = DayField(label=_("从哪天起"))

    def said(self) -> dict[str, Any]:
        """Give the arguments of `set_fee`; call it on a valid form."""
        refundable = {"yes": True, "no": False}.get(self.cleaned_data["refundable"])
        return {**self.cleaned_data, "refundable": refundable}


class DayForm(forms.Form):
    on = DayField(label=_("看哪一天的收费"))


class RoomForm(forms.Form):
    name = forms.CharField(label=_("房间名"), max_length=40)
    room_type = forms.ChoiceField(label=_("房型"), choices=[CHOOSE, *RoomType.choices])
    beds = forms.IntegerField(label=_("几张床"), min_value=1, max_value=12)
    bed_type = forms.ChoiceField(label=_("床位类型"), choices=BedType.choices)


class BoardForm(forms.Form):
    """What all tapped beds become, where one tap says something else. `waiting`: whom a bed can be held for, by name."""

    to = forms.ChoiceField(
        label=_("点过的床改成"),
        choices=[
            ("", _("照床上写的")),
            ("free", pgettext_lazy("一张床", "空床")),
            ("occupied", _("有人住")),
            ("blocked", _("暂停使用")),
            ("closed", _("暂不收住")),
            ("held", _("先留着")),
        ],
        widget=forms.RadioSelect,
        required=False,
    )
    why = forms.ChoiceField(label=_("为什么"), choices=[CHOOSE, *WhyClosed.choices], required=False)
    until = DayField(label=_("哪天再空出来"), required=False, help_text=_("不知道就空着。"))
    hours = forms.TypedChoiceField(label=_("留到什么时候"), coerce=int, empty_value=None, required=False)
    held_for = forms.TypedChoiceField(
        label=_("为谁留"),
        coerce=UUID,
        empty_value=None,
        required=False,
        help_text=_("只列出在等床位的申请；现在还不通知家属。"),
        error_messages={"invalid_choice": _("这份申请已经不在等床位了，请重新选。")},
    )

    def __init__(self, *args: Any, waiting: Iterable[Waiting] = (), **options: Any) -> None:
        options.setdefault("initial", {"to": ""})
        super().__init__(*args, **options)
        now = clock.now()
        self.fields["hours"].choices = [
            (hours, hours_word(hours, now)) for hours in setting("board", now.date())["hold_hours"]
        ]
        self.fields["hours"].initial = setting("offers", now.date())["hold_hours"]
        self.fields["held_for"].choices = [
            ("", _("还没有定")),
            *(
                (str(one.application_id), f"{one.elder_name} · {one.room} · {one.wanted_from:%Y-%m-%d}")
                for one in waiting
            ),
        ]


def hours_word(hours: int, now: datetime) -> str:
    """Say how long from now, and until when: people think in days and clocks, not in hours."""
    until = now + timedelta(hours=hours)
    moment = f"{date_format(until, 'MONTH_DAY_FORMAT')} {until:%H:%M}"
    words = {"until": moment, "days": hours // 24, "hours": hours}
    if hours % 24:
        return gettext("%(hours)s 小时，到 %(until)s") % words
    return gettext("%(days)s 天，到 %(until)s") % words


class NumberReportForm(forms.Form):
    """What somebody found; nothing about them."""

    says = forms.ChoiceField(label=_("哪里不对"), choices=ReportSays.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("还想说什么"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("可以不写。请不要写姓名和电话。"),
    )


class ReportAnswerForm(forms.Form):
    answer = forms.ChoiceField(label=_("答复"), choices=ReportAnswer.choices, widget=forms.RadioSelect)
    reply = forms.CharField(label=_("说明"), max_length=300, required=False)


class SheetForm(forms.Form):
    file = forms.FileField(
        label=_("填好的表格（XLSX）"), allow_empty_file=True, widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"})
    )


class CloseBedsForm(forms.Form):
    """Beds that end."""

    beds = forms.TypedMultipleChoiceField(
        label=_("哪些床"), coerce=UUID, error_messages={"required": _("请先勾选要撤销的床。")}
    )
    until = DayField(label=_("从哪天起没有这些床"), error_messages={"required": _("请写明从哪天起。")})

    def __init__(self, *args: Any, rooms: Iterable[BoardRoom], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["beds"].choices = [(str(bed.bed_id), bed.full_name) for room in rooms for bed in room.beds]
        self.fields["until"].required = self.data.get("act") != "keep"


class MomentForm(forms.Form):
    """A moment in China's time."""

    at = forms.DateTimeField(
        label=_("看哪个时刻的床位"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
        error_messages={"invalid": _("请按“年-月-日 时:分”填写，例如 2026-07-15 09:30。")},
    )

    def clean_at(self) -> datetime:
        """Refuse a moment so near the ends of the calendar that it has no place in China's zone."""
        field = self.fields["at"]
        try:
            return self.cleaned_data["at"].astimezone(clock.CHINA)
        except OverflowError as error:
            raise forms.ValidationError(field.error_messages["invalid"], "invalid") from error


class InviteForm(forms.Form):
    address = forms.CharField(
        label=_("对方的手机号或邮箱"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    role = forms.ChoiceField(label=_("做什么"), choices=StaffRole.choices, initial=StaffRole.STAFF)


class TokenForm(forms.Form):
    name = forms.CharField(label=_("给这把钥匙起个名字"), max_length=60, help_text=_("例如：机构管理软件"))


class ClaimForm(forms.Form):
    evidence = forms.CharField(
        label=_("您的职务和机构的统一社会信用代码"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("区民政局会据此核对，通常要打电话到机构确认。"),
    )


class AnswerForm(forms.Form):
    """The district's words to a claim."""

    reason = forms.CharField(max_length=300, required=False)


class UploadForm(forms.Form):
    """A spreadsheet of homes. What is in it the service reads."""

    file = forms.FileField(
        label=_("选一个文件"),
        allow_empty_file=True,
        max_length=200,
        help_text=_("不超过 50 MB。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )


def _yes_no(label: Any, help_text: Any = "") -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        help_text=help_text,
        choices=[("", _("不公布")), (True, _("是")), (False, _("否"))],
        coerce=lambda text: text == "True",
        empty_value=None,
        required=False,
    )


LEVELS = [(0, _("能力完好")), (1, _("轻度失能")), (2, _("中度失能")), (3, _("重度失能")), (4, _("完全失能"))]
HUKOU = [("110000", _("北京")), ("120000", _("天津")), ("130000", _("河北"))]


class FactsForm(forms.Form):
    """What a home says of itself. An empty field is not published; nobody reads it as no."""

    phone = forms.CharField(label=_("联系电话"), max_length=40, required=False)
    contact_person = forms.CharField(label=_("联系人"), max_length=60, required=False)
    alias = forms.CharField(label=_("别名"), max_length=120, required=False)
    address = forms.CharField(label=_("地址"), max_length=200, required=False)
    transport = forms.CharField(
        label=_("交通"), max_length=200, required=False, help_text=_("例如：地铁几号线哪一站，走几分钟。")
    )
    latitude = forms.FloatField(label=_("纬度（WGS-84）"), min_value=-90, max_value=90, required=False)
    longitude = forms.FloatField(label=_("经度（WGS-84）"), min_value=-180, max_value=180, required=False)
    opened = forms.RegexField(
        r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$",
        label=_("开业时间"),
        required=False,
        help_text=_("知道到哪里写到哪里：2019、2019-05 或 2019-05-01。"),
        error_messages={"invalid": _("请写成 2019、2019-05 或 2019-05-01。")},
    )
    has_clinic = _yes_no(_("内设医务室"))
    clinic_name = forms.CharField(label=_("医务室名称"), max_length=120, required=False)
    medical_insurance = _yes_no(_("医保定点"))
    one_card = _yes_no(_("可用社保卡一卡通结"))
    takes_dementia = _yes_no(_("接收认知症老人"))
    subsidy_payable = _yes_no(_("北京失能护理补贴可在这里用"))
    accepts_levels = forms.TypedMultipleChoiceField(
        label=_("接收哪些老人"),
        choices=LEVELS,
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    accepts_hukou = forms.TypedMultipleChoiceField(
        label=_("接收哪里户籍"),
        choices=HUKOU,
        coerce=str,
        empty_value=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    care_workers = forms.IntegerField(label=_("护理员人数"), min_value=0, max_value=100_000, required=False)
    certified_workers = forms.IntegerField(label=_("其中持证人数"), min_value=0, max_value=100_000, required=False)


class HospitalForm(forms.Form):
    hospital = forms.CharField(label=_("医院名称"), max_length=120)
    services = forms.CharField(
        label=_("对老人有什么用"), max_length=200, required=False, help_text=_("例如：急诊绿色通道，每周上门巡诊。")
    )
    signed_on = DayField(label=_("签订日"), required=False)
    valid_until = DayField(label=_("最后有效日"), required=False)


class CareWorkerForm(forms.Form):
    name = forms.CharField(label=_("姓名"), max_length=40)
    certificate_no = forms.CharField(
        label=_("职业技能等级证书号"),
        max_length=40,
        required=False,
        help_text=_("Y 或 S 开头共 22 位，等级从号码里读出；旧证书 16 位。家庭只看到各等级的人数。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    level = forms.TypedChoiceField(
        label=_("等级（号码里没有时选）"),
        choices=[CHOOSE, *SkillLevel.choices],
        coerce=int,
        empty_value=None,
        required=False,
    )
    issued_on = DayField(label=_("发证日"), required=False)


class PhotoForm(forms.Form):
    photo = forms.FileField(
        label=_("照片"),
        help_text=_("JPG、PNG 或 WebP，不超过 10 MB。拍摄地点等信息会去掉。"),
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    alt = forms.CharField(
        label=_("照片上是什么"), max_length=120, help_text=_("例如：朝南的双人间，带独立卫生间。看不见的人靠这句话。")
    )
