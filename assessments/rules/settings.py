"""Choices the standard leaves open, read from dated data: what held on a day."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent.parent / "data" / "settings.yaml"


def setting(name: str, on: date) -> Any:
    """Give the value that holds on a day; before the first dated one, the first."""
    rows = _settings()[name]
    begun = [row for row in rows if row["from"] <= on]
    return (begun[-1] if begun else rows[0])["value"]


@cache
def _settings() -> dict[str, list[dict[str, Any]]]:
    loaded: dict[str, list[dict[str, Any]]] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return loaded
