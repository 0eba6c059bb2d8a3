"""Every act of this floor's tests takes its locks in the one order, whatever the test is about."""

import pytest

from tests.facilities.lock_watch import watched


@pytest.fixture(autouse=True)
def locks_in_order(request):
    """Watch the locks of whoever asks for the database."""
    marker = request.node.get_closest_marker("django_db")
    if marker is None or marker.kwargs.get("transaction"):
        yield
        return
    request.getfixturevalue("db")
    with watched():
        yield
