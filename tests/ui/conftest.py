"""The frame is tested without any floor above it: its ways round come from tests/ui/urls.py."""

import pytest


@pytest.fixture
def own_doors(settings):
    """Only the doors of tests/ui/urls.py, and a way round that leads to one of them."""
    settings.ROOT_URLCONF = "tests.ui.urls"
    settings.NAV_SOURCES = ["tests.ui.urls.ways_round"]
    settings.ACCOUNT_NAV_SOURCES = []
