"""By which day each step should be done: a day of the month (160号 五) or so many working days (434号). Judges no application.

A step is the state an application waits in. Where the document sets no day there is none.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from eldercare.kernel.days import Month
from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.workdays import workdays_after
from subsidies.rules.programme import Programme

AT_STREET = "submitted"
WITH_STREETS_ANSWER = ("street_passed", "street_objected")
POSTED = "posted"
RECHECK = "recheck"
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Clock:
    """The last day of a step, why it is that day, and whether it may still move with the year's holiday notice."""

    due_on: date
    because: Sentence
    provisional: bool = False


def clock_of(
    programme: Programme, state: str, *, applied_on: date, began_on: date, posted_until: date | None = None
) -> Clock | None:
    """Give the clock of a step that began on a day; `posted_until` is the first day after the 公示. None: no deadline."""
    procedure = programme.procedure
    if state == RECHECK:
        return _working(began_on, procedure.recheck_days) if procedure.recheck_days else None
    if procedure.by_working_days:
        days = procedure.street_days if state == AT_STREET else procedure.district_days
        return _working(posted_until - ONE_DAY if posted_until else began_on, days)
    if not programme.calendar:
        return None
    if state == AT_STREET:
        return _day_of_month(programme, "objections_by_day", applied_on, review_by(programme, applied_on))
    if state in (*WITH_STREETS_ANSWER, POSTED):
        return _for_the_district(programme, applied_on, max(began_on, posted_until or began_on))
    return None


def review_by(programme: Programme, applied_on: date) -> date:
    """Give the day by which the street passes its objections on: this month's, or next month's once it is over."""
    return _next_on(programme.calendar["objections_by_day"], applied_on)


def decide_by(programme: Programme, applied_on: date) -> date:
    """Give the day by which the district decides: that of the month in which the street's list was closed."""
    return review_by(programme, applied_on).replace(day=programme.calendar["decide_by_day"])


def _for_the_district(programme: Programme, applied_on: date, began_on: date) -> Clock:
    """Where the street passed it on late, the district's day is that of the month it can still keep."""
    planned, possible = decide_by(programme, applied_on), _next_on(programme.calendar["decide_by_day"], began_on)
    if possible > planned:
        return _day_of_month(programme, "decide_by_day", began_on, possible)
    return _day_of_month(programme, "decide_by_day", applied_on, planned)


def _day_of_month(programme: Programme, name: str, came_on: date, due_on: date) -> Clock:
    day = programme.calendar[name]
    if Month.of(due_on) > Month.of(came_on):
        return Clock(due_on, say("{came} 收到，已过当月 {day} 日，归入下月办理。", came=came_on, day=day))
    return Clock(due_on, say("当月 {day} 日前办完。", day=day))


def _working(since: date, days: int) -> Clock:
    counted = workdays_after(since, days)
    if counted.provisional:
        text = say(
            "从 {since} 次日起 {days} 个工作日；跨到的年份还没有放假通知，日期是暂定的。", since=since, days=days
        )
    else:
        text = say("从 {since} 次日起 {days} 个工作日。", since=since, days=days)
    return Clock(counted.day, text, counted.provisional)


def _next_on(day: int, since: date) -> date:
    month = Month.of(since) if since.day <= day else Month.of(since).next()
    return month.first_day.replace(day=day)
