"""Addresses of the subsidy floor's API."""

from django.urls import path

from subsidies.api import applications, desk, entitlements, payments, preview, runs, timeline

app_name = "subsidies_api"
urlpatterns = [
    path("subsidies/preview", preview.PreviewDoor.as_view(), name="preview"),
    path("subsidies/timeline", timeline.TimelineDoor.as_view(), name="timeline"),
    path("subsidy-applications", applications.ApplicationsDoor.as_view(), name="applications"),
    path("subsidy-applications/<uuid:application_id>", applications.ApplicationDoor.as_view(), name="application"),
    path("subsidy-applications/<uuid:application_id>/withdraw", applications.WithdrawDoor.as_view(), name="withdraw"),
    path("subsidy-applications/<uuid:application_id>/review", applications.ReviewDoor.as_view(), name="review"),
    path("subsidy-applications/<uuid:application_id>/decide", applications.DecideDoor.as_view(), name="decide"),
    path("subsidy-applications/<uuid:application_id>/appeal", desk.AppealDoor.as_view(), name="appeal"),
    path("subsidy-applications/<uuid:application_id>/reopen", desk.ReopenDoor.as_view(), name="reopen"),
    path("desk/subsidies", desk.QueueDoor.as_view(), name="queue"),
    path("desk/subsidies/bulk", desk.BulkDoor.as_view(), name="bulk"),
    path("subsidy-documents/<uuid:document_id>", desk.DocumentDoor.as_view(), name="document"),
    path("subsidy-postings", desk.PostingsDoor.as_view(), name="postings"),
    path("subsidy-postings/<uuid:posting_id>/objections", desk.ObjectDoor.as_view(), name="object"),
    path("subsidy-objections/<uuid:objection_id>/answer", desk.AnswerDoor.as_view(), name="answer_objection"),
    path("entitlements", entitlements.EntitlementsDoor.as_view(), name="entitlements"),
    path("entitlements/<uuid:entitlement_id>", entitlements.EntitlementDoor.as_view(), name="entitlement"),
    path("routings", entitlements.RoutingsDoor.as_view(), name="routings"),
    path("routings/<uuid:routing_id>/revoke", entitlements.RevokeDoor.as_view(), name="revoke_routing"),
    path("runs", runs.RunsDoor.as_view(), name="runs"),
    path("runs/<uuid:run_id>", runs.RunDoor.as_view(), name="run"),
    path("runs/<uuid:run_id>/progress", runs.ProgressDoor.as_view(), name="run_progress"),
    path("runs/<uuid:run_id>/lines", runs.LinesDoor.as_view(), name="run_lines"),
    path("runs/<uuid:run_id>/lines/<uuid:line_id>/correct", runs.CorrectDoor.as_view(), name="correct_line"),
    path("runs/<uuid:run_id>/breaks", runs.BreaksDoor.as_view(), name="run_breaks"),
    path("runs/<uuid:run_id>/calculate", runs.CalculateDoor.as_view(), name="calculate_run"),
    path("runs/<uuid:run_id>/propose", runs.ProposeDoor.as_view(), name="propose_run"),
    path("runs/<uuid:run_id>/approve", runs.ApproveDoor.as_view(), name="approve_run"),
    path("runs/<uuid:run_id>/return", runs.ReturnDoor.as_view(), name="return_run"),
    path("runs/<uuid:run_id>/cancel", runs.CancelDoor.as_view(), name="cancel_run"),
    path("runs/<uuid:run_id>/close", runs.CloseDoor.as_view(), name="close_run"),
    path("breaks/<uuid:break_id>/close", runs.CloseBreakDoor.as_view(), name="close_break"),
    path("payments/<uuid:payment_id>/again", runs.PayAgainDoor.as_view(), name="pay_again"),
    path("elders/<uuid:elder_id>/payments", payments.ElderPaymentsDoor.as_view(), name="elder_payments"),
    path("facilities/<uuid:facility_id>/statement", payments.StatementDoor.as_view(), name="statement"),
]
