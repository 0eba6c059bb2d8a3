"""What can't be drawn together (160号 三): the options of a choice, and which one is better. Exclusions that simply
bar a benefit are conditions, not choices."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from eldercare.kernel.sentences import Sentence, Translate, say, speak
from eldercare.kernel.verdict import Answer, Cite, Outcome, Reason
from subsidies.rules.conditions import Condition
from subsidies.rules.facts import CIRCUMSTANCES, ElderInput, WelfareAllowance
from subsidies.rules.moments import Moment
from subsidies.rules.terms import Alternative, Benefit, Overlap


@dataclass(frozen=True)
class Option:
    """One side of a choice. `monthly_fen` None: its amount is not known, and then none is called better."""

    programme: str | None
    name: Sentence
    monthly_fen: int | None
    better: bool = False

    def to_json(self, translate: Translate | None = None) -> dict[str, Any]:
        name = speak(self.name, translate) if translate else self.name.to_json()
        return {"programme": self.programme, "name": name, "monthly_fen": self.monthly_fen, "better": self.better}


def compared(options: Sequence[Option]) -> tuple[Option, ...]:
    """Mark the best of several options; of equal ones the first. A single option is no choice at all."""
    if len(options) < 2:
        return ()
    amounts = [option.monthly_fen for option in options]
    if None in amounts:
        return tuple(options)
    best = amounts.index(max(amount for amount in amounts if amount is not None))
    return tuple(replace(option, better=index == best) for index, option in enumerate(options))


def must_choose(benefit: Benefit, elder: ElderInput, moment: Moment, other: Answer | None) -> bool:
    """Tell whether the elder has to choose: a welfare allowance of the same class, or the 434号 one is drawn now."""
    if welfare_of(benefit, elder):
        return True
    if benefit.alternative and benefit.alternative.drawn_is_this:
        return is_drawn(benefit, elder, moment) and other is Answer.YES
    return is_drawn(benefit, elder, moment)


def is_drawn(benefit: Benefit, elder: ElderInput, moment: Moment) -> bool:
    """Tell whether the 434号 one of an exclusive pair is known to be drawn now."""
    return benefit.alternative is not None and bool(_holds(elder, benefit.alternative.drawn_by, moment))


def conditions(benefit: Benefit, elder: ElderInput, moment: Moment, other: Answer | None) -> Iterator[Condition]:
    """Answer what must be weighed against a benefit; `other` is the answer of its exclusive alternative."""
    if benefit.welfare:
        yield _welfare(benefit, elder, benefit.welfare)
    if benefit.alternative and other:
        yield _alternative(benefit.alternative, elder, moment, other)
    if benefit.insurance and _holds(elder, "long_term_care_insurance", moment):
        note = benefit.programme.note("insurance_districts")
        yield Condition(Reason("insurance", Outcome.PASS, note, benefit.insurance))


def overlapping(benefit: Benefit, overlap: Overlap, other: Answer) -> Condition:
    """Answer whether another benefit stands in the way, where no text says so: an open setting, seen and never silent."""
    if other is Answer.NO:
        text = say("没有与它可能重复的补贴")
        return Condition(Reason("overlap", Outcome.PASS, text, overlap.cite))
    value, note = benefit.programme.setting(overlap.setting), benefit.programme.note(overlap.setting)
    if value is None:
        return Condition(Reason("overlap", Outcome.UNKNOWN, note, overlap.cite), (f"settings.{overlap.setting}",))
    return Condition(Reason("overlap", Outcome.PASS, note, overlap.cite))


def _holds(elder: ElderInput, circumstance: str, moment: Moment) -> bool | None:
    stated = elder.circumstance(circumstance)
    return any(moment.day in days for days in stated) if isinstance(stated, tuple) else stated


def _alternative(alternative: Alternative, elder: ElderInput, moment: Moment, other: Answer) -> Condition:
    drawn, label = _holds(elder, alternative.drawn_by, moment), CIRCUMSTANCES[alternative.drawn_by]
    if drawn is None and other is Answer.YES:
        text = say("还不知道是否正在领{other}，两项只能选一项", other=label)
        missing = (f"circumstances.{alternative.drawn_by}",)
        return Condition(Reason("alternative", Outcome.UNKNOWN, text, alternative.cite), missing)
    if drawn:
        text = say("正在领{other}，两项只能选一项，由您选", other=label)
    else:
        text = say("没有与它只能二选一的待遇在领：{other}", other=label)
    return Condition(Reason("alternative", Outcome.PASS, text, alternative.cite))


def _welfare(benefit: Benefit, elder: ElderInput, cite: Cite) -> Condition:
    if elder.welfare_allowances is None:
        text = say("还不知道有没有因公致残、离休等待遇")
        return Condition(Reason("welfare", Outcome.UNKNOWN, text, cite), ("welfare_allowances",))
    if welfare_of(benefit, elder):
        return Condition(Reason("welfare", Outcome.PASS, say("另有同类待遇，两项择高享受一项"), cite))
    return Condition(Reason("welfare", Outcome.PASS, say("没有因公致残、离休等同类待遇"), cite))


def welfare_of(benefit: Benefit, elder: ElderInput) -> list[WelfareAllowance]:
    """Give the allowances of the same class."""
    return [one for one in elder.welfare_allowances or () if benefit.welfare and one.kind == benefit.kind]
