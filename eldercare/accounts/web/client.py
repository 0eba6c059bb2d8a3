"""Where a request comes from, for throttling only; it is never kept in the clear."""

from django.conf import settings
from django.http import HttpRequest


def client_of(request: HttpRequest) -> str:
    """Give the client's address: the connection's, or what our own proxy wrote into `CLIENT_ADDRESS_HEADER`."""
    header = settings.CLIENT_ADDRESS_HEADER
    return (header and request.headers.get(header)) or request.META.get("REMOTE_ADDR", "")
