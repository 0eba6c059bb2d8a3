"""From which age the law calls somebody an elder, and from which age somebody may stand beside one. Reads data/ages.yaml."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from eldercare.kernel.days import age_on
from eldercare.kernel.verdict import Cite

AGES = Path(__file__).parent.parent / "data" / "ages.yaml"


@cache
def _ages() -> dict[str, list[dict[str, Any]]]:
    return yaml.safe_load(AGES.read_text())["ages"]


def required_age(name: str, on: date) -> tuple[int, Cite]:
    """Give the age in full years that was the law on a day, with the article. Raises LookupError when none was."""
    for version in _ages()[name]:
        if version["valid_from"] <= on and (version["valid_until"] is None or on < version["valid_until"]):
            return version["years"], Cite(version["document"], version["article"], version["url"] or "")
    raise LookupError(f"no {name} age in force on {on}")


def is_elder(birth_date: date, on: date) -> bool:
    """Tell whether somebody has reached the age of an elder on a day (on the birthday itself: yes)."""
    return age_on(birth_date, on) >= required_age("elder", on)[0]


def is_adult(birth_date: date, on: date) -> bool:
    """Tell whether somebody has come of age: a minor stands beside no elder."""
    return age_on(birth_date, on) >= required_age("adult", on)[0]
