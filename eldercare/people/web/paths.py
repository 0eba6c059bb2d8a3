"""Addresses of pages on the floors above, which the pages here lead to."""

from uuid import UUID


def file_of(elder_id: UUID | str) -> str:
    """Give the elder's own page."""
    return f"/elders/{elder_id}"
