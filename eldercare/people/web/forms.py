"""What a family types to register an elder and to declare facts. A fact left alone stays unknown; it never becomes a no."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import speak
from eldercare.people.choices import (
    CERTIFICATE_CATEGORIES,
    CERTIFICATE_LEVELS,
    CIRCUMSTANCE_NAMES,
    CIRCUMSTANCES,
    Relation,
    Role,
)
from eldercare.people.rules.id_number import IdNumberProblem, parse_id_number
from eldercare.regions.rules.codes import province_of
from eldercare.regions.selectors import full_names, hukou_divisions
from eldercare.ui.forms import DayField

NO_AUTOFILL = {"autocomplete": "off"}
MULTIPLE = 7
COMPONENTS = ("a", "b", "c")
SINGLE_CATEGORIES = [choice for choice in CERTIFICATE_CATEGORIES if choice[0] != MULTIPLE]


class IdNumberField(forms.CharField):
    """An identity number as people type it."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={**NO_AUTOFILL, "inputmode": "text", "spellcheck": "false"})
        options.setdefault("help_text", _("18 位，最后一位可能是 X。我们加密保存，页面上只显示头尾。"))
        super().__init__(max_length=60, widget=widget, error_messages={"required": _("请填写身份证号码。")}, **options)

    def validate(self, value: Any) -> None:
        """Say what is wrong with the number beside all other faults; what was typed is handed on as it is."""
        super().validate(value)
        try:
            parse_id_number(value)
        except IdNumberProblem as problem:
            raise forms.ValidationError(speak(problem.sentence, gettext), code=problem.code) from None


class HukouField(forms.ChoiceField):
    """Where the 户籍 is: one list, grouped by district, that a keyboard can search."""

    def __init__(self, **options: Any) -> None:
        super().__init__(error_messages={"required": _("请选择户口本上的地区。")}, **options)
        self.choices = lambda: hukou_choices()  # read anew for each form, when divisions are there


class FactsForm(forms.Form):
    """The declared facts, all of them optional."""

    circumstances = forms.MultipleChoiceField(
        label=_("老人有下面哪些情况？"),
        choices=CIRCUMSTANCES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("有就勾上。不清楚的先不勾，以后可以补。"),
    )
    no_others = forms.BooleanField(
        label=_("没有勾的，我确认都没有"),
        required=False,
        help_text=_(
            "也确认没有领因公致残、离休等别的护理费或生活费。确认以后，补贴能算得更准；不确认，没勾的都按“不清楚”算。"
        ),
    )
    certificate_category = forms.TypedChoiceField(
        label=_("残疾类别"),
        choices=[("", _("没有新的证要登记")), *CERTIFICATE_CATEGORIES],
        coerce=int,
        empty_value=None,
        required=False,
    )
    certificate_level = forms.TypedChoiceField(
        label=_("残疾等级"),
        choices=[("", _("请选择")), *CERTIFICATE_LEVELS],
        coerce=int,
        empty_value=None,
        required=False,
    )
    certificate_number = forms.CharField(
        label=_("残疾人证号"), max_length=40, required=False, widget=forms.TextInput(attrs=NO_AUTOFILL)
    )
    certificate_from = DayField(label=_("发证日期"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for part in COMPONENTS:
            self.fields[f"component_{part}_category"] = _optional_number(_("其中一种"), SINGLE_CATEGORIES)
            self.fields[f"component_{part}_level"] = _optional_number(_("它的等级"), CERTIFICATE_LEVELS)

    @property
    def components(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Give the pairs of fields for a certificate of several disabilities."""
        return [(self[f"component_{part}_category"], self[f"component_{part}_level"]) for part in COMPONENTS]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("certificate_category") and not said.get("certificate_level"):
            self.add_error("certificate_level", _("请选择残疾人证上的等级。"))
        if not said.get("certificate_category") and (said.get("certificate_level") or said.get("certificate_number")):
            self.add_error("certificate_category", _("请选择残疾人证上的类别。"))
        return said

    def declared(self) -> dict[str, Any]:
        """Give the facts in the API's shape: ticked yes; the others, and other allowances, no only when that was confirmed."""
        said = self.cleaned_data
        other = False if said["no_others"] else None
        circumstances = {name: True if name in said["circumstances"] else other for name in CIRCUMSTANCE_NAMES}
        return {"circumstances": circumstances, **({"welfare_allowances": []} if said["no_others"] else {})}

    def certificate(self) -> dict[str, Any] | None:
        """Give the certificate in the API's shape, or None."""
        said = self.cleaned_data
        if not said["certificate_category"]:
            return None
        pairs = [(said[f"component_{part}_category"], said[f"component_{part}_level"]) for part in COMPONENTS]
        named = [{"category": category, "level": level} for category, level in pairs if category and level]
        return {
            "category": said["certificate_category"],
            "level": said["certificate_level"],
            "number": said["certificate_number"] or None,
            "components": named or None,
            "from": said["certificate_from"],
        }


class RegisterForm(FactsForm):
    """An elder's name, number and 户籍, and once, the applicant's own."""

    name = forms.CharField(
        label=_("老人姓名"),
        max_length=60,
        error_messages={"required": _("请填写姓名，和身份证上的一样。")},
        widget=forms.TextInput(attrs=NO_AUTOFILL),
    )
    id_number = IdNumberField(label=_("老人身份证号码"))
    hukou_region = HukouField(
        label=_("老人的户籍在哪里"),
        help_text=_("看户口本，不是现在住的地方，也不看身份证号开头。北京选到街道或乡镇，天津、河北选到区县。"),
    )
    hukou_since = DayField(
        label=_("哪天迁到这里的"), required=False, help_text=_("没有迁过户口，或者很多年前就在这里，不用填。")
    )
    phone = forms.CharField(
        label=_("老人手机号"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={**NO_AUTOFILL, "inputmode": "tel"}),
    )
    applicant_name = forms.CharField(
        label=_("您的姓名"),
        max_length=60,
        error_messages={"required": _("请填写您的姓名，和身份证上的一样。")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    applicant_id_number = IdNumberField(label=_("您的身份证号码"))
    agree = forms.BooleanField(
        label=_("我读过了，同意"), error_messages={"required": _("要先同意，才能登记。不同意可以到街道窗口办理。")}
    )
    consent_text_version = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, relation: str, introduced: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["certificate_category"].choices = [("", _("没有残疾人证")), *CERTIFICATE_CATEGORIES]
        if relation == Relation.SELF:
            self.fields["name"].label, self.fields["id_number"].label = _("您的姓名"), _("您的身份证号码")
            self.fields["hukou_region"].label = _("您的户籍在哪里")
            del self.fields["phone"]
        if relation == Relation.SELF or introduced:
            del self.fields["applicant_name"], self.fields["applicant_id_number"]

    def typed(self) -> dict[str, Any]:
        """Give what `register_elder` asks for; call it on a valid form."""
        names = ("name", "id_number", "hukou_region", "hukou_since", "consent_text_version")
        optional = ("phone", "applicant_name", "applicant_id_number")
        said = self.cleaned_data
        ticked = said["circumstances"] or said["no_others"]
        return {
            **{name: said[name] for name in names},
            **{name: said[name] for name in optional if name in said},
            "declared": self.declared() if ticked else None,
            "certificate": self.certificate(),
        }


class MoveForm(forms.Form):
    """Where the 户籍 moved, and when."""

    region = HukouField(label=_("户口迁到哪里"))
    on = DayField(label=_("迁入日期"), error_messages={"required": _("请填写户口本上的迁入日期。")})


class InviteForm(forms.Form):
    """Whom to invite, and what they may do."""

    address = forms.CharField(
        label=_("家人的手机号或邮箱"),
        max_length=254,
        error_messages={"required": _("请填写家人的 11 位手机号，或者完整的邮箱地址。")},
        widget=forms.TextInput(attrs={**NO_AUTOFILL, "autocapitalize": "none"}),
    )
    kind = forms.ChoiceField(
        label=_("家人能做什么"),
        choices=[(Role.AGENT, _("和我一样，能替老人办事")), (Role.KIN, _("只看，不能办事"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择家人能做什么。")},
    )


class IntroduceForm(forms.Form):
    """Who accepts gives their own name and number once."""

    applicant_name = forms.CharField(
        label=_("您的姓名"),
        max_length=60,
        error_messages={"required": _("请填写您的姓名，和身份证上的一样。")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    applicant_id_number = IdNumberField(label=_("您的身份证号码"))


def about_certificate(refusal: Refusal) -> Refusal:
    """Put a refusal's fields under the names these forms give to a certificate's."""
    names = {name: f"certificate_{name}" for name in ("category", "level", "number")}
    names["components"] = f"component_{COMPONENTS[0]}_category"
    refusal.fields = {names.get(name, name): sentence for name, sentence in refusal.fields.items()}
    return refusal


def _optional_number(label: Any, choices: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, choices=[("", _("请选择")), *choices], coerce=int, empty_value=None, required=False
    )


def hukou_choices() -> list[tuple[str, Any]]:
    """Group the places a 户籍 can be in: Beijing's streets by district, Hebei's counties by city; in two queries."""
    places = list(hukou_divisions())
    names = full_names(code for place in places for code in (place.parent_id, province_of(place.code)))
    groups: dict[str, list[tuple[str, str]]] = {}
    for place in places:
        group = names.get(place.parent_id) or names[province_of(place.code)]
        groups.setdefault(group, []).append((place.code, place.name))
    return [("", _("请选择")), *groups.items()]
