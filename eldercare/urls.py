"""The roof: every door of the house, floor by floor from the top. Owns no rule."""

from importlib.util import find_spec

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView

from eldercare.ui.api.views import OpenDoor, no_such_door


def _built(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


FLOORS = [
    "eldercare.portal",
    "subsidies",
    "facilities",
    "assessments",
    "eldercare.recognition",
    "eldercare.accounts",
    "eldercare.people",
    "eldercare.regions",
]

urlpatterns = [
    *[path("", include(f"{floor}.web.urls")) for floor in FLOORS if _built(f"{floor}.web.urls")],
    *[path("api/v1/", include(f"{floor}.api.urls")) for floor in FLOORS if _built(f"{floor}.api.urls")],
    path("", include("eldercare.ui.urls")),
    path("api/schema/", SpectacularAPIView.as_view(permission_classes=OpenDoor.permission_classes), name="schema"),
    re_path(r"^api/", no_such_door),
]

handler400 = "eldercare.ui.errors.bad_request"
handler403 = "eldercare.ui.errors.permission_denied"
handler404 = "eldercare.ui.errors.page_not_found"
handler500 = "eldercare.ui.errors.server_error"
