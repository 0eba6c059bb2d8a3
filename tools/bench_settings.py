"""The bench's own settings: the product's, with one address more (`tools/bench_raw.py`) that the product never has."""

from eldercare.settings.test import *  # noqa: F403  as every settings module does

DEMO = False
ROOT_URLCONF = "tools.bench_raw"
