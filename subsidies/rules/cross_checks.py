"""What contradicts a benefit when facts from several places are laid side by side. Pure; accuses nobody: a person looks.

A finding never decides anything. Each is told apart by its evidence, so that what was cleared does not come back unchanged.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from eldercare.kernel.days import DayRange
from eldercare.kernel.sentences import Sentence, say
from subsidies.rules.facts import CIRCUMSTANCES, ElderInput, Stated
from subsidies.rules.programme import Benefit

DECEASED, DESTITUTE, WORK_INJURY = "deceased", "destitute", "work_injury"
TWO_ALLOWANCES, DOUBLE_CLAIM, ABSENT = "two_allowances", "double_claim", "absent"
EXCLUDING = {"destitute_support": DESTITUTE, "work_injury_nursing": WORK_INJURY}

LONG_LEAVE_DAYS: int = yaml.safe_load((Path(__file__).parent.parent / "data" / "cross_checks.yaml").read_text("utf-8"))[
    "long_leave_days"
]["value"]


@dataclass(frozen=True)
class Finding:
    """One contradiction and what shows it."""

    kind: str
    evidence: tuple[Sentence, ...]


@dataclass(frozen=True)
class OfficeRecord:
    """What an office (not the family) recorded of one circumstance, and when."""

    circumstance: str
    recorded_on: date


@dataclass(frozen=True)
class Claim:
    """Another claim to the same benefit, or one that shares what only one person can have. `what` says it in words."""

    what: Sentence


@dataclass(frozen=True)
class Routed:
    """Where a benefit is paid to, and whether the elder is there. `away`: the leave that covers the day, if any."""

    home: str
    lives_there: bool
    left_on: date | None
    away: DayRange | None


@dataclass(frozen=True)
class Known:
    """All that is laid side by side for one elder and benefit on one day."""

    day: date
    elder: ElderInput
    office_records: tuple[OfficeRecord, ...] = ()
    death_at_home: date | None = None
    claims: tuple[Claim, ...] = ()
    routed: tuple[Routed, ...] = ()


def findings(benefit: Benefit, known: Known) -> tuple[Finding, ...]:
    """Give what contradicts a benefit; one finding per kind, with all its evidence."""
    found = [
        *_deceased(known),
        *_excluded(benefit, known),
        *_two_allowances(benefit, known),
        *_double(known.claims),
        *_absent(known),
    ]
    return tuple(found)


def _deceased(known: Known) -> Iterator[Finding]:
    said = []
    if known.elder.died_on and known.elder.died_on <= known.day:
        said.append(say("去世登记：{day}", day=known.elder.died_on))
    if known.death_at_home:
        said.append(say("养老机构登记老人已于 {day} 去世", day=known.death_at_home))
    if known.elder.declared_missing_on and known.elder.declared_missing_on <= known.day:
        said.append(say("法院宣告失踪：{day}", day=known.elder.declared_missing_on))
    if said:
        yield Finding(DECEASED, tuple(said))


def _excluded(benefit: Benefit, known: Known) -> Iterator[Finding]:
    for exclusion in benefit.exclusions:
        kind = EXCLUDING.get(exclusion.circumstance)
        said = tuple(_said(exclusion.circumstance, known)) if kind else ()
        if kind and said:
            cite = say(
                "{document} {article}：不能同时享受", document=exclusion.cite.document, article=exclusion.cite.article
            )
            yield Finding(kind, (*said, cite))


def _two_allowances(benefit: Benefit, known: Known) -> Iterator[Finding]:
    if benefit.alternative is None or benefit.alternative.drawn_is_this:
        return
    said = tuple(_said(benefit.alternative.drawn_by, known))
    if said:
        cite = benefit.alternative.cite
        yield Finding(
            TWO_ALLOWANCES,
            (*said, say("{document} {article}：两项只能选一项", document=cite.document, article=cite.article)),
        )


def _said(circumstance: str, known: Known) -> Iterator[Sentence]:
    """Say where a circumstance stands as true: in what is declared now, or in what an office recorded before."""
    name = CIRCUMSTANCES[circumstance]
    if _holds(known.elder.circumstance(circumstance), known.day):
        yield say("现在登记：正在享受{name}", name=name)
        return
    for record in known.office_records:
        if record.circumstance == circumstance:
            yield say("{day} 由办事窗口或部门数据登记为享受{name}，后来的申报说没有", day=record.recorded_on, name=name)


def _holds(stated: Stated, day: date) -> bool:
    return any(day in days for days in stated) if isinstance(stated, tuple) else stated is True


def _double(claims: Iterable[Claim]) -> Iterator[Finding]:
    said = tuple(claim.what for claim in claims)
    if said:
        yield Finding(DOUBLE_CLAIM, said)


def _absent(known: Known) -> Iterator[Finding]:
    said = []
    for one in known.routed:
        if not one.lives_there:
            left = say("（{day} 离开）", day=one.left_on) if one.left_on else Sentence("")
            said.append(say("补贴付给“{home}”，老人现在不住在那里{left}", home=one.home, left=left))
        elif one.away and _long(one.away, known.day):
            said.append(say("补贴付给“{home}”，老人自 {day} 起长期请假不在机构", home=one.home, day=one.away.start))
    if said:
        yield Finding(ABSENT, tuple(said))


def _long(away: DayRange, day: date) -> bool:
    until = away.until or day
    return (until - away.start).days >= LONG_LEAVE_DAYS or (day - away.start).days >= LONG_LEAVE_DAYS
