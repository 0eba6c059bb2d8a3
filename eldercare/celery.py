"""The job runner. Tasks are doorbells: they carry an id, call one service, and may be rung twice.

The timetable stands in settings (`CELERY_BEAT_SCHEDULE`); the database row is always the truth.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eldercare.settings.local")

app = Celery("eldercare")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
