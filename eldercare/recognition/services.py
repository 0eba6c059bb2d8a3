"""Puts the published agreements into the register. Repeating it changes nothing; an agreement that ends is shortened."""

from datetime import date

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from eldercare.recognition.models import Agreement
from eldercare.recognition.rules.agreements import published
from eldercare.recognition.rules.claims import AgreementFact

Key = tuple[str, str, str, date]
COLUMNS = ("days", "terms", "number", "title", "article", "url", "note", "confidence", "source")


@transaction.atomic
def load_reference() -> dict[str, int]:
    """Load or refresh the agreements of every file; gives how many there are."""
    kept = {_key_of_row(row): row for row in Agreement.objects.all()}
    facts = published()
    fresh = []
    for fact in facts:
        row = kept.get(_key_of_fact(fact))
        if row is None:
            row = Agreement(kind=fact.kind, issued_in_id=fact.issued_in, used_in_id=fact.used_in)
            fresh.append(row)
        _fill(row, fact)
    # What ends earlier now makes room before what is new comes in.
    Agreement.objects.bulk_update(kept.values(), COLUMNS)
    Agreement.objects.bulk_create(fresh)
    return {"agreements": len(facts)}


def _fill(row: Agreement, fact: AgreementFact) -> None:
    row.days = DateRange(fact.days.start, fact.days.until)
    row.terms = dict(fact.terms)
    for column in COLUMNS[2:]:
        setattr(row, column, getattr(fact, column))


def _key_of_row(row: Agreement) -> Key:
    return row.kind, row.issued_in_id, row.used_in_id, row.days.lower


def _key_of_fact(fact: AgreementFact) -> Key:
    return fact.kind, fact.issued_in, fact.used_in, fact.days.start
