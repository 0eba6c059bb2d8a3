"""What a short stay (旅居) costs: the season's price per day or per month for what it includes, the rest by the month.

A whole month takes the monthly price where the home has one for all of it; other days take the daily price, and where
there is none the month's price by its days. A day for which no season is published is charged as a long stay's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from eldercare.kernel.days import DayRange, Month
from eldercare.kernel.money import yuan
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import Sentence, say
from facilities.rules.charging import Charge, Presence, Price, charges
from facilities.rules.settings import setting
from facilities.rules.words import season_label

DAY, MONTH = "day", "month"


@dataclass(frozen=True)
class ShortPrice:
    """A season's price in fen, in force on `days`, for the items it includes."""

    room_type: str
    unit: str
    season: str
    fen: int
    includes: tuple[str, ...]
    days: DayRange


ByMonth = tuple[tuple[Month, tuple[Charge, ...]], ...]


def require_stay_days(since: date | None, until: date | None, today: date) -> None:
    """Refuse days nobody can stay: only one named, in the past, too far ahead, in the wrong order or too many (422).

    The fields of the Refusal are `stay_from` and `stay_until`, the first day after.
    """
    if since is None and until is None:
        return
    if since is None or until is None:
        field = "stay_from" if since is None else "stay_until"
        raise _refused("stay_days_missing", field, say("短住请写明入住和离开两个日子。"))
    ahead = setting("admission", today)["most_days_ahead"]
    most = setting("short_stay", today)["most_days"]
    if since < today:
        raise _refused("day_past", "stay_from", say("入住日期不能早于今天。"))
    if since > today + timedelta(days=ahead):
        raise _refused("day_too_far", "stay_from", say("入住日期最多提前 {days} 天约定。", days=ahead))
    if until <= since:
        raise _refused("short_stay_days", "stay_until", say("离开的日子要在入住以后，至少住一天。"))
    if until > since + timedelta(days=most):
        sentence = say("短住最多 {most} 天；要住得更久，请不写日子，按长住找。", most=most)
        raise _refused("short_stay_days", "stay_until", sentence)


def _refused(code: str, field: str, sentence: Sentence) -> Refusal:
    return Refusal(code, sentence, next_step=say("请换一个日期。"), fields={field: sentence})


def stay_charges(
    days: DayRange, room_type: str, care_grade: str, seasons: Sequence[ShortPrice], prices: Sequence[Price]
) -> ByMonth:
    """Charge a whole short stay, each calendar month as its bill will. Raises PriceMissing as `charges` does."""
    by_month = []
    month = Month.of(days.start)
    while (within := days.within(month.period)) is not None:
        by_month.append((month, short_charges(month, [Presence(within, room_type, care_grade)], seasons, prices)))
        month = month.next()
    return tuple(by_month)


def short_charges(
    month: Month,
    presences: Iterable[Presence],
    seasons: Sequence[ShortPrice],
    prices: Sequence[Price],
    *,
    away: Sequence[DayRange] = (),
    not_charged_on_leave: Sequence[str] = (),
) -> tuple[Charge, ...]:
    """Charge a short stay's days in a month. Raises PriceMissing as `charges` does, for what no season includes."""
    counted: dict[ShortPrice, int] = {}
    rest: list[Presence] = []
    for presence in presences:
        within = presence.days.within(month.period)
        if within is None:
            continue
        for span, season in _by_season(within, presence.room_type, month, seasons):
            if season:
                counted[season] = counted.get(season, 0) + span.days
            rest.append(replace(presence, days=span, covered=season.includes if season else ()))
    lines = tuple(_line(season, month, days) for season, days in counted.items())
    return lines + charges(month, rest, prices, away=away, not_charged_on_leave=not_charged_on_leave)


def _by_season(
    within: DayRange, room_type: str, month: Month, seasons: Sequence[ShortPrice]
) -> list[tuple[DayRange, ShortPrice | None]]:
    """Split days by the season's price that is charged on them, in order; None where there is none."""
    known = [season for season in seasons if season.room_type == room_type]
    whole = next((one for one in known if one.unit == MONTH and one.days.within(month.period) == month.period), None)
    if whole and within == month.period:
        return [(within, whole)]
    changes = {day for one in known for day in (one.days.start, one.days.until) if day and day in within}
    starts = sorted(changes | {within.start})
    split: list[tuple[DayRange, ShortPrice | None]] = []
    for start, until in zip(starts, [*starts[1:], within.until], strict=True):
        in_force = (one for one in known if start in one.days)
        season = min(in_force, key=lambda one: one.unit != DAY, default=None)
        if split and split[-1][1] == season:
            split[-1] = (DayRange(split[-1][0].start, until), season)
        else:
            split.append((DayRange(start, until), season))
    return split


def _line(season: ShortPrice, month: Month, days: int) -> Charge:
    """One line for a season's days. What includes more than the bed is no bed fee: no benefit for bed or care pays it."""
    item = "bed" if season.includes == ("bed",) else "short"
    if season.unit == DAY:
        because = say("每天 {price} 元 × {days} 天", price=yuan(season.fen), days=days)
        return Charge(item, _label(season), because, season.fen * days, None, days)
    if days == month.days:
        because = say("整月，每月 {price} 元", price=yuan(season.fen))
        return Charge(item, _label(season), because, season.fen, season.fen, days)
    because = say(
        "每月 {price} 元 ÷ 当月 {month_days} 天 × {days} 天", price=yuan(season.fen), month_days=month.days, days=days
    )
    return Charge(item, _label(season), because, season.fen * days // month.days, season.fen, days)


def _label(season: ShortPrice) -> Sentence:
    return season_label(season.room_type, season.season)
