"""What days at a home cost, from dated monthly prices: quotes and bills alike. Pays nothing and knows no subsidy.

A month's price is divided by the days of that month; parts of a fen stay with the family (data/settings.yaml, billing).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from eldercare.kernel.days import DayRange, Month
from eldercare.kernel.money import yuan
from eldercare.kernel.sentences import Sentence, say
from facilities.rules.words import item_name

ITEMS = ("bed", "care", "meal")
Key = tuple[str, str, str, int]


@dataclass(frozen=True)
class Price:
    """A monthly price in fen for one item, in force on `days`."""

    item: str
    room_type: str
    care_grade: str
    monthly_fen: int
    days: DayRange


@dataclass(frozen=True)
class Presence:
    """Days an elder has a bed of this room type and care of this grade. `covered` items are charged otherwise."""

    days: DayRange
    room_type: str
    care_grade: str
    covered: tuple[str, ...] = ()


@dataclass(frozen=True)
class Charge:
    """One line of a bill or quote. `eligible_key` (bed, care, meal) is what a benefit may pay.

    `monthly_fen` None: it is charged by the day (rules/short_stay.py).
    """

    item: str
    label: Sentence
    because: Sentence
    amount_fen: int
    monthly_fen: int | None
    days: int

    @property
    def eligible_key(self) -> str:
        return self.item

    def to_json(self) -> dict[str, Any]:
        """Give the form for keeping; sentences stay sentences, so that any language can read them later."""
        return {
            "item": self.item,
            "eligible_key": self.eligible_key,
            "label": self.label.to_json(),
            "because": self.because.to_json(),
            "amount_fen": self.amount_fen,
            "monthly_fen": self.monthly_fen,
            "days": self.days,
        }


class PriceMissing(Exception):
    """No price in force for an item on a day that must be charged."""

    def __init__(self, item: str, name: Sentence, day: date) -> None:
        super().__init__(item, day)
        self.item, self.name, self.day = item, name, day


def charges(
    month: Month,
    presences: Iterable[Presence],
    prices: Sequence[Price],
    *,
    away: Sequence[DayRange] = (),
    not_charged_on_leave: Sequence[str] = (),
) -> tuple[Charge, ...]:
    """Charge a month's days, one line per item and price. Raises PriceMissing for a day without a price."""
    counted: dict[Key, int] = {}
    for presence in presences:
        within = presence.days.within(month.period)
        if within is None:
            continue
        for item in ITEMS:
            if item in presence.covered:
                continue
            leaves = away if item in not_charged_on_leave else ()
            for span in _without(within, leaves):
                for key, days in _priced_days(span, item, presence, prices):
                    counted[key] = counted.get(key, 0) + days
    ordered = sorted(counted.items(), key=lambda entry: ITEMS.index(entry[0][0]))
    return tuple(_charge(month, *key, days) for key, days in ordered)


def whole_month_fen(
    month: Month, item: str, prices: Sequence[Price], *, room_type: str = "", care_grade: str = ""
) -> int | None:
    """Charge one item for a whole month; None where a day of it has no price. The same formula as `charges`."""
    counted: dict[int, int] = {}
    try:
        presence = Presence(month.period, room_type, care_grade)
        for (*_key, monthly_fen), days in _priced_days(month.period, item, presence, prices):
            counted[monthly_fen] = counted.get(monthly_fen, 0) + days
    except PriceMissing:
        return None
    return sum(monthly_fen * days // month.days for monthly_fen, days in counted.items())


def _priced_days(span: DayRange, item: str, presence: Presence, prices: Sequence[Price]) -> Iterator[tuple[Key, int]]:
    """Split a span of days by the prices in force. Prices of one thing never overlap (a_home_has_one_price…)."""
    room = presence.room_type if item == "bed" else ""
    grade = presence.care_grade if item == "care" else ""
    parts = [
        (price, part)
        for price in prices
        if (price.item, price.room_type, price.care_grade) == (item, room, grade) and (part := price.days.within(span))
    ]
    if sum(part.days for _price, part in parts) < span.days:
        first = next(day for day in span.each_day() if not any(day in part for _price, part in parts))
        raise PriceMissing(item, item_name(item, room, grade), first)
    for price, part in parts:
        yield (item, room, grade, price.monthly_fen), part.days


def _without(span: DayRange, leaves: Sequence[DayRange]) -> list[DayRange]:
    """Take the days of leave (which never overlap each other) out of a span."""
    spans, start = [], span.start
    for leave in sorted(leaves, key=lambda leave: leave.start):
        gone = leave.within(span)
        if gone and gone.until:
            spans.append(DayRange(start, gone.start))
            start = gone.until
    spans.append(DayRange(start, span.until))
    return [left for left in spans if left.days]


def _charge(month: Month, item: str, room_type: str, care_grade: str, monthly_fen: int, days: int) -> Charge:
    because = (
        say("整月，每月 {price} 元", price=yuan(monthly_fen))
        if days == month.days
        else say(
            "每月 {price} 元 ÷ 当月 {month_days} 天 × {days} 天",
            price=yuan(monthly_fen),
            month_days=month.days,
            days=days,
        )
    )
    label = item_name(item, room_type, care_grade)
    return Charge(item, label, because, monthly_fen * days // month.days, monthly_fen, days)
