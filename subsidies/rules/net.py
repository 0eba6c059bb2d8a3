"""What a month at a home costs after the benefits that can be spent there (product.md §3). One figure for search, quote and case.

It takes values and gives values: neither the home's prices nor the elder's facts are looked up here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from eldercare.kernel.sentences import Sentence, Translate, speak
from eldercare.kernel.verdict import Answer, Cite, Line
from subsidies.rules.eligibility import BenefitAnswer


class GrossLine(Protocol):
    """One line of the gross month, as a home quotes it. `eligible_key` is what benefits are spent on: bed, care, meal …"""

    @property
    def eligible_key(self) -> str: ...
    @property
    def amount_fen(self) -> int: ...


@dataclass(frozen=True)
class NetBenefit:
    """What one benefit brings to the month: its verdict and amount, and which lines of a bill it may pay.

    `monthly_fen` None: not known. `up_to_fen` is the most an undecided one can bring, None when even that is not known.
    `is_worse`: of a choice, another one is marked better; it is then not counted beside that one.
    """

    programme: str
    name: Sentence
    answer: Answer
    monthly_fen: int | None
    spendable_at_home: bool
    eligible_lines: frozenset[str]
    because: Sentence
    cite: Cite | None
    missing: tuple[str, ...] = ()
    up_to_fen: int | None = None
    is_worse: bool = False
    missing_names: tuple[Sentence, ...] = ()

    @property
    def is_due(self) -> bool:
        return self.answer in (Answer.YES, Answer.CHOICE) and not self.is_worse and bool(self.monthly_fen)


@dataclass(frozen=True)
class Undecided:
    """A benefit that may come on top: 可能另有."""

    programme: str
    name: Sentence
    up_to_fen: int | None
    missing: tuple[str, ...]
    missing_names: tuple[Sentence, ...] = ()

    def to_json(self, translate: Translate) -> dict[str, Any]:
        return {
            "programme": self.programme,
            "name": speak(self.name, translate),
            "up_to_fen": self.up_to_fen,
            "missing": list(self.missing),
        }


@dataclass(frozen=True)
class NetCost:
    """The month after benefits. `lines` are what is taken off (negative); `beside` is the elder's free money: 您另有."""

    gross_fen: int
    lines: tuple[Line, ...]
    net_fen: int
    beside: tuple[Line, ...]
    undecided: tuple[Undecided, ...]


def net_benefits(answers: Iterable[BenefitAnswer]) -> tuple[NetBenefit, ...]:
    """Read the answers of a preview as what they bring to a month at a home."""
    return tuple(_net_benefit(answer) for answer in answers)


def net_month(gross_lines: Sequence[GrossLine], benefits: Iterable[NetBenefit]) -> NetCost:
    """Take each benefit that is due and spendable at the home off the lines it may pay, never more than they cost.

    A line is paid once, so all benefits together stay within the bill. What is undecided is listed, never taken off.
    """
    offered = list(benefits)
    gross_fen = sum(line.amount_fen for line in gross_lines)
    left: dict[str, int] = {}
    for line in gross_lines:
        left[line.eligible_key] = left.get(line.eligible_key, 0) + line.amount_fen
    taken = [_line(one, -spent) for one in offered if one.is_due and (spent := _spend(one, left))]
    return NetCost(
        gross_fen=gross_fen,
        lines=tuple(taken),
        net_fen=gross_fen + sum(line.amount_fen for line in taken),
        beside=tuple(_line(one, one.monthly_fen or 0) for one in offered if one.is_due and not one.spendable_at_home),
        undecided=tuple(
            Undecided(one.programme, one.name, one.up_to_fen, one.missing, one.missing_names)
            for one in offered
            if one.answer is Answer.CANNOT_DECIDE
        ),
    )


def _spend(one: NetBenefit, left: dict[str, int]) -> int:
    """Use up what is left of the eligible lines, in a fixed order; gives how much was used."""
    open_fen = one.monthly_fen or 0
    for key in sorted(one.eligible_lines & left.keys()) if one.spendable_at_home else ():
        used = min(open_fen, left[key])
        left[key] -= used
        open_fen -= used
    return (one.monthly_fen or 0) - open_fen


def _line(one: NetBenefit, amount_fen: int) -> Line:
    return Line(one.name, amount_fen, one.because, one.cite)


def _net_benefit(answer: BenefitAnswer) -> NetBenefit:
    line = answer.lines[0] if answer.lines else None
    return NetBenefit(
        programme=answer.programme,
        name=answer.name,
        answer=answer.answer,
        monthly_fen=answer.monthly_fen,
        spendable_at_home=answer.benefit.spendable_at_home,
        eligible_lines=answer.benefit.eligible_lines,
        because=line.because if line else answer.benefit.spendable_note,
        cite=line.cite if line else answer.benefit.cite,
        missing=answer.missing,
        missing_names=tuple(answer.missing_names),
        up_to_fen=answer.up_to_fen,
        is_worse=any(option.better and option.programme != answer.programme for option in answer.alternatives),
    )
