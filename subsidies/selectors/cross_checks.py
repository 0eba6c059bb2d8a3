"""What lies beside an elder's benefit in other places: offices' records, other claims, the home it is paid to? Reads only."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from eldercare.kernel.clock import CHINA
from eldercare.kernel.days import DayRange, Month
from eldercare.kernel.sentences import Sentence, restored, say
from eldercare.people.choices import Source
from eldercare.people.models import Certificate, Declaration
from eldercare.people.selectors import masked_names
from eldercare.regions.selectors import full_name, full_names
from facilities.choices import EndReason, StayState
from facilities.models import Leave, Stay
from subsidies.choices import OPEN_STATES, FlagKind, RoutingState
from subsidies.models import Application, CrossCheckFlag, Entitlement, PayoutAccount, Routing
from subsidies.rules.cross_checks import EXCLUDING, Claim, Known, OfficeRecord, Routed
from subsidies.rules.programme import Benefit, benefit
from subsidies.selectors.facts import inputs_of

OFFICES = (Source.OFFICER, Source.DATA_SHARING)


@dataclass(frozen=True)
class FlagCard:
    """A flag as the desk shows it."""

    flag: CrossCheckFlag
    kind: FlagKind
    benefit: Benefit
    elder_name: str
    district_name: str
    evidence: tuple[Sentence, ...]


def known_of(elder_ids: Iterable[UUID], programme: str, day: date) -> dict[UUID, Known]:
    """Lay side by side what is known of many elders for one benefit, in a constant number of queries."""
    ids, applied = list(elder_ids), benefit(programme)
    inputs = inputs_of(ids, day, applied.programme.region)
    records = _office_records(inputs, applied)
    deaths = _deaths_at_homes(inputs)
    claims = _claims(list(inputs), programme, day)
    routed = _routed(list(inputs), programme, day)
    return {
        elder_id: Known(
            day=day,
            elder=elder,
            office_records=tuple(records[elder_id]),
            death_at_home=deaths.get(elder_id),
            claims=tuple(claims[elder_id]),
            routed=tuple(routed[elder_id]),
        )
        for elder_id, elder in inputs.items()
    }


def flag_cards(flags: QuerySet[CrossCheckFlag]) -> list[FlagCard]:
    """Give flags in their order, in three queries."""
    rows = list(flags)
    names = masked_names(row.elder_id for row in rows)
    districts = full_names(row.district_id for row in rows)
    return [
        FlagCard(
            flag=row,
            kind=FlagKind(row.kind),
            benefit=benefit(row.programme),
            elder_name=names[row.elder_id],
            district_name=districts.get(row.district_id, row.district_id),
            evidence=tuple(restored(said) for said in row.evidence),
        )
        for row in rows
    ]


def flags_of(application: Application) -> QuerySet[CrossCheckFlag]:
    """Give every flag of an application's elder and benefit, the open ones first."""
    rows = CrossCheckFlag.objects.filter(elder=application.elder_id, programme=application.programme)
    return rows.select_related("cleared_by").order_by("cleared_at", "gone_at", "pk")


def _office_records(elder_ids: Iterable[UUID], applied: Benefit) -> Mapping[UUID, list[OfficeRecord]]:
    """Find, in what offices recorded, circumstances that bar the benefit and were true then."""
    wanted = {one.circumstance for one in applied.exclusions if one.circumstance in EXCLUDING}
    if applied.alternative:
        wanted.add(applied.alternative.drawn_by)
    found: dict[UUID, dict[str, OfficeRecord]] = defaultdict(dict)
    rows = Declaration.objects.filter(elder__in=list(elder_ids), source__in=OFFICES).order_by("pk")
    for row in rows:
        stated = row.facts.get("circumstances") or {}
        for name in wanted:
            # The office's own last word counts; only its yes contradicts.
            held = stated.get(name)
            if held is True or (isinstance(held, list) and any(one["until"] is None for one in held)):
                found[row.elder_id][name] = OfficeRecord(name, row.declared_at.astimezone(CHINA).date())
            elif name in stated:
                found[row.elder_id].pop(name, None)
    return defaultdict(list, {elder_id: list(records.values()) for elder_id, records in found.items()})


def _deaths_at_homes(elder_ids: Iterable[UUID]) -> dict[UUID, date]:
    rows = Stay.objects.filter(elder__in=list(elder_ids), state=StayState.ENDED, ended_reason=EndReason.DEATH)
    return {elder_id: days.upper for elder_id, days in rows.values_list("elder_id", "days")}


def _claims(elder_ids: list[UUID], programme: str, day: date) -> Mapping[UUID, list[Claim]]:
    """Find what a second claim would share: a district that pays already, a card, a certificate."""
    claims: dict[UUID, list[Claim]] = defaultdict(list)
    asking = dict(
        Application.objects.filter(elder__in=elder_ids, programme=programme, state__in=OPEN_STATES).values_list(
            "elder_id", "district_id"
        )
    )
    month = Month.of(day).first_day
    paying = Entitlement.objects.filter(Q(last_month__isnull=True) | Q(last_month__gte=month))
    for elder_id, payer in paying.filter(elder__in=asking, programme=programme).values_list(
        "elder_id", "payer_region_id"
    ):
        if payer != asking[elder_id]:
            claims[elder_id].append(Claim(say("{district}正在发放同一项补贴", district=full_name(payer))))
    for elder_id, what in (*_shared(PayoutAccount, elder_ids, "card"), *_shared(Certificate, elder_ids, "certificate")):
        claims[elder_id].append(Claim(SHARED[what]))
    return claims


SHARED = {
    "card": say("收款账户和另一位老人的相同"),
    "certificate": say("残疾人证号码和另一位老人的相同"),
}


def _shared(
    model: type[PayoutAccount] | type[Certificate], elder_ids: list[UUID], what: str
) -> Iterable[tuple[UUID, str]]:
    """Give the elders whose sealed number is also somebody else's."""
    own = model.objects.filter(elder__in=elder_ids).exclude(number_index=None)
    numbers = dict.fromkeys(own.values_list("number_index", flat=True))
    holders: dict[str, set[UUID]] = defaultdict(set)
    for number, elder_id in model.objects.filter(number_index__in=numbers).values_list("number_index", "elder_id"):
        holders[number].add(elder_id)
    shared = {elder_id for ids in holders.values() if len(ids) > 1 for elder_id in ids}
    return [(elder_id, what) for elder_id in elder_ids if elder_id in shared]


def _routed(elder_ids: list[UUID], programme: str, day: date) -> Mapping[UUID, list[Routed]]:
    """Tell of each standing routing whether the elder lives at the home that is paid, and is there."""
    standing = Routing.objects.filter(
        elder__in=elder_ids,
        entitlement__programme=programme,
        state=RoutingState.ACTIVE,
        from_month__lte=day,
    ).select_related("facility")
    rows = list(standing)
    stays = Stay.objects.filter(elder__in=[row.elder_id for row in rows]).exclude(state=StayState.DROPPED)
    stays_at: dict[tuple[UUID, UUID], list[Stay]] = defaultdict(list)
    for stay in stays:
        stays_at[stay.elder_id, stay.facility_id].append(stay)
    away = {
        leave.stay_id: DayRange(leave.days.lower, leave.days.upper)
        for leave in Leave.objects.filter(stay__in=stays, days__contains=day)
    }
    routed: dict[UUID, list[Routed]] = defaultdict(list)
    for row in rows:
        there = stays_at[row.elder_id, row.facility_id]
        here = next((stay for stay in there if stay.state == StayState.IN), None)
        ends = [stay.days.upper for stay in there if stay.state == StayState.ENDED and stay.days.upper]
        routed[row.elder_id].append(
            Routed(
                home=row.facility.name,
                lives_there=here is not None or any(stay.state == StayState.EXPECTED for stay in there),
                left_on=max(ends, default=None),
                away=away.get(here.pk) if here else None,
            )
        )
    return routed
