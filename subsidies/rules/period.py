"""From which month a benefit counts, how much is back pay, and until which month (160号 六、七(二)). Judges no month itself."""

import calendar
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from eldercare.kernel.days import Month
from subsidies.rules.moments import Moment
from subsidies.rules.terms import Benefit

# Gives the moment by which a month is due, or None when it is not.
DueAt = Callable[[Month], Moment | None]


@dataclass(frozen=True)
class Period:
    """The months due. `last_month` None: no end is known. `back_pay_months` are those before the month of application."""

    first_month: Month
    last_month: Month | None
    back_pay_months: int


def period_of(
    benefit: Benefit,
    *,
    applied_on: date,
    met_on: date | None,
    due_at: DueAt,
    turning: Sequence[Month],
    in_force_from: date,
) -> Period | None:
    """Give the months that an application of a day brings, or None when no month is due.

    `met_on` is the day the conditions were met as stated; None lets the facts tell it. `turning` are the months, in order,
    that may differ from the one before.
    """
    applied = Month.of(applied_on)
    met_on = met_on or _met_on(benefit, applied, due_at, turning)
    if met_on is None:
        return None
    first = max(_first_month(benefit, applied_on, met_on), Month.of(in_force_from))
    ended = (month for month in turning if month > first and due_at(month) is None)
    stop = next(ended, None)
    return Period(first, stop.plus(-1) if stop else None, max(0, applied.minus(first)))


def _first_month(benefit: Benefit, applied_on: date, met_on: date) -> Month:
    applied, met = Month.of(applied_on), Month.of(met_on)
    if met >= applied:
        return met
    months = benefit.programme.back_pay_months
    return met if months and _within(benefit, applied_on, met_on, months) else applied


def _within(benefit: Benefit, applied_on: date, met_on: date, months: int) -> bool:
    if benefit.programme.setting("half_year_counted") == "by_month":
        return Month.of(applied_on).minus(Month.of(met_on)) <= months
    return applied_on <= _later(met_on, months)


def _later(day: date, months: int) -> date:
    month = Month.of(day).plus(months)
    return date(month.year, month.month, min(day.day, calendar.monthrange(month.year, month.month)[1]))


def _met_on(benefit: Benefit, applied: Month, due_at: DueAt, turning: Sequence[Month]) -> date | None:
    """Find the day the conditions were met: back from the application, no further than back pay reaches, else forward."""
    if due_at(applied) is None:
        later = (due_at(month) for month in turning if month > applied)
        return next((_day_of(moment) for moment in later if moment), None)
    month = applied
    for _step in range((benefit.programme.back_pay_months or 0) + 1):
        if due_at(month.plus(-1)) is None:
            break
        month = month.plus(-1)
    found = due_at(month)
    return _day_of(found) if found else None


def _day_of(moment: Moment) -> date:
    return max(moment.day, moment.month.first_day)
