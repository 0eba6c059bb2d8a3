"""The standards results are made under, read from data: whose they are and what their levels are called."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from eldercare.kernel.sentences import Sentence, say

DATA = Path(__file__).parent.parent / "data" / "standards.yaml"


@dataclass(frozen=True)
class Standard:
    """A standard. `of` is the only province it belongs to (None: the whole country); `note`: what is not confirmed."""

    standard: str
    kind: str
    title: str
    of: str | None
    levels: Mapping[int, str]
    any_year: bool = False
    note: str = ""
    number: Mapping[str, str] | None = None

    def level_number(self, level: int | str | None) -> int | None:
        """Give the level as its number, also when its word was stated; None where the standard has no such level."""
        return next((number for number, name in self.levels.items() if level in (number, name)), None)

    def level_name(self, number: int) -> Sentence:
        return say(self.levels[number])

    def is_named(self, text: str) -> bool:
        wanted, own = normal(text), normal(self.standard)
        return wanted == own or (self.any_year and re.fullmatch(re.escape(own) + r"-\d{4}", wanted) is not None)


def normal(text: str) -> str:
    """Write a standard's number in one way, whatever dashes, brackets, spaces and letters were typed.

    >>> normal("gb／t 37276—2018"), normal("DB11/T 219 - 2021")
    ('GB/T37276-2018', 'DB11/T219-2021')
    """
    text = re.sub(r"\s+", "", text).upper()
    return text.translate(str.maketrans("—–－／[]()", "---/〔〕〔〕"))


@cache
def standards() -> tuple[Standard, ...]:
    """Give every standard this house knows by name."""
    return tuple(_standard(row) for row in yaml.safe_load(DATA.read_text(encoding="utf-8"))["standards"])


def _standard(row: Mapping[str, Any]) -> Standard:
    return Standard(
        standard=row["standard"],
        kind=row["kind"],
        title=row["title"],
        of=row["of"],
        levels={one["level"]: one["name"] for one in row["levels"]},
        any_year=row.get("any_year", False),
        note=row.get("text", ""),
        number=row.get("number"),
    )


@lru_cache(maxsize=1024)
def find(kind: str, text: str | None) -> Standard | None:
    """Find a standard by what was typed; of a kind that has only one, that one."""
    of_kind = [row for row in standards() if row.kind == kind]
    if not text:
        return of_kind[0] if len(of_kind) == 1 else None
    return next((row for row in of_kind if row.is_named(text)), None)
