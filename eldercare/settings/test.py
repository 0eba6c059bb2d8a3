"""Tests: real PostgreSQL, real broker (tests/conftest.py starts both), fixed keys."""

from eldercare.settings.base import *

DEMO = True
SECRET_KEY = "tests-only"
SEALED_KEYS = ["t1:MDEyMzQ1Njc4OWFiY2RlZg=="]
SEALED_INDEX_KEYS = ["t1:dGVzdHMtaW5kZXgta2V5LW9ubHktZm9yLXRlc3Rz"]
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
ALLOWED_HOSTS = ["*"]
