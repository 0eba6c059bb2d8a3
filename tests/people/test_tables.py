"""What the tables of the people floor refuse, whoever asks: one refused insert for each wall."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from eldercare.kernel import clock
from eldercare.people.models import Certificate, Consent, Declaration, GuardianInvitation, HukouSpell, Letter, Person
from tests.builders.people import make_elder, make_person, stand_beside
from tests.builders.regions import WUQING

pytestmark = pytest.mark.django_db


def refuses(name, act):
    with pytest.raises((IntegrityError, DatabaseError), match=name), transaction.atomic():
        act()


def test_an_identity_number_belongs_to_one_person():
    one = make_person()
    twin = {"id_number": one.id_number, "id_number_index": one.id_number_index}
    refuses("an_identity_number_belongs_to_one_person", lambda: Person.objects.create(**twin))


def test_an_identity_number_is_kept_with_its_index():
    refuses("an_identity_number_is_kept_with_its_index", lambda: Person.objects.create(id_number="11010519491231002X"))


def test_an_elder_has_one_hukou_a_day():
    elder = make_elder()
    later = DateRange(date(2020, 1, 1), None)
    spell = {"elder": elder, "region_id": WUQING, "days": later}
    refuses("an_elder_has_one_hukou_a_day", lambda: HukouSpell.objects.create(**spell))


def test_an_elder_holds_one_disability_certificate_a_day():
    elder = make_elder(certificate={"category": 4, "level": 1})
    second = {"elder": elder, "facts": {"category": 1}, "days": DateRange(date(2021, 1, 1), None)}
    refuses("an_elder_holds_one_disability_certificate_a_day", lambda: Certificate.objects.create(**second))


def test_a_declaration_is_written_once():
    elder = make_elder(circumstances={"dibao": True})
    rows = Declaration.objects.filter(elder=elder)
    refuses("a_declaration_is_written_once", lambda: rows.update(declared_by="someone"))
    refuses("a_declaration_is_written_once", rows.delete)


def test_a_consent_is_neither_rewritten_nor_deleted():
    consent = stand_beside(make_elder(), make_person("李强")).consent
    rows = Consent.objects.filter(pk=consent.pk)
    refuses("a_given_consent_is_not_rewritten", lambda: rows.update(purpose="subsidy_routing"))
    refuses("a_consent_is_never_deleted", lambda: rows._raw_delete(rows.db))


def test_a_consent_is_revoked_after_it_is_given_and_by_somebody():
    rows = Consent.objects.filter(pk=stand_beside(make_elder(), make_person("李强")).consent_id)
    before = clock.now() - timedelta(days=1)
    refuses("a_consent_is_revoked_after_it_is_given", lambda: rows.update(revoked_at=before, revoked_by="user:1"))
    refuses("a_revoked_consent_says_by_whom", lambda: rows.update(revoked_at=clock.now() + timedelta(days=1)))


def test_a_guardianship_ends_after_it_begins():
    row = stand_beside(make_elder(), make_person("李强"))
    rows = type(row).objects.filter(pk=row.pk)
    yesterday = row.valid_from - timedelta(days=1)
    refuses("a_guardianship_ends_after_it_begins", lambda: rows.update(valid_until=yesterday))


def test_a_person_has_one_role_beside_an_elder_a_day():
    elder, son = make_elder(), make_person("李强")
    stand_beside(elder, son)
    refuses("a_person_has_one_role_beside_an_elder_a_day", lambda: stand_beside(elder, son, "kin"))


def invitation(elder, **changes):
    whole = {
        "elder": elder,
        "kind": "kin",
        "address": "13700000001",
        "address_index": "x",
        "invited_by": elder.person,
        "expires_at": clock.now(),
    }
    return GuardianInvitation.objects.create(**{**whole, **changes})


def test_an_invitation_is_open_once_for_an_address_and_not_both_accepted_and_withdrawn():
    elder = make_elder()
    invitation(elder)
    refuses("an_address_is_invited_to_an_elder_once_at_a_time", lambda: invitation(elder))
    both = {"accepted_at": clock.now(), "withdrawn_at": clock.now()}
    refuses("a_withdrawn_invitation_is_not_accepted", lambda: invitation(elder, **both))


def letter(**changes):
    whole = {"kind": "test", "subject": "s", "body": "b", "language": "zh-hans", "channel": "sms", "address": "1"}
    return Letter.objects.create(**{**whole, **changes})


def test_a_letter_says_where_it_goes_and_when_it_went():
    refuses("a_sent_letter_says_when", lambda: letter(state="sent"))
    refuses("a_letter_that_travels_has_an_address", lambda: letter(address=None))
    refuses("an_in_app_letter_has_a_reader", lambda: letter(channel="in_app"))
