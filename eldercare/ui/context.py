"""What the base page needs: view, language, the ways round, the demo's day. All of it waits until it is drawn."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.module_loading import import_string
from django.utils.translation import get_language

from eldercare.kernel import clock

ELDER, NORMAL = "elder", "normal"
VIEW_COOKIE = "eldercare_view"


class NavItem(NamedTuple):
    """One way to go. `icon` names a symbol of static/ui/icons.svg."""

    label: Any
    url: str
    active: bool = False
    icon: str = ""


class Page:
    """The frame around one answer."""

    demo = property(lambda self: settings.DEMO)
    languages = property(lambda self: settings.LANGUAGES)

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def view(self) -> str:
        return ELDER if self.request.COOKIES.get(VIEW_COOKIE) == ELDER else NORMAL

    @property
    def lang(self) -> str:
        return get_language() or settings.LANGUAGE_CODE

    @property
    def here(self) -> str:
        """The address to come back to after a preference changed."""
        return self.request.get_full_path() if self.request.method in {"GET", "HEAD"} else "/"

    @property
    def came_from(self) -> str:
        """The page of this site the reader came from, or nothing."""
        referer = self.request.headers.get("Referer", "")
        own = url_has_allowed_host_and_scheme(referer, {self.request.get_host()})
        return referer if own else ""

    @cached_property
    def nav_items(self) -> list[NavItem]:
        """The main ways, asked from the floors that `NAV_SOURCES` names."""
        return self._asked("NAV_SOURCES")

    @cached_property
    def account_items(self) -> list[NavItem]:
        """Signing in, one's own account: asked from `ACCOUNT_NAV_SOURCES`."""
        return self._asked("ACCOUNT_NAV_SOURCES")

    @cached_property
    def now(self) -> Any:
        """The one clock, for the demo ribbon and printed pages."""
        return clock.now()

    def _asked(self, setting: str) -> list[NavItem]:
        sources: Iterable[str] = getattr(settings, setting, ())
        return [NavItem(*item) for source in sources for item in import_string(source)(self.request)]


def page(request: HttpRequest) -> dict[str, Page]:
    """Hand the frame to every template as `ui`."""
    return {"ui": Page(request)}
