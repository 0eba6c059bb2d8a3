"""The forms of the check page, one for each kind. A field left empty is unknown; the engine says what is missing."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from eldercare.recognition.choices import Kind, Status
from eldercare.recognition.rules.claims import Claim
from eldercare.recognition.rules.reading import claim_from
from eldercare.recognition.rules.standards import standards
from eldercare.regions.selectors import provinces
from eldercare.ui.forms import DayField, MonthField

NOT_KNOWN = ("", _("不清楚"))
CAPABILITY = [
    NOT_KNOWN,
    (0, _("0 能力完好")),
    (1, _("1 轻度失能")),
    (2, _("2 中度失能")),
    (3, _("3 重度失能")),
    (4, _("4 完全失能")),
]
RATING_LEVELS = [
    NOT_KNOWN,
    (1, _("一级（一星）")),
    (2, _("二级（二星）")),
    (3, _("三级（三星）")),
    (4, _("四级（四星）")),
    (5, _("五级（五星）")),
]
SKILL_LEVELS = [
    NOT_KNOWN,
    (5, _("五级（初级工）")),
    (4, _("四级（中级工）")),
    (3, _("三级（高级工）")),
    (2, _("二级（技师）")),
    (1, _("一级（高级技师）")),
]
STARS = [NOT_KNOWN, (0, _("还没有评上")), *RATING_LEVELS[1:]]
PROGRAMMES = [
    ("beijing/2019-160/nursing", _("北京失能老年人护理补贴")),
    ("beijing/2019-160/hardship", _("北京困难老年人养老服务补贴")),
    ("beijing/2019-160/seniority", _("北京高龄老年人津贴")),
    ("beijing/2016-434/nursing", _("北京重度残疾人护理补贴")),
    ("beijing/2016-434/living", _("北京困难残疾人生活补贴")),
]


def level_field(choices: list[Any], label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(choices=choices, label=label, coerce=int, empty_value=None, required=False)


class ClaimForm(forms.Form):
    """Where the result comes from, where it is used, and on which day."""

    issued_in = forms.ChoiceField(label=_("结果是哪里的"))
    used_in = forms.ChoiceField(label=_("要在哪里用"))
    on = DayField(label=_("哪一天用"), help_text=_("一般就是今天。"))
    kind = ""
    begins = "issued_on"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        regions = [(row.code, row.name) for row in provinces()]
        for name in ("issued_in", "used_in"):
            self.fields[name].choices = regions

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        begun, ends = facts.get(self.begins), facts.get("valid_until")
        if begun and ends and ends < begun:
            self.add_error("valid_until", ValidationError(_("有效期不能在得出结果之前就结束。")))
        return facts

    def claim(self) -> Claim:
        """Give what was described; an empty text is unknown."""
        facts = {name: value or None if isinstance(value, str) else value for name, value in self.cleaned_data.items()}
        return claim_from({**facts, "kind": self.kind})


class StandardForm(ClaimForm):
    standard = forms.ChoiceField(label=_("按哪个标准"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        known = [(row.standard, f"{row.standard} {row.title}") for row in standards() if row.kind == self.kind]
        self.fields["standard"].choices = [*known, NOT_KNOWN]
        self.fields["standard"].initial = known[0][0]


class RatingForm(StandardForm):
    kind = Kind.RATING
    level = level_field(RATING_LEVELS, _("评为几级"))
    issued_on = DayField(label=_("评定日期"), required=False)
    valid_until = DayField(label=_("有效期最后一天"), required=False)
    status = forms.ChoiceField(choices=[*Status.choices, NOT_KNOWN], label=_("现在的状态"), required=False)


class AssessmentForm(StandardForm):
    kind = Kind.ASSESSMENT
    begins = "concluded_on"
    level = level_field(CAPABILITY, _("能力等级"))
    concluded_on = DayField(label=_("评估报告日期"), required=False)
    valid_until = DayField(label=_("有效期最后一天"), required=False)


class TrainingForm(ClaimForm):
    kind = Kind.TRAINING
    certificate_no = forms.CharField(label=_("证书编号"), required=False, max_length=40)
    level = level_field(SKILL_LEVELS, _("技能等级"))
    issued_on = DayField(label=_("发证日期"), required=False)


class PolicyForm(ClaimForm):
    kind = Kind.POLICY
    programme = forms.ChoiceField(choices=PROGRAMMES, label=_("哪一项待遇"))


class FacilitySubsidyForm(ClaimForm):
    kind = Kind.FACILITY_SUBSIDY
    capability_level = level_field(CAPABILITY, _("老人的能力等级"))
    stars = level_field(STARS, _("机构的等级"))
    month = MonthField(label=_("哪个月"), required=False)

    def claim(self) -> Claim:
        """The elder's 户籍 and the home lie in the two regions chosen above."""
        facts = {**self.cleaned_data, "kind": self.kind}
        return claim_from({**facts, "hukou": facts["issued_in"], "facility_region": facts["used_in"]})


FORMS: dict[Any, type[ClaimForm]] = {
    form.kind: form for form in (AssessmentForm, RatingForm, PolicyForm, FacilitySubsidyForm, TrainingForm)
}
