"""What happens to an elder, told one event at a time and in any order: which events count, and what the facts are then.

Every event has the day it happened and the day it became known. `voids` takes an earlier event back. Two events that
contradict each other are settled by the later knowledge. Which months are due is timeline.py's question.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar

from eldercare.kernel.days import DayRange
from eldercare.kernel.sentences import Sentence, say
from subsidies.rules.facts import EARLIEST, AssessedLevel, Certificate, Disability, ElderInput, FactProblem, HukouSpell

VOID = "void"
APPLIED, WITHDRAWN, CHOICE = "applied", "withdrawn", "choice"
CLAIMS = (APPLIED, WITHDRAWN, CHOICE)

# What each kind is, as the API's document tells it.
KINDS: Mapping[str, Sentence] = {
    "death": say("老人去世"),
    "declared_missing": say("被法院宣告失踪"),
    "found_again": say("宣告失踪被撤销"),
    "hukou_move": say("户籍迁到另一个地方（区或街道的代码）"),
    "certificate": say("领到或换了残疾人证，从这一天起以新证为准"),
    "certificate_end": say("残疾人证注销或到期"),
    "assessment": say("能力评估有了结论"),
    "circumstance_begin": say("一种情形开始，例如低保"),
    "circumstance_end": say("一种情形结束；这一天起不再算"),
    "prison_begin": say("开始服刑"),
    "prison_end": say("服刑期满；这一天起不再服刑"),
    APPLIED: say("提出申请；不写 programmes 是全部"),
    WITHDRAWN: say("撤回申请，或不再领取；不写 programmes 是全部"),
    CHOICE: say("在只能选一项的两项里选定一项"),
    VOID: say("只撤销另一条，自己什么也不说"),
}

T = TypeVar("T")


@dataclass(frozen=True)
class Event:
    """One event. `facts` are the fields of its kind."""

    id: str
    kind: str
    happened_on: date
    known_on: date
    voids: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def rank(self) -> tuple[date, date, str]:
        """Order events by the day they happened; of one day the later known comes last and wins."""
        return (self.happened_on, self.known_on, self.id)


def counting(events: Sequence[Event], known_by: date | None = None) -> list[Event]:
    """Give the events that stand, in the order they happened: none that is voided by one that stands itself.

    `known_by` leaves out what became known after that day. An event told twice with the same content counts once. Raises FactProblem naming `events.<index>`: one id with two
    contents, an event that voids itself or one that is not there, and events that void each other in a ring.
    """
    by_id: dict[str, Event] = {}
    problems: dict[str, Sentence] = {}
    for index, event in enumerate(events):
        if by_id.setdefault(event.id, event) != event or by_id[event.id].facts != event.facts:
            problems[f"events.{index}.id"] = say("两条不同的记录用了同一个编号：{id}", id=event.id)
    for index, event in enumerate(events):
        if event.voids is not None and event.voids not in by_id:
            problems[f"events.{index}.voids"] = say("要撤销的记录不在列表里：{id}", id=event.voids)
    if not problems:
        problems = {
            f"events.{index}.voids": say("记录不能撤销自己，也不能互相撤销")
            for index, event in enumerate(events)
            if _is_ring(event, by_id)
        }
    if problems:
        raise FactProblem(problems)
    known = {name: one for name, one in by_id.items() if known_by is None or one.known_on <= known_by}
    return sorted((one for one in known.values() if _stands(one, known)), key=lambda one: one.rank)


def _is_ring(event: Event, by_id: Mapping[str, Event]) -> bool:
    seen: set[str] = set()
    at: str | None = event.id
    while at is not None and at not in seen:
        seen.add(at)
        at = by_id[at].voids
    return at == event.id


def _stands(event: Event, by_id: Mapping[str, Event]) -> bool:
    return not any(other.voids == event.id and _stands(other, by_id) for other in by_id.values())


def facts_after(elder: ElderInput, events: Sequence[Event]) -> ElderInput:
    """Give the facts as all that is known tells them; `events` stand and are in order (`counting`)."""
    of: dict[str, list[Event]] = {}
    for event in events:
        of.setdefault(event.kind, []).append(event)
    named = {one.facts["circumstance"] for one in events if one.kind in ("circumstance_begin", "circumstance_end")}
    missing = _latest(*of.get("declared_missing", ()), *of.get("found_again", ()))
    death = _latest(*of.get("death", ()))
    return replace(
        elder,
        died_on=death.happened_on if death else elder.died_on,
        declared_missing_on=_missing_on(missing, elder),
        hukou=_hukou(elder, of.get("hukou_move", [])),
        prison=_flag(elder.prison, of.get("prison_begin", []), of.get("prison_end", [])),
        certificates=_certificates(elder, [*of.get("certificate", ()), *of.get("certificate_end", ())]),
        assessments=_assessments(elder, of.get("assessment", [])),
        circumstances={**elder.circumstances, **{name: _circumstance(elder, name, of) for name in sorted(named)}},
    )


def _latest(*events: Event) -> Event | None:
    """Give what was learnt last: of two days of death the later knowledge holds."""
    return max(events, key=lambda one: (one.known_on, one.happened_on, one.id), default=None)


def _missing_on(missing: Event | None, elder: ElderInput) -> date | None:
    if missing is None:
        return elder.declared_missing_on
    return missing.happened_on if missing.kind == "declared_missing" else None


def _hukou(elder: ElderInput, moves: Sequence[Event]) -> tuple[HukouSpell, ...] | None:
    if not moves:
        return elder.hukou
    before = [(one.days, one.region) for one in elder.hukou or ()]
    found = _spells(before, [(move.happened_on, str(move.facts["region"])) for move in moves])
    return tuple(HukouSpell(region, days) for days, region in found)


def _flag(before: tuple[DayRange, ...] | None, begun: list[Event], ended: list[Event]) -> tuple[DayRange, ...] | None:
    """Follow something that holds or does not. What ends without a known beginning held before."""
    events = sorted((*begun, *ended), key=lambda one: one.rank)
    if not events:
        return before
    if before is None:
        before = (DayRange(EARLIEST, None),) if events[0] in ended else ()
    found = _spells([(days, True) for days in before], [(one.happened_on, one in begun or None) for one in events])
    return tuple(days for days, _held in found)


def _circumstance(elder: ElderInput, name: str, of: Mapping[str, list[Event]]) -> tuple[DayRange, ...] | None:
    stated = elder.circumstance(name)
    before = stated if isinstance(stated, tuple) else {None: None, False: (), True: (DayRange(EARLIEST, None),)}[stated]
    begun, ended = (
        [one for one in of.get(kind, ()) if one.facts["circumstance"] == name]
        for kind in ("circumstance_begin", "circumstance_end")
    )
    return _flag(before, begun, ended)


def _certificates(elder: ElderInput, events: list[Event]) -> tuple[Certificate, ...] | None:
    """A person holds one certificate: a new one takes the place of what was held. Before the first, an unknown stays one."""
    if not events:
        return elder.certificates
    unknown = (Certificate(Disability(None, None), None, DayRange(EARLIEST, None)),)
    before = [(one.days, one) for one in (unknown if elder.certificates is None else elder.certificates)]
    told = [(one.happened_on, _certificate(one)) for one in sorted(events, key=lambda one: one.rank)]
    return tuple(replace(one, days=days) for days, one in _spells(before, told))


def _certificate(event: Event) -> Certificate | None:
    if event.kind == "certificate_end":
        return None
    told, parts = event.facts, event.facts.get("components")
    components = tuple(Disability(part["category"], part["level"]) for part in parts) if parts else None
    return Certificate(Disability(told["category"], told["level"]), components, DayRange(event.happened_on, None))


def _assessments(elder: ElderInput, events: list[Event]) -> tuple[AssessedLevel, ...] | None:
    """The last known comes first, so that of one day it is the one that counts. Before the first, an unknown stays one."""
    if not events:
        return elder.assessments
    before = elder.assessments
    if before is None:
        standard = events[0].facts["standard"]
        before = (AssessedLevel(standard, None, EARLIEST, None),)
    told = (
        AssessedLevel(one.facts["standard"], one.facts["level"], one.happened_on, one.facts.get("valid_until"))
        for one in reversed(events)
    )
    return (*told, *before)


def _spells(before: Iterable[tuple[DayRange, T]], told: Sequence[tuple[date, T | None]]) -> list[tuple[DayRange, T]]:
    """Lay what was told, in order, over what was described: each day told ends what held, and something else holds or nothing."""
    described = sorted(before, key=lambda one: one[0].start)
    first, on_day = told[0][0], dict(told)
    kept = [(cut, value) for days, value in described if (cut := days.within(DayRange(EARLIEST, first)))]
    begins = {days.start: (days, value) for days, value in described if days.start >= first}
    found: list[tuple[DayRange, T]] = []
    since, held, ends = first, None, None  # what holds since when; `ends` only where a described spell says it
    turns = sorted({*on_day, *begins, *(days.until for days, _value in begins.values() if days.until)})
    for day in turns:
        was = (since, held)
        if day in on_day:
            since, held, ends = day, on_day[day], None
        elif day in begins:
            since, held, ends = day, begins[day][1], begins[day][0].until
        elif day == ends:
            since, held, ends = day, None, None
        else:
            continue
        if was[1] is not None and was[0] < day:
            found.append((DayRange(was[0], day), was[1]))
    if held is not None:
        found.append((DayRange(since, None), held))
    return _joined([*kept, *found])


def _joined(spells: list[tuple[DayRange, T]]) -> list[tuple[DayRange, T]]:
    joined: list[tuple[DayRange, T]] = []
    for days, value in spells:
        if joined and joined[-1][1] == value and joined[-1][0].until == days.start:
            joined[-1] = (DayRange(joined[-1][0].start, days.until), value)
        else:
            joined.append((days, value))
    return joined
