"""The elder a visitor described, kept sealed in the session: never in an address, a log or a table of its own."""

import base64
import json
from typing import Any

from django.http import HttpRequest

from eldercare.kernel.sealed import CannotOpen, open_sealed, seal
from eldercare.portal.rules.description import Description, description_from

SESSION_KEY = "described_elder"
PLACE = "portal.session.described_elder"


def described(request: HttpRequest) -> Description | None:
    """Give what this visitor said about an elder, or None."""
    sealed = request.session.get(SESSION_KEY)
    if sealed is None:
        return None
    try:
        return description_from(json.loads(open_sealed(base64.b64decode(sealed), PLACE)))
    except (CannotOpen, ValueError, KeyError, TypeError):
        # A key was rotated away or an older release wrote it: ask again rather than fail.
        forget(request)
        return None


def remember(request: HttpRequest, description: Description) -> None:
    """Keep a description sealed for this session."""
    text: Any = json.dumps(description.to_json())
    request.session[SESSION_KEY] = base64.b64encode(seal(text, PLACE)).decode()


def forget(request: HttpRequest) -> None:
    """Throw the description away."""
    request.session.pop(SESSION_KEY, None)
