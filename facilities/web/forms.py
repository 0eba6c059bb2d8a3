"""What staff and families type on this floor's pages. Whether it may be done is the services' answer."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from eldercare.ui.forms import DayField, MonthField, YuanField
from facilities.choices import BedType, CareGrade, EndReason, PriceItem, RoomType, StaffRole, WhyClosed
from facilities.selectors.beds import BoardRoom

CHOOSE = ("", _("请选择"))


class ApplyForm(forms.Form):
    """A family applies for a place."""

    elder = forms.ChoiceField(label=_("为哪位老人申请"), widget=forms.RadioSelect)
    room_type = forms.ChoiceField(label=_("想住哪种房间"), choices=[CHOOSE, *RoomType.choices])
    care_grade = forms.ChoiceField(
        label=_("需要哪一档护理"),
        choices=CareGrade.choices,
        widget=forms.RadioSelect,
        help_text=_("按老人现在的情况选；机构会再和您核对。"),
    )
    wanted_from = DayField(label=_("希望从哪天入住"))
    consent = forms.BooleanField(error_messages={"required": _("机构要看到资料才能答复，请勾选同意。")})

    def __init__(self, *args: Any, elders: list[tuple[str, str]], consent_title: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["elder"].choices = elders
        self.fields["consent"].label = consent_title


class OfferForm(forms.Form):
    """A home offers a bed."""

    bed = forms.ChoiceField(label=_("留哪张床"))
    from_day = DayField(label=_("从哪天起"))
    hours = forms.IntegerField(
        label=_("给家属多少小时答复"), min_value=1, widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )

    def __init__(self, *args: Any, beds: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["bed"].choices = [CHOOSE, *beds]


class ReasonForm(forms.Form):
    """Why not; the other side reads it."""

    reason = forms.CharField(label=_("原因（对方会看到）"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class CheckInForm(forms.Form):
    on = DayField(label=_("入住日"))


class EndStayForm(forms.Form):
    until = DayField(label=_("离院日（当天不再收费）"))
    reason = forms.ChoiceField(label=_("为什么离开"), choices=[CHOOSE, *EndReason.choices])


class GradeForm(forms.Form):
    care_grade = forms.ChoiceField(label=_("新的护理档次"), choices=[CHOOSE, *CareGrade.choices])
    from_day = DayField(label=_("从哪天起"))


class LeaveForm(forms.Form):
    since = DayField(label=_("从哪天起不在"))
    until = DayField(label=_("哪天回来"))


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

    def price(self) -> dict[str, Any]:
        """Give the arguments of `set_price`; call it on a valid form."""
        item, room_type, care_grade = self.cleaned_data["what"].split(":")
        rest = {name: self.cleaned_data[name] for name in ("monthly_fen", "since")}
        return {"item": item, "room_type": room_type, "care_grade": care_grade, **rest}


class RoomForm(forms.Form):
    name = forms.CharField(label=_("房间名"), max_length=40)
    room_type = forms.ChoiceField(label=_("房型"), choices=[CHOOSE, *RoomType.choices])
    beds = forms.IntegerField(label=_("几张床"), min_value=1, max_value=12)
    bed_type = forms.ChoiceField(label=_("床位类型"), choices=BedType.choices)


class BoardForm(forms.Form):
    """What all tapped beds become, where one tap says something else."""

    to = forms.ChoiceField(
        label=_("点过的床都改成"),
        choices=[
            ("", _("床上写的样子")),
            ("free", _("空床")),
            ("occupied", _("有人住")),
            ("blocked", _("暂停使用")),
            ("closed", _("空着，暂不收住")),
        ],
        required=False,
    )
    why = forms.ChoiceField(label=_("为什么暂不收住"), choices=[CHOOSE, *WhyClosed.choices], required=False)
    until = DayField(label=_("哪天再空出来"), required=False, help_text=_("不知道就空着。"))


class SheetForm(forms.Form):
    file = forms.FileField(label=_("填好的表格（XLSX）"), widget=forms.FileInput(attrs={"accept": ".xlsx"}))


class CloseBedsForm(forms.Form):
    """Beds that end."""

    beds = forms.TypedMultipleChoiceField(
        label=_("哪些床"), coerce=UUID, error_messages={"required": _("请先勾选要撤销的床。")}
    )
    until = DayField(label=_("从哪天起没有这些床"), required=False)

    def __init__(self, *args: Any, rooms: Iterable[BoardRoom], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["beds"].choices = [(str(bed.bed_id), bed.full_name) for room in rooms for bed in room.beds]

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if self.data.get("act") != "keep" and not said.get("until") and "until" not in self.errors:
            self.add_error("until", _("请写明从哪天起。"))
        return said


class MomentForm(forms.Form):
    """A moment in China's time."""

    at = forms.DateTimeField(
        label=_("看哪个时刻的床位"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
        error_messages={"invalid": _("请按“年-月-日 时:分”填写，例如 2026-07-15 09:30。")},
    )


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
