"""Migrations say all that the models say."""

import io

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.state import ModelState, ProjectState


@pytest.mark.django_db
def test_migrations_are_complete():
    call_command("makemigrations", "--check", "--dry-run", stdout=io.StringIO())


def test_the_migration_inspector_bites():
    now = ProjectState.from_apps(apps)
    changed = now.clone()
    changed.add_model(ModelState("regions", "Forgotten", [("id", models.BigAutoField(primary_key=True))]))
    changes = MigrationAutodetector(now, changed)._detect_changes()
    assert "regions" in changes
