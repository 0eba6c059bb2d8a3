"""Working days as dated data: one file a year, with the State Council's notice. A year without its notice is provisional.

Of a provisional year only the weekends are known to be off; whatever is counted through it says so.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent / "data" / "workdays"
ONE_DAY = timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True)
class YearNotice:
    """One year's arrangement: the days off beside the weekends, and the weekends that are worked."""

    year: int
    number: str
    days_off: frozenset[date]
    worked: frozenset[date]


@dataclass(frozen=True)
class Counted:
    """The day a count of working days ends on. `provisional`: it went through a year whose notice is not known yet."""

    day: date
    provisional: bool


def is_workday(day: date) -> bool:
    """Tell whether a day is worked, as far as is known.

    >>> is_workday(date(2026, 10, 1)), is_workday(date(2026, 10, 10)), is_workday(date(2026, 10, 11))
    (False, True, False)
    """
    notice = notices().get(day.year)
    if notice is None:
        return day.weekday() < SATURDAY
    return day in notice.worked or (day.weekday() < SATURDAY and day not in notice.days_off)


def is_provisional(day: date) -> bool:
    """Tell whether the year's notice is still to come."""
    return day.year not in notices()


def workdays_after(day: date, count: int) -> Counted:
    """Give the last of so many working days; the day itself is not counted.

    >>> workdays_after(date(2026, 9, 30), 1).day
    datetime.date(2026, 10, 8)
    >>> workdays_after(date(2026, 12, 31), 1).provisional
    True
    """
    provisional = False
    while count:
        day += ONE_DAY
        provisional |= is_provisional(day)
        count -= is_workday(day)
    return Counted(day, provisional)


@cache
def notices() -> dict[int, YearNotice]:
    """Give the notices that are known, by their year. Raises ValueError for a file that contradicts itself."""
    found = [_notice(yaml.safe_load(file.read_text("utf-8"))) for file in sorted(DATA.glob("*.yaml"))]
    return {notice.year: notice for notice in found}


def _notice(data: dict[str, Any]) -> YearNotice:
    days_off = frozenset(
        day for spell in data["days_off"] for day in _days(spell["first"], spell["last"]) if day.year == data["year"]
    )
    worked = frozenset(data["worked_weekends"])
    if any(day.weekday() < SATURDAY or day in days_off or day.year != data["year"] for day in worked):
        raise ValueError(f"the working days of {data['year']} contradict themselves")
    return YearNotice(data["year"], data["number"], days_off, worked)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=after) for after in range((last - first).days + 1)]
