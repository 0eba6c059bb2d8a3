"""Addresses of the subsidy floor's API."""

from django.urls import path

from subsidies.api import applications, entitlements, preview

app_name = "subsidies_api"
urlpatterns = [
    path("subsidies/preview", preview.PreviewDoor.as_view(), name="preview"),
    path("subsidy-applications", applications.ApplicationsDoor.as_view(), name="applications"),
    path("subsidy-applications/<uuid:application_id>", applications.ApplicationDoor.as_view(), name="application"),
    path("subsidy-applications/<uuid:application_id>/withdraw", applications.WithdrawDoor.as_view(), name="withdraw"),
    path("subsidy-applications/<uuid:application_id>/review", applications.ReviewDoor.as_view(), name="review"),
    path("subsidy-applications/<uuid:application_id>/decide", applications.DecideDoor.as_view(), name="decide"),
    path("entitlements", entitlements.EntitlementsDoor.as_view(), name="entitlements"),
    path("entitlements/<uuid:entitlement_id>", entitlements.EntitlementDoor.as_view(), name="entitlement"),
    path("routings", entitlements.RoutingsDoor.as_view(), name="routings"),
    path("routings/<uuid:routing_id>/revoke", entitlements.RevokeDoor.as_view(), name="revoke_routing"),
]
