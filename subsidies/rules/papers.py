"""The papers of a case as published: what each can show, and what else an officer may ask for. Looks into no file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from eldercare.kernel.sentences import Sentence
from eldercare.kernel.verdict import Cite

DATA = Path(__file__).parent.parent / "data" / "papers.yaml"


@dataclass(frozen=True)
class Asked:
    """Something that can be handed in or asked for. `conditions` are those of the rule's answer it can show."""

    id: str
    name: Sentence
    note: Sentence
    conditions: tuple[str, ...] = ()
    cite: Cite | None = None

    @property
    def is_paper(self) -> bool:
        return self.cite is not None


@cache
def _published() -> dict[str, Any]:
    published: dict[str, Any] = yaml.safe_load(DATA.read_text("utf-8"))
    return published


@cache
def papers() -> Mapping[str, Asked]:
    """Give every kind of paper by its id."""
    data = _published()
    return {
        row["id"]: Asked(
            row["id"],
            Sentence(row["name"]),
            Sentence(row["note"]),
            tuple(row["conditions"]),
            Cite(data["document"], row["article"], data["url"]),
        )
        for row in data["papers"]
    }


@cache
def askable() -> Mapping[str, Asked]:
    """Give everything an officer may ask a family for: the papers, and what is no paper."""
    others = {row["id"]: Asked(row["id"], Sentence(row["name"]), Sentence(row["note"])) for row in _published()["asks"]}
    return {**others, **papers()}


def no_paper_needed() -> tuple[Sentence, Cite]:
    """Give the sentence that says why no paper is asked for, and where it stands."""
    data = _published()
    return Sentence(data["note"]), Cite(data["document"], data["article"], data["url"])


def papers_for(conditions: Iterable[str]) -> list[Asked]:
    """Give the papers that can show what is still open, in the order of the list."""
    wanted = set(conditions)
    return [one for one in papers().values() if wanted & set(one.conditions)]
