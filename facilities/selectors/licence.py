"""Which homes may take elders in on a day, as a query. The sentence for one home is `rules/licence.py`'s."""

from datetime import date

from django.db.models import Q

from facilities.models import Facility
from facilities.rules.licence import NOT_OPEN, LicenceAnswer, LicenceFacts, licence_stands


def licence_of(home: Facility, on: date) -> LicenceAnswer:
    return licence_stands(LicenceFacts(home.operating, home.licence_valid_until), on)


def matchable(on: date, through: str = "") -> Q:
    """Give the filter that leaves out the homes whose licence does not stand; an unknown licence stays in.

    `through` is the way to the home: `facility__` from a listing.
    """
    closed = {f"{through}operating__in": NOT_OPEN}
    return ~Q(**closed) & (
        Q(**{f"{through}licence_valid_until__isnull": True}) | Q(**{f"{through}licence_valid_until__gte": on})
    )
