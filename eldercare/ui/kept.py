"""What was typed into a form when the session had lapsed, kept sealed over the sign-in: nothing has to be typed again.

Files are not kept. Whoever signs in finds it again only behind an address that is theirs to open.
"""

import base64
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

from eldercare.kernel.sealed import CannotOpen, open_sealed, seal

SESSION_KEY = "typed_before_sign_in"
PLACE = "ui.session.typed_before_sign_in"
LONGEST = 20_000
NOT_TYPED = ("csrfmiddlewaretoken", "request_key")


def typed_kept(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Keep what is posted without a session, and hand it to the same address after signing in as `request.kept`.

    Stands outside `login_required`. `request.kept` is a QueryDict or None.
    """

    @wraps(view)
    def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.kept = None
        if request.method == "POST" and not request.user.is_authenticated:
            _keep(request)
        elif request.method == "POST":
            request.session.pop(SESSION_KEY, None)
        elif request.user.is_authenticated:
            request.kept = _kept_for(request)
        return view(request, *args, **kwargs)

    return kept


def _keep(request: HttpRequest) -> None:
    typed = {name: values for name, values in request.POST.lists() if name not in NOT_TYPED}
    text = json.dumps([request.path, typed])
    if len(text) <= LONGEST:
        request.session[SESSION_KEY] = base64.b64encode(seal(text, PLACE)).decode()


def _kept_for(request: HttpRequest) -> QueryDict | None:
    sealed = request.session.get(SESSION_KEY)
    if sealed is None:
        return None
    try:
        path, typed = json.loads(open_sealed(base64.b64decode(sealed), PLACE))
    except (CannotOpen, ValueError):
        return None
    if path != request.path:
        return None
    found = QueryDict(mutable=True)
    for name, values in typed.items():
        found.setlist(name, values)
    return found
