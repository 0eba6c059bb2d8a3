"""Money, days, sentences and masks are written the same way everywhere."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django.utils import translation

from eldercare.kernel.days import Month
from eldercare.kernel.sentences import say
from eldercare.ui.templatetags import ui


@pytest.fixture(autouse=True)
def chinese():
    with translation.override("zh-hans"):
        yield


@pytest.mark.parametrize(
    ("fen", "written"),
    [(348_000, "3,480.00"), (0, "0.00"), (5, "0.05"), (-60_000, "-600.00"), (None, ""), ("12", "0.12")],
)
def test_money_is_written_in_yuan_and_nothing_stays_nothing(fen, written):
    assert ui.yuan(fen) == written


def test_a_moment_is_written_in_china_time_whatever_its_zone():
    assert ui.when(datetime(2026, 11, 22, 16, 30, tzinfo=UTC)) == "2026年11月23日 00:30"
    assert ui.day(datetime(2026, 11, 22, 16, 30, tzinfo=UTC)) == "2026年11月23日"


def test_days_and_months_follow_the_language():
    assert (ui.day(date(2026, 7, 1)), ui.month(Month(2026, 7)), ui.month("2026-07")) == (
        "2026年7月1日",
        "2026年7月",
        "2026年7月",
    )
    with translation.override("en"):
        assert (ui.day(date(2026, 7, 1)), ui.month(Month(2026, 7))) == ("July 1, 2026", "July 2026")


@pytest.mark.parametrize(
    ("whole", "masked"),
    [
        ("110101194403072340", "110***********2340"),
        ("13800138000", "138****8000"),
        ("王小明", "王**"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_mask_keeps_only_the_edges(whole, masked):
    assert ui.mask(whole) == masked


def test_a_stored_sentence_is_spoken_like_a_fresh_one():
    fresh = say("满 {age} 周岁", age=60)
    assert ui.say(fresh) == ui.say(fresh.to_json()) == "满 60 周岁"
    assert ui.say("原样") == "原样"


def test_every_form_gets_its_own_request_key():
    first, second = ui.request_key(), ui.request_key()
    assert first != second and 'name="request_key"' in first


def test_bound_attributes_of_a_component_are_escaped():
    attrs = {"data-x": '"><script>', "hidden": True, "title": None, "disabled": False}
    assert ui.attributes(attrs) == 'data-x="&quot;&gt;&lt;script&gt;" hidden'


def test_all_is_said_only_when_all_is_done():
    assert [ui.percent_of(*pair) for pair in [(999, 1000), (1000, 1000), (0, 0)]] == [99, 100, 0]


def test_a_month_or_day_has_a_form_for_machines():
    assert [ui.iso(v) for v in (Month(2026, 7), date(2026, 7, 1), None)] == ["2026-07", "2026-07-01", ""]
    assert ui.widget_kind(SimpleNamespace(widget_type="radioselect")) == "choices"
