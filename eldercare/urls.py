"""The roof: every door of the house, floor by floor from the top. Owns no rule."""

from django.urls import include, path, re_path

from eldercare.ui.api.views import no_such_door

FLOORS = [
    "eldercare.portal",
    "subsidies",
    "facilities",
    "assessments",
    "eldercare.recognition",
    "eldercare.accounts",
    "eldercare.people",
]

urlpatterns = [
    *[path("", include(f"{floor}.web.urls")) for floor in FLOORS],
    *[path("api/v1/", include(f"{floor}.api.urls")) for floor in [*FLOORS, "eldercare.regions"]],
    path("", include("eldercare.ui.urls")),
    re_path(r"^api/", no_such_door),
]

handler400 = "eldercare.ui.errors.bad_request"
handler403 = "eldercare.ui.errors.permission_denied"
handler404 = "eldercare.ui.errors.page_not_found"
handler500 = "eldercare.ui.errors.server_error"
