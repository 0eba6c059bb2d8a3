"""Until which day a result is valid, and whose rule says so. The last valid day is the one printed on the paper."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from eldercare.kernel.days import Month

DATA = Path(__file__).parent.parent / "data" / "validity.yaml"


@dataclass(frozen=True)
class ValidityRule:
    """A rule-maker's rule. `region` is None for the whole country; `example` marks one that is not confirmed (示例)."""

    id: str
    rule_maker: str
    standard: str
    region: str | None
    since: date
    months: int
    in_force: bool
    example: bool
    document: str
    confidence: str
    note: str


def validity_rules() -> tuple[ValidityRule, ...]:
    """Give every rule on file, also those kept for the record only."""
    return tuple(_rule(row) for row in _rows())


def rule_for(standard: str, region: str, on: date) -> ValidityRule:
    """Give the rule for a result of a province on a day: a region's own before the country's, the newest first.

    Raises LookupError where no rule-maker's rule is on file.
    """
    fitting = [
        rule
        for rule in validity_rules()
        if rule.in_force and rule.standard == standard and rule.since <= on and rule.region in (None, region)
    ]
    if not fitting:
        raise LookupError(f"no validity rule for {standard} on {on}")
    return max(fitting, key=lambda rule: (rule.region is not None, rule.since))


def last_valid_day(concluded_on: date, months: int) -> date:
    """Give the last day of some months that begin with a day.

    >>> last_valid_day(date(2026, 1, 15), 12), last_valid_day(date(2024, 2, 29), 12)
    (datetime.date(2027, 1, 14), datetime.date(2025, 2, 28))
    """
    month = Month.of(concluded_on).plus(months)
    if concluded_on.day > month.days:
        return month.last_day
    return date(month.year, month.month, concluded_on.day) - timedelta(days=1)


@cache
def _rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = yaml.safe_load(DATA.read_text(encoding="utf-8"))["rules"]
    return rows


def _rule(row: dict[str, Any]) -> ValidityRule:
    return ValidityRule(
        id=row["id"],
        rule_maker=row["name"],
        standard=row["standard"],
        region=row["region"],
        since=row["from"],
        months=row["months"],
        in_force=row["in_force"],
        example=row["example"],
        document=row["document"],
        confidence=row["confidence"],
        note=row["text"],
    )
