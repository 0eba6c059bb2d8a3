"""What people fill in about a benefit: the account, an officer's conclusion, the consent to routing."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eldercare.ui.forms import DayField
from subsidies.choices import AccountKind

LONG = forms.Textarea(attrs={"rows": 4})


class ApplyForm(forms.Form):
    """The card a benefit is paid to; `kinds` are those its programme allows."""

    account_kind = forms.ChoiceField(label=_("用哪张卡收款"), widget=forms.RadioSelect)
    account_number = forms.CharField(
        label=_("卡号"),
        help_text=_("照卡面填写，空格不要紧。卡号加密保存，页面上只显示最后四位。"),
        max_length=60,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, kinds: tuple[str, ...], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["account_kind"].choices = [choice for choice in AccountKind.choices if choice[0] in kinds]


class ConclusionForm(forms.Form):
    """A conclusion that needs no words."""

    outcome = forms.CharField(widget=forms.HiddenInput)


class ObjectForm(ConclusionForm):
    """The street objects, with the reason."""

    reason = forms.CharField(label=_("异议的理由"), help_text=_("区民政局和家属会读到。"), widget=LONG, max_length=2000)


class RefuseForm(ConclusionForm):
    """The district refuses, with the reason, the remedy and the last day of it."""

    reason = forms.CharField(
        label=_("不予批准的理由"), help_text=_("家属会读到，请写清是哪一条没有满足。"), widget=LONG, max_length=2000
    )
    remedy = forms.CharField(label=_("家属可以怎样提出不同意见"), widget=LONG, max_length=2000)
    appeal_until = DayField(
        label=_("提出不同意见的最后一天"), help_text=_("文件没有写具体天数，请按有关规定填写日期。")
    )


class RouteForm(forms.Form):
    """The consent to routing, in the words shown above it."""

    entitlement = forms.UUIDField(widget=forms.HiddenInput)
    facility = forms.UUIDField(widget=forms.HiddenInput)
    text_version = forms.CharField(widget=forms.HiddenInput, max_length=20)
    agreed = forms.BooleanField(
        label=_("我读过上面的话，同意每月补贴先付这家养老院"),
        error_messages={"required": _("请先读一遍，同意后在这里打勾。")},
    )
