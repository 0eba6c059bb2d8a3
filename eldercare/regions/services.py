"""Puts the published divisions and pairings into the tables. Repeating it changes nothing and removes nothing."""

import json
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction

from eldercare.regions.choices import Kind, Level
from eldercare.regions.models import Pairing, Region

DATA = Path(__file__).parent / "data"
# Statistics number township-like units (zones, airports) 400–599 under a district; they hold no 户籍.
TOWNSHIP_LIKE = ("4", "5")


@transaction.atomic
def load_reference() -> dict[str, int]:
    """Load or refresh the divisions and the pairings of districts; returns how many of each there are."""
    regions = [*_divisions(), *_streets()]
    Region.objects.bulk_create(
        regions, update_conflicts=True, unique_fields=["code"], update_fields=["name", "level", "kind", "parent"]
    )
    pairings = list(_pairings())
    Pairing.objects.bulk_create(pairings, ignore_conflicts=True)
    return {"regions": len(regions), "pairings": len(pairings)}


def _divisions() -> Iterator[Region]:
    for province in _read("divisions.json")["provinces"]:
        yield Region(code=province["code"], name=province["name"], level=Level.PROVINCE)
        for city in province["cities"]:
            kind = Kind.VIRTUAL if city["level"] == "virtual" else Kind.ADMINISTRATIVE
            yield Region(
                code=city["code"], name=city["name"], level=Level.PREFECTURE, kind=kind, parent_id=province["code"]
            )
            for county in city["counties"]:
                yield Region(
                    code=county["code"],
                    name=county["name"],
                    level=Level.COUNTY,
                    kind=county["kind"],
                    parent_id=city["code"],
                )


def _streets() -> Iterator[Region]:
    for street in _read("divisions_streets_beijing.json")["streets"]:
        statistical = street["code"][6] in TOWNSHIP_LIKE
        yield Region(
            code=street["code"],
            name=street["name"],
            level=Level.STREET,
            kind=Kind.STATISTICAL_ONLY if statistical else Kind.ADMINISTRATIVE,
            parent_id=street["district"],
        )


def _pairings() -> Iterator[Pairing]:
    plan = _read("pairings.json")
    for pair in plan["pairings"]:
        yield Pairing(
            district_id=pair["district"],
            partner_id=pair["partner"],
            document=plan["document"],
            article=plan["article"],
            valid_from=date.fromisoformat(plan["valid_from"]),
        )


@cache
def _read(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))
