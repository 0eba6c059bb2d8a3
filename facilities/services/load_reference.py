"""Real organisations with what was published about them, each fact with its source and day. Nothing is added to them.

Fees are kept as stated and marked so; no price, rating or vacancy of ours is made from them.
"""

import json
import re
from pathlib import Path
from typing import Any

from django.db import transaction

from eldercare.regions.models import Region
from facilities.choices import FacilityKind
from facilities.models import Facility
from facilities.services.relist import relist

KNOWN = Path(__file__).resolve().parent.parent / "data" / "facilities_known.json"
FEES = ("fees", "price")


@transaction.atomic
def load_reference() -> int:
    """Insert or refresh the known organisations; gives how many. Run twice it changes nothing."""
    stored = json.loads(KNOWN.read_text("utf-8"))
    codes = set(Region.objects.values_list("code", flat=True))
    by_name = dict(Region.objects.filter(level__in=["province", "prefecture", "county"]).values_list("name", "code"))
    ids = [
        _keep(row, _region(row["region"], codes, by_name), stored["_meta"]["compiled"]) for row in stored["facilities"]
    ]
    relist(ids)
    return len(ids)


def _keep(row: dict[str, Any], region: str, compiled: str):
    facts = row["facts"]
    published = [
        {
            "name": name,
            "value": value,
            "source": row["source"],
            "as_of": _as_of(name, row["source"], compiled),
            "confidence": row["confidence"],
            "use": "as_stated" if name.startswith(FEES) or name in ("from", "star", "star_year") else "shown",
        }
        for name, value in facts.items()
    ]
    home, _created = Facility.objects.update_or_create(
        source_key=f"known:{row['name']}",
        defaults={
            "name": row["name"],
            "alias": row.get("alias", ""),
            "region_id": region,
            "kind": FacilityKind.HOME,
            "is_demo": False,
            "published": published,
        },
    )
    return home.pk


def _region(text: str, codes: set[str], by_name: dict[str, str]) -> str:
    """Read the region as stated: a code first, else the last division named."""
    code = text.split()[0]
    if code in codes:
        return code
    named = [name for name in by_name if name in text]
    return by_name[max(named, key=lambda name: (text.rindex(name), len(name)))]


def _as_of(name: str, source: str, compiled: str) -> str:
    """Give the day or month a fact is from, as far as its name or source says; else when it was collected."""
    in_name = re.search(r"(20\d{2})(?:_(\d{2}))?", name)
    if in_name:
        return "-".join(part for part in in_name.groups() if part)
    in_source = re.search(r"20\d{2}-\d{2}(?:-\d{2})?", source)
    return in_source[0] if in_source else compiled
