"""The form in which a family describes an elder, so that prices can be shown after subsidies. Registers nothing."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from eldercare.kernel import clock
from eldercare.kernel.days import age_on
from eldercare.people.choices import CERTIFICATE_CATEGORIES, CERTIFICATE_LEVELS, CIRCUMSTANCES
from eldercare.portal.choices import NO_HARDSHIP, UNKNOWN, WELFARE, ToldLevel
from eldercare.portal.rules.description import EXCLUSIONS, HARDSHIPS, MULTIPLE, Description
from eldercare.portal.web import described, places

YOUNGEST, OLDEST = 60, 120
NO_CERTIFICATE = ("", gettext_lazy("没有残疾人证"))
CIRCUMSTANCE_LABELS = dict(CIRCUMSTANCES)
NO_LEVEL = ("", "—")
PARTS = ("first_part", "second_part", "third_part")
MORE = ("birth_date", "residence", "income", "welfare_kind", "welfare_yuan")
MOST_YUAN = 1_000_000


def _circumstances(names: tuple[str, ...]) -> list[tuple[str, Any]]:
    return [(name, CIRCUMSTANCE_LABELS[name]) for name in names]


class DescriptionForm(forms.Form):
    """A few plain facts. A fact the family does not know stays unknown and is never read as a no."""

    age = forms.IntegerField(
        label=gettext_lazy("老人今年多少周岁"),
        min_value=YOUNGEST,
        max_value=OLDEST,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "min_value": gettext_lazy("补贴从 60 周岁起算，请填写 60 以上的周岁年龄。"),
            "max_value": gettext_lazy("请检查年龄，最大可填 120。"),
            "invalid": gettext_lazy("请用数字填写周岁年龄，例如 82。"),
        },
    )
    hukou = forms.ChoiceField(label=gettext_lazy("户籍在哪里"), help_text=gettext_lazy("看户口本，不是现在住的地方。"))
    level = forms.ChoiceField(label=gettext_lazy("照护等级（评估结论）"), choices=ToldLevel, widget=forms.RadioSelect)
    certificate_category = forms.ChoiceField(
        label=gettext_lazy("残疾人证类别"), choices=[NO_CERTIFICATE, *CERTIFICATE_CATEGORIES], required=False
    )
    certificate_level = forms.ChoiceField(
        label=gettext_lazy("残疾人证等级"), choices=[NO_LEVEL, *CERTIFICATE_LEVELS], required=False
    )
    hardship = forms.ChoiceField(
        label=gettext_lazy("家庭情况"),
        choices=[NO_HARDSHIP, *_circumstances(HARDSHIPS), UNKNOWN],
        widget=forms.RadioSelect,
    )
    draws = forms.MultipleChoiceField(
        label=gettext_lazy("老人现在正在领的（没有就不勾）"),
        choices=[*_circumstances(EXCLUSIONS), UNKNOWN],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    birth_date = forms.DateField(
        label=gettext_lazy("出生日期"),
        help_text=gettext_lazy("快满 60、80、90 或 100 周岁时，填上会更准。"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "off"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("请写成 1944-06-15 这样的日期。")},
    )
    residence = forms.ChoiceField(
        label=gettext_lazy("现在住在哪里"),
        help_text=gettext_lazy("国家的消费补贴看住的地方，不看户籍。"),
        required=False,
    )
    income = forms.IntegerField(
        label=gettext_lazy("老人本人每月收入"),
        help_text=gettext_lazy("有重度残疾证、又不是低保低收入时才用得上。"),
        required=False,
        min_value=0,
        max_value=MOST_YUAN,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    welfare_kind = forms.ChoiceField(label=gettext_lazy("因公致残、离休等的补助"), choices=WELFARE, required=False)
    welfare_yuan = forms.IntegerField(
        label=gettext_lazy("这项补助每月多少"),
        required=False,
        min_value=0,
        max_value=MOST_YUAN,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hukou"].choices = [("", _("请选择")), *places.hukou_choices()]
        self.fields["residence"].choices = [("", _("不清楚")), *places.residence_choices()]
        single = [one for one in CERTIFICATE_CATEGORIES if one[0] != MULTIPLE]
        for number, part in enumerate(PARTS, 1):
            words = {"number": number}
            self.fields[part] = forms.ChoiceField(
                label=_("第 {number} 类残疾").format(**words), choices=[("", "—"), *single], required=False
            )
            self.fields[f"{part}_level"] = forms.ChoiceField(
                label=_("第 {number} 类的等级").format(**words), choices=[NO_LEVEL, *CERTIFICATE_LEVELS], required=False
            )

    def parts(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Give the fields of the classes of a 多重 certificate, in pairs."""
        return [(self[part], self[f"{part}_level"]) for part in PARTS]

    def is_multiple(self) -> bool:
        return any(self[part].value() for part in PARTS) or str(self["certificate_category"].value()) == str(MULTIPLE)

    def has_more(self) -> bool:
        return any(self[name].value() for name in MORE)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        category, level = said.get("certificate_category"), said.get("certificate_level")
        if category and not level:
            self.add_error("certificate_level", _("请选择残疾人证上的等级。"))
        if level and not category:
            self.add_error("certificate_category", _("请选择残疾人证上的类别。"))
        self._clean_parts(said)
        born, age = said.get("birth_date"), said.get("age")
        if born and age is not None and not self._is_age(born, age):
            self.add_error("birth_date", _("出生日期和上面填的周岁对不上，请检查其中一项。"))
        if said.get("welfare_yuan") is not None and not said.get("welfare_kind"):
            self.add_error("welfare_kind", _("请选择这项补助是生活类还是护理类。"))
        return said

    def _clean_parts(self, said: dict[str, Any]) -> None:
        for part in PARTS:
            category, level = said.get(part), said.get(f"{part}_level")
            if bool(category) != bool(level):
                self.add_error(f"{part}_level" if category else part, _("类别和等级要一起选。"))
            elif category and str(said.get("certificate_category")) != str(MULTIPLE):
                self.add_error(part, _("只有多重残疾才有几类，请把上面的类别选为“多重残疾”，或者不填这里。"))

    @staticmethod
    def _is_age(born: date, age: int) -> bool:
        today = clock.today()
        return born <= today and age_on(born, today) == age

    def description(self) -> Description:
        """Give what was said; call it on a valid form."""
        said = self.cleaned_data
        certificate = (
            (int(said["certificate_category"]), int(said["certificate_level"]))
            if said["certificate_category"]
            else None
        )
        return Description(
            age=said["age"],
            hukou=said["hukou"],
            level=None if said["level"] == ToldLevel.UNKNOWN else int(said["level"]),
            certificate=certificate,
            hardship=None if said["hardship"] == UNKNOWN[0] else said["hardship"],
            draws=None if UNKNOWN[0] in said["draws"] else tuple(said["draws"]),
            birth_date=said["birth_date"].isoformat() if said["birth_date"] else None,
            components=tuple((int(said[part]), int(said[f"{part}_level"])) for part in PARTS if said[part]),
            residence=said["residence"] or None,
            income_fen=_fen(said["income"]),
            welfare=(said["welfare_kind"], _fen(said["welfare_yuan"])) if said["welfare_kind"] else None,
        )


def _fen(yuan: int | None) -> int | None:
    return None if yuan is None else yuan * 100


def _yuan(fen: int | None) -> int | None:
    return None if fen is None else fen // 100


def as_typed(description: Description) -> dict[str, Any]:
    """Put a description back into the form."""
    category, level = description.certificate or ("", "")
    kind, welfare_fen = description.welfare or ("", None)
    parts = dict(zip(PARTS, description.components, strict=False))
    return {
        **{name: str(part[0]) for name, part in parts.items()},
        **{f"{name}_level": str(part[1]) for name, part in parts.items()},
        "age": description.age,
        "hukou": description.hukou,
        "level": ToldLevel.UNKNOWN if description.level is None else str(description.level),
        "certificate_category": str(category),
        "certificate_level": str(level),
        "hardship": description.hardship or UNKNOWN[0],
        "draws": [UNKNOWN[0]] if description.draws is None else list(description.draws),
        "birth_date": description.birth_date,
        "residence": description.residence or "",
        "income": _yuan(description.income_fen),
        "welfare_kind": kind,
        "welfare_yuan": _yuan(welfare_fen),
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def describe(request: HttpRequest) -> HttpResponse:
    """Ask about the elder; keep the answer sealed in the session and go back to the homes."""
    known = described.described(request)
    form = DescriptionForm(request.POST or None, initial=as_typed(known) if known else None)
    if request.method == "POST" and form.is_valid():
        described.remember(request, form.description())
        messages.success(request, _("已按您说的情况计算补贴。您的填写只保存在这次访问里，不会出现在网址中。"))
        return _back(request)
    status = 422 if form.is_bound else 200
    going = _next(request)
    context = {"form": form, "known": known, "next": going, "for_prices": going != reverse("portal:subsidies")}
    return render(request, "portal/describe.html", context, status=status)


@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """Throw the description away."""
    described.forget(request)
    messages.success(request, _("已清除您填写的老人情况。"))
    return _back(request)


def _next(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next") or ""
    own = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if own and target.startswith("/") else reverse("portal:homes")


def _back(request: HttpRequest) -> HttpResponseRedirect:
    return redirect(_next(request))
