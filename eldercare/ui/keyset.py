"""Where a page of a list begins."""

from uuid import UUID

from django.http import HttpRequest


def key_of(request: HttpRequest) -> UUID | None:
    """Read `?before=`; what cannot be read begins at the start."""
    try:
        return UUID(request.GET.get("before", ""))
    except ValueError:
        return None
