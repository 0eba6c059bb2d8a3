"""Addresses of the subsidy floor's pages."""

from django.urls import path

from subsidies.web import desk, family, payments, routing, runs

app_name = "subsidies"
urlpatterns = [
    path("elders/<uuid:elder_id>/subsidy", family.elder, name="elder"),
    path("elders/<uuid:elder_id>/subsidy/apply/<path:programme>", family.apply, name="apply"),
    path("subsidy-applications/<uuid:application_id>", family.application, name="application"),
    path("subsidy-applications/<uuid:application_id>/withdraw", family.withdraw, name="withdraw"),
    path("elders/<uuid:elder_id>/routing", routing.route, name="route"),
    path("routings/<uuid:routing_id>/revoke", routing.revoke, name="revoke_routing"),
    path("desk/subsidies", desk.desk, name="desk"),
    path("desk/subsidies/<uuid:application_id>", desk.file, name="file"),
    path("desk/runs/", runs.runs, name="runs"),
    path("desk/runs/<uuid:run_id>", runs.run, name="run"),
    path("desk/runs/<uuid:run_id>/<slug:name>", runs.act, name="run_act"),
    path("desk/payments/<uuid:payment_id>/again", runs.pay_again, name="pay_again"),
    path("desk/breaks/<uuid:break_id>/close", runs.close_break, name="close_break"),
    path("elders/<uuid:elder_id>/payments", payments.elder_payments, name="payments"),
    path("home/<uuid:facility_id>/statement", payments.statement, name="statement"),
]
