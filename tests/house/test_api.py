"""The API's document is valid and complete, and no door answers 5xx to anything a stranger can send."""

import io

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
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
from eldercare.wsgi import application


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


def knocks_at(operation, modes):
    """Knock at a door with many made-up requests; each answer must be one the document names, and never a 5xx."""

    @given(st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in modes)))
    @settings(max_examples=30, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True)
    def knock(case):
        case.call_and_validate(checks=CHECKS)

    knock()


@pytest.fixture
def one_connection(db):
    """Keep the test's connection and its transaction through the requests, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.slow
def test_whatever_a_stranger_sends_each_door_gives_an_answer_that_its_document_names(one_connection):
    call_command("load_reference", stdout=io.StringIO())
    schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", application)
    tried = 0
    for found in schema.get_all_operations():
        knocks_at(found.ok(), [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
        tried += 1
    assert tried == sum(len(operations) for operations in document()["paths"].values())
