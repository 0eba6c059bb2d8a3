"""Addresses of the subsidy floor's pages."""

from django.urls import path

from subsidies.web import accounts, desk, family, filing, inquiries, papers, payments, routing, runs

app_name = "subsidies"
urlpatterns = [
    path("elders/<uuid:elder_id>/subsidy", family.elder, name="elder"),
    path("elders/<uuid:elder_id>/subsidy/apply", filing.begin, name="apply_for_all"),
    path("elders/<uuid:elder_id>/subsidy/apply/<path:programme>", filing.begin, name="apply"),
    path("elders/<uuid:elder_id>/payout-account", accounts.change, name="change_account"),
    path("account-changes/<uuid:change_id>/withdraw", accounts.withdraw, name="withdraw_change"),
    path("subsidy-filings/<uuid:filing_id>", filing.filing, name="filing"),
    path("subsidy-filings/<uuid:filing_id>/discard", filing.discard, name="discard_filing"),
    path("subsidy-filings/<uuid:filing_id>/<slug:step>", filing.filing_step, name="filing_step"),
    path("subsidy-papers/<uuid:paper_id>", papers.paper, name="paper"),
    path("subsidy-papers/<uuid:paper_id>/remove", filing.remove, name="remove_paper"),
    path("subsidy-inquiries/<uuid:inquiry_id>", inquiries.inquiry, name="inquiry"),
    path("desk/window", filing.window, name="window"),
    path("desk/subsidies/<uuid:application_id>/ask", inquiries.ask, name="ask"),
    path("desk/subsidy-inquiries/<uuid:inquiry_id>/take-back", inquiries.take_back, name="take_back"),
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
