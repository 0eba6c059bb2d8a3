"""Form fields for money, months and days, and how a refusal comes back into the form that caused it. Knows no noun."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eldercare.kernel import money
from eldercare.kernel.days import Month
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import Sentence, speak


class YuanField(forms.Field):
    """Asks for yuan as people write them (3,480 or 3480.5) and gives whole fen, 0 or more."""

    default_error_messages = {"invalid": _("请填写金额，例如 3480 或 3480.50。")}

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal"}))
        super().__init__(**options)

    def to_python(self, value: Any) -> int | None:
        """Read yuan into fen. Raises ValidationError on anything else."""
        text = re.sub(r"[,\uFF0C\s\u00A5\uFFE5\u5143]", "", str(value or ""))
        if not text:
            return None
        found = re.fullmatch(r"(\d{1,10})(?:\.(\d{1,2}))?", text)
        if not found:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return int(found[1]) * money.FEN_IN_YUAN + int((found[2] or "").ljust(2, "0"))

    def prepare_value(self, value: Any) -> Any:
        return money.yuan(value) if isinstance(value, int) else value


class MonthField(forms.Field):
    """Asks for a month as 2026-07 and gives a `Month`."""

    default_error_messages = {"invalid": _("请按“年-月”填写，例如 2026-07。")}

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(attrs={"type": "month", "placeholder": "2026-07"}))
        super().__init__(**options)

    def to_python(self, value: Any) -> Month | None:
        """Read a month. Raises ValidationError when it is none."""
        if not value or isinstance(value, Month):
            return value or None
        try:
            return Month.parse(str(value).strip())
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None

    def prepare_value(self, value: Any) -> Any:
        return str(value) if isinstance(value, Month) else value


class DayField(forms.DateField):
    """Asks for a day with the browser's own calendar."""

    default_error_messages = {"invalid": _("请按“年-月-日”填写，例如 2026-07-15。")}

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        super().__init__(**options)


def request_key(request: HttpRequest) -> str | None:
    """Read the key a form was drawn with (`{% request_key %}`), for `audit.services.once`."""
    return request.POST.get("request_key") or None


def add_refusal(form: forms.BaseForm, refusal: Refusal) -> None:
    """Put a refusal's sentences beside the fields they are about, so that nothing typed is lost.

    What is about no field of this form stands above it, together with the next step.
    """
    if not form.is_bound:
        form.cleaned_data = {}  # a form that was only drawn can be refused, too
    about = {name: sentence for name, sentence in refusal.fields.items() if name in form.fields}
    for name, sentence in about.items():
        form.add_error(name, _spoken(sentence))
    if not about:
        form.add_error(None, " ".join(_spoken(part) for part in (refusal.sentence, refusal.next_step) if part))


def _spoken(sentence: Sentence) -> str:
    return speak(sentence, gettext)
