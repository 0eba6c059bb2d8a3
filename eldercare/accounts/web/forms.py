"""What people type to sign in, to prove a second factor, and to offer a post."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eldercare.accounts.choices import PostRole
from eldercare.accounts.rules.posts import FILLS, fits_level
from eldercare.kernel.viewer import Viewer
from eldercare.regions.selectors import within


class AddressForm(forms.Form):
    """One box for a phone number or an e-mail address."""

    address = forms.CharField(
        label=_("手机号或邮箱"),
        max_length=254,
        error_messages={"required": _("请填写 11 位手机号，或者完整的邮箱地址。")},
        widget=forms.TextInput(attrs={"autocomplete": "username", "inputmode": "email", "autocapitalize": "none"}),
    )


class CodeForm(forms.Form):
    """One box for the digits of a code."""

    code = forms.CharField(
        label=_("验证码"),
        max_length=20,
        error_messages={"required": _("请填写验证码。")},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class AppCodeForm(CodeForm):
    """One box for the digits of the authenticator app, or a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("验证器上的 6 位数字")


class ColleagueForm(forms.Form):
    """A colleague's name and address."""

    name = forms.CharField(label=_("同事姓名"), max_length=50, error_messages={"required": _("请填写同事的姓名。")})
    address = forms.CharField(
        label=_("同事的手机号或邮箱"),
        max_length=254,
        help_text=_("邀请会发到这里，同事用它登录后接受。"),
        error_messages={"required": _("请填写同事的 11 位手机号，或者完整的邮箱地址。")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )


class OfferForm(ColleagueForm):
    """A colleague, and which of the posts the viewer may fill."""

    post = forms.ChoiceField(label=_("岗位"), error_messages={"required": _("请选择岗位。")})

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"].choices = [("", _("请选择")), *_fillable(viewer)]

    def role_and_region(self) -> tuple[str, str]:
        """Give what was chosen; call it on a valid form."""
        role, _colon, region = self.cleaned_data["post"].partition(":")
        return role, region


def _fillable(viewer: Viewer) -> list[tuple[str, list[tuple[str, str]]]]:
    """Give the posts a manager may fill, grouped by role: over the same region, or over those inside it."""
    groups: dict[str, dict[str, str]] = {}
    for grant in sorted(viewer.grants, key=lambda grant: (grant.kind, grant.place)):
        if grant.kind != "region":
            continue
        inside = list(within(grant.place))
        for role, where in FILLS.get(grant.role, ()):
            for region in inside:
                if fits_level(role, region.level) and (where == "inside" or region.code == grant.place):
                    groups.setdefault(role, {})[f"{role}:{region.code}"] = f"{region.name} · {PostRole(role).label}"
    return [(str(PostRole(role).label), list(choices.items())) for role, choices in groups.items()]
