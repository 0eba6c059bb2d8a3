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
# Nothing is collected: tests find static files where they lie, and no test's client reads through a folder of them.
STATIC_ROOT = None
ALLOWED_HOSTS = ["*"]

# Every parallel process has its own broker number; a process it starts inherits the name and with it the number.
_process = os.environ.get("PYTEST_XDIST_WORKER", "")
_number = int(_process.removeprefix("gw")) + 1 if _process else 0
REDIS_URL = CELERY_BROKER_URL = f"{REDIS_URL.rpartition('/')[0]}/{_number}"

# The tables are made once (tests/migrated.py); every process's own database is a copy.
DATABASES["default"]["TEST"] = {"TEMPLATE": "migrated"}
