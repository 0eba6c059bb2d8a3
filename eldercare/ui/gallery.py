"""Samples for the gallery: a form with and without errors, verdicts, lines, steps. Invented, shown in a demo only."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django import forms
from django.utils.translation import gettext_lazy as _

from eldercare.kernel.clock import CHINA
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.verdict import Answer, Outcome, Reason, Verdict, line_from, reason_from
from eldercare.ui.forms import DayField, MonthField, YuanField

SAMPLES = Path(__file__).parent / "data" / "gallery.yaml"


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label=_("老人姓名"), help_text=_("和身份证上一样"))
    district = forms.ChoiceField(
        label=_("户籍在哪里"), choices=[("", _("请选择")), ("a", _("北京市")), ("b", _("天津市")), ("c", _("河北省"))]
    )
    level = forms.ChoiceField(
        label=_("现在的身体情况"),
        help_text=_("不确定也没关系，选最接近的一项"),
        choices=[("1", _("能自己照顾自己")), ("2", _("需要别人搭把手")), ("3", _("离不开人照顾"))],
        widget=forms.RadioSelect,
    )
    budget = YuanField(label=_("每月最多能花多少钱"), required=False)
    from_day = DayField(label=_("想从哪天入住"))
    month = MonthField(label=_("哪个月的账单"), required=False)
    note = forms.CharField(label=_("还想告诉我们什么"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    paper = forms.FileField(label=_("材料照片"), required=False)
    agreed = forms.BooleanField(label=_("我是老人的家人，老人同意我来办"), help_text=_("同意可以随时收回"))


@cache
def _samples() -> dict[str, Any]:
    return yaml.safe_load(SAMPLES.read_text(encoding="utf-8"))


def _verdict(stored: dict[str, Any]) -> Verdict:
    lines = tuple(line_from(line) for line in stored.get("lines", ()))
    return Verdict(Answer(stored["answer"]), tuple(reason_from(reason) for reason in stored["reasons"]), lines)


def context() -> dict[str, Any]:
    """Give every sample the gallery's template draws."""
    samples = _samples()
    wrong = SampleForm({"name": "", "district": "a", "budget": "abc", "from_day": "2026-13-40"}, auto_id="wrong_%s")
    wrong.is_valid()
    refusal = Refusal(
        "sample",
        say("这个床位刚刚被别的家庭接受了。"),
        next_step=say("请看看这家养老院的其他空床，或者请院方把您排进候补名单。"),
        reasons=[Reason("first", Outcome.FAIL, say("床位在您接受时还空着"))],
    )
    return {
        **samples,
        "price_lines": [line_from(line) for line in samples["price_lines"]],
        "verdict_yes": _verdict(samples["verdict_yes"]),
        "verdict_no": _verdict(samples["verdict_no"]),
        "verdict_unknown": _verdict(samples["verdict_unknown"]),
        "form": SampleForm(auto_id="full_%s"),
        "wrong_form": wrong,
        "refusal": refusal,
        "as_of": datetime(2026, 11, 23, 8, 40, tzinfo=CHINA),
        "id_number": "110101194403072340",
        "keys": [("j", _("下一件")), ("k", _("上一件")), ("a", _("同意"))],
        "tabs": [(_("待办"), "#g-table", True, 3), (_("已办"), "#g-form", False, 12)],
    }
