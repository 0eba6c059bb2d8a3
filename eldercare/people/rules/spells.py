"""What began and ended on which days, as spells. The order in which it was learnt never matters."""

from collections.abc import Iterable
from datetime import date
from typing import Any

BEGAN, ENDED = "began", "ended"
ALWAYS = date(1850, 1, 1)  # the first day a fact here may name: nobody knows when it began

Event = tuple[date, str]


def spells_of(base: bool | None, events: Iterable[Event]) -> list[dict[str, Any]]:
    """Give the half-open spells in which something held, from dated events over what was stated without a day.

    `base` is that statement; True or unknown before a first end means: it held until then. Of a beginning and an end on
    one day the end comes first.

    >>> spells_of(True, [(date(2026, 6, 1), "ended")])
    [{'from': '1850-01-01', 'until': '2026-06-01'}]
    >>> spells_of(False, [(date(2026, 9, 1), "began"), (date(2026, 6, 1), "ended"), (date(2026, 3, 1), "began")])
    [{'from': '2026-03-01', 'until': '2026-06-01'}, {'from': '2026-09-01', 'until': None}]
    """
    ordered = sorted(set(events), key=lambda one: (one[0], one[1] == BEGAN))
    begun = ALWAYS if base or (ordered and ordered[0][1] == ENDED) else None
    if ordered and ordered[0][1] == BEGAN:
        begun = None
    found: list[dict[str, Any]] = []
    for day, what in ordered:
        if what == BEGAN and begun is None:
            begun = day
        elif what == ENDED and begun is not None:
            found.append({"from": begun.isoformat(), "until": day.isoformat()})
            begun = None
    if begun is not None:
        found.append({"from": begun.isoformat(), "until": None})
    return found


def joined_spell(spells: Iterable[dict[str, Any]], start: date, until: date | None) -> list[dict[str, Any]]:
    """Give spells with one more, told apart by the day it began; an end that is known is not forgotten.

    >>> joined_spell([{"from": "2026-03-01", "until": "2026-05-01"}], date(2026, 3, 1), None)
    [{'from': '2026-03-01', 'until': '2026-05-01'}]
    """
    by_start = {one["from"]: one["until"] for one in spells}
    key = start.isoformat()
    by_start[key] = until.isoformat() if until else by_start.get(key)
    return [{"from": begun, "until": by_start[begun]} for begun in sorted(by_start)]
