"""How far a number about beds can be trusted by its age: 新鲜, 较新, 待核实, 未知. It counts no beds."""

from datetime import datetime, timedelta
from typing import Any

FRESH = "fresh"
LADDER = (FRESH, "recent", "verify")
UNKNOWN = "unknown"


def freshness(as_of: datetime | None, now: datetime, ladder: dict[str, Any]) -> str:
    """Give `fresh`, `recent`, `verify` or `unknown`; each step includes its last hour."""
    if as_of is None:
        return UNKNOWN
    age = now - as_of
    return next((step for step in LADDER if age <= timedelta(hours=ladder[f"{step}_hours"])), UNKNOWN)
