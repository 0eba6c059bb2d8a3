"""The API's document is valid and complete, and whatever anybody sends, each door answers as the document says."""

import io
from http.cookiejar import DefaultCookiePolicy

import pytest
import requests
import schemathesis
from django.core.management import call_command
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from eldercare.ui.api.problems import MEDIA_TYPE
from tests.builders.accounts import make_officer, make_user, sign_in
from tests.builders.regions import CHAOYANG


def document():
    return SchemaGenerator().get_schema(request=None, public=True)


def test_the_document_is_valid_without_a_warning():
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=io.StringIO())
    assert not GENERATOR_STATS


def test_the_schema_inspector_bites():
    broken = document()
    broken["paths"] = {"/x": {"get": {"responses": "none"}}}
    with pytest.raises(Exception, match="none"):
        validate_schema(broken)


def test_every_operation_names_its_problems():
    without = [
        f"{method} {path}"
        for path, operations in document()["paths"].items()
        for method, operation in operations.items()
        if not any(MEDIA_TYPE in answer.get("content", {}) for answer in operation["responses"].values())
    ]
    assert without == []


CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


def knock_at(operation, cookies, session) -> None:
    """Knock at a door with made-up requests, right ones and wrong ones; the same ones in every run."""
    headers = {"X-CSRFToken": cookies["csrftoken"]} if cookies else {}

    @given(st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in MODES)))
    @settings(max_examples=6, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True)
    def knock(case):
        case.call_and_validate(checks=CHECKS, cookies=cookies, headers=headers, session=session)

    knock()


def one_connection() -> requests.Session:
    """A connection that is kept from knock to knock, and keeps no cookie: each knock brings the same ones."""
    session = requests.Session()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return session


def cookies_of(client, user) -> dict[str, str]:
    sign_in(client, user)
    client.get("/sign-in")  # the page that carries the form's token
    return {name: morsel.value for name, morsel in client.cookies.items()} | {"csrftoken": "k" * 32}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("who", ["visitor", "family", "officer"])
def test_whatever_is_sent_each_door_answers_as_its_document_says(live_server, client, who):
    call_command("load_reference", stdout=io.StringIO())
    makers = {"family": lambda: make_user("李娜"), "officer": lambda: make_officer("district_officer", CHAOYANG)}
    cookies = cookies_of(client, makers[who]()) if who in makers else {}
    schema = schemathesis.openapi.from_url(f"{live_server.url}/api/schema/?format=json")
    operations = [found.ok() for found in schema.get_all_operations()]
    with one_connection() as session:
        for operation in operations:
            knock_at(operation, cookies, session)
    assert len(operations) == sum(len(methods) for methods in document()["paths"].values())
