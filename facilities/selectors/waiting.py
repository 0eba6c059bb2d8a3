"""Who waits for a home, in which order, and why somebody was passed over. Keeps no position: it is counted when asked."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, F, IntegerField, OuterRef, QuerySet, Subquery, Value, When, Window
from django.db.models.functions import Coalesce, RowNumber

from eldercare.kernel.verdict import Reason, reason_from
from eldercare.people.selectors import hukou_codes, masked_names
from facilities.choices import ListMode, OpeningState, StayState
from facilities.models import Application, DirectedPriority, Facility, ListRule, Opening, Skip, Stay
from facilities.models.admission import OPEN
from facilities.rules.settings import setting
from facilities.rules.waiting import (
    ORDINARY,
    RESIDENT,
    ListSettings,
    OpenBed,
    PriorityClass,
    Wishes,
    class_by_hukou,
    list_settings,
    passed_over,
)
from facilities.selectors.fit import fits

AT_ONCE, GROWS = 50, 10


@dataclass(frozen=True)
class Place:
    """A family's place on a home's list: the first has `number` 1. `asked` says that a bed waits for its answer."""

    number: int
    priority: PriorityClass
    since: datetime
    paused_until: date | None
    asked: bool

    @property
    def ahead(self) -> int:
        return self.number - 1


@dataclass(frozen=True)
class PriorityShown:
    """A class the family asked for, in its words. `counts`: the home has confirmed it, and `because` says on what.

    `proof`: what the home had before it, `document` or `resident`.
    """

    wanted: PriorityClass
    words: str
    counts: bool
    because: str
    proof: str


@dataclass(frozen=True)
class ResidentShown:
    """Somebody who lives in the home, to be named as the spouse. `named`: the family's words hold the whole name."""

    stay_id: UUID
    name: str
    bed_name: str
    named: bool


@dataclass(frozen=True)
class SkipShown:
    """One time a family was passed over, in words. `conditions` and the masked name are for the family and the home only."""

    at: datetime
    reason: str
    label: str
    words: str
    conditions: tuple[Reason, ...]
    home_name: str
    application_id: UUID
    by_home: bool
    elder_name: str


def in_order(applications: QuerySet[Application], on: date) -> QuerySet[Application]:
    """Put applications in the list's order: class, then time. The key settles what came in the same moment."""
    return applications.order_by(_rank(on), "place_since", "pk")


def waiting_list(facility_id: UUID, on: date) -> QuerySet[Application]:
    """Give the families on a home's list, first one first; those with an offer to answer keep their place."""
    return in_order(Application.objects.filter(facility=facility_id, state__in=OPEN), on)


def places_of(application_ids: Iterable[UUID], on: date) -> dict[UUID, Place]:
    """Give the places of many applications with one query; those that no longer wait have none."""
    wanted = set(application_ids)
    homes = Application.objects.filter(pk__in=wanted).values("facility")
    number = Window(RowNumber(), partition_by="facility", order_by=[_rank(on), F("place_since"), F("pk")])
    rows = Application.objects.filter(facility__in=homes, state__in=OPEN).annotate(number=number)
    fields = ("pk", "number", "priority", "place_since", "paused_until", "state")
    rule = list_settings(on)
    return {
        pk: Place(number, rule.named(priority), since, _still(paused_until, on), state == OPEN[1])
        for pk, number, priority, since, paused_until, state in rows.values_list(*fields)
        if pk in wanted
    }


def list_rule(facility_id: UUID) -> ListRule:
    """Give how a home's list moves; without a word from the home, by itself."""
    return ListRule.objects.filter(facility=facility_id).first() or ListRule(facility_id=facility_id)


def is_automatic(facility_id: UUID) -> bool:
    return list_rule(facility_id).mode == ListMode.AUTO


def hours_to_answer(facility_id: UUID, on: date) -> int:
    """Give how long a family of this home has to answer."""
    return list_rule(facility_id).hours or int(setting("offers", on)["hours"])


def directed_to(facility_id: UUID, on: date) -> list[DirectedPriority]:
    """Give whose elders a home takes first on a day, with the document."""
    rows = DirectedPriority.objects.filter(facility=facility_id, days__contains=on)
    return list(rows.select_related("hukou").order_by("hukou"))


def class_of(facility_id: UUID, elder_id: UUID, on: date) -> str:
    """Give the class that follows from the elder's 户籍 alone."""
    scopes = [row.hukou_id for row in directed_to(facility_id, on)]
    return class_by_hukou(hukou_codes([elder_id], on).get(elder_id), scopes) if scopes else ORDINARY


def class_now(application: Application, on: date) -> str:
    """Give the first of the classes that count for a family: by the elder's 户籍, and by what the home has confirmed."""
    by_hukou = class_of(application.facility_id, application.elder_id, on)
    return list_settings(on).first_of(by_hukou, _confirmed(application))


def _confirmed(application: Application) -> str:
    case: dict[str, Any] = application.priority_case or {}
    given = case.get("set") or {}
    proof = given.get("proof") or {}
    if proof.get("kind") == RESIDENT and not Stay.objects.filter(pk=proof["stay"], state=StayState.IN).exists():
        return ORDINARY
    return given.get("priority", ORDINARY)


def priority_shown(application: Application, on: date) -> PriorityShown | None:
    """Give what the family asked for and whether it is proven; None when it asked for no class."""
    case = application.priority_case or {}
    asked = case.get("asked")
    if not asked:
        return None
    wanted = list_settings(on).named(asked["priority"])
    given = case.get("set") or {}
    counts = wanted.id in (application.priority, given.get("priority"))
    return PriorityShown(
        wanted, asked["words"], counts, given.get("because", ""), (given.get("proof") or {}).get("kind", "")
    )


def residents_to_name(facility_id: UUID, words: str, *, but: UUID) -> list[ResidentShown]:
    """Give who lives in a home now, those whose whole name stands in the words first. Names are masked."""
    lives = Stay.objects.filter(facility=facility_id, state=StayState.IN).exclude(elder=but)
    rows = list(lives.select_related("elder__person", "claim__bed__room").order_by("claim__bed__room__name", "pk"))
    masked = masked_names(row.elder_id for row in rows)
    shown = [
        ResidentShown(
            row.pk,
            masked[row.elder_id],
            f"{row.claim.bed.room.name}-{row.claim.bed.name}",
            bool(row.elder.person.name) and row.elder.person.name in words,
        )
        for row in rows
    ]
    return sorted(shown, key=lambda one: not one.named)


def open_bed(opening: Opening) -> OpenBed:
    """Give the opened bed as the rule reads it."""
    return OpenBed(opening.bed.room.room_type, opening.bed.bed_type, opening.from_day)


def judged(opening: Opening, on: date) -> Iterator[tuple[Application, str, dict | None]]:
    """Go along the list and say of each family not yet asked why it is passed over for this bed; nothing: it fits.

    Facts are read for fifty families at once and then for ten times as many each time: the first who fits is mostly near,
    and a list of thousands costs hardly a query more all the same.
    """
    home, bed, rule = opening.facility, open_bed(opening), list_settings(on)
    asked = Skip.objects.filter(opening=opening).values("application")
    keys = list(waiting_list(home.pk, on).exclude(pk__in=asked).values_list("pk", flat=True))
    start, size = 0, AT_ONCE
    while start < len(keys):
        # What is sealed is opened only of those who want this bed.
        rows = Application.objects.defer("care_grade", "fit", "priority_case").in_bulk(keys[start : start + size])
        yield from _judged(home, [rows[key] for key in keys[start : start + size]], bed, rule, on)
        start, size = start + size, GROWS * size


def _judged(
    home: Facility, chunk: list[Application], bed: OpenBed, rule: ListSettings, on: date
) -> Iterator[tuple[Application, str, dict | None]]:
    by_wish = {row.pk: _by_wish(row, bed, rule) for row in chunk}
    wanting = [row.pk for row in chunk if not by_wish[row.pk]]
    asked = dict(Application.objects.filter(pk__in=wanting).values_list("elder", "care_grade"))
    verdicts = fits(home, asked, on=max(on, bed.from_day)) if asked else {}
    for row in chunk:
        verdict = verdicts.get(row.elder_id)
        if by_wish[row.pk] or verdict is None:
            yield row, by_wish[row.pk] or "not_fit", None
        elif verdict.answer.value == "no":
            yield row, "not_fit", {"reasons": [reason.to_json() for reason in verdict.reasons]}
        else:
            yield row, "", None


def _by_wish(row: Application, bed: OpenBed, rule: ListSettings) -> str:
    return "has_offer" if row.state == OPEN[1] else passed_over(wishes_of(row), bed, rule)


def wishes_of(application: Application) -> Wishes:
    """Give what a family wants, as the rule reads it."""
    rooms = frozenset([application.room_type, *application.also_rooms])
    return Wishes(
        rooms, application.bed_type, application.wanted_from, application.paused_until, application.wanted_until
    )


def skips_shown(skips: QuerySet[Skip], most: int = 50) -> list[SkipShown]:
    """Give the latest times somebody was passed over, newest first, in two queries."""
    rows = list(skips.select_related("application__facility").order_by("-at", "-pk")[:most])
    names = masked_names({row.application.elder_id for row in rows})
    return [_skip_shown(row, names[row.application.elder_id]) for row in rows]


def _skip_shown(row: Skip, elder_name: str) -> SkipShown:
    kept = row.conditions or {}
    return SkipShown(
        at=row.at,
        reason=row.reason,
        label=row.get_reason_display(),
        words=kept.get("words", ""),
        conditions=tuple(reason_from(one) for one in kept.get("reasons", ())),
        home_name=row.application.facility.name,
        application_id=row.application_id,
        by_home=row.reason == "staff",
        elder_name=elder_name,
    )


def openings_of(facility_id: UUID) -> list[Opening]:
    """Give a home's beds that are being offered along the list, oldest first, with how many families were passed over."""
    passed = (
        Skip.objects.filter(opening=OuterRef("pk")).order_by().values("opening").annotate(n=Count("pk")).values("n")
    )
    rows = Opening.objects.filter(facility=facility_id, state=OpeningState.OPEN).order_by("opened_at")
    return list(rows.select_related("bed__room", "proposed").annotate(passed=Coalesce(Subquery(passed), Value(0))))


def _still(paused_until: date | None, on: date) -> date | None:
    return paused_until if paused_until and on < paused_until else None


def _rank(on: date) -> Case:
    """Give the class's place in the published order as an expression; a class that is gone counts as the last."""
    classes = list_settings(on).classes
    known = [When(priority=one.id, then=Value(number)) for number, one in enumerate(classes)]
    return Case(*known, default=Value(len(classes)), output_field=IntegerField())
