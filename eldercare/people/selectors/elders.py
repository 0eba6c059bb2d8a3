"""What do we know about elders? Reads only; asks nobody's permission (`access.py` does)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from eldercare.people.choices import CIRCUMSTANCE_NAMES
from eldercare.people.models import Certificate, DeathReport, Declaration, Elder, HukouSpell, Person
from eldercare.people.rules.masks import mask_id, mask_name
from eldercare.regions.rules.codes import district_of


@dataclass(frozen=True)
class ElderFacts:
    """What the rules ask about an elder, in the API's shapes. None is unknown and means unknown.

    `hukou` holds (region code, from, until) in half-open days; `hukou_code` and `hukou_district` are those of the day asked.
    """

    elder_id: UUID
    name_masked: str
    birth_date: date
    sex: str
    hukou: tuple[tuple[str, date | None, date | None], ...]
    hukou_code: str | None
    hukou_district: str | None
    circumstances: dict[str, Any]
    certificates: tuple[dict[str, Any], ...]
    died_on: date | None = None
    declared_missing_on: date | None = None
    prison: tuple[dict[str, Any], ...] = ()
    welfare_allowances: tuple[dict[str, Any], ...] | None = None
    own_monthly_income_fen: int | None = None
    residence_region: str | None = None


@dataclass(frozen=True)
class ElderCard:
    """An elder as shown in a list: the name whole to the family, masked to everybody else."""

    elder_id: UUID
    name: str
    name_masked: str
    id_masked: str
    birth_date: date
    sex: str
    hukou_code: str | None


def elder_facts(elder_id: UUID, on: date, *, known_at: datetime | None = None) -> ElderFacts:
    """Gather the facts of one elder for a day, in five queries. Raises KeyError when there is no such elder.

    With `known_at`, as they were believed here at that moment: what was recorded or superseded later is left aside.
    """
    return facts_of([elder_id], on, known_at=known_at)[elder_id]


def facts_of(elder_ids: Iterable[UUID], on: date, *, known_at: datetime | None = None) -> dict[UUID, ElderFacts]:
    """Gather the facts of many elders for a day, in five queries, as believed now or at a moment."""
    elders = list(Elder.objects.filter(pk__in=list(elder_ids)).select_related("person"))
    ids = [elder.pk for elder in elders]
    spells: dict[UUID, list[tuple[str, date | None, date | None]]] = defaultdict(list)
    for row in _believed(HukouSpell, ids, known_at).order_by("days"):
        spells[row.elder_id].append((row.region_id, row.days.lower, row.days.upper))
    certificates: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in _believed(Certificate, ids, known_at).order_by("days"):
        certificates[row.elder_id].append(certificate_facts(row))
    declared = _declared(ids, known_at)
    deaths = _deaths(elders, known_at)
    return {
        elder.pk: _facts(
            elder, on, spells[elder.pk], certificates[elder.pk], declared.get(elder.pk, {}), deaths.get(elder.pk)
        )
        for elder in elders
    }


def _facts(
    elder: Elder,
    on: date,
    spells: list[tuple[str, date | None, date | None]],
    certificates: list[dict[str, Any]],
    declared: dict[str, Any],
    died_on: date | None,
) -> ElderFacts:
    code = _on(spells, on)
    return ElderFacts(
        elder_id=elder.pk,
        name_masked=mask_name(elder.person.name),
        birth_date=date.fromisoformat(elder.person.birth_date),
        sex=elder.person.sex,
        hukou=tuple(spells),
        hukou_code=code,
        hukou_district=district_of(code) if code else None,
        circumstances={name: declared.get("circumstances", {}).get(name) for name in CIRCUMSTANCE_NAMES},
        certificates=tuple(certificates),
        died_on=died_on,
        declared_missing_on=_day(declared.get("declared_missing_on")),
        prison=tuple(declared.get("prison") or ()),
        welfare_allowances=_tuple(declared.get("welfare_allowances")),
        own_monthly_income_fen=declared.get("own_monthly_income_fen"),
        residence_region=declared.get("residence_region"),
    )


def _believed(
    model: type[HukouSpell] | type[Certificate], ids: list[UUID], known_at: datetime | None
) -> QuerySet[HukouSpell] | QuerySet[Certificate]:
    if known_at is None:
        return model.objects.filter(elder__in=ids)
    stood = Q(superseded_at__isnull=True) | Q(superseded_at__gt=known_at)
    return model.every.filter(stood, elder__in=ids, recorded_at__lte=known_at)


def _declared(ids: list[UUID], known_at: datetime | None) -> dict[UUID, dict[str, Any]]:
    rows = Declaration.objects.filter(elder__in=ids)
    if known_at is not None:
        rows = rows.filter(declared_at__lte=known_at)
    return {row.elder_id: row.facts for row in rows.order_by("elder", "-id").distinct("elder")}


def _deaths(elders: list[Elder], known_at: datetime | None) -> dict[UUID, date | None]:
    if known_at is None:
        return {elder.pk: elder.died_on for elder in elders}
    rows = DeathReport.objects.filter(elder__in=elders, reported_at__lte=known_at)
    return {row.elder_id: row.died_on for row in rows.order_by("elder", "-id").distinct("elder")}


def latest_declaration(elder_id: UUID) -> dict[str, Any]:
    """Give the facts declared last, or none."""
    row = Declaration.objects.filter(elder=elder_id).order_by("-id").first()
    return row.facts if row else {}


def certificate_facts(certificate: Certificate) -> dict[str, Any]:
    """Give a certificate in the API's shape: category, level, components, from, until."""
    return {**certificate.facts, "from": certificate.days.lower, "until": certificate.days.upper}


def elder_cards(elders: QuerySet[Elder], on: date) -> list[ElderCard]:
    """Give elders as a list shows them, in two queries."""
    rows = list(elders.select_related("person").order_by("registered_at", "pk"))
    hukou = hukou_codes([row.pk for row in rows], on)
    return [_card(row, hukou.get(row.pk)) for row in rows]


def elder_card(elder: Elder, on: date) -> ElderCard:
    """Give one elder as a page's heading shows them."""
    return _card(elder, hukou_codes([elder.pk], on).get(elder.pk))


def hukou_codes(elder_ids: Iterable[UUID], on: date) -> dict[UUID, str]:
    """Give the 户籍 of many elders on a day, with one query."""
    rows = HukouSpell.objects.filter(elder__in=list(elder_ids), days__contains=on)
    return dict(rows.values_list("elder_id", "region_id"))


def masked_names(elder_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Give the masked names of many elders, with one query: for desks and statements."""
    rows = Elder.objects.filter(pk__in=list(elder_ids)).select_related("person")
    return {row.pk: mask_name(row.person.name) for row in rows}


def names_of_persons(person_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Give the names of persons, with one query."""
    return {row.pk: row.name for row in Person.objects.filter(pk__in=list(person_ids)).only("id", "name")}


def _card(elder: Elder, hukou_code: str | None) -> ElderCard:
    person = elder.person
    return ElderCard(
        elder_id=elder.pk,
        name=person.name,
        name_masked=mask_name(person.name),
        id_masked=mask_id(person.id_number or ""),
        birth_date=date.fromisoformat(person.birth_date),
        sex=person.sex,
        hukou_code=hukou_code,
    )


def _on(spells: list[tuple[str, date | None, date | None]], on: date) -> str | None:
    for code, start, until in spells:
        if (start is None or start <= on) and (until is None or on < until):
            return code
    return None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _tuple(rows: list[dict[str, Any]] | None) -> tuple[dict[str, Any], ...] | None:
    return None if rows is None else tuple(rows)
