"""Fields for yuan, months and days, and a refusal that comes back into its form."""

import pytest
from django import forms
from django.http import HttpResponse

from eldercare.kernel.days import Month
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.ui import errors
from eldercare.ui.forms import DayField, MonthField, YuanField, add_refusal, request_key


class Wish(forms.Form):
    budget = YuanField(required=False)
    month = MonthField(required=False)
    day = DayField(required=False)


@pytest.mark.parametrize(
    ("typed", "fen"),
    [("3480", 348_000), ("3,480.5", 348_050), ("￥3480.05 元", 348_005), ("３４８０", 348_000), ("0", 0), ("", None)],
)
def test_yuan_are_read_as_people_write_them(typed, fen):
    form = Wish({"budget": typed})
    assert form.is_valid() and form.cleaned_data["budget"] == fen


@pytest.mark.parametrize("typed", ["三千", "-5", "1.005", "1e5", "NaN", "99999999999", "1.2.3"])
def test_what_is_no_amount_is_told_with_an_example(typed):
    form = Wish({"budget": typed})
    assert form.errors["budget"] == ["请填写金额，例如 3480 或 3480.50。"]
    assert form["budget"].value() == typed


def test_an_amount_in_fen_is_shown_in_yuan():
    assert 'value="3,480.00"' in str(Wish(initial={"budget": 348_000})["budget"])


def test_a_month_is_read_and_a_wrong_one_is_told():
    assert Wish({"month": "2026-07"}).is_valid()
    form = Wish({"month": "2026-07"})
    form.is_valid()
    assert form.cleaned_data["month"] == Month(2026, 7)
    assert Wish({"month": "2026-13"}).errors["month"] == ["请按“年-月”填写，例如 2026-07。"]
    assert 'value="2026-07"' in str(Wish(initial={"month": Month(2026, 7)})["month"])


def test_a_wrong_day_is_told_with_an_example():
    assert Wish({"day": "2026-02-30"}).errors["day"] == ["请按“年-月-日”填写，例如 2026-07-15。"]


def test_a_refusal_stands_beside_the_field_it_is_about_and_keeps_what_was_typed():
    form = Wish({"budget": "100"})
    form.is_valid()
    add_refusal(form, Refusal("low", say("太低了。"), fields={"budget": say("至少 {least} 元。", least=500)}))
    assert form.errors == {"budget": ["至少 500 元。"]}
    assert form["budget"].value() == "100"


def test_a_refusal_about_no_field_stands_above_with_its_next_step():
    form = Wish({})
    form.is_valid()
    add_refusal(form, Refusal("late", say("已经截止。"), next_step=say("请下月再来。"), fields={"other": say("别处")}))
    assert form.non_field_errors() == ["已经截止。 请下月再来。"]


def test_a_form_that_was_only_drawn_can_be_refused():
    form = Wish()
    add_refusal(form, Refusal("late", say("已经截止。")))
    assert form.non_field_errors() == ["已经截止。"]


def test_a_refused_form_is_drawn_again_under_the_refusals_status(rf, monkeypatch):
    drawn = {}
    monkeypatch.setattr(
        errors,
        "render",
        lambda request, template, context, status: drawn.update(context) or HttpResponse(status=status),
    )
    form = Wish({"budget": "100"})
    refusal = Refusal("busy", say("请稍后再试。"), status=429, retry_after=60)
    answer = errors.refused_in_form(rf.post("/"), "some/page.html", form, refusal, step=2)
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert drawn == {"form": form, "step": 2} and form.non_field_errors() == ["请稍后再试。"]


def test_the_request_key_is_read_from_the_form(rf):
    assert request_key(rf.post("/", {"request_key": "k1"})) == "k1"
    assert request_key(rf.post("/")) is None
