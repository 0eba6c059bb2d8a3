"""Ids and request keys, made in Python so that they exist before anything is stored or sent."""

import hashlib
import json
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Make an id that is unique, opaque and close to its neighbours on disk."""
    return uuid7()


def digest(value: Any) -> str:
    """Give the same short text for the same content, whatever the order of its names."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
