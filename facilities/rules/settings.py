"""Reads this floor's dated settings from data/. Holds no value itself."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from eldercare.kernel.sentences import Sentence

DATA = Path(__file__).resolve().parent.parent / "data"
Setting = dict[str, Any]


@cache
def read(file: str) -> Any:
    """Give a data file as it stands."""
    return yaml.safe_load((DATA / file).read_text("utf-8"))


def setting(name: str, on: date) -> Setting:
    """Give the version of a setting in force on a day. Raises LookupError when there is none."""
    return in_force(read("settings.yaml")[name], on)


def sheet_words() -> Setting:
    """Give the words of the board's spreadsheet."""
    return read("board_sheet.yaml")


def ranking(on: date) -> Setting:
    """Give the published weights in force on a day."""
    return in_force(read("ranking.yaml"), on)


def in_force(versions: list[Setting], on: date) -> Setting:
    """Give the version in force on a day. Raises LookupError when there is none."""
    for version in versions:
        if version["valid_from"] <= on and (version.get("valid_until") is None or on < version["valid_until"]):
            return version
    raise LookupError(f"no version in force on {on}")


def medical_notes(on: date) -> tuple[Setting, ...]:
    """Give what is to be known of seeing a doctor across the border, as of a day."""
    spoken = ("title", "text", "document")
    return tuple(
        {**note, **{name: Sentence(note[name]) for name in spoken}}
        for note in read("medical.yaml")["notes"]
        if note["since"] <= on
    )
