"""A home sets a monthly price from a day on. Earlier prices stay; a bill always finds the price of its day."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.locks import lock_name
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer
from facilities.access import facilities_of
from facilities.models import PriceVersion
from facilities.services.guards import found, manager_only
from facilities.services.relist import relist


@transaction.atomic
def set_price(
    viewer: Viewer,
    *,
    facility_id: UUID,
    item: str,
    monthly_fen: int,
    since: date,
    room_type: str = "",
    care_grade: str = "",
) -> PriceVersion:
    """Set a price in fen from a day on, without end; what was planned from that day on is replaced.

    A price may begin in the past only where none is in force: what families were quoted is not rewritten.
    Raises Refusal `not_found` (404), `manager_only` (403), `price_day_past` (422).
    """
    home = found(facilities_of(viewer), facility_id)
    manager_only(viewer, home.pk)
    lock_name(f"price:{home.pk}")
    versions = PriceVersion.objects.filter(facility=home, item=item, room_type=room_type, care_grade=care_grade)
    if since < clock.today() and versions.filter(days__overlap=DateRange(since, None)).exists():
        sentence = say("已经公布过的价格不能往前改。")
        raise Refusal("price_day_past", sentence, next_step=say("请选今天或以后的日期。"), fields={"since": sentence})
    versions.filter(days__startswith__gte=since).delete()
    for version in versions.filter(days__contains=since):
        version.days = DateRange(version.days.lower, since)
        version.save(update_fields=["days"])
    price = PriceVersion.objects.create(
        facility=home,
        item=item,
        room_type=room_type,
        care_grade=care_grade,
        monthly_fen=monthly_fen,
        days=DateRange(since, None),
    )
    facts = {"item": item, "room_type": room_type, "care_grade": care_grade, "monthly_fen": monthly_fen}
    record(viewer, "price.set", f"facility:{home.pk}", place=home.region_id, facts={**facts, "since": str(since)})
    relist([home.pk])
    return price
