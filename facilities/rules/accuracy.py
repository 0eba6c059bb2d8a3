"""How often a home's published number was what people found: a plain share, published with its counts. Asks nobody.

A visit or an application that met what was shown is right, one that did not is wrong. A report that the number is wrong
counts as wrong when the home says so, or says nothing for too long; a report the home contests counts for neither side
and is shown. Several reports of one day are one: a crowd does not weigh more than a visit.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

VISIT, OFFER, REPORT = "visit", "offer", "report"


@dataclass(frozen=True)
class Finding:
    """What somebody found: `as_shown` None where the home contests it."""

    source: str
    found_on: date
    as_shown: bool | None


@dataclass(frozen=True)
class Accuracy:
    """`percent` is the share of right ones, None while there are fewer than `least`. `since`: the first day that counts."""

    right: int
    wrong: int
    contested: int
    least: int
    since: date

    @property
    def found(self) -> int:
        return self.right + self.wrong

    @property
    def percent(self) -> int | None:
        if self.found < self.least:
            return None
        return (200 * self.right + self.found) // (2 * self.found)


def report_finding(reported_on: date, answer: str, on: date, rule: dict[str, Any]) -> Finding | None:
    """Turn a report into a finding; None while the home still has time to answer."""
    if answer:
        return Finding(REPORT, reported_on, None if answer == "was_right" else False)
    overdue = on - reported_on > timedelta(days=rule["unanswered_days"])
    return Finding(REPORT, reported_on, False) if overdue else None


def accuracy(findings: Iterable[Finding], on: date, rule: dict[str, Any]) -> Accuracy:
    """Count what was found in the window that ends on a day."""
    since = on - timedelta(days=rule["window_days"])
    inside = [finding for finding in findings if since <= finding.found_on <= on]
    reports = {(finding.found_on, finding.as_shown) for finding in inside if finding.source == REPORT}
    seen = [finding.as_shown for finding in inside if finding.source != REPORT]
    outcomes = [*seen, *(as_shown for _day, as_shown in reports)]
    return Accuracy(
        right=outcomes.count(True),
        wrong=outcomes.count(False),
        contested=outcomes.count(None),
        least=rule["least"],
        since=since,
    )
