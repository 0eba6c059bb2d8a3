"""Addresses of the portal's pages."""

from django.urls import path

from eldercare.portal.health import healthz
from eldercare.portal.web import demo, describe, homes

app_name = "portal"
urlpatterns = [
    path("", homes.index, name="index"),
    path("homes", homes.homes, name="homes"),
    path("homes/<uuid:facility_id>", homes.home, name="home"),
    path("describe", describe.describe, name="describe"),
    path("describe/forget", describe.forget, name="forget"),
    path("demo/clock", demo.clock_door, name="clock"),
    path("demo/outbox", demo.outbox, name="outbox"),
    path("healthz", healthz, name="healthz"),
]
