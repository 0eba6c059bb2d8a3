"""The real divisions as the import's rules know them, without a database."""

import json
from functools import cache
from pathlib import Path

from facilities.rules.places import Place, PlaceBook

DIVISIONS = Path(__file__).resolve().parents[2] / "eldercare/regions/data/divisions.json"


@cache
def real_places() -> PlaceBook:
    found = []
    for province in json.loads(DIVISIONS.read_text("utf-8"))["provinces"]:
        found.append(Place(province["code"], province["name"], "province"))
        for city in province["cities"]:
            if city["level"] != "virtual":
                found.append(Place(city["code"], city["name"], "prefecture"))
            found += [
                Place(one["code"], one["name"], "county") for one in city["counties"] if one["kind"] == "administrative"
            ]
    return PlaceBook(found)
