"""What an elder is due for one month, benefit by benefit: every condition answers, and what can't be decided says why.

160号 is implemented as rules.md 1b–1f reads it; every reading the text leaves open is a setting of the programme's data.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from eldercare.kernel.days import Month
from eldercare.kernel.sentences import Sentence, Translate, say, speak
from eldercare.kernel.verdict import Answer, Line, Outcome, Reason, judge
from subsidies.rules import stacking
from subsidies.rules.amount import line_of
from subsidies.rules.conditions import (
    Condition,
    TierFound,
    assessment_at,
    exclusions,
    payer_region,
    standing,
    tier_of,
)
from subsidies.rules.facts import CIRCUMSTANCES, FACT_NAMES, ElderInput
from subsidies.rules.moments import Moment, moments
from subsidies.rules.period import Period, period_of
from subsidies.rules.programme import SAME_MONTH, Benefit, benefits

DUE = (Answer.YES, Answer.CHOICE)


@dataclass(frozen=True)
class Look:
    """How one benefit stands at one moment, leaving the day of application aside. `other`: what may be drawn instead."""

    benefit: Benefit
    moment: Moment
    answer: Answer
    tier: TierFound
    conditions: tuple[Condition, ...]
    other: "Look | None" = None

    @property
    def monthly_fen(self) -> int | None:
        return self.tier.tier.monthly_fen if self.tier.tier else None

    @property
    def missing(self) -> tuple[str, ...]:
        """Name the facts that would decide it; none where it is decided."""
        if self.answer is not Answer.CANNOT_DECIDE:
            return ()
        return tuple(dict.fromkeys(name for condition in self.conditions for name in condition.missing))


@dataclass(frozen=True)
class BenefitAnswer:
    """The answer for one benefit and month. `monthly_fen` None: not known; 0: a definite no."""

    benefit: Benefit
    month: Month
    answer: Answer
    tier: str | None
    monthly_fen: int | None
    payer_region: str | None
    period: Period | None
    lines: tuple[Line, ...]
    conditions: tuple[Reason, ...]
    missing: tuple[str, ...]
    alternatives: tuple[stacking.Option, ...]
    would_change: Sentence
    up_to_fen: int | None

    @property
    def programme(self) -> str:
        return self.benefit.id

    @property
    def name(self) -> Sentence:
        return self.benefit.name

    @property
    def is_due(self) -> bool:
        """Tell whether the month is due on the elder's side: a yes, or a choice that stands open."""
        return self.answer in DUE

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return self.conditions

    @property
    def amount_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines)

    def to_json(self, translate: Translate | None = None) -> dict[str, Any]:
        """Give api.md's form for a reader (with `translate`) or for keeping (without)."""
        period = self.period

        def words(sentence: Sentence) -> Any:
            return speak(sentence, translate) if translate else sentence.to_json()

        return {
            "programme": self.programme,
            "name": words(self.name),
            "verdict": self.answer.value,
            "monthly_fen": self.monthly_fen,
            "payer_region": self.payer_region,
            "first_month": str(period.first_month) if period else None,
            "last_month": str(period.last_month) if period and period.last_month else None,
            "back_pay_months": period.back_pay_months if period else None,
            "lines": [line.to_json(translate) for line in self.lines],
            "conditions": [reason.to_json(translate) for reason in self.conditions],
            "missing": list(self.missing),
            "alternatives": [option.to_json(translate) for option in self.alternatives],
            "would_change": words(self.would_change),
        }


def preview(
    elder: ElderInput,
    *,
    on: Month | date,
    applied_on: date | None = None,
    condition_met_on: date | None = None,
    programmes: Iterable[str] | None = None,
) -> list[BenefitAnswer]:
    """Answer each benefit for the month that holds `on` (POST /api/v1/subsidies/preview).

    With `applied_on` None an application on `on` is supposed. Raises KeyError for an unknown programme id.
    """
    month = on if isinstance(on, Month) else Month.of(on)
    wanted = benefits().values() if programmes is None else [benefits()[name] for name in dict.fromkeys(programmes)]
    return [answer(benefit, elder, month, applied_on, condition_met_on) for benefit in wanted]


def answer(
    benefit: Benefit, elder: ElderInput, month: Month, applied_on: date | None = None, met_on: date | None = None
) -> BenefitAnswer:
    """Answer one benefit for one month."""
    look = look_at(benefit, elder, month)
    period = _period(look, elder, applied_on, met_on)
    conditions, verdict = look.conditions, look.answer
    if applied_on is not None and look.answer in DUE:
        counted = _counted(benefit, period, month)
        conditions = (*conditions, counted)
        verdict = Answer.NO if counted.reason.outcome is Outcome.FAIL else look.answer
    decided_no = verdict is Answer.NO
    due = verdict in DUE
    return BenefitAnswer(
        benefit=benefit,
        month=month,
        answer=verdict,
        tier=look.tier.tier.id if look.tier.tier else None,
        monthly_fen=0 if decided_no else (look.monthly_fen if due else None),
        payer_region=None if decided_no else payer_region(benefit.programme, elder, look.moment),
        period=period,
        lines=(line_of(benefit, look.tier),) if due else (),
        conditions=tuple(condition.reason for condition in conditions),
        missing=look.missing,
        alternatives=_options(look, elder) if due else (),
        would_change=_would_change(look, verdict, conditions),
        up_to_fen=_up_to_fen(look) if not decided_no else 0,
    )


def look_at(benefit: Benefit, elder: ElderInput, month: Month) -> Look:
    """Look at a month: as it stood before, or where that was a no, as it came to stand inside it."""
    looks = [_look(benefit, elder, moment) for moment in moments(benefit, elder, month)]
    first = next((look for look in looks if look.answer is not Answer.NO), looks[-1])
    if first.answer in DUE and benefit.upgrade_rule == SAME_MONTH:
        return max((look for look in looks if look.answer is first.answer), key=lambda look: look.monthly_fen or 0)
    return first


def _look(benefit: Benefit, elder: ElderInput, moment: Moment) -> Look:
    own = _own_look(benefit, elder, moment)
    pair = benefits().get(benefit.alternative.benefit) if benefit.alternative else None
    other = _own_look(pair, elder, moment) if pair else None
    other_answer = other.answer if other else None
    beside = stacking.conditions(benefit, elder, moment, other_answer)
    choice = stacking.must_choose(benefit, elder, moment, other_answer)
    return _judged(benefit, moment, own.tier, (*own.conditions, *beside), choice, other)


def _own_look(benefit: Benefit, elder: ElderInput, moment: Moment) -> Look:
    """Look at a benefit by itself, without what may be drawn instead of it."""
    tier = tier_of(benefit, elder, moment)
    conditions = (
        *standing(benefit, elder, moment),
        *_tier_conditions(benefit, elder, moment, tier),
        *exclusions(benefit, elder, moment),
    )
    return _judged(benefit, moment, tier, conditions)


def _judged(
    benefit: Benefit,
    moment: Moment,
    tier: TierFound,
    conditions: tuple[Condition, ...],
    choice: bool = False,
    other: Look | None = None,
) -> Look:
    answer = judge(tuple(condition.reason for condition in conditions))
    if answer is Answer.YES and choice:
        answer = Answer.CHOICE
    return Look(benefit, moment, answer, tier, conditions, other)


def _tier_conditions(benefit: Benefit, elder: ElderInput, moment: Moment, tier: TierFound) -> Iterable[Condition]:
    found = tier.found
    cite = tier.tier.cite if tier.tier else benefit.cite
    if tier.tier and tier.tier.monthly_fen is None:
        note = benefit.programme.note("minimum_income_standard_fen")
        missing = ("settings.minimum_income_standard_fen",)
        yield Condition(Reason("tier", Outcome.UNKNOWN, note, cite), missing)
    else:
        yield Condition(Reason("tier", found.outcome, found.text, cite), found.missing)
    assessed = assessment_at(benefit.programme, elder, moment)
    by_assessment = any(way.assessed_severe for tier in benefit.tiers for way in tier.ways)
    if by_assessment and assessed and assessed.grounds and (assessed.recognised or tier.tier is None):
        yield _recognised(assessed.recognised, assessed.grounds)


def _recognised(recognised: bool | None, grounds: tuple[Reason, ...]) -> Condition:
    """Say whether a result of another region counts, with the ground that decides it: the agreement, or what is against."""
    if recognised:
        text = say("外地的能力评估结果在北京算数：{ground}", ground=grounds[0].text)
        return Condition(Reason("assessment_recognised", Outcome.PASS, text, grounds[0].cite))
    against = next((reason for reason in grounds if reason.outcome is not Outcome.PASS), grounds[0])
    text = say("外地的能力评估结果在北京不算数：{ground}", ground=against.text)
    outcome = Outcome.FAIL if recognised is False else Outcome.UNKNOWN
    return Condition(Reason("assessment_recognised", outcome, text, against.cite))


def _counted(benefit: Benefit, period: Period | None, month: Month) -> Condition:
    """Answer whether the month lies in what the application brings."""
    cite = benefit.programme.cite(benefit.programme.articles["back_pay"])
    if period is None or month < period.first_month:
        first = period.first_month if period else None
        text = say("这次申请从 {month} 起计发", month=first) if first else say("这次申请还没有可以计发的月份")
        return Condition(Reason("first_month", Outcome.FAIL, text, cite))
    if period.back_pay_months:
        text = say("从 {month} 起计发，其中 {count} 个月是补发", month=period.first_month, count=period.back_pay_months)
    else:
        text = say("从 {month} 起计发", month=period.first_month)
    return Condition(Reason("first_month", Outcome.PASS, text, cite))


def _period(look: Look, elder: ElderInput, applied_on: date | None, met_on: date | None) -> Period | None:
    if applied_on is None:
        return None
    benefit = look.benefit

    def due_at(month: Month) -> Moment | None:
        found = look_at(benefit, elder, month)
        return found.moment if found.answer in DUE else None

    return period_of(benefit, elder, applied_on=applied_on, met_on=met_on, due_at=due_at)


def _options(look: Look, elder: ElderInput) -> tuple[stacking.Option, ...]:
    benefit, other = look.benefit, look.other
    options = [stacking.Option(benefit.id, benefit.name, look.monthly_fen)]
    if other and (other.answer is not Answer.NO or stacking.is_drawn(benefit, elder, look.moment)):
        known = other.monthly_fen if other.answer is Answer.YES else None
        options.append(stacking.Option(other.benefit.id, other.benefit.name, known))
    options += [
        stacking.Option(None, Sentence(one.name) if one.name else say("同类待遇"), one.monthly_fen)
        for one in stacking.welfare_of(benefit, elder)
    ]
    return stacking.compared(options)


def _up_to_fen(look: Look) -> int | None:
    """Give the most an undecided benefit can bring; None where even that hangs on an unknown setting."""
    amounts = [tier.monthly_fen for tier in look.tier.possible]
    return None if None in amounts else max((amount for amount in amounts if amount), default=None)


def _would_change(look: Look, verdict: Answer, conditions: Iterable[Condition]) -> Sentence:
    if verdict is Answer.NO:
        failed = next(one.reason for one in conditions if one.reason.outcome is Outcome.FAIL)
        return _way_out(look.benefit, failed)
    if verdict is Answer.CANNOT_DECIDE:
        return say("补充这些资料后就能判断：{facts}。", facts=_listed([FACT_NAMES[name] for name in look.missing]))
    if verdict is Answer.CHOICE:
        return say("两项只能选一项。选定以后，请告诉户籍地街道。")
    return say("去世、户籍迁出北京、服刑，或者认定、证件、评估有变化的，从次月起停发或调整。")


def _way_out(benefit: Benefit, failed: Reason) -> Sentence:
    excluded = failed.id.removeprefix("not_")
    if excluded in CIRCUMSTANCES:
        return say("不再享受{other}以后，可以再申请。", other=CIRCUMSTANCES[excluded])
    return WAYS_OUT.get(failed.id, benefit.if_not)


WAYS_OUT: dict[str, Sentence] = {
    "in_force": say("请看当时有效的办法，或者换一个月份再看。"),
    "age": say("到了年龄就可以申请。"),
    "hukou": say("户籍迁入北京以后可以申请；也可以向现在户籍地的民政部门问当地的补贴。"),
    "alive": say("已经停发。此前应发未发的部分，请家属向户籍地街道询问。"),
    "prison": say("服刑期满以后可以恢复。"),
    "first_month": say("从计发的月份起就有。"),
}


def _listed(words: list[Sentence]) -> Sentence:
    joined = words[-1]
    for word in reversed(words[:-1]):
        joined = say("{first}、{rest}", first=word, rest=joined)
    return joined
