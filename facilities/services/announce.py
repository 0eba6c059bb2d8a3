"""A home announces what it charges: monthly prices, seasons of short stays, deposits and one-off fees, from a day on.

What families were told is not rewritten: a price that is in force is changed from today on at the earliest, and nothing
is said about a month that was billed (a_billed_price_stays).
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import QuerySet

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.locks import lock_name
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.verdict import Outcome
from eldercare.kernel.viewer import Viewer
from facilities.access import facilities_of
from facilities.choices import FeeKind, PriceItem, PriceUnit, RoomType
from facilities.models import Bill, Facility, Fee, PriceVersion, ShortStayPrice
from facilities.rules.prepayment import deposit_limit, deposit_reason
from facilities.rules.settings import setting
from facilities.selectors.quotes import price_in_force
from facilities.services.guards import found, manager_only
from facilities.services.relist import relist
from facilities.services.tell_prices import tell_of_price, tell_of_season


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
    """Set a monthly price in fen from a day on, without end; what was planned from that day on is replaced.

    Where another one was in force, those who pay it are told.
    A price may begin in the past only where none is in force and nothing was billed. Raises Refusal `not_found` (404),
    `manager_only` (403), `price_day_past`, `price_day_billed` (422).
    """
    home = _home(viewer, facility_id)
    facts = {"item": item, "room_type": room_type, "care_grade": care_grade}
    before = price_in_force(home.pk, item, since, room_type=room_type, care_grade=care_grade)
    _make_room(home, PriceVersion.objects.filter(facility=home, **facts), since, None)
    price = PriceVersion.objects.create(facility=home, **facts, monthly_fen=monthly_fen, days=DateRange(since, None))
    if before not in (None, monthly_fen):
        tell_of_price(home, since=since, **facts)
    facts = {**facts, "monthly_fen": monthly_fen, "since": str(since)}
    record(viewer, "price.set", f"facility:{home.pk}", place=home.region_id, facts=facts)
    relist([home.pk])
    return price


@transaction.atomic
def set_season(
    viewer: Viewer,
    *,
    facility_id: UUID,
    room_type: str,
    unit: str,
    fen: int,
    since: date,
    until: date | None,
    includes: Sequence[str],
    season: str = "",
) -> ShortStayPrice:
    """Set what a short stay costs on the days `[since, until)`, per day or per month; before and after stay as they are.

    The bed is always included. Raises as `set_price` does, and `season_days` (422) for an end before the beginning.
    """
    home = _home(viewer, facility_id)
    if until is not None and until <= since:
        sentence = say("结束的日子要在开始以后。")
        raise Refusal("season_days", sentence, fields={"until": sentence})
    facts = {"room_type": RoomType(room_type), "unit": PriceUnit(unit)}
    _make_room(home, ShortStayPrice.objects.filter(facility=home, **facts), since, until)
    price = ShortStayPrice.objects.create(
        facility=home,
        **facts,
        fen=fen,
        season=season.strip()[:40],
        includes=[item for item in PriceItem.values if item == PriceItem.BED or item in includes],
        days=DateRange(since, until),
    )
    tell_of_season(home, room_type=room_type, since=since, until=until)
    facts = {**facts, "fen": fen, "since": str(since), "until": until and str(until)}
    record(viewer, "season.set", f"facility:{home.pk}", place=home.region_id, facts=facts)
    return price


@transaction.atomic
def set_fee(
    viewer: Viewer,
    *,
    facility_id: UUID,
    kind: str,
    name: str,
    fen: int,
    since: date,
    room_type: str = "",
    refundable: bool | None = None,
) -> Fee:
    """Set a deposit or a one-off fee from a day on. Raises as `set_price` does, and `deposit_too_high` (422, with the
    article) for a deposit above its limit on that day, `fee_name` (422).
    """
    home = _home(viewer, facility_id)
    name = name.strip()[:40]
    if not name:
        sentence = say("请写明是什么费用。")
        raise Refusal("fee_name", sentence, fields={"name": sentence})
    if kind == FeeKind.DEPOSIT:
        _check_deposit(home, fen, since, room_type)
    facts = {"kind": FeeKind(kind), "name": name, "room_type": room_type}
    _make_room(home, Fee.objects.filter(facility=home, **facts), since, None, may_be_billed=False)
    fee = Fee.objects.create(facility=home, **facts, fen=fen, refundable=refundable, days=DateRange(since, None))
    facts = {**facts, "fen": fen, "since": str(since)}
    record(viewer, "fee.set", f"facility:{home.pk}", place=home.region_id, facts=facts)
    return fee


def _home(viewer: Viewer, facility_id: UUID) -> Facility:
    home = found(facilities_of(viewer), facility_id)
    manager_only(viewer, home.pk)
    lock_name(f"price:{home.pk}")
    return home


def _make_room(
    home: Facility, versions: QuerySet, since: date, until: date | None, *, may_be_billed: bool = True
) -> None:
    """Cut what is announced for the days `[since, until)` out of the versions of one thing."""
    overlapping = list(versions.filter(days__overlap=DateRange(since, until)).order_by("pk"))
    if since < clock.today():
        _check_past(home, since, bool(overlapping), may_be_billed)
    for version in overlapping:
        starts, ends = version.days.lower, version.days.upper
        tail = until is not None and (ends is None or ends > until)
        if starts < since:
            type(version).objects.filter(pk=version.pk).update(days=DateRange(starts, since))
            if tail:
                version.pk, version.days = None, DateRange(until, ends)
                version.save(force_insert=True)
        elif tail:
            type(version).objects.filter(pk=version.pk).update(days=DateRange(until, ends))
        else:
            version.delete()


def _check_past(home: Facility, since: date, in_force: bool, may_be_billed: bool) -> None:
    if in_force:
        sentence = say("已经公布过的价格不能往前改。")
        raise Refusal("price_day_past", sentence, next_step=say("请选今天或以后的日期。"), fields={"since": sentence})
    billed = Bill.objects.filter(facility=home, bill_month__gte=since.replace(day=1)).order_by("bill_month").first()
    if may_be_billed and billed:
        sentence = say("{month} 已经出过账，不能再公布那时的价格。", month=f"{billed.bill_month:%Y-%m}")
        raise Refusal("price_day_billed", sentence, next_step=say("请选出账以后的日期。"), fields={"since": sentence})


def _check_deposit(home: Facility, fen: int, since: date, room_type: str) -> None:
    """Judge a deposit by the cheapest bed it is asked for; where no bed price is known it can't be judged, and passes."""
    rooms = [room_type] if room_type else RoomType.values
    prices = (price_in_force(home.pk, PriceItem.BED, since, room_type=room) for room in rooms)
    known = [price for price in prices if price is not None]
    try:
        rule = setting("prepayment", since)
    except LookupError:
        rule = None
    if not known or rule is None:
        return
    reason = deposit_reason(fen, deposit_limit(min(known), rule))
    if reason.outcome is Outcome.FAIL:
        raise Refusal(
            "deposit_too_high",
            reason.text,
            next_step=say("请把押金改到上限以内，或者按房型分别公布。"),
            reasons=[reason],
            fields={"fen": reason.text},
        )
