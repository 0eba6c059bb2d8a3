"""Addresses of the portal's pages."""

from django.urls import path

from eldercare.portal.api.root import SchemaDoor
from eldercare.portal.health import healthz
from eldercare.portal.web import demo, describe, desk, elder, finding, homes, offers, open_data, subsidies

app_name = "portal"
urlpatterns = [
    path("", finding.index, name="index"),
    path("homes", finding.homes, name="homes"),
    path("homes/<uuid:facility_id>", homes.home, name="home"),
    path("subsidies", subsidies.subsidies, name="subsidies"),
    path("open-data", open_data.open_data, name="open_data"),
    path("compare", finding.compare, name="compare"),
    path("compare/save", finding.save_comparison, name="save_comparison"),
    path("how-we-rank", finding.how_we_rank, name="how_we_rank"),
    path("describe", describe.describe, name="describe"),
    path("describe/forget", describe.forget, name="forget"),
    path("elders/<uuid:elder_id>", elder.elder, name="elder"),
    path("offers/<uuid:offer_id>", offers.offer, name="offer"),
    path("offers/<uuid:offer_id>/accept", offers.accept, name="accept"),
    path("offers/<uuid:offer_id>/decline", offers.decline, name="decline"),
    path("offers/<uuid:offer_id>/extend", offers.extend, name="extend"),
    path("me", desk.landing, name="me"),
    path("desk", desk.desk, name="desk"),
    path("demo/clock", demo.clock_door, name="clock"),
    path("demo/outbox", demo.outbox, name="outbox"),
    path("api/schema/", SchemaDoor.as_view(), name="schema"),
    path("healthz", healthz, name="healthz"),
]
