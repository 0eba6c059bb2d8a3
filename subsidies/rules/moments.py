"""The days on which the facts are looked at for a month: the last day before it, and each day in it on which one changes.

160号 七(二): a change inside a month does not yet stop it, so the state before the month is looked at first; whoever did
not qualify then may still have begun to inside the month, where a setting says that such a beginning counts at once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from eldercare.kernel.days import DayRange, Month
from subsidies.rules.facts import ElderInput
from subsidies.rules.terms import SAME_MONTH, Benefit, Programme

A_DAY = timedelta(days=1)
LEAP_DAY = (2, 29)


@dataclass(frozen=True)
class Moment:
    """One day's look for one month."""

    day: date
    month: Month

    def reached(self, change: date, rule: str) -> bool:
        """Tell whether a change for the better on a day counts now: at once only where the rule says so."""
        return change <= self.day and (change < self.month.first_day or rule == SAME_MONTH)

    def holds(self, days: DayRange, rule: str) -> bool:
        """Tell whether a spell that helps counts now."""
        return self.reached(days.start, rule) and self.day in days

    def bars(self, days: DayRange, *, begins: str, ends: str) -> bool:
        """Tell whether a spell that hinders counts now."""
        if self.day in days:
            return True
        if begins == SAME_MONTH and days.start in self.month.period:
            return True
        return days.until is not None and days.start <= self.day and not self.reached(days.until, ends)


def moments(month: Month, inside: Iterable[date]) -> list[Moment]:
    """Give the looks for a month, in order of days; `inside` are the days in it on which a fact changes."""
    return [Moment(day, month) for day in (month.first_day - A_DAY, *inside)]


def changes(elder: ElderInput) -> Iterator[date]:
    """Give every day on which a fact about the elder changes, birthdays aside, in no order, some of them twice."""
    yield from (day for day in (elder.died_on, elder.declared_missing_on) if day)
    for one in elder.assessments or ():
        yield one.concluded_on
        if one.valid_until:
            yield one.valid_until + A_DAY
    for days in _spells(elder):
        yield days.start
        if days.until:
            yield days.until


def birthdays(benefit: Benefit, elder: ElderInput) -> list[date]:
    """Give the birthdays a benefit asks about."""
    if elder.birth_date is None:
        return []
    return [birthday(elder.birth_date, age, benefit.programme) for age in benefit.ages]


def birthday(birth_date: date, age: int, programme: Programme) -> date:
    """Give the day an age is reached; of a 29 February, in a common year, the day the setting names."""
    year = birth_date.year + age
    if (birth_date.month, birth_date.day) != LEAP_DAY or _has_leap_day(year):
        return birth_date.replace(year=year)
    month, day = programme.setting("leap_birthday").split("-")
    return date(year, int(month), int(day))


def _has_leap_day(year: int) -> bool:
    return Month(year, LEAP_DAY[0]).days == LEAP_DAY[1]


def _spells(elder: ElderInput) -> Iterator[DayRange]:
    yield from (spell.days for spell in elder.hukou or ())
    yield from elder.prison or ()
    yield from (one.days for one in elder.certificates or ())
    for stated in elder.circumstances.values():
        if isinstance(stated, tuple):
            yield from stated
