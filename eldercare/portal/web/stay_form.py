"""The days of a short stay (旅居), as pages ask for them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.ui.forms import DayField, add_refusal
from facilities.choices import CareGrade
from facilities.rules.short_stay import require_stay_days

DAYS = ("stay_from", "stay_until")


class StayForm(forms.Form):
    """From which day, until which day, with how much care; everything may be left out."""

    stay_from = DayField(label=_("短住：哪天入住"), required=False)
    stay_until = DayField(label=_("短住：哪天离开"), required=False, help_text=_("离开那天不收费。"))
    care_grade = forms.ChoiceField(
        label=_("需要多少照护"), choices=[("", _("按说过的情况；没说过就按自理")), *CareGrade.choices], required=False
    )

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        if not any(name in self.errors for name in DAYS):
            try:
                require_stay_days(asked.get("stay_from"), asked.get("stay_until"), clock.today())
            except Refusal as refusal:
                add_refusal(self, refusal)
        return asked

    @property
    def has_wrong_days(self) -> bool:
        """The days cannot be stayed; the fields say why."""
        return any(name in self.errors for name in DAYS)
