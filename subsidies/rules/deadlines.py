"""The two days of a month by which an application should be looked at and decided (160号 五). Judges no application."""

from datetime import date

from eldercare.kernel.days import Month
from subsidies.rules.programme import Programme


def review_by(programme: Programme, applied_on: date) -> date:
    """Give the day by which the street passes its objections on: this month's, or next month's once it is over."""
    return _next_on(programme.calendar["objections_by_day"], applied_on)


def decide_by(programme: Programme, applied_on: date) -> date:
    """Give the day by which the district decides: that of the month in which the street's list was closed."""
    return review_by(programme, applied_on).replace(day=programme.calendar["decide_by_day"])


def _next_on(day: int, since: date) -> date:
    month = Month.of(since) if since.day <= day else Month.of(since).next()
    return month.first_day.replace(day=day)
