"""Keys are rotated: everything is sealed and found under the new key alone; again changes nothing; what is done is left alone."""

import base64
import json
from datetime import date
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection

from eldercare.accounts.models import User
from eldercare.accounts.selectors import user_with
from eldercare.accounts.services.second_factor import new_secret, reseal_secrets
from eldercare.kernel import clock
from eldercare.kernel.sealed import SealedField, blind_indexes, key_name
from eldercare.people.models import Declaration, Person
from eldercare.people.rules.address import parse_address
from eldercare.people.selectors import elder_facts
from subsidies.models import Filing, Paper, PaperContent
from tests.builders.accounts import make_user
from tests.builders.people import make_elder

pytestmark = pytest.mark.django_db
OLD, NEW = "t1:MDEyMzQ1Njc4OWFiY2RlZg==", "t2:ZmVkY2JhOTg3NjU0MzIxMA=="
OLD_INDEX, NEW_INDEX = "t1:dGVzdHMtaW5kZXgta2V5LW9ubHktZm9yLXRlc3Rz", "t2:YW5vdGhlci1pbmRleC1rZXktZm9yLXRoZS10ZXN0cw=="


def rotate() -> dict:
    out = StringIO()
    call_command("rotate_keys", stdout=out)
    return json.loads(out.getvalue())


@pytest.fixture
def family():
    user = make_user("李娜", address="13800001234")
    elder = make_elder(guardian=user.person, circumstances={"dibao": True}, certificate={"category": 4, "level": 1})
    return user, elder


@pytest.fixture
def two_keys(family, settings):
    """What was sealed under the old key is met by the new one in front of it."""
    settings.SEALED_KEYS, settings.SEALED_INDEX_KEYS = [NEW, OLD], [NEW_INDEX, OLD_INDEX]
    return family


def test_whole_files_are_sealed_anew_a_few_rows_at_a_time(family, settings):
    user, elder = family
    form = Filing.objects.create(elder=elder, applicant=user.person, begun_by=user, contents={"account": "6222"})
    for number in range(PaperContent.SEALED_AT_ONCE + 1):
        paper = Paper.objects.create(
            elder=elder,
            filing=form,
            kind="other",
            name=f"{number}.pdf",
            media_type="application/pdf",
            size=4,
            digest=f"{number:064}",
            uploaded_by=user,
        )
        PaperContent.objects.create(paper=paper, content=b"\xff\x00" + bytes([number]))
    Filing.objects.update(state="sent", sent_at=clock.now())  # a sent form is not rewritten; its seal is renewed
    settings.SEALED_KEYS, settings.SEALED_INDEX_KEYS = [NEW, OLD], [NEW_INDEX, OLD_INDEX]
    report = rotate()["models"]
    assert report["subsidies.PaperContent"]["resealed"] == PaperContent.SEALED_AT_ONCE + 1
    settings.SEALED_KEYS, settings.SEALED_INDEX_KEYS = [NEW], [NEW_INDEX]
    assert [row.content[2] for row in PaperContent.objects.order_by("pk")] == list(
        range(len(PaperContent.objects.all()))
    )
    assert Filing.objects.get().contents == {"account": "6222"} and Paper.objects.latest("pk").name == "4.pdf"


def test_after_rotating_the_new_keys_alone_open_and_find_everything(two_keys, settings):
    user, elder = two_keys
    report = rotate()
    assert (report["key"], report["unreadable"]) == ("t2", 0)
    assert report["models"]["people.Declaration"] == {"rows": 1, "resealed": 1, "reindexed": 0, "unreadable": 0}
    assert report["models"]["people.Person"]["reindexed"] == 1, "the elder's identity number"
    assert report["models"]["accounts.User"]["reindexed"] == 1
    settings.SEALED_KEYS, settings.SEALED_INDEX_KEYS = [NEW], [NEW_INDEX]
    assert elder_facts(elder.pk, date(2026, 6, 15)).circumstances["dibao"] is True
    assert user_with(parse_address("13800001234")) == user
    number = Person.objects.get(pk=elder.person_id).id_number
    assert Person.objects.filter(id_number_index__in=blind_indexes(number)).count() == 1


def test_rotating_again_changes_nothing(two_keys):
    rotate()
    again = rotate()["models"].values()
    assert sum(count["resealed"] + count["reindexed"] for count in again) == 0


def test_a_rotation_that_was_stopped_goes_on_with_what_is_left(two_keys):
    user, _elder = two_keys
    User.objects.get(pk=user.pk).save(update_fields=["name"])
    counts = rotate()["models"]["accounts.User"]
    assert (counts["rows"], counts["resealed"]) == (1, 1), "the name was already under the new key, the phone was not"


def test_before_rotating_both_keys_find_the_account(two_keys):
    user, _elder = two_keys
    assert user_with(parse_address("13800001234")) == user


def test_rows_written_once_stay_so_for_everybody_else(two_keys):
    rotate()
    with pytest.raises(Exception, match="a_declaration_is_written_once"):
        Declaration.objects.update(declared_by="someone")


def test_a_value_whose_key_is_gone_is_left_alone_and_told(family, settings):
    settings.SEALED_KEYS = [NEW]
    with pytest.raises(CommandError, match="could not be opened"):
        rotate()
    with connection.cursor() as cursor:
        cursor.execute("SELECT facts FROM people_declaration")
        assert key_name(bytes(cursor.fetchone()[0])) == "t1"


def test_the_second_factor_s_secrets_are_sealed_anew(family, settings):
    from allauth.mfa.models import Authenticator

    user, _elder = family
    row = Authenticator.objects.create(user=user, type="totp", data={"secret": new_secret()})
    settings.SEALED_KEYS = [NEW, OLD]
    assert (reseal_secrets(), reseal_secrets()) == (1, 0)
    row.refresh_from_db()
    assert key_name(base64.b64decode(row.data["secret"])) == "t2"


def test_every_blind_index_of_the_house_is_declared_for_rotation():
    missing = [
        f"{model._meta.label}.{field.name}_index"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, SealedField)
        and any(other.name == f"{field.name}_index" for other in model._meta.concrete_fields)
        and getattr(model, "SEALED_INDEXES", {}).get(f"{field.name}_index") != field.name
    ]
    assert missing == []
