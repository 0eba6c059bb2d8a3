"""Which bills can be paid from which routed credits? Reads only."""

from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from facilities.models import Bill
from subsidies.choices import RunState
from subsidies.models import Routing

# From the posting on, a credit is in the elder's account.
CREDITED_STATES = (RunState.POSTED, RunState.PAYING, RunState.RECONCILED, RunState.CLOSED)

WAITING_BILLS = """
SELECT DISTINCT bill.id FROM facilities_bill bill
JOIN subsidies_routing routing ON routing.elder_id = bill.elder_id AND routing.facility_id = bill.facility_id
    AND routing.from_month <= bill.bill_month
    AND (routing.until_month IS NULL OR bill.bill_month < routing.until_month)
JOIN subsidies_entitlement routed ON routed.id = routing.entitlement_id
JOIN subsidies_runline line ON line.elder_id = routing.elder_id AND line.benefit_month = bill.bill_month
JOIN subsidies_entitlement credited ON credited.id = line.entitlement_id AND credited.programme = routed.programme
JOIN subsidies_run run ON run.id = line.run_id AND run.state = ANY(%s)
LEFT JOIN subsidies_redemption done ON done.routing_id = routing.id AND done.bill_id = bill.id
WHERE done.id IS NULL AND bill.state = 'issued'
ORDER BY bill.id
"""


def bills_to_redeem() -> list[UUID]:
    """Give the bills that a routed and posted credit has not yet been spent on."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING_BILLS, [list(CREDITED_STATES)])
        return [row[0] for row in cursor.fetchall()]


def routings_of_bill(bill: Bill) -> QuerySet[Routing]:
    """Give the routings that cover a bill's elder, home and month."""
    covers = Q(until_month__isnull=True) | Q(until_month__gt=bill.bill_month)
    return Routing.objects.filter(
        covers, elder=bill.elder_id, facility=bill.facility_id, from_month__lte=bill.bill_month
    )
