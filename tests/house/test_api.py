"""The API's document is valid and complete."""

import io

import pytest
from django.core.management import call_command
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from eldercare.ui.api.problems import MEDIA_TYPE


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
