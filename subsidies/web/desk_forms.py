"""What officers, families and anybody fill in around a decision: conclusions, an appeal, an objection and its answer."""

from django import forms
from django.utils.translation import gettext_lazy as _

from eldercare.ui.forms import DayField

LONG = forms.Textarea(attrs={"rows": 4})


class ConclusionForm(forms.Form):
    """A conclusion that needs no words."""

    outcome = forms.CharField(widget=forms.HiddenInput)


class ObjectForm(ConclusionForm):
    """The street objects, with the reason."""

    reason = forms.CharField(label=_("异议的理由"), help_text=_("区民政局和家属会读到。"), widget=LONG, max_length=2000)


class RefuseForm(ConclusionForm):
    """The district refuses, with the reason, the remedy and the last day of it."""

    reason = forms.CharField(
        label=_("不予批准的理由"),
        help_text=_("已按没有满足的条件起草，请核对、修改；家属会读到。"),
        widget=LONG,
        max_length=2000,
    )
    remedy = forms.CharField(label=_("家属可以怎样提出不同意见"), widget=LONG, max_length=2000)
    appeal_until = DayField(
        label=_("提出不同意见的最后一天"), help_text=_("文件没有写具体天数，请按有关规定填写日期。")
    )


class AppealForm(forms.Form):
    """Why the family disagrees."""

    said = forms.CharField(
        label=_("您为什么不同意"),
        help_text=_("写一两句就可以，例如“评估以后身体更差了”“有一项资料没有算进去”。"),
        widget=LONG,
        max_length=2000,
    )


class ObjectionForm(forms.Form):
    """What somebody objects to a case on show. A name and a number are welcome, not needed."""

    said = forms.CharField(label=_("您的不同意见"), help_text=_("请写清楚您了解的情况。"), widget=LONG, max_length=2000)
    name = forms.CharField(label=_("您的姓名（可以不填）"), required=False, max_length=60)
    contact = forms.CharField(
        label=_("联系电话（可以不填）"),
        help_text=_("只给核实情况的工作人员看，加密保存。"),
        required=False,
        max_length=60,
    )


class AnswerForm(forms.Form):
    """The district's answer to an objection."""

    holds = forms.TypedChoiceField(
        label=_("异议是否成立"),
        choices=[("yes", _("成立")), ("no", _("不成立"))],
        coerce=lambda typed: typed == "yes",
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(label=_("核实的情况"), help_text=_("提出异议的人会读到。"), widget=LONG, max_length=2000)
