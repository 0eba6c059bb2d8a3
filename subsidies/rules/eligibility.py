"""What an elder is due for one month, benefit by benefit: every condition answers, and what can't be decided says why.

160号 is implemented as rules.md 1b–1f reads it; every reading the text leaves open is a setting of the programme's data.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from eldercare.kernel.days import Month
from eldercare.kernel.sentences import Sentence, Translate, say, speak
from eldercare.kernel.verdict import Answer, Line, Outcome, Reason, judge
from subsidies.rules import stacking
from subsidies.rules.amount import Amount, amount_of, line_of
from subsidies.rules.conditions import (
    Condition,
    TierFound,
    assessment_at,
    exclusions,
    notes,
    payer_region,
    standing,
    tier_of,
)
from subsidies.rules.facts import CIRCUMSTANCES, FACT_NAMES, ElderInput
from subsidies.rules.moments import Moment, birthdays, changes, moments
from subsidies.rules.period import Period, period_of
from subsidies.rules.programme import Catalogue, catalogue
from subsidies.rules.terms import SAME_MONTH, Benefit, Paper

DUE = (Answer.YES, Answer.CHOICE)


NO_AMOUNT = Amount(None, None)


@dataclass(frozen=True, eq=False)
class Look:
    """How one benefit stands at one moment, leaving the day of application aside. `other`: what may be drawn instead."""

    benefit: Benefit
    moment: Moment
    answer: Answer
    tier: TierFound
    amount: Amount
    conditions: tuple[Condition, ...]
    other: "Look | None" = None

    @property
    def monthly_fen(self) -> int | None:
        return self.amount.monthly_fen

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
    documents: tuple[Paper, ...] | None = None

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

    @property
    def missing_names(self) -> list[Sentence]:
        """Name what is missing, as a family reads it."""
        return [fact_name(self.benefit, name) for name in self.missing]

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
            "up_to_fen": self.up_to_fen,
            "documents": None if self.documents is None else [one.to_json(translate or str) for one in self.documents],
        }


def preview(
    elder: ElderInput,
    *,
    on: Month | date,
    applied_on: date | None = None,
    condition_met_on: date | None = None,
    programmes: Iterable[str] | None = None,
    under: Catalogue | None = None,
) -> list[BenefitAnswer]:
    """Answer each benefit for the month that holds `on` (POST /api/v1/subsidies/preview), `under` other programmes if given.

    With `applied_on` None an application on `on` is supposed. Raises KeyError for an unknown programme id.
    """
    month = on if isinstance(on, Month) else Month.of(on)
    hearing = Hearing(elder, under or catalogue())
    wanted = hearing.under.versions if programmes is None else dict.fromkeys(programmes)
    return [hearing.answer(name, month, applied_on, condition_met_on) for name in wanted]


def answer(
    benefit: Benefit, elder: ElderInput, month: Month, applied_on: date | None = None, met_on: date | None = None
) -> BenefitAnswer:
    """Answer one benefit for one month, in this version."""
    return Hearing(elder, catalogue().replacing(benefit)).answer(benefit.id, month, applied_on, met_on)


@dataclass(frozen=True, eq=False)
class Hearing:
    """One elder before one catalogue of programmes. What was looked at is remembered, since months share most of it."""

    elder: ElderInput
    under: Catalogue
    _own: dict[tuple[str, date, Month], Look] = field(default_factory=dict)
    _months: dict[tuple[str, Month], Look] = field(default_factory=dict)
    _changes: dict[str, list[date]] = field(default_factory=dict)

    def answer(
        self, name: str, month: Month, applied_on: date | None = None, met_on: date | None = None
    ) -> BenefitAnswer:
        """Answer one benefit for one month. Raises KeyError for an unknown id."""
        look, elder = self.look_at(name, month), self.elder
        benefit = look.benefit
        period = self.period(name, applied_on, met_on) if applied_on else None
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
            lines=(line_of(benefit, look.tier, look.amount),) if due else (),
            conditions=tuple(condition.reason for condition in conditions),
            missing=look.missing,
            alternatives=_options(look, elder) if due else (),
            would_change=_would_change(look, verdict, conditions),
            up_to_fen=_up_to_fen(look, elder) if not decided_no else 0,
            documents=benefit.programme.documents,
        )

    def look_at(self, name: str, month: Month) -> Look:
        """Look at a month: as it stood before, or where that was a no, as it came to stand inside it."""
        found = self._months.get((name, month))
        if found is None:
            found = self._months[name, month] = self._look_at(name, month)
        return found

    def period(self, name: str, applied_on: date, met_on: date | None = None) -> Period | None:
        """Give the months an application of a day brings, or None when none is due."""

        def due_at(month: Month) -> Moment | None:
            found = self.look_at(name, month)
            return found.moment if found.answer in DUE else None

        return period_of(
            self.under.in_month(name, Month.of(applied_on)),
            applied_on=applied_on,
            met_on=met_on,
            due_at=due_at,
            turning=self.turning(name, Month.of(applied_on)),
            in_force_from=self.under.versions[name][0].programme.valid_from,
        )

    def turning(self, name: str, month: Month) -> list[Month]:
        """Give the months, in order, that may differ from the one before: each change's and the next, and each version's."""
        months = {Month.of(day) for day in self._days(self.under.in_month(name, month))}
        begins = {Month.of(day) for day in self.under.boundaries(name)}
        return sorted({*months, *begins, *(one.next() for one in months | begins)})

    def _look_at(self, name: str, month: Month) -> Look:
        benefit = self.under.in_month(name, month)
        inside = [day for day in self._days(benefit) if (day.year, day.month) == (month.year, month.month)]
        looks = (self._look(benefit, moment) for moment in moments(month, inside))
        first = last = next(looks)
        for last in looks if first.answer is Answer.NO else ():
            if last.answer is not Answer.NO:
                first = last
                break
        if first.answer in DUE and benefit.upgrade_rule == SAME_MONTH:
            same = (look for look in looks if look.answer is first.answer)
            return max((first, *same), key=lambda look: look.monthly_fen or 0)
        if first.answer is Answer.CANNOT_DECIDE:
            return next((look for look in looks if _settles(look, first)), first)
        return last if first.answer is Answer.NO else first

    def _look(self, benefit: Benefit, moment: Moment) -> Look:
        elder = self.elder
        own = self._own_look(benefit, moment)
        pair = self._partner(benefit.alternative.benefit, moment) if benefit.alternative else None
        pair_answer = pair.answer if pair else None
        beside = list(stacking.conditions(benefit, elder, moment, pair_answer))
        for overlap in benefit.overlaps:
            other = self._partner(overlap.benefit, moment)
            beside.append(stacking.overlapping(benefit, overlap, other.answer if other else Answer.NO))
        beside += notes(benefit)
        choice = stacking.must_choose(benefit, elder, moment, pair_answer)
        return _judged(benefit, moment, own.tier, own.amount, (*own.conditions, *beside), choice, pair)

    def _partner(self, name: str, moment: Moment) -> Look | None:
        """Look at another benefit by itself, where these programmes have it."""
        if name not in self.under.versions:
            return None
        return self._own_look(self.under.in_month(name, moment.month), moment)

    def _own_look(self, benefit: Benefit, moment: Moment) -> Look:
        """Look at a benefit by itself, without what may be drawn instead of it."""
        key = (benefit.id, moment.day, moment.month)
        found = self._own.get(key)
        if found is None:
            found = self._own[key] = _own_look(benefit, self.elder, moment)
        return found

    def _days(self, benefit: Benefit) -> list[date]:
        """Give the days on which something about the elder changes for a benefit, in order."""
        found = self._changes.get(benefit.id)
        if found is None:
            if "" not in self._changes:
                self._changes[""] = list(changes(self.elder))
            ages = birthdays(benefit, self.elder)
            found = self._changes[benefit.id] = sorted({*self._changes[""], *ages})
        return found


def _settles(look: Look, before: Look) -> bool:
    """Tell whether a look inside the month decides it, however the unknown one before it would have come out."""
    amounts = {amount_of(tier, before.benefit.programme, ElderInput()).monthly_fen for tier in before.tier.possible}
    return look.answer is Answer.YES and before.other is None and amounts == {look.monthly_fen}


def _own_look(benefit: Benefit, elder: ElderInput, moment: Moment) -> Look:
    tier = tier_of(benefit, elder, moment)
    amount = amount_of(tier.tier, benefit.programme, elder) if tier.tier else NO_AMOUNT
    conditions = (
        *standing(benefit, elder, moment),
        *_tier_conditions(benefit, elder, moment, tier, amount),
        *exclusions(benefit, elder, moment),
    )
    return _judged(benefit, moment, tier, amount, conditions)


def _judged(
    benefit: Benefit,
    moment: Moment,
    tier: TierFound,
    amount: Amount,
    conditions: tuple[Condition, ...],
    choice: bool = False,
    other: Look | None = None,
) -> Look:
    answer = judge(tuple(condition.reason for condition in conditions))
    if answer is Answer.YES and choice:
        answer = Answer.CHOICE
    return Look(benefit, moment, answer, tier, amount, conditions, other)


def _tier_conditions(
    benefit: Benefit, elder: ElderInput, moment: Moment, tier: TierFound, amount: Amount
) -> Iterator[Condition]:
    found = tier.found
    cite = tier.tier.cite if tier.tier else benefit.cite
    if amount.missing:
        yield Condition(Reason("tier", Outcome.UNKNOWN, amount.because or found.text, cite), amount.missing)
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


def _up_to_fen(look: Look, elder: ElderInput) -> int | None:
    """Give the most an undecided benefit can bring; None where even that hangs on an unknown setting."""
    amounts = [amount_of(tier, look.benefit.programme, elder).up_to_fen for tier in look.tier.possible]
    return None if None in amounts else max((amount for amount in amounts if amount), default=None)


def fact_name(benefit: Benefit, name: str) -> Sentence:
    """Name a missing fact as a family reads it; a setting is named by the programme's own data."""
    setting = benefit.programme.settings.get(name.removeprefix("settings."))
    if setting:
        return setting.label or setting.note
    return FACT_NAMES[name]


def _would_change(look: Look, verdict: Answer, conditions: Iterable[Condition]) -> Sentence:
    if verdict is Answer.NO:
        failed = next(one.reason for one in conditions if one.reason.outcome is Outcome.FAIL)
        return _way_out(look.benefit, failed)
    if verdict is Answer.CANNOT_DECIDE:
        return say(
            "补充这些资料后就能判断：{facts}。", facts=_listed([fact_name(look.benefit, name) for name in look.missing])
        )
    if verdict is Answer.CHOICE:
        return say("两项只能选一项。选定以后，请告诉户籍地街道。")
    return say("去世、户籍迁出北京、服刑，或者认定、证件、评估有变化的，从次月起停发或调整。")


def _way_out(benefit: Benefit, failed: Reason) -> Sentence:
    excluded = failed.id.removeprefix("not_")
    if excluded in CIRCUMSTANCES:
        return say("不再享受{other}以后，可以再申请。", other=CIRCUMSTANCES[excluded])
    if failed.id == "hukou":
        place = benefit.programme.place
        return say("户籍迁入{place}以后可以申请；也可以向现在户籍地的民政部门问当地的补贴。", place=place)
    return WAYS_OUT.get(failed.id, benefit.if_not)


WAYS_OUT: dict[str, Sentence] = {
    "in_force": say("请看当时有效的办法，或者换一个月份再看。"),
    "age": say("到了年龄就可以申请。"),
    "alive": say("已经停发。此前应发未发的部分，请家属向户籍地街道询问。"),
    "prison": say("服刑期满以后可以恢复。"),
    "first_month": say("从计发的月份起就有。"),
}


def _listed(words: list[Sentence]) -> Sentence:
    joined = words[-1]
    for word in reversed(words[:-1]):
        joined = say("{first}、{rest}", first=word, rest=joined)
    return joined
