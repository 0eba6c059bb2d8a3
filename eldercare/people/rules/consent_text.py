"""The words people agree to, by purpose and version. Reads data/consents.yaml; who agreed is kept elsewhere."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CONSENTS = Path(__file__).parent.parent / "data" / "consents.yaml"


@dataclass(frozen=True)
class ConsentText:
    """One version of one purpose's words, in two languages."""

    purpose: str
    version: str
    title: dict[str, str]
    paragraphs: tuple[dict[str, str], ...]

    def title_in(self, language: str) -> str:
        """Give the heading; Chinese unless the reader's language is there."""
        return _in(self.title, language)

    def paragraphs_in(self, language: str) -> list[str]:
        """Give the words; Chinese unless the reader's language is there."""
        return [_in(paragraph, language) for paragraph in self.paragraphs]


def current_text(purpose: str, on: date) -> ConsentText:
    """Give the words in force for a purpose on a day. Raises LookupError when there are none."""
    for row in _texts()[purpose]:
        if row["valid_from"] <= on and (row["valid_until"] is None or on < row["valid_until"]):
            return _text(purpose, row)
    raise LookupError(f"no consent text for {purpose} on {on}")


def text_of(purpose: str, version: str) -> ConsentText:
    """Give the words somebody agreed to. Raises LookupError for a version that never was."""
    for row in _texts()[purpose]:
        if row["version"] == version:
            return _text(purpose, row)
    raise LookupError(f"no consent text {purpose} {version}")


@cache
def _texts() -> dict[str, list[dict[str, Any]]]:
    return yaml.safe_load(CONSENTS.read_text("utf-8"))["consents"]


def _text(purpose: str, row: dict[str, Any]) -> ConsentText:
    return ConsentText(purpose, row["version"], row["title"], tuple(row["paragraphs"]))


def _in(words: dict[str, str], language: str) -> str:
    return words.get(language[:2], words["zh"])
