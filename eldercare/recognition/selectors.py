"""What do we know about agreements, and is a claim recognised? Reads only; anybody may ask."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from eldercare.kernel.days import DayRange
from eldercare.recognition.models import Agreement
from eldercare.recognition.rules.claims import AgreementFact, Claim, Recognition
from eldercare.recognition.rules.engine import recognise
from eldercare.regions.rules.codes import province_of


@dataclass(frozen=True)
class RegisterEntry:
    """One document's agreement over one kind, with all the pairs of regions (by name) it joins."""

    fact: AgreementFact
    pairs: tuple[tuple[str, str], ...]
    in_force: bool


def fact_of(row: Agreement) -> AgreementFact:
    """Read a row as the engine reads it."""
    return AgreementFact(
        id=str(row.pk),
        kind=row.kind,
        issued_in=row.issued_in_id,
        used_in=row.used_in_id,
        days=DayRange(row.days.lower, row.days.upper),
        terms=row.terms,
        number=row.number,
        title=row.title,
        article=row.article,
        url=row.url,
        note=row.note,
        confidence=row.confidence,
        source=row.source,
    )


def agreements(
    *, kind: str = "", issued_in: str = "", used_in: str = "", on: date | None = None
) -> QuerySet[Agreement]:
    """Give the agreements that fit; with `on`, only those in force on that day. Any region inside a province will do."""
    rows = Agreement.objects.all()
    if kind:
        rows = rows.filter(kind=kind)
    if issued_in:
        rows = rows.filter(issued_in=province_of(issued_in))
    if used_in:
        rows = rows.filter(used_in=province_of(used_in))
    return rows.filter(days__contains=on) if on else rows


def agreements_between(kind: str, issued_in: str, used_in: str) -> tuple[AgreementFact, ...]:
    """Give every agreement of a pair over a kind, of whatever days: the engine then says which comes or has ended."""
    return tuple(fact_of(row) for row in agreements(kind=kind, issued_in=issued_in, used_in=used_in))


def agreements_in_force(kind: str, issued_in: str, used_in: str, on: date) -> tuple[AgreementFact, ...]:
    """Give the agreement of a pair over a kind on a day: at most one."""
    return tuple(fact_of(row) for row in agreements(kind=kind, issued_in=issued_in, used_in=used_in, on=on))


def check(claim: Claim, on: date) -> Recognition:
    """Answer whether a claim is recognised on a day, by the agreements on file."""
    return recognise(claim, agreements_between(claim.kind, claim.issued_in, claim.used_in), on=on)


def register(on: date) -> list[RegisterEntry]:
    """Give the public register: one entry for each document, kind and time, newest first, with one query."""
    rows = Agreement.objects.select_related("issued_in", "used_in").order_by("kind", "-days", "issued_in", "used_in")
    groups: dict[tuple[object, ...], list[Agreement]] = {}
    for row in rows:
        groups.setdefault((row.kind, row.title, row.article, row.days.lower, row.days.upper, row.note), []).append(row)
    return [_entry(group, on) for group in groups.values()]


def _entry(group: Iterable[Agreement], on: date) -> RegisterEntry:
    rows = list(group)
    fact = fact_of(rows[0])
    return RegisterEntry(fact, tuple((row.issued_in.name, row.used_in.name) for row in rows), on in fact.days)
