"""Persons, elders and those beside them, written straight into the tables: for tests that are about something else."""

from datetime import date
from itertools import count

from django.db.backends.postgresql.psycopg_any import DateRange

from eldercare.kernel import clock
from eldercare.kernel.sealed import blind_index
from eldercare.people.choices import ROLE_PURPOSES, Role
from eldercare.people.models import Certificate, Consent, Declaration, Elder, Guardianship, HukouSpell, Person
from eldercare.people.rules.id_number import check_digit
from tests.builders.regions import HUJIALOU, regions

_sequence = count(1)


def id_number(born: date, *, female: bool = False, prefix: str = "110105") -> str:
    """Make an identity number that was not given out in this run: the odd sequence numbers are men's."""
    number = next(_sequence) % 500
    first_17 = f"{prefix}{born:%Y%m%d}{number * 2 + (0 if female else 1):03d}"
    return first_17 + check_digit(first_17)


def make_person(name: str = "李娜", *, born: date | None = date(1975, 4, 2), **contact) -> Person:
    """Somebody grown up, with an identity number when `born` is given."""
    if born is None:
        return Person.objects.create(name=name, **contact)
    number = id_number(born, female=True)
    return Person.objects.create(
        name=name,
        id_number=number,
        id_number_index=blind_index(number),
        birth_date=born.isoformat(),
        sex="female",
        **contact,
    )


def make_elder(
    name: str = "王桂兰",
    *,
    born: date = date(1945, 3, 10),
    hukou: str = HUJIALOU,
    hukou_since: date | None = None,
    circumstances: dict | None = None,
    certificate: dict | None = None,
    certificate_since: date = date(2020, 5, 6),
    guardian: Person | None = None,
    kind: str = "agent",
    **declared,
) -> Elder:
    """An elder with a 户籍 since birth; with `guardian`, somebody beside them since the day before yesterday's year.

    `circumstances` and other keywords are declared facts in the API's shape; `certificate` is
    `{"category", "level", "components"}`.
    """
    regions()
    person = make_person(name, born=born)
    elder = Elder.objects.create(person=person, registered_by=guardian or person)
    HukouSpell.objects.create(elder=elder, region_id=hukou, days=DateRange(hukou_since or born, None))
    if circumstances or declared:
        facts = {"circumstances": circumstances or {}, **declared}
        Declaration.objects.create(elder=elder, facts=facts, declared_by="builder")
    if certificate:
        Certificate.objects.create(
            elder=elder, facts={"components": None, **certificate}, days=DateRange(certificate_since, None)
        )
    if guardian:
        stand_beside(elder, guardian, kind)
    return elder


def stand_beside(elder: Elder, guardian: Person, kind: str = "agent", *, since: date | None = None) -> Guardianship:
    """Put somebody beside an elder, with the consent it rests on."""
    consent = Consent.objects.create(
        elder=elder,
        purpose=ROLE_PURPOSES[Role(kind)],
        text_version="2026-01",
        given_by=guardian,
    )
    return Guardianship.objects.create(
        elder=elder, guardian=guardian, kind=kind, consent=consent, valid_from=since or clock.today()
    )
