"""An assessment instrument read from data: dimensions, items, options, levels and the clauses that change a level.

How answers become a level is scoring.py.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from eldercare.kernel.verdict import Cite

DATA = Path(__file__).parent.parent / "data" / "instruments"
FILES = {"GB/T 42195-2022": "gbt42195-2022.yaml"}
CURRENT = "GB/T 42195-2022"


@dataclass(frozen=True)
class Option:
    score: int
    label: str


@dataclass(frozen=True)
class Item:
    """One question. `worst` to `best` is its whole range of points; the options stand best first."""

    code: str
    name: str
    description: str
    worst: int
    best: int
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Dimension:
    code: str
    name: str
    best: int
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Level:
    """A capability level, by the total of points; `word` is how it is spoken of (重度失能)."""

    code: int
    word: str
    lowest: int
    highest: int


@dataclass(frozen=True)
class Clause:
    """A clause of C.4: on its condition the level is set, or made worse by some. `at_least` counts events."""

    id: str
    condition: str
    basis: str
    rule: str
    cite: Cite
    at_least: int | None
    set_level: int | None
    worsen_by: int


@dataclass(frozen=True)
class Instrument:
    standard: str
    title: str
    dimensions: tuple[Dimension, ...]
    levels: tuple[Level, ...]
    clauses: tuple[Clause, ...]
    worst_level: int
    best: int

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for dimension in self.dimensions for item in dimension.items)

    def level(self, code: int) -> Level:
        return next(level for level in self.levels if level.code == code)

    def level_for(self, total: int) -> Level:
        """Give the level a total of points falls into."""
        return next(level for level in self.levels if level.lowest <= total <= level.highest)


@cache
def instrument(standard: str = CURRENT) -> Instrument:
    """Read an instrument. Raises KeyError for a standard whose items are not kept here."""
    raw = yaml.safe_load((DATA / FILES[standard]).read_text(encoding="utf-8"))
    return Instrument(
        standard=raw["standard"],
        title=raw["title"],
        dimensions=tuple(_dimension(row) for row in raw["dimensions"]),
        levels=tuple(Level(row["code"], row["name"], row["min"], row["max"]) for row in raw["levels"]),
        clauses=tuple(_clause(row, raw["standard"]) for row in raw["changes"]),
        worst_level=raw["worst_level"],
        best=raw["total_max"],
    )


def _dimension(row: dict[str, Any]) -> Dimension:
    return Dimension(row["code"], row["name"], row["max"], tuple(_item(item) for item in row["items"]))


def _item(row: dict[str, Any]) -> Item:
    options = tuple(Option(option["score"], option["label"]) for option in row["options"])
    return Item(row["code"], row["name"], row["text"], row["min"], row["max"], options)


def _clause(row: dict[str, Any], standard: str) -> Clause:
    return Clause(
        id=row["id"],
        condition=row["condition"],
        basis=row["basis"],
        rule=row["text"],
        cite=Cite(standard, f"{row['article']}（{row['basis']}）"),
        at_least=row.get("at_least"),
        set_level=row.get("set_level"),
        worsen_by=row.get("worsen_by", 0),
    )
