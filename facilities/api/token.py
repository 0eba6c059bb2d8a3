"""Bearer tokens of a home's own system: `Authorization: Bearer home_…`. What they open is the home's, nothing else."""

from dataclasses import dataclass

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from eldercare.kernel.viewer import Viewer
from eldercare.ui.api.views import Door, Session
from facilities.services.tokens import seconds_to_wait, viewer_of_token

SCHEME = "Bearer"


@dataclass(frozen=True)
class TokenHolder:
    """Stands where DRF expects a user; nobody in person."""

    is_authenticated: bool = True
    is_active: bool = True
    pk: None = None


@dataclass(frozen=True)
class TokenAuth:
    """What `Door.viewer` reads."""

    viewer: Viewer


class HomeTokenAuthentication(BaseAuthentication):
    """Reads the header; a token that opens nothing is 401."""

    def authenticate(self, request: Request) -> tuple[TokenHolder, TokenAuth] | None:
        words = get_authorization_header(request).decode("latin-1").split()
        if not words or words[0].lower() != SCHEME.lower():
            return None
        viewer = viewer_of_token(words[1]) if len(words) == 2 else None
        if viewer is None:
            raise AuthenticationFailed()
        return TokenHolder(), TokenAuth(viewer)

    def authenticate_header(self, request: Request) -> str:
        return SCHEME


class HomeTokenScheme(OpenApiAuthenticationExtension):
    """How the API document names it."""

    target_class = HomeTokenAuthentication
    name = "homeToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class TokenLimit(BaseThrottle):
    """How often a token may knock within a minute: counted in the database, so that it holds whatever else is down."""

    seconds = 0

    def allow_request(self, request: Request, view: APIView) -> bool:
        if isinstance(request.auth, TokenAuth):
            self.seconds = seconds_to_wait(request.auth.viewer.user_id)
        return self.seconds == 0

    def wait(self) -> int:
        return self.seconds


class HomeDoor(Door):
    """A door for people who are signed in and for homes' own systems."""

    authentication_classes = [HomeTokenAuthentication, Session]
    throttle_classes = [TokenLimit]
