"""A session as the doors of pages and API share it: who is in it, how it begins, whether the second factor was proven."""

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest

from eldercare.accounts.models import User
from eldercare.accounts.selectors import build_viewer
from eldercare.kernel.viewer import VISITOR, Viewer

SECOND_FACTOR = "second_factor"


def viewer_of(request: HttpRequest) -> Viewer:
    """Give who is asking; anew at each request, so that what ended a moment ago is over."""
    if not request.user.is_authenticated:
        return VISITOR
    return build_viewer(request.user, second_factor=bool(request.session.get(SECOND_FACTOR)))


def begin_session(request: HttpRequest, user: User) -> None:
    """Sign a proven user in; the second factor of this session is still to come."""
    login(request, user)
    request.session[SECOND_FACTOR] = False


def pass_second_factor(request: HttpRequest) -> None:
    """Remember in this session, under a new key, that the second factor was proven."""
    request.session.cycle_key()
    request.session[SECOND_FACTOR] = True


def client_of(request: HttpRequest) -> str:
    """Give where a request comes from, for throttling only: the connection, or what our proxy wrote into its header."""
    header = settings.CLIENT_ADDRESS_HEADER
    return (header and request.headers.get(header)) or request.META.get("REMOTE_ADDR", "")
