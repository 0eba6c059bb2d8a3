"""How a row of a file is kept between being read and being written: what it says, what could not be read, what is secret.

A person's name and certificate are kept sealed, and only until the import is written. They open nowhere else.
"""

import json
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterable
from typing import Any

from eldercare.kernel.sealed import CannotOpen, open_sealed, seal
from eldercare.kernel.sentences import restored, say
from facilities.models import ImportRow
from facilities.rules.import_row import ReadRow
from facilities.rules.sheet_header import HOME

SEALED_FOR = "facilities_importrow.values"
# What a kept row carries beside the facts it says.
ABOUT_THE_ROW = ("id", "of", "head", "sealed", "fatal", "problems", "waits")
TOLD = "told"


def kept_values(row: ReadRow) -> dict[str, Any]:
    """Write a row as JSON keeps it."""
    values = dict(row.values)
    if row.id:
        values["id"] = row.id
    if row.head is not None:
        values["head"] = row.head
    if row.fatal is not None:
        values["fatal"] = row.fatal.to_json()
    if row.waits:
        values["waits"] = row.waits
    if row.problems:
        values["problems"] = [problem.to_json() for problem in row.problems]
    if row.secret:
        values["sealed"] = b64encode(seal(json.dumps(row.secret), SEALED_FOR)).decode()
    return values


def read_back(kept: ImportRow) -> ReadRow:
    """Give a kept row as it was read."""
    values = dict(kept.values)
    own = {name: values.pop(name, None) for name in ABOUT_THE_ROW if name != "of"}
    row = ReadRow(
        kept.line,
        kept.sheet,
        kept.row,
        values,
        id=own["id"] or "",
        of=values.get("of", HOME),
        head=own["head"],
        problems=[restored(problem) for problem in own["problems"] or ()],
        fatal=restored(own["fatal"]) if own["fatal"] else None,
        waits=own["waits"] or {},
    )
    if own["sealed"]:
        try:
            row.secret = json.loads(open_sealed(b64decode(own["sealed"]), SEALED_FOR))
        except CannotOpen:
            row.fatal = say("这一行保存得太久，打不开了；请把表格再上传一次")
    return row


def said(values: dict[str, Any]) -> dict[str, Any]:
    """Give the facts a kept row says, without what is kept about it."""
    return {name: value for name, value in values.items() if name not in ABOUT_THE_ROW}


def counts_of(rows: Iterable[tuple[str, str, bool]]) -> dict[str, int]:
    """Count rows, each given as what it is about, its verdict, and whether something in it was not taken as written.

    `beside_…` are those of them that are no homes, `told` those with something to look at.
    """
    counts: Counter[str] = Counter()
    for of, verdict, told in rows:
        counts[verdict] += 1
        if of != HOME:
            counts[f"beside_{verdict}"] += 1
        if told:
            counts[TOLD] += 1
    return dict(counts)


def waiting_in(rows: Iterable[ReadRow]) -> dict[str, int]:
    """Count the rows that wait for a choice, by what they wait for."""
    return dict(Counter(f"waits_{word}" for row in rows for word in row.waits))


def homes_in(counts: dict[str, int]) -> dict[str, int]:
    """Give how many homes are new and how many change."""
    return {word: counts.get(word, 0) - counts.get(f"beside_{word}", 0) for word in ("new", "update")}
