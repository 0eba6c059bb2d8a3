"""Applications, offers, stays and bills as those see them who may. Every read is handed a queryset from `access.py`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from eldercare.kernel.clock import ClockNow
from eldercare.kernel.days import Month
from eldercare.kernel.sentences import Sentence, restored
from eldercare.kernel.verdict import Line, Reason, reason_from
from eldercare.people.selectors import hukou_codes, masked_names
from eldercare.regions.selectors import full_names
from facilities.choices import ApplicationState, CareGrade, OfferState, OpeningState, RoomType, StayState, VisitState
from facilities.models import Application, Bill, Offer, Opening, Stay, Transfer, Visit
from facilities.models.admission import OPEN
from facilities.selectors.waiting import Place, PriorityShown, places_of, priority_shown


@dataclass(frozen=True)
class ApplicationCard:
    """An application as the home's queue and the family's list show it; names are masked.

    `place` is its place on the list while it waits; `moves_from` names the home a resident would leave for this one;
    `asked_class` is the class of the list the family asked for, proven or not.
    """

    application: Application
    elder_name: str
    hukou_name: str
    room: str
    grade: str
    fit_answer: str
    fit_reasons: tuple[Reason, ...]
    offer: Offer | None
    place: Place | None
    other_rooms: tuple[str, ...]
    moves_from: str
    asked_class: PriorityShown | None = None

    @property
    def is_open(self) -> bool:
        return self.application.state in OPEN


@dataclass(frozen=True)
class StayCard:
    """A stay as lists show it; names are masked. `grade` is the care grade of the day asked, or the first one."""

    stay: Stay
    elder_name: str
    bed_name: str
    room: str
    grade: str
    grade_code: str

    @property
    def leaving_on(self) -> date | None:
        """The day planned for leaving: from it on the bed is free for the next."""
        return self.stay.claim.days.upper if self.stay.state in (StayState.EXPECTED, StayState.IN) else None


@dataclass(frozen=True)
class BillFacts:
    """A bill as redemption and statements need it. `lines` name their `eligible_key` (bed, care, meal)."""

    bill_id: UUID
    stay_id: UUID
    elder_id: UUID
    facility_id: UUID
    bill_month: Month
    lines: tuple["BillLine", ...]
    total_fen: int
    state: str
    issued_at: datetime


@dataclass(frozen=True)
class BillLine:
    """One charged line, as it was issued."""

    item: str
    eligible_key: str
    label: Sentence
    because: Sentence
    amount_fen: int
    monthly_fen: int | None
    days: int | None

    cite = None

    def as_line(self) -> Line:
        return Line(self.label, self.amount_fen, self.because)


def application_cards(applications: QuerySet[Application], on: date) -> list[ApplicationCard]:
    """Give applications, oldest first, in a constant number of queries."""
    return cards_in_order(applications.order_by("submitted_at", "pk"), on)


def cards_in_order(applications: QuerySet[Application], on: date) -> list[ApplicationCard]:
    """Give applications in the order they come, in a constant number of queries."""
    latest = Prefetch("offers", Offer.objects.select_related("bed__room").order_by("-offered_at"), to_attr="by_latest")
    rows = list(applications.select_related("facility").prefetch_related(latest))
    names = masked_names(row.elder_id for row in rows)
    hukou = hukou_codes((row.elder_id for row in rows), on)
    regions = full_names(hukou.values())
    waiting = [row.pk for row in rows if row.state in OPEN]
    places = places_of(waiting, on) if waiting else {}
    left = dict(Transfer.objects.filter(application__in=rows).values_list("application", "old_stay__facility__name"))
    return [
        _application_card(
            row,
            names,
            regions.get(hukou.get(row.elder_id, ""), ""),
            places.get(row.pk),
            left.get(row.pk, ""),
            priority_shown(row, on),
        )
        for row in rows
    ]


def _application_card(
    row: Application,
    names: dict[UUID, str],
    hukou_name: str,
    place: Place | None,
    moves_from: str,
    asked_class: PriorityShown | None,
) -> ApplicationCard:
    return ApplicationCard(
        application=row,
        elder_name=names[row.elder_id],
        hukou_name=hukou_name,
        room=RoomType(row.room_type).label,
        grade=CareGrade(row.care_grade).label,
        fit_answer=row.fit["verdict"],
        fit_reasons=tuple(reason_from(reason) for reason in row.fit["reasons"]),
        offer=row.by_latest[0] if row.by_latest else None,
        place=place,
        other_rooms=tuple(RoomType(room).label for room in row.also_rooms),
        moves_from=moves_from,
        asked_class=asked_class,
    )


def offer_lines(offer: Offer) -> tuple[BillLine, ...]:
    """Give the price as it was offered."""
    return tuple(bill_line(line) for line in offer.price["lines"])


def offer_state(offer: Offer, now: datetime) -> str:
    """Give the state as it is at a moment: a live offer past its time has lapsed, though no sweeper came by yet."""
    if offer.state == OfferState.LIVE and offer.lapses_at <= now:
        return OfferState.LAPSED
    return offer.state


def stay_cards(stays: QuerySet[Stay], on: date) -> list[StayCard]:
    """Give stays, latest first, in a constant number of queries."""
    rows = list(
        stays.select_related("claim__bed__room", "facility").prefetch_related("grades").order_by("-created_at", "pk")
    )
    names = masked_names(row.elder_id for row in rows)
    return [_stay_card(row, names[row.elder_id], on) for row in rows]


def _stay_card(row: Stay, elder_name: str, on: date) -> StayCard:
    spells = sorted(row.grades.all(), key=lambda spell: spell.days.lower)
    current = next((spell for spell in spells if on in spell.days), spells[0])
    bed = row.claim.bed
    return StayCard(
        stay=row,
        elder_name=elder_name,
        bed_name=f"{bed.room.name}-{bed.name}",
        room=RoomType(row.room_type).label,
        grade=CareGrade(current.care_grade).label,
        grade_code=current.care_grade,
    )


def queue_counts(facility_id: UUID) -> dict[str, int]:
    """Count what waits for a home's staff, capped at a hundred each."""
    waiting = Application.objects.filter(facility=facility_id, state=ApplicationState.SUBMITTED)
    expected = Stay.objects.filter(facility=facility_id, state=StayState.EXPECTED)
    proposed = Opening.objects.filter(facility=facility_id, state=OpeningState.OPEN, proposed__isnull=False)
    over = Visit.objects.filter(facility=facility_id, state=VisitState.BOOKED, slot__starts_at__lte=ClockNow())
    return {
        "applications": waiting[:100].count(),
        "expected": expected[:100].count(),
        "proposed": proposed[:100].count(),
        "visits": over[:100].count(),
    }


def stays_to_bill(facility_id: UUID, bill_month: Month) -> QuerySet[Stay]:
    """Give the stays with a day in a month and no bill for it yet."""
    period = (bill_month.first_day, bill_month.next().first_day)
    billed = Bill.objects.filter(bill_month=bill_month.first_day).values("stay")
    residents = Stay.objects.filter(facility=facility_id, state__in=[StayState.IN, StayState.ENDED])
    return residents.filter(days__overlap=period).exclude(pk__in=billed).order_by("pk")


def bill_facts(elder_id: UUID, facility_id: UUID, bill_month: Month) -> BillFacts | None:
    """Give an elder's bill at a home for a month; of two stays in one month, the later one."""
    rows = Bill.objects.filter(elder=elder_id, facility=facility_id, bill_month=bill_month.first_day)
    row = rows.order_by("-issued_at").first()
    return facts_of(row) if row else None


def bills_of(bills: Iterable[Bill]) -> list[BillFacts]:
    return [facts_of(bill) for bill in bills]


def facts_of(bill: Bill) -> BillFacts:
    """Open a bill row."""
    return BillFacts(
        bill_id=bill.pk,
        stay_id=bill.stay_id,
        elder_id=bill.elder_id,
        facility_id=bill.facility_id,
        bill_month=Month.of(bill.bill_month),
        lines=tuple(bill_line(line) for line in bill.lines),
        total_fen=bill.total_fen,
        state=bill.state,
        issued_at=bill.issued_at,
    )


def bill_line(stored: dict[str, Any]) -> BillLine:
    """Read back one charged line."""
    return BillLine(
        item=stored["item"],
        eligible_key=stored["eligible_key"],
        label=restored(stored["label"]),
        because=restored(stored.get("because", "")),
        amount_fen=stored["amount_fen"],
        monthly_fen=stored.get("monthly_fen"),
        days=stored.get("days"),
    )
