"""How the chain over the events is made."""

import hashlib
from typing import Any

from eldercare.kernel.keys import digest

NO_HASH = "0" * 64


def link_hash(before: str, content: dict[str, Any]) -> str:
    """Give the hash of a link: of the one before it and of what it protects."""
    return hashlib.sha256(f"{before}:{digest(content)}".encode()).hexdigest()
