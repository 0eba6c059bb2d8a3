"""The one clock: the database's time of the running statement, plus one stored offset (always zero outside a demo).

The SQL function `clock_now()` is made by the audit floor's first migration, which also keeps the offset.
Nothing else in the house asks a machine for the time when a rule, an offer, a run or a freshness depends on it.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import DateTimeField, Func

from eldercare.kernel.days import Month

CHINA = ZoneInfo("Asia/Shanghai")


class ClockNow(Func):
    """The clock as an expression, for queries and updates that must judge time inside the statement."""

    function = "clock_now"
    template = "%(function)s()"
    arity = 0
    output_field = DateTimeField()


def now() -> datetime:
    """Ask the database what time it is, in China's zone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_now()")
        (moment,) = cursor.fetchone()
    return moment.astimezone(CHINA)


def today() -> date:
    """Give the day in China."""
    return now().date()


def this_month() -> Month:
    """Give the month in China."""
    return Month.of(today())
