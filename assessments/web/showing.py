"""How answers and progress are shown: each item with the words of the chosen option, each part with what is filled in."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from assessments.models import Assessment
from assessments.rules.instrument import CURRENT, Instrument, instrument


@dataclass(frozen=True)
class AnswerShown:
    name: str
    points: int
    best: int
    label: str


@dataclass(frozen=True)
class PartShown:
    """A dimension: how many of its items are filled in, and the points so far."""

    code: str
    name: str
    filled: int
    items: int
    points: int
    best: int


@dataclass(frozen=True)
class ProgressShown:
    parts: tuple[PartShown, ...]

    @property
    def filled(self) -> int:
        return sum(part.filled for part in self.parts)

    @property
    def items(self) -> int:
        return sum(part.items for part in self.parts)

    @property
    def points(self) -> int:
        return sum(part.points for part in self.parts)

    @property
    def best(self) -> int:
        return sum(part.best for part in self.parts)


def progress_of(scale: Instrument, answers: dict[str, int] | None) -> ProgressShown:
    """Count what a draft holds."""
    given = answers or {}
    return ProgressShown(
        tuple(
            PartShown(
                code=row.code,
                name=gettext(row.name),
                filled=sum(item.code in given for item in row.items),
                items=len(row.items),
                points=sum(given.get(item.code, 0) for item in row.items),
                best=row.best,
            )
            for row in scale.dimensions
        )
    )


def answers_shown(assessment: Assessment) -> list[tuple[str, list[AnswerShown]]]:
    """Give the recorded answers by dimension, in the standard's words."""
    given: dict[str, Any] = assessment.answers or {}
    return [
        (
            f"{row.code} {gettext(row.name)}",
            [
                AnswerShown(
                    name=f"{item.code} {gettext(item.name)}",
                    points=given[item.code],
                    best=item.best,
                    label=gettext(next(option.label for option in item.options if option.score == given[item.code])),
                )
                for item in row.items
            ],
        )
        for row in instrument(assessment.instrument or CURRENT).dimensions
    ]
