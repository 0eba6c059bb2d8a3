"""What people fill in about an assessment: the request, the two assessors, the 26 items, the doubt."""

from typing import Any

from django import forms
from django.core import validators
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessments.choices import Reason
from assessments.models import Agency, Assessor
from assessments.rules.instrument import Dimension, Instrument, Item
from assessments.rules.scoring import MOST_EVENTS
from assessments.services.request import LONGEST_DOUBT
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import speak

YES_OR_NO = (("yes", _("是")), ("no", _("否")))
CONDITIONS = ("coma", "dementia_or_psychiatric_diagnosis", "risk_events_30_days")


class Later:
    """A field the record needs and a draft may still lack: shown as needed, empty is no fault; the rule asks for it."""

    def validate(self, value: Any) -> None:
        if value not in validators.EMPTY_VALUES:
            super().validate(value)  # type: ignore[misc]


class ChoiceLater(Later, forms.TypedChoiceField):
    widget = forms.RadioSelect


class CountLater(Later, forms.IntegerField):
    pass


class AgencyForm(forms.Form):
    """One box to choose an agency; `agencies` are those that can be chosen now."""

    agency = forms.ChoiceField(
        label=_("评估机构"),
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择一家评估机构。"), "invalid_choice": _("请从列表中选择一家评估机构。")},
    )

    def __init__(self, *args: Any, agencies: list[Agency], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["agency"].choices = [(str(row.pk), _agency_name(row)) for row in agencies]


class RequestForm(AgencyForm):
    reason = forms.ChoiceField(
        label=_("为什么评估"),
        choices=[choice for choice in Reason.choices if choice[0] != Reason.REVIEW],
        initial=Reason.FIRST,
    )
    field_order = ["reason", "agency"]


class ContestForm(AgencyForm):
    doubt = forms.CharField(
        label=_("您对结果的疑问"),
        help_text=_("例如：哪一项与老人平时的情况不一样。"),
        max_length=LONGEST_DOUBT,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("请写明您对结果的疑问。")},
    )
    field_order = ["doubt", "agency"]


class AssignForm(forms.Form):
    """Two boxes with the agency's assessors."""

    first_assessor = forms.ChoiceField(label=_("第一位评估员（上门记录）"))
    second_assessor = forms.ChoiceField(label=_("第二位评估员（审定）"))

    def __init__(self, *args: Any, assessors: list[Assessor], **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.choices = [("", _("请选择")), *((str(row.pk), _assessor_name(row)) for row in assessors)]


class RecordForm(forms.Form):
    """The 26 items, each a choice of its points, and the three conditions. An empty one is not filled in yet."""

    use_required_attribute = False
    coma = ChoiceLater(label=_("老人现在处于昏迷状态"), choices=YES_OR_NO)
    dementia_or_psychiatric_diagnosis = ChoiceLater(
        label=_("确诊痴呆，或精神科专科医生诊断的其他精神和行为障碍"), choices=YES_OR_NO
    )
    risk_events_30_days = CountLater(
        label=_("近 30 天照护风险事件共几次"),
        help_text=_("跌倒、走失、噎食、自杀自伤或其他，各种加在一起；没有就填 0。"),
        min_value=0,
        max_value=MOST_EVENTS,
    )

    def __init__(self, *args: Any, scale: Instrument, **options: Any) -> None:
        super().__init__(*args, **options)
        self.scale = scale
        for item in scale.items:
            self.fields[item.code] = _item_field(item)

    def parts(self) -> list[tuple[Dimension, list[forms.BoundField]]]:
        """Give the fields of each dimension, for the page."""
        return [(row, [self[item.code] for item in row.items]) for row in self.scale.dimensions]

    def conditions_part(self) -> list[forms.BoundField]:
        return [self[name] for name in CONDITIONS]

    def answers(self) -> dict[str, int]:
        """Give the items that are filled in."""
        filled = {item.code: self.cleaned_data.get(item.code) for item in self.scale.items}
        return {code: points for code, points in filled.items() if points is not None}

    def conditions(self) -> dict[str, bool | int]:
        """Give the conditions that are filled in."""
        said = {name: self.cleaned_data.get(name) for name in CONDITIONS}
        return {
            name: value if type(value) is int else value == "yes"
            for name, value in said.items()
            if value not in (None, "")
        }

    def add_refused(self, refusal: Refusal) -> None:
        """Put each refused answer beside its item; what is about no item stands above the form."""
        for name, sentence in refusal.fields.items():
            self.add_error(name.split(".", 1)[1], speak(sentence, gettext))
        if not refusal.fields:
            self.add_error(None, speak(refusal.sentence, gettext))


def kept(answers: dict[str, int] | None, conditions: dict[str, Any] | None) -> dict[str, Any]:
    """Give a kept draft as the form's first values."""
    words = {True: "yes", False: "no"}
    said = {name: words[value] if isinstance(value, bool) else value for name, value in (conditions or {}).items()}
    return {**(answers or {}), **said}


def _item_field(item: Item) -> ChoiceLater:
    return ChoiceLater(
        label=f"{item.code} {gettext(item.name)}",
        help_text=gettext(item.description),
        choices=[(option.score, _option_name(option.score, option.label)) for option in item.options],
        coerce=int,
        empty_value=None,
        error_messages={"invalid_choice": _("请选择列出的一项。")},
    )


def _option_name(points: int, label: str) -> str:
    return gettext("{points} 分：{label}").format(points=points, label=gettext(label))


def _agency_name(agency: Agency) -> str:
    name = gettext("{name}（{region}）").format(name=agency.name, region=agency.region.name)
    return gettext("{name} · 示例").format(name=name) if agency.is_demo else name


def _assessor_name(assessor: Assessor) -> str:
    name = assessor.user.name
    return gettext("{name}（有医护背景）").format(name=name) if assessor.medical_background else name
