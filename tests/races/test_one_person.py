"""One identity number, many families; one address, many first sign-ins: exactly one person, exactly one account."""

from contextlib import contextmanager
from datetime import date

import pytest
from django.db import connection

from eldercare.accounts.models import SignInCode, User
from eldercare.accounts.services.open_account import open_account
from eldercare.accounts.services.sign_in import MOST_PER_ADDRESS, send_code
from eldercare.people.models import Consent, Declaration, Elder, Guardianship, HukouSpell, Person
from eldercare.people.rules.address import parse_address
from eldercare.people.services.register import register_elder
from tests.builders.accounts import make_user, viewer_for
from tests.builders.people import id_number, make_person
from tests.builders.regions import HUJIALOU, regions
from tests.races.test_one_bed import at_once
from tests.races.worst_moment import meeting_after

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

CLIENTS = 20
WALL = "an_identity_number_belongs_to_one_person"


def families(number: str) -> list:
    """Grown-up children of as many families, each about to register the same number."""
    regions()
    viewers = []
    for _ in range(CLIENTS):
        user = make_user()
        known = make_person()
        User.objects.filter(pk=user.pk).update(person=known)
        user.refresh_from_db()
        viewers.append(viewer_for(user))
    typed = {"name": "王桂兰", "id_number": number, "hukou_region": HUJIALOU, "relation": "child"}
    return [lambda viewer=viewer: register_elder(viewer, consent_text_version="2026-01", **typed) for viewer in viewers]


@contextmanager
def without_the_wall(monkeypatch):
    """Take down the unique constraint and the lock in front of it, and put the constraint up again."""
    monkeypatch.setattr("eldercare.people.services.identity.lock_name", lambda name: None)
    wall = next(row for row in Person._meta.constraints if row.name == WALL)
    with connection.schema_editor() as editor:
        editor.remove_constraint(Person, wall)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE people_person CASCADE")
        with connection.schema_editor() as editor:
            editor.add_constraint(Person, wall)


def test_twenty_families_register_one_number_and_one_of_them_does():
    number = id_number(date(1945, 3, 10))
    answers = at_once(families(number))
    assert sum(isinstance(answer, Elder) for answer in answers) == 1
    assert {answer for answer in answers if isinstance(answer, str)} == {"id_number_not_accepted"}
    counts = [model.objects.count() for model in (Elder, HukouSpell, Consent, Guardianship)]
    assert counts == [1, 1, 1, 1], "of the refused ones nothing is left"
    assert not Declaration.objects.exists()


def test_without_the_wall_the_same_race_goes_wrong(monkeypatch):
    with without_the_wall(monkeypatch):
        with meeting_after("eldercare.people.services.register", "holder_of", CLIENTS, patience=60):
            answers = at_once(families(id_number(date(1945, 3, 10))))
        assert sum(isinstance(answer, Elder) for answer in answers) > 1


def test_twenty_first_sign_ins_with_one_address_open_one_account():
    address = parse_address("13800001234")
    users = at_once([lambda: open_account(address)] * CLIENTS)
    assert {user.pk for user in users} == {User.objects.get().pk}
    assert Person.objects.count() == 1, "of the losers no person is left"


def test_of_twenty_codes_asked_for_at_once_as_many_are_sent_as_allowed():
    acts = [lambda number=number: send_code(address="13800001234", client=f"c{number}") for number in range(CLIENTS)]
    answers = at_once(acts)
    sent = [answer for answer in answers if isinstance(answer, SignInCode)]
    assert len(sent) == SignInCode.objects.count() <= MOST_PER_ADDRESS
    assert {answer for answer in answers if isinstance(answer, str)} == {"too_many_codes"}
