"""From 26 answers and three conditions to a capability level, as GB/T 42195-2022 says; with every step explained.

Knows no elder and no paper. A wrong answer is never guessed: all wrong ones are named together.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assessments.rules.instrument import Clause, Dimension, Instrument, Item
from eldercare.kernel.sentences import Sentence, Translate, say, speak
from eldercare.kernel.verdict import Cite

SUM, ONCE = "sum", "once"
CLAUSE_MODES = (SUM, ONCE)
MOST_EVENTS = 999


class ScoreProblem(ValueError):
    """What was handed in cannot be scored. `fields` names every wrong field (`answers.B.1.1`) with what is wrong."""

    def __init__(self, fields: dict[str, Sentence]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


@dataclass(frozen=True)
class Change:
    """A clause that holds and what it does: `=4` sets the level, `+1` makes it one worse, `+0` adds nothing more."""

    clause: Clause
    effect: str

    def to_json(self, translate: Translate | None = None) -> dict[str, Any]:
        text = say(self.clause.rule)
        return {
            "id": self.clause.id,
            "clause": self.clause.cite.article,
            "effect": self.effect,
            "text": speak(text, translate) if translate else text.to_json(),
            "cite": self.clause.cite.to_json(),
        }


@dataclass(frozen=True)
class ScoreLine:
    """One step of the way to the level. `points` is None where a step adds no points."""

    label: Sentence
    points: int | None
    because: Sentence
    cite: Cite

    def to_json(self, translate: Translate | None = None) -> dict[str, Any]:
        texts = {"label": self.label, "because": self.because}
        spoken = {name: speak(text, translate) if translate else text.to_json() for name, text in texts.items()}
        return {**spoken, "points": self.points, "cite": self.cite.to_json()}


@dataclass(frozen=True)
class Score:
    """The result: points by dimension, the level by points, what changed it, and the level that counts (0–4)."""

    instrument: str
    total: int
    dimensions: Mapping[str, int]
    preliminary_level: int
    changes: tuple[Change, ...]
    level: int
    level_name: str
    clause_mode: str
    lines: tuple[ScoreLine, ...]

    def to_json(self, translate: Translate | None = None) -> dict[str, Any]:
        """Give the form for a reader (with `translate`) or for keeping (without)."""
        name = say(self.level_name)
        return {
            "instrument": self.instrument,
            "total": self.total,
            "dimensions": dict(self.dimensions),
            "preliminary_level": self.preliminary_level,
            "changes": [change.to_json(translate) for change in self.changes],
            "level": self.level,
            "level_name": speak(name, translate) if translate else self.level_name,
            "clause_mode": self.clause_mode,
            "lines": [line.to_json(translate) for line in self.lines],
        }


def score(
    instrument: Instrument, answers: Mapping[str, Any], conditions: Mapping[str, Any], clause_mode: str = SUM
) -> Score:
    """Score a complete set of answers. Raises ScoreProblem naming every wrong or missing field.

    `clause_mode` says how two worsening clauses combine, which the standard leaves open: `sum` or `once`.
    """
    if clause_mode not in CLAUSE_MODES:
        raise ValueError(f"no such clause mode: {clause_mode}")
    problems = {**answer_problems(instrument, answers), **condition_problems(instrument, conditions)}
    if problems:
        raise ScoreProblem(problems)
    points = {row.code: sum(answers[item.code] for item in row.items) for row in instrument.dimensions}
    total = sum(points.values())
    preliminary = instrument.level_for(total)
    changes = _changes(instrument, conditions, clause_mode)
    level = instrument.level(_changed(preliminary.code, changes, instrument.worst_level))
    return Score(
        instrument=instrument.standard,
        total=total,
        dimensions=points,
        preliminary_level=preliminary.code,
        changes=changes,
        level=level.code,
        level_name=level.word,
        clause_mode=clause_mode,
        lines=tuple(_lines(instrument, points, preliminary.code, changes, level.code)),
    )


def answer_problems(
    instrument: Instrument, answers: Mapping[str, Any], *, partial: bool = False
) -> dict[str, Sentence]:
    """Find every wrong answer; with `partial` a missing one is not wrong (a draft)."""
    known = {item.code: item for item in instrument.items}
    problems = {f"answers.{code}": say("没有 {code} 这一项。", code=code) for code in answers if code not in known}
    for code, item in known.items():
        if code not in answers:
            if not partial:
                problems[f"answers.{code}"] = say("请填写 {code} {name}。", code=code, name=say(item.name))
        elif not _in_range(answers[code], item):
            problems[f"answers.{code}"] = say(
                "{code} {name}只能是 {worst} 到 {best} 的整数。",
                code=code,
                name=say(item.name),
                worst=item.worst,
                best=item.best,
            )
    return problems


def condition_problems(
    instrument: Instrument, conditions: Mapping[str, Any], *, partial: bool = False
) -> dict[str, Sentence]:
    """Find every wrong condition; with `partial` a missing one is not wrong (a draft)."""
    known = {clause.condition: clause for clause in instrument.clauses}
    problems = {
        f"conditions.{name}": say("没有 {name} 这一项。", name=name) for name in conditions if name not in known
    }
    for name, clause in known.items():
        if name not in conditions:
            if not partial:
                problems[f"conditions.{name}"] = say("请填写等级变更的三项情况。")
        elif clause.at_least is None and not isinstance(conditions[name], bool):
            problems[f"conditions.{name}"] = say("请选是或否。")
        elif clause.at_least is not None and not _is_count(conditions[name]):
            problems[f"conditions.{name}"] = say("请填写次数，0 到 {most} 的整数。", most=MOST_EVENTS)
    return problems


def _in_range(value: Any, item: Item) -> bool:
    return type(value) is int and item.worst <= value <= item.best


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value <= MOST_EVENTS


def _holds(clause: Clause, conditions: Mapping[str, Any]) -> bool:
    fact = conditions[clause.condition]
    return bool(fact) if clause.at_least is None else fact >= clause.at_least


def _changes(instrument: Instrument, conditions: Mapping[str, Any], mode: str) -> tuple[Change, ...]:
    changes: list[Change] = []
    worsened = False
    for clause in instrument.clauses:
        if not _holds(clause, conditions):
            continue
        if clause.set_level is not None:
            changes.append(Change(clause, f"={clause.set_level}"))
        else:
            by = 0 if worsened and mode == ONCE else clause.worsen_by
            changes.append(Change(clause, f"+{by}"))
            worsened = True
    return tuple(changes)


def _changed(level: int, changes: tuple[Change, ...], worst: int) -> int:
    set_to = [change.clause.set_level for change in changes if change.clause.set_level is not None]
    if set_to:
        return max(set_to)
    return min(worst, level + sum(int(change.effect) for change in changes))


def _lines(
    instrument: Instrument, points: Mapping[str, int], preliminary: int, changes: tuple[Change, ...], final: int
) -> Iterator[ScoreLine]:
    for row in instrument.dimensions:
        yield _dimension_line(instrument, row, points[row.code])
    total = sum(points.values())
    level = instrument.level(preliminary)
    because = say("{low} 到 {high} 分是{word}。", low=level.lowest, high=level.highest, word=say(level.word))
    yield ScoreLine(say("总分和初步等级"), total, because, Cite(instrument.standard, "C.3"))
    for change in changes:
        yield ScoreLine(_effect(change), None, say(change.clause.rule), change.clause.cite)
    word = say(instrument.level(final).word)
    label = say("最终等级：{level} 级", level=final)
    yield ScoreLine(label, None, say("最终等级是{word}。", word=word), Cite(instrument.standard, "C.5"))


def _dimension_line(instrument: Instrument, row: Dimension, points: int) -> ScoreLine:
    because = say("{count} 项合计，满分 {best} 分。", count=len(row.items), best=row.best)
    return ScoreLine(
        say("{code} {name}", code=row.code, name=say(row.name)), points, because, Cite(instrument.standard, "C.1")
    )


def _effect(change: Change) -> Sentence:
    if change.clause.set_level is not None:
        return say("直接评为 {level} 级", level=change.clause.set_level)
    if change.effect == "+0":
        return say("两条合计只提高一级，不再提高")
    return say("提高 {by} 级，最多到完全失能", by=change.clause.worsen_by)
