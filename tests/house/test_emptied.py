"""What a test commits is gone before the next one, the rows nobody may delete too."""

import pytest
from django.apps import apps

from eldercare.audit.models import Event
from tests.builders.accounts import make_officer
from tests.emptied import STAYS, empty_every_table


@pytest.mark.django_db(transaction=True)
def test_after_a_test_that_commits_only_the_divisions_and_djangos_own_rows_are_left():
    make_officer()
    assert Event.objects.exists()

    empty_every_table()

    models = apps.get_models(include_auto_created=True)
    assert {model._meta.db_table for model in models if model._base_manager.exists()} == STAYS
