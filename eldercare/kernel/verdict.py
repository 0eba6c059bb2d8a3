"""What a rule answers: a verdict with a reason for every condition, and an amount as the sum of explained lines."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from eldercare.kernel.sentences import Sentence, Translate, restored, speak


class Outcome(StrEnum):
    """How one condition came out. `unknown` means a fact is missing; it is never read as a no."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"


class Answer(StrEnum):
    """What a verdict says."""

    YES = "yes"
    NO = "no"
    CHOICE = "choice"
    CANNOT_DECIDE = "cannot_decide"


@dataclass(frozen=True)
class Cite:
    """Where it is written: the document's number, the article, and the address where it can be read."""

    document: str
    article: str = ""
    url: str = ""

    def to_json(self) -> dict[str, str]:
        return {"document": self.document, "article": self.article, "url": self.url}


@dataclass(frozen=True)
class Reason:
    """One condition's answer, in plain words."""

    id: str
    outcome: Outcome
    text: Sentence
    cite: Cite | None = None

    def to_json(self, translate: Translate | None = None) -> dict[str, Any]:
        """Give the form for a reader (with `translate`) or for keeping (without)."""
        text = speak(self.text, translate) if translate else self.text.to_json()
        return {"id": self.id, "outcome": self.outcome.value, "text": text, "cite": self.cite and self.cite.to_json()}


@dataclass(frozen=True)
class Line:
    """One explained part of an amount, in fen."""

    label: Sentence
    amount_fen: int
    because: Sentence
    cite: Cite | None = None

    def to_json(self, translate: Translate | None = None) -> dict[str, Any]:
        """Give the form for a reader (with `translate`) or for keeping (without)."""
        label, because = (
            (speak(self.label, translate), speak(self.because, translate))
            if translate
            else (self.label.to_json(), self.because.to_json())
        )
        cite = self.cite and self.cite.to_json()
        return {"label": label, "amount_fen": self.amount_fen, "because": because, "cite": cite}


@dataclass(frozen=True)
class Verdict:
    """An answer with its working: every condition, also those that pass, and the lines its amount is made of."""

    answer: Answer
    reasons: tuple[Reason, ...] = ()
    lines: tuple[Line, ...] = ()
    missing: tuple[str, ...] = field(default=())

    @property
    def amount_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines)

    @property
    def is_yes(self) -> bool:
        return self.answer is Answer.YES

    def to_json(self, translate: Translate | None = None) -> dict[str, Any]:
        """Give the form for a reader (with `translate`) or for keeping (without)."""
        return {
            "verdict": self.answer.value,
            "reasons": [reason.to_json(translate) for reason in self.reasons],
            "lines": [line.to_json(translate) for line in self.lines],
            "missing": list(self.missing),
        }


def judge(reasons: tuple[Reason, ...], missing: tuple[str, ...] = ()) -> Answer:
    """Draw the answer from the conditions: a definite no settles it, then anything unknown, else yes."""
    outcomes = {reason.outcome for reason in reasons}
    if Outcome.FAIL in outcomes:
        return Answer.NO
    return Answer.CANNOT_DECIDE if Outcome.UNKNOWN in outcomes or missing else Answer.YES


def line_from(stored: dict[str, Any]) -> Line:
    """Read back a line that `to_json()` stored."""
    cite = Cite(**stored["cite"]) if stored["cite"] else None
    return Line(restored(stored["label"]), stored["amount_fen"], restored(stored["because"]), cite)


def reason_from(stored: dict[str, Any]) -> Reason:
    """Read back a reason that `to_json()` stored."""
    cite = Cite(**stored["cite"]) if stored["cite"] else None
    return Reason(stored["id"], Outcome(stored["outcome"]), restored(stored["text"]), cite)
