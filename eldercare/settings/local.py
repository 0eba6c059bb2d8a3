"""A machine of one's own: `make run` and everything started from it. Keys are made on the first start and kept in DATA_DIR."""

from eldercare.settings.base import *

if not SECRET_KEY:
    SECRET_KEY = "local-machine-only-never-used-in-production"
