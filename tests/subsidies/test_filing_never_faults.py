"""Whatever a client sends to the doors of an application, of rows that are really theirs: an answer, never a fault."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from subsidies.models import Filing
from tests.builders import papers as files
from tests.builders.accounts import make_officer, sign_in
from tests.builders.regions import HUJIALOU
from tests.builders.subsidies import NURSING, make_application, make_beijing_elder, make_family

pytestmark = pytest.mark.django_db
SPARING = {"max_examples": 40, "deadline": None, "database": None, "derandomize": True}
QUIET = settings(**SPARING, suppress_health_check=list(HealthCheck))
WORDS = st.one_of(
    st.text(max_size=30), st.sampled_from([NURSING, "beijing/2016-434/nursing", "\0", "\ud800", "elder_card"])
)
PLAIN = st.one_of(st.none(), st.booleans(), st.integers(-10, 10**12), WORDS, st.just("2026-12-31"))
ANY = st.recursive(
    PLAIN, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)), max_leaves=6
)
NAMES = (
    "programmes",
    "choices",
    "account",
    "agreed",
    "items",
    "note",
    "answer_by",
    "text",
    "name",
    "id_number",
    "window",
)
BODIES = st.dictionaries(st.sampled_from(NAMES), ANY, max_size=5)
ACCOUNTS = st.fixed_dictionaries({"account": st.dictionaries(st.sampled_from(["kind", "number", "known"]), PLAIN)})
CHOICES = st.fixed_dictionaries({"choices": st.dictionaries(WORDS, WORDS, max_size=3)})


@pytest.fixture
def doors():
    family = make_family()
    elder = make_beijing_elder(family)
    form = Filing.objects.create(elder=elder, applicant=family.person, begun_by=family, contents={"programmes": []})
    application = make_application(elder, family.person)
    street = sign_in(Client(raise_request_exception=False), make_officer("street_officer", HUJIALOU))
    at_home = sign_in(Client(raise_request_exception=False), family)
    api = "/api/v1"
    return [
        (at_home, "patch", f"{api}/subsidy-filings/{form.pk}"),
        (at_home, "post", f"{api}/subsidy-filings/{form.pk}/send"),
        (at_home, "post", f"{api}/elders/{elder.pk}/payout-accounts"),
        (street, "post", f"{api}/subsidy-applications/{application.pk}/ask-more"),
        (street, "post", f"{api}/subsidy-filings/at-window"),
    ]


@QUIET
@given(body=st.one_of(BODIES, ACCOUNTS, CHOICES, ANY))
def never_faults(doors, body):
    for client, method, address in doors:
        answer = getattr(client, method)(address, json.dumps(body), content_type="application/json")
        assert answer.status_code < 500, f"{method} {address} {body!r}: {answer.content[:300]!r}"
        assert answer.status_code < 400 or answer.json()["code"]


def test_no_body_of_an_application_is_a_fault(doors):
    never_faults(doors)


def test_no_file_is_a_fault(doors):
    client, _method, form = doors[0]
    whole = [files.pdf(2), files.picture(), files.picture("PNG")]
    spoilt = [one[: len(one) // 2] for one in whole] + [one.replace(b"0", b"9") for one in whole]
    for content in [*spoilt, b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", bytes(range(256))]:
        file = SimpleUploadedFile("\u202e证\0.pdf", content, "text/html")
        answer = client.post(f"{form}/papers", {"kind": "other", "file": file})
        assert answer.status_code in (201, 409, 422), answer.content
    for body in ({}, {"kind": "other"}, {"kind": "horoscope", "file": SimpleUploadedFile("a", b"x")}, {"file": "text"}):
        answer = client.post(f"{form}/papers", body)
        assert answer.status_code == 422 and answer.json()["errors"]
