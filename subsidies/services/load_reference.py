"""The programmes are files the rules read as they stand; loading them here only proves that every one can be read."""

from subsidies.rules.programme import benefits


def load_reference() -> dict[str, int]:
    """Read every programme file; gives how many benefits there are. Raises KeyError for a file that lacks something."""
    return {"benefits": len(benefits())}
