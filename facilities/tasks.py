"""Doorbells of this floor, rung by beat: each may be rung twice or at once."""

from celery import Task, shared_task

from eldercare.kernel.refusal import Refusal
from facilities.services import apply_import, import_homes
from facilities.services.arrivals import tell_of_who_did_not_come
from facilities.services.bed_reminders import remind_of_beds
from facilities.services.directed import follow_directed
from facilities.services.free_by_day import ask_about_days_that_came
from facilities.services.leaving import keep_for_who_stays
from facilities.services.offer_bed import close_lapsed_offers
from facilities.services.relist import relist, relist_due
from facilities.services.tokens import forget_token_uses
from facilities.services.visits import remind_visitors

BUSY_FOR = 20  # tries; the sweeper finds what is left then


@shared_task
def close_lapsed() -> int:
    """Close the offers whose time is over, free their beds, tell the families; who did not leave as planned keeps the bed."""
    return close_lapsed_offers() + keep_for_who_stays()


@shared_task
def ask_by_day() -> int:
    """Ask the next families about the beds whose day has come, and tell of those who did not come on theirs."""
    return ask_about_days_that_came() + tell_of_who_did_not_come()


@shared_task
def follow_hukou() -> int:
    """Judge anew who is first on a home's list by the 户籍."""
    return follow_directed()


@shared_task
def remind_of_visits() -> int:
    """Remind families of the visits that are near."""
    return remind_visitors()


@shared_task
def relist_what_is_due() -> int:
    """Make the listings anew of which something changed, or whose time is over."""
    return relist_due()


@shared_task
def relist_all() -> int:
    """Make the listings anew: stale numbers sink, prices of a new day begin, ratings that ran out are gone."""
    return relist()


@shared_task
def read_import(import_id: str) -> None:
    """Read and judge a spreadsheet of homes."""
    import_homes.read_import(import_id)


@shared_task(bind=True, max_retries=BUSY_FOR)
def carry_out_import(self: Task, import_id: str) -> None:
    """Write an import into the directory, or take it back, whichever was ordered; while another one is, try again."""
    try:
        apply_import.carry_out(import_id)
    except Refusal as busy:
        raise self.retry(exc=busy, countdown=busy.retry_after) from busy


@shared_task
def sweep_imports() -> None:
    """Find imports whose bell was lost or whose worker died, and do their work."""
    for import_id in import_homes.left_lying():
        import_homes.read_import(import_id)
        apply_import.carry_out(import_id)


@shared_task
def remind_beds() -> int:
    """Remind homes whose number of beds grows old, and tell the district of those that stay old."""
    return remind_of_beds()


@shared_task
def forget_uses() -> int:
    """Forget how often tokens were used in minutes that are long over."""
    return forget_token_uses()
