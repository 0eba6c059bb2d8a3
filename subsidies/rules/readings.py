"""Which readings of an open text an answer hangs on: read the other way, it would come out differently. Decides nothing.

Every such reading is a setting of the programme's data with its options (domain rules 1c-3), so that none is silent.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from eldercare.kernel.days import Month
from eldercare.kernel.sentences import Sentence, Translate, speak
from eldercare.kernel.verdict import Answer
from subsidies.rules.eligibility import BenefitAnswer, Hearing
from subsidies.rules.facts import ElderInput
from subsidies.rules.programme import Catalogue, catalogue

READ_ALOUD = ("open", "inference", "M")


@dataclass(frozen=True)
class Otherwise:
    """What the answer would be under another option."""

    value: Any
    answer: Answer
    monthly_fen: int | None

    def to_json(self) -> dict[str, Any]:
        return {"value": self.value, "verdict": self.answer.value, "monthly_fen": self.monthly_fen}


@dataclass(frozen=True)
class Reading:
    """One setting an answer hangs on: how it is read here and why, and what each other option would make of it."""

    setting: str
    value: Any
    note: Sentence
    confidence: str
    otherwise: tuple[Otherwise, ...]

    def to_json(self, translate: Translate) -> dict[str, Any]:
        return {
            "setting": self.setting,
            "value": self.value,
            "text": speak(self.note, translate),
            "confidence": self.confidence,
            "otherwise": [one.to_json() for one in self.otherwise],
        }


def readings(
    answer: BenefitAnswer,
    elder: ElderInput,
    *,
    applied_on: date | None = None,
    met_on: date | None = None,
    under: Catalogue | None = None,
) -> list[Reading]:
    """Give every open reading of the programme that, read otherwise, would change this answer."""
    found = []
    programme, under = answer.benefit.programme, under or catalogue()
    for name, setting in programme.settings.items():
        if setting.confidence not in READ_ALOUD or setting.value is None:
            continue
        others = [option for option in setting.options if option != setting.value]
        changed = tuple(
            Otherwise(option, would.answer, would.monthly_fen)
            for option in others
            if _differs(
                would := _answer(under.reading(programme.id, name, option), answer, elder, applied_on, met_on), answer
            )
        )
        if changed:
            found.append(Reading(name, setting.value, setting.note, setting.confidence, changed))
    return found


def _answer(
    under: Catalogue, answer: BenefitAnswer, elder: ElderInput, applied_on: date | None, met_on: date | None
) -> BenefitAnswer:
    return Hearing(elder, under).answer(answer.programme, answer.month, applied_on, met_on)


def _differs(one: BenefitAnswer, other: BenefitAnswer) -> bool:
    return _told(one) != _told(other)


def _told(answer: BenefitAnswer) -> tuple[Answer, int | None, Month | None]:
    return answer.answer, answer.monthly_fen, answer.period.first_month if answer.period else None
