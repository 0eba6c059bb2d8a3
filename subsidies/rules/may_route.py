"""May a benefit be spent at a home, and from which month, also after a move? The recognition of the policy is handed in."""

from collections.abc import Sequence
from datetime import date, timedelta

from eldercare.kernel.days import Month
from eldercare.kernel.sentences import say
from eldercare.kernel.verdict import Outcome, Reason, Verdict, judge
from subsidies.rules.terms import Benefit


def routable(
    benefit: Benefit, *, stays_there: bool, last_month: Month | None, this_month: Month, recognition: Sequence[Reason]
) -> Verdict:
    """Answer each condition of routing: spendable at a home, still due, the elder stays there, usable in that region."""
    programme = benefit.programme
    cite = programme.cite(programme.routing["article"]) if programme.routing else benefit.cite
    due = last_month is None or last_month >= this_month
    reasons = (
        Reason("spendable", _outcome(benefit.spendable_at_home), benefit.spendable_note, cite),
        Reason("due", _outcome(due), say("补贴正在按月发放") if due else say("补贴已经停发"), benefit.cite),
        Reason(
            "stay",
            _outcome(stays_there),
            say("老人住在（或即将入住）这家机构") if stays_there else say("老人没有住在这家机构"),
            cite,
        ),
        *recognition,
    )
    return Verdict(judge(reasons), reasons)


def _outcome(holds: bool) -> Outcome:
    return Outcome.PASS if holds else Outcome.FAIL


def first_month_after_move(*, left_on: date | None, came_on: date, routed_from: Month, this_month: Month) -> Month:
    """Give the first month whose credit may pay the new home's bill.

    A month is routed to one home: the one in which the elder still lived at the old home (`left_on` is the first day not
    stayed there, None when they never lived there) stays the old home's. Nothing is routed before the elder came, before
    the old consent began, or in a month before the family says so.
    """
    months = [Month.of(came_on), routed_from, this_month]
    if left_on is not None:
        months.append(Month.of(left_on - timedelta(days=1)).next())
    return max(months)
