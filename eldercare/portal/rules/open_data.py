"""What is published as open data: datasets with their fields, from data/open_data.yaml. Fetches nothing."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from eldercare.kernel.sentences import Sentence

DATA = Path(__file__).resolve().parent.parent / "data" / "open_data.yaml"


@dataclass(frozen=True)
class Column:
    """One field of a dataset: its name in files, its type, unit and meaning."""

    name: str
    type: str
    unit: str
    meaning: Sentence


@dataclass(frozen=True)
class Dataset:
    name: str
    title: Sentence
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Terms:
    """Under which terms it is published."""

    publisher: Sentence
    licence: Sentence
    source: Sentence
    refreshed: Sentence


@cache
def published() -> tuple[Terms, dict[str, Dataset]]:
    """Give the terms and the datasets by name."""
    raw = yaml.safe_load(DATA.read_text("utf-8"))
    sets = {
        name: Dataset(
            name,
            Sentence(one["title"]),
            tuple(
                Column(field, said["type"], said.get("unit", ""), Sentence(said["meaning"]))
                for field, said in one["fields"].items()
            ),
        )
        for name, one in raw["datasets"].items()
    }
    return Terms(*(Sentence(raw[name]) for name in ("publisher", "licence", "source", "refreshed"))), sets
