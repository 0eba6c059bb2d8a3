"""What people fill in about a benefit: the account, an officer's conclusion, the consent to routing."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eldercare.kernel.sentences import say, speak
from eldercare.people.web.forms import hukou_choices
from eldercare.ui.forms import DayField
from subsidies.choices import AccountKind
from subsidies.models import PayoutAccount
from subsidies.rules.eligibility import BenefitAnswer
from subsidies.rules.papers import askable, papers
from subsidies.rules.stacking import Option
from subsidies.selectors.filings import is_choice
from subsidies.services.filing import option_key

LONG = forms.Textarea(attrs={"rows": 4})


class BenefitsForm(forms.Form):
    """Which benefits are asked for; and for each that excludes another, which of the two is chosen."""

    programmes = forms.MultipleChoiceField(
        label=_("要申请哪几项"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("请从列出的补贴里选。")},
    )

    def __init__(self, *args: Any, answers: Sequence[BenefitAnswer], **options: Any) -> None:
        super().__init__(*args, **options)
        self.answers = answers
        self.fields["programmes"].choices = [(one.programme, speak(one.name, gettext)) for one in answers]
        for one in answers:
            if is_choice(one):
                self.fields[f"choice:{one.programme}"] = forms.ChoiceField(
                    label=speak(say("{benefit}和下面另一项只能选一项，您选哪一项？", benefit=one.name), gettext),
                    choices=[(option_key(option.programme), "") for option in one.alternatives],
                    widget=forms.RadioSelect,
                    required=False,
                )

    @property
    def rows(self) -> list[tuple[BenefitAnswer, Any, forms.BoundField | None, list[tuple[Any, Option]]]]:
        """Give each benefit with its tick, and the sides of its choice with their buttons."""
        ticks = dict(zip([one.programme for one in self.answers], self["programmes"], strict=True))
        return [(one, ticks[one.programme], *self._sides(one)) for one in self.answers]

    def _sides(self, answer: BenefitAnswer) -> tuple[forms.BoundField | None, list[tuple[Any, Option]]]:
        name = f"choice:{answer.programme}"
        if name not in self.fields:
            return None, []
        return self[name], list(zip(self[name], answer.alternatives, strict=True))

    def choices(self) -> dict[str, str]:
        """Give the choices that were made, benefit by benefit."""
        return {
            name.removeprefix("choice:"): chosen
            for name, chosen in self.cleaned_data.items()
            if name.startswith("choice:") and chosen
        }


TYPED_BEFORE, ANOTHER = "typed", "another"


class AccountForm(forms.Form):
    """The card a benefit is paid to: one that is known already, the one typed before, or another.

    `kinds` are those the programme allows; `typed` is how the card typed before is shown.
    """

    account = forms.ChoiceField(
        label=_("收款的卡"), widget=forms.RadioSelect, error_messages={"required": _("请选择一张卡。")}
    )
    account_kind = forms.ChoiceField(
        label=_("用哪张卡收款"), widget=forms.RadioSelect, error_messages={"required": _("请选择是哪一种卡。")}
    )
    account_number = forms.CharField(
        label=_("卡号"),
        help_text=_("照卡面填写，空格不要紧。卡号加密保存，页面上只显示最后四位。"),
        max_length=60,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("请填写卡号。")},
    )

    def __init__(
        self, *args: Any, kinds: tuple[str, ...], known: Sequence[PayoutAccount] = (), typed: str = "", **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["account_kind"].choices = [choice for choice in AccountKind.choices if choice[0] in kinds]
        cards = [(str(one.pk), f"{one.get_kind_display()} {one.masked}") for one in known]
        if typed:
            cards.insert(0, (TYPED_BEFORE, typed))
        if not cards:
            del self.fields["account"]
            return
        self.fields["account"].choices = [*cards, (ANOTHER, _("另一张卡"))]
        self.fields["account_kind"].required = self.fields["account_number"].required = self.types_another

    @property
    def types_another(self) -> bool:
        """Tell whether the fields for another card are in use."""
        return "account" not in self.fields or self.data.get("account") == ANOTHER

    def account_said(self) -> dict[str, str] | None:
        """Give the card as `services.filing` reads it; None: the one typed before stays."""
        said = self.cleaned_data
        if said.get("account") == TYPED_BEFORE:
            return None
        if said.get("account", ANOTHER) != ANOTHER:
            return {"known": said["account"]}
        return {"kind": said["account_kind"], "number": said["account_number"]}


class PaperForm(forms.Form):
    """One paper: what it is, and the file."""

    kind = forms.ChoiceField(label=_("这是哪一种材料"), widget=forms.RadioSelect)
    file = forms.FileField(
        label=_("选一个文件，或者拍一张照片"),
        help_text=_("PDF、JPEG 或 PNG，最多 10 MB。加密保存，只有办这件事的人能看。"),
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
        error_messages={"required": _("请先选一个文件。")},
    )

    def __init__(self, *args: Any, wanted: Sequence[str] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        kinds = [one for one in papers().values() if not wanted or one.id in wanted or one.id == "other"]
        self.fields["kind"].choices = [(one.id, speak(one.name, gettext)) for one in kinds]
        most = settings.PAPER_MOST_BYTES // 1_000_000
        self.fields["file"].help_text = speak(
            say("PDF、JPEG 或 PNG，最多 {most} MB。加密保存，只有办这件事的人能看。", most=most), gettext
        )


class ConfirmForm(forms.Form):
    """The one confirmation of a form."""

    agreed = forms.BooleanField(
        label=_("以上情况属实，我同意由街道和区民政局核对"),
        error_messages={"required": _("请先看一遍，确认属实后打勾再提交。")},
    )


class AnswerForm(forms.Form):
    """What the family says to what was asked; papers are uploaded beside it."""

    text = forms.CharField(
        label=_("想说明的话"),
        help_text=_("例如“情况已经更正”“残疾人证上个月换了新的”。传了材料的，可以不写。"),
        widget=LONG,
        max_length=2000,
        required=False,
    )


class AskForm(forms.Form):
    """What an officer asks a family for."""

    items = forms.MultipleChoiceField(
        label=_("请家属补充什么"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请选出要家属补充什么。")},
    )
    note = forms.CharField(
        label=_("说明"),
        help_text=_("家属会读到，请写清为什么要、怎样就够了。"),
        widget=LONG,
        max_length=2000,
        required=False,
    )
    answer_by = DayField(label=_("请在哪一天以前补充"), help_text=_("文件没有写天数，请按实际情况定。"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["items"].choices = [(one.id, speak(one.name, gettext)) for one in askable().values()]


class WindowForm(forms.Form):
    """Whose papers the officer at a window holds, and who came."""

    window = forms.ChoiceField(label=_("在哪个窗口"))
    name = forms.CharField(label=_("老人姓名"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    id_number = forms.CharField(
        label=_("老人的身份证号码"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    hukou_region = forms.ChoiceField(
        label=_("户口簿上的地区"),
        help_text=_("只有第一次来的老人要选；登记过的不用选。"),
        required=False,
    )
    agent_name = forms.CharField(
        label=_("来办的人的姓名"),
        help_text=_("老人自己来的，这两栏不填。代办的，请核对委托书。"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    agent_id_number = forms.CharField(
        label=_("来办的人的身份证号码"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, windows: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["window"].choices = windows
        if len(windows) == 1:
            self.fields["window"].widget = forms.HiddenInput()
            self.fields["window"].initial = windows[0][0]
        self.fields["hukou_region"].choices = hukou_choices()


class MoveRoutingForm(forms.Form):
    """The consent to let a benefit pay the home the elder has moved to, in the words shown above it."""

    text_version = forms.CharField(widget=forms.HiddenInput, max_length=20)
    agreed = forms.BooleanField(
        label=_("我读过上面的话，同意把补贴改到这家养老院"),
        error_messages={"required": _("请先读一遍，同意后在这里打勾。")},
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
