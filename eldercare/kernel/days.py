"""Days and months. A period is half-open: `until` is the first day after it, None is open-ended."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import total_ordering

FIRST_YEAR, LAST_YEAR = 1850, 2199


@total_ordering
@dataclass(frozen=True)
class Month:
    """A calendar month.

    >>> Month.parse("2026-12").next()
    Month(year=2027, month=1)
    >>> str(Month(2026, 2)), Month(2026, 2).days
    ('2026-02', 28)
    """

    year: int
    month: int

    def __post_init__(self) -> None:
        date(self.year, self.month, 1)

    @classmethod
    def of(cls, day: date) -> "Month":
        """Give the month a day lies in."""
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Read `YYYY-MM` of the years 1850 to 2199. Raises ValueError on anything else.

        Far from both ends of the calendar, the months around any month read from outside exist as well.
        """
        found = re.fullmatch(r"(\d{4})-(\d{2})", text, re.ASCII)
        if not found or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
            raise ValueError(f"not a month: {text!r}")
        return cls(int(found[1]), int(found[2]))

    @property
    def first_day(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        return date(self.year, self.month, self.days)

    @property
    def days(self) -> int:
        return calendar.monthrange(self.year, self.month)[1]

    @property
    def period(self) -> "DayRange":
        return DayRange(self.first_day, self.next().first_day)

    def plus(self, months: int) -> "Month":
        """Go some months on (or back, when negative)."""
        index = self.year * 12 + self.month - 1 + months
        return Month(index // 12, index % 12 + 1)

    def next(self) -> "Month":
        return self.plus(1)

    def minus(self, other: "Month") -> int:
        """Count the months from `other` to this one."""
        return (self.year - other.year) * 12 + self.month - other.month

    def __lt__(self, other: "Month") -> bool:
        return (self.year, self.month) < (other.year, other.month)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


@dataclass(frozen=True)
class DayRange:
    """The days from `start` up to, not including, `until` (None: no end known).

    >>> DayRange(date(2026, 7, 1), date(2026, 7, 4)).days
    3
    """

    start: date
    until: date | None

    def __post_init__(self) -> None:
        if self.until is not None and self.until < self.start:
            raise ValueError("a period ends before it starts")

    def __contains__(self, day: date) -> bool:
        return self.start <= day and (self.until is None or day < self.until)

    @property
    def days(self) -> int:
        if self.until is None:
            raise ValueError("an open period has no number of days")
        return (self.until - self.start).days

    def within(self, other: "DayRange") -> "DayRange | None":
        """Give the days both have, or None."""
        start = max(self.start, other.start)
        ends = [end for end in (self.until, other.until) if end is not None]
        until = min(ends) if ends else None
        return DayRange(start, until) if until is None or start < until else None

    def each_day(self) -> list[date]:
        return [self.start + timedelta(days=i) for i in range(self.days)]


def age_on(birth_date: date, day: date) -> int:
    """Give the full years of age on a day; a 29 February birthday is reached on 1 March in common years.

    >>> age_on(date(1946, 6, 15), date(2026, 6, 14)), age_on(date(1946, 6, 15), date(2026, 6, 15))
    (79, 80)
    """
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
