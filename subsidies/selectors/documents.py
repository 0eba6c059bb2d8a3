"""A decision's paper as it was issued, read back from what was frozen. Nothing is looked up anew."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from eldercare.kernel.days import Month
from eldercare.kernel.keys import digest
from eldercare.kernel.sentences import Sentence, restored
from eldercare.kernel.verdict import Cite, Line, Reason, line_from, reason_from
from subsidies.choices import DecisionOutcome, Stage
from subsidies.models import Document


@dataclass(frozen=True)
class ShownDocument:
    """The paper with its words restored. `intact`: the content still has the digest it was issued with."""

    document: Document
    content: dict[str, Any]
    benefit: Sentence
    outcome: DecisionOutcome
    stage: Stage
    decided_on: date
    applied_on: date
    appeal_until: date | None
    first_month: Month | None
    last_month: Month | None
    lines: tuple[Line, ...]
    facts: tuple[tuple[Sentence, tuple[Sentence, ...]], ...]
    conditions: tuple[Reason, ...]
    articles: tuple[Cite, ...]
    intact: bool

    @property
    def total_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines)


def shown_document(document: Document) -> ShownDocument:
    """Read a paper back."""
    content = document.content
    return ShownDocument(
        document=document,
        content=content,
        benefit=restored(content["benefit"]),
        outcome=DecisionOutcome(content["outcome"]),
        stage=Stage(content["stage"]),
        decided_on=date.fromisoformat(content["decided_on"]),
        applied_on=date.fromisoformat(content["applied_on"]),
        appeal_until=_day(content["appeal_until"]),
        first_month=_month(content["first_month"]),
        last_month=_month(content["last_month"]),
        lines=tuple(line_from(line) for line in content["lines"]),
        facts=tuple((restored(name), tuple(restored(one) for one in values)) for name, values in content["facts"]),
        conditions=tuple(reason_from(reason) for reason in content["conditions"]),
        articles=tuple(Cite(**cite) for cite in content["articles"]),
        intact=digest(content) == document.content_digest,
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _month(text: str | None) -> Month | None:
    return Month.parse(text) if text else None
