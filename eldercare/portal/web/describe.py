"""The form in which a family describes an elder, so that prices can be shown after subsidies. Registers nothing."""

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

from eldercare.people.choices import CERTIFICATE_CATEGORIES, CERTIFICATE_LEVELS, CIRCUMSTANCES
from eldercare.portal.choices import NO_HARDSHIP, UNKNOWN, ToldLevel
from eldercare.portal.rules.description import EXCLUSIONS, HARDSHIPS, Description
from eldercare.portal.web import described, places

YOUNGEST, OLDEST = 60, 120
NO_CERTIFICATE = ("", gettext_lazy("没有残疾人证"))
CIRCUMSTANCE_LABELS = dict(CIRCUMSTANCES)


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
        label=gettext_lazy("残疾人证等级"), choices=[("", "—"), *CERTIFICATE_LEVELS], required=False
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hukou"].choices = [("", _("请选择")), *places.hukou_choices()]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        category, level = said.get("certificate_category"), said.get("certificate_level")
        if category and not level:
            self.add_error("certificate_level", _("请选择残疾人证上的等级。"))
        if level and not category:
            self.add_error("certificate_category", _("请选择残疾人证上的类别。"))
        return said

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
        )


def _as_typed(description: Description) -> dict[str, Any]:
    """Put a description back into the form."""
    category, level = description.certificate or ("", "")
    return {
        "age": description.age,
        "hukou": description.hukou,
        "level": ToldLevel.UNKNOWN if description.level is None else str(description.level),
        "certificate_category": str(category),
        "certificate_level": str(level),
        "hardship": description.hardship or UNKNOWN[0],
        "draws": [UNKNOWN[0]] if description.draws is None else list(description.draws),
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def describe(request: HttpRequest) -> HttpResponse:
    """Ask about the elder; keep the answer sealed in the session and go back to the homes."""
    known = described.described(request)
    form = DescriptionForm(request.POST or None, initial=_as_typed(known) if known else None)
    if request.method == "POST" and form.is_valid():
        described.remember(request, form.description())
        messages.success(request, _("已按您说的情况计算补贴。您的填写只保存在这次访问里，不会出现在网址中。"))
        return _back(request)
    status = 422 if form.is_bound else 200
    return render(
        request, "portal/describe.html", {"form": form, "known": known, "next": _next(request)}, status=status
    )


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
