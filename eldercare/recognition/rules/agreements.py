"""The published agreements, read from data/agreements: one file for a group of regions."""

from collections.abc import Iterator
from functools import cache
from itertools import permutations
from pathlib import Path
from typing import Any

import yaml

from eldercare.kernel.days import DayRange
from eldercare.recognition.rules.claims import AgreementFact

DATA = Path(__file__).parent.parent / "data" / "agreements"


@cache
def published() -> tuple[AgreementFact, ...]:
    """Give every agreement of every file, one for each ordered pair of regions it speaks of."""
    files = sorted(DATA.glob("*.yaml"))
    return tuple(fact for file in files for fact in _read(yaml.safe_load(file.read_text(encoding="utf-8"))))


def _read(group: dict[str, Any]) -> Iterator[AgreementFact]:
    for row in group["agreements"]:
        document = group["documents"][row["document"]]
        for issued_in, used_in in permutations(group["regions"], 2):
            if row.get("from") in (None, issued_in):
                yield AgreementFact(
                    id=f"{row['kind']}:{issued_in}:{used_in}:{row['valid_from']}",
                    kind=row["kind"],
                    issued_in=issued_in,
                    used_in=used_in,
                    days=DayRange(row["valid_from"], row.get("valid_until")),
                    terms=row["terms"],
                    number=document["number"],
                    title=document["title"],
                    article=row["article"],
                    url=document["url"],
                    note=row["text"],
                    confidence=row["confidence"],
                    source=row["source"],
                )
