"""What days at a home cost, from dated monthly prices: quotes and bills alike. Pays nothing and knows no subsidy.

A month's price is divided by the days of that month; parts of a fen stay with the family (data/settings.yaml, billing).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from eldercare.kernel.days import DayRange, Month
from eldercare.kernel.money import yuan
from eldercare.kernel.sentences import Sentence, say
from facilities.rules.words import item_name

ITEMS = ("bed", "care", "meal")


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
    """Days an elder has a bed of this room type and care of this grade."""

    days: DayRange
    room_type: str
    care_grade: str


@dataclass(frozen=True)
class Charge:
    """One line of a bill or quote. `eligible_key` (bed, care, meal) is what a benefit may pay."""

    item: str
    label: Sentence
    because: Sentence
    amount_fen: int
    monthly_fen: int
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
    counted: dict[tuple[str, str, str, int], int] = {}
    for presence in presences:
        within = presence.days.within(month.period)
        for day in within.each_day() if within else ():
            for item in ITEMS:
                if item in not_charged_on_leave and any(day in leave for leave in away):
                    continue
                price = price_on(day, item, presence.room_type, presence.care_grade, prices)
                key = (item, price.room_type, price.care_grade, price.monthly_fen)
                counted[key] = counted.get(key, 0) + 1
    ordered = sorted(counted.items(), key=lambda entry: ITEMS.index(entry[0][0]))
    return tuple(_charge(month, *key, days) for key, days in ordered)


def price_on(day: date, item: str, room_type: str, care_grade: str, prices: Sequence[Price]) -> Price:
    """Find the price in force on a day. Raises PriceMissing."""
    room = room_type if item == "bed" else ""
    grade = care_grade if item == "care" else ""
    for price in prices:
        if (price.item, price.room_type, price.care_grade) == (item, room, grade) and day in price.days:
            return price
    raise PriceMissing(item, item_name(item, room, grade), day)


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
