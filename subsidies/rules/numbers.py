"""How a decision document is numbered: district, year and serial, in the form that `data/decision_numbers.yaml` gives."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parent.parent / "data" / "decision_numbers.yaml"


def number_of(district: str, year: int, serial: int) -> str:
    """Write the number.

    >>> number_of("朝阳区", 2026, 12)
    '朝阳区民补决〔2026〕00012号'
    """
    scheme = _scheme()
    return scheme["format"].format(district=district, year=year, serial=str(serial).zfill(scheme["serial_digits"]))


@cache
def _scheme() -> dict[str, Any]:
    return yaml.safe_load(FILE.read_text("utf-8"))
