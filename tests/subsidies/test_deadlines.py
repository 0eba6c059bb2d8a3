"""Working days and deadlines: the State Council's days, a year without its notice, and each programme's clocks."""

from datetime import date, timedelta

import chinese_calendar
import pytest

from eldercare.kernel.workdays import is_provisional, is_workday, notices, workdays_after
from subsidies.rules.deadlines import clock_of
from subsidies.rules.programme import benefit

NURSING = benefit("beijing/2019-160/nursing").programme
WORKING = benefit("beijing/2016-434/nursing").programme


@pytest.mark.parametrize("year", sorted(notices()))
def test_every_day_of_a_known_year_is_worked_as_the_library_says(year):
    days = [date(year, 1, 1) + timedelta(days=after) for after in range(366)]
    ours = {day: is_workday(day) for day in days if day.year == year}
    assert ours == {day: chinese_calendar.is_workday(day) for day in ours}


def test_a_year_without_its_notice_knows_the_weekends_only_and_says_so():
    assert is_provisional(date(2027, 1, 4)) and not is_provisional(date(2026, 12, 31))
    assert not is_workday(date(2027, 1, 2)) and is_workday(date(2027, 1, 1))
    assert not workdays_after(date(2026, 12, 30), 1).provisional
    assert workdays_after(date(2026, 12, 30), 2).provisional


@pytest.mark.parametrize(
    ("since", "count", "day"),
    [
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
        (date(2026, 10, 8), 3, date(2026, 10, 12)),  # the Saturday of 10 October is worked
        (date(2026, 2, 13), 2, date(2026, 2, 24)),  # over the Spring Festival, with the worked Saturday before it
        (date(2026, 5, 29), 0, date(2026, 5, 29)),
    ],
)
def test_working_days_are_counted_from_the_next_day(since, count, day):
    assert workdays_after(since, count).day == day


@pytest.mark.parametrize(
    ("state", "applied", "began", "due", "words"),
    [
        ("submitted", (2026, 6, 20), (2026, 6, 20), (2026, 6, 20), "当月 20 日前办完"),
        ("submitted", (2026, 6, 21), (2026, 6, 21), (2026, 7, 20), "归入下月办理"),
        ("street_passed", (2026, 6, 1), (2026, 6, 10), (2026, 6, 25), "当月 25 日前办完"),
        ("street_passed", (2026, 6, 21), (2026, 6, 22), (2026, 7, 25), "归入下月办理"),
        ("street_objected", (2026, 6, 1), (2026, 6, 28), (2026, 7, 25), "归入下月办理"),
        ("street_passed", (2026, 12, 21), (2026, 12, 22), (2027, 1, 25), "归入下月办理"),
    ],
)
def test_160_counts_by_days_of_the_month_and_says_when_a_case_belongs_to_the_next(state, applied, began, due, words):
    clock = clock_of(NURSING, state, applied_on=date(*applied), began_on=date(*began))
    assert clock.due_on == date(*due) and words in str(clock.because) and not clock.provisional


def test_160_has_no_publicity_and_no_day_for_a_recheck():
    day = date(2026, 6, 1)
    assert NURSING.procedure.posted_days is None
    assert clock_of(NURSING, "recheck", applied_on=day, began_on=day) is None
    assert clock_of(NURSING, "approved", applied_on=day, began_on=day) is None


def test_434_counts_working_days_and_the_seven_days_of_publicity_come_between():
    applied, passed = date(2026, 9, 21), date(2026, 9, 28)
    street = clock_of(WORKING, "submitted", applied_on=applied, began_on=applied)
    assert street.due_on == date(2026, 10, 8)  # 3 + 4 working days, over the Mid-autumn days
    assert WORKING.procedure.posted_days == 7
    posted = clock_of(WORKING, "posted", applied_on=applied, began_on=passed, posted_until=date(2026, 10, 6))
    assert posted.due_on == date(2026, 10, 16)  # 3 + 5 working days after it, the worked Saturday included
    over = clock_of(WORKING, "street_objected", applied_on=date(2026, 12, 20), began_on=date(2026, 12, 28))
    assert over.provisional and "暂定" in str(over.because)
