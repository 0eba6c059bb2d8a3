"""These tests know the floors up to accounts, which builds the viewer: the grants of those above are their own tests' business."""

import pytest


@pytest.fixture(autouse=True)
def grants_up_to_this_floor(settings):
    settings.VIEWER_GRANTS = ["eldercare.people.selectors.guardian_grants", "eldercare.accounts.selectors.post_grants"]
