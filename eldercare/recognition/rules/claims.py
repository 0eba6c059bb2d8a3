"""What is asked and what is answered: a claim issued in one region and used in another, and its recognition.

Owners of the nouns (assessment, rating, programme) turn them into claims; nothing here knows those nouns.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from eldercare.kernel.days import DayRange
from eldercare.kernel.sentences import Sentence, Translate, speak
from eldercare.kernel.verdict import Cite, Verdict


@dataclass(frozen=True)
class Claim:
    """A result of one region. Regions are provinces' codes; `valid_until` is the last valid day as printed.

    None is unknown. `level` is a number, or the stated word of a standard without numbers. `facts` holds what only
    one kind has: policy `programme`; facility_subsidy `hukou, capability_level, stars, month` (a Month); training
    `certificate_no`.
    """

    kind: str
    issued_in: str
    used_in: str
    standard: str | None = None
    level: int | str | None = None
    issued_on: date | None = None
    valid_until: date | None = None
    status: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_local(self) -> bool:
        return self.issued_in == self.used_in


@dataclass(frozen=True)
class AgreementFact:
    """An agreement between two regions over one kind of claim; `number` is None where the document's is not known."""

    id: str
    kind: str
    issued_in: str
    used_in: str
    days: DayRange
    terms: Mapping[str, Any]
    number: str | None
    title: str
    article: str = ""
    url: str = ""
    note: str = ""
    confidence: str = ""
    source: str = ""

    @property
    def document(self) -> str:
        """Name the document by its number, or by its title where no number is known."""
        return self.number or f"《{self.title}》"

    @property
    def cite(self) -> Cite:
        return Cite(self.document, self.article, self.url)


@dataclass(frozen=True)
class CountsAs:
    """What a recognised result counts as in the region that uses it."""

    level: int
    name: Sentence

    def to_json(self, translate: Translate | None = None) -> dict[str, Any]:
        return {"level": self.level, "name": speak(self.name, translate) if translate else self.name.to_json()}


@dataclass(frozen=True)
class Recognition:
    """The answer: every condition's reason, what the result counts as, under which agreement, and what to do next."""

    verdict: Verdict
    counts_as: CountsAs | None = None
    agreement: AgreementFact | None = None
    next_step: Sentence | None = None

    @property
    def is_yes(self) -> bool:
        return self.verdict.is_yes

    @property
    def agreement_id(self) -> str | None:
        return self.agreement.id if self.agreement else None

    @property
    def document(self) -> str | None:
        return self.agreement.document if self.agreement else None

    def to_json(self, translate: Translate | None = None) -> dict[str, Any]:
        """Give the form for a reader (with `translate`) or for keeping (without)."""
        verdict = self.verdict.to_json(translate)
        next_step = self.next_step and (speak(self.next_step, translate) if translate else self.next_step.to_json())
        return {
            "verdict": verdict["verdict"],
            "counts_as": self.counts_as and self.counts_as.to_json(translate),
            "reasons": verdict["reasons"],
            "missing": verdict["missing"],
            "next_step": next_step,
            "agreement": self.agreement and {"id": self.agreement.id, "document": self.agreement.document},
        }
