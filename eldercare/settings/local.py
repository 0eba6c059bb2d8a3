"""A machine of one's own: `make run`, and any `manage.py` typed beside it.

`make run` leaves its keys (secrets.env) and today's addresses (running.env) in DATA_DIR, so both speak to the same system.
"""

from eldercare.settings.env import BASE_DIR, data_dir, recall

recall(BASE_DIR / ".env")
for _kept in ("running.env", "secrets.env"):
    recall(data_dir() / _kept)

from eldercare.settings.base import *  # noqa: E402  reads what was recalled

if not SECRET_KEY:
    SECRET_KEY = "local-machine-only-never-used-in-production"
STATIC_ROOT = data_dir() / "static"
