"""Operating subsidies: who pays a home what for one resident's month, scheme by scheme (domain rules 3).

A scheme whose amount nobody has found answers "cannot decide", never 0. Made-up rates (`example`) answer only where they are
asked for. Nothing here lowers a family's price.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from eldercare.kernel.days import Month
from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.verdict import Answer, Cite, Line, Outcome, Reason, Verdict, judge
from eldercare.regions.rules.codes import covers
from subsidies.rules.programme_file import problems_in

DATA = Path(__file__).parent.parent / "data" / "operating"
SCHEMA = DATA / "schema.yaml"
RESIDENT_MONTH = "resident_month"


@dataclass(frozen=True)
class SubsidyScheme:
    """One rule of one payer. None: of `resident_hukou`, any; of `levels`, `rating_min` and `amount_fen`, not known.

    `valid_from` None: history, which answers no month. `valid_until` is the first day it no longer holds.
    """

    id: str
    name: Sentence
    payer_region: str
    resident_hukou: tuple[str, ...] | None
    facility_region: tuple[str, ...]
    levels: frozenset[int] | None
    rating_min: int | None
    filed_only: bool
    unit: str
    amount_fen: int | None
    valid_from: date | None
    valid_until: date | None
    document: str | None
    source: str
    confidence: str
    confirmed: bool
    note: Sentence
    example: bool
    recorded_on: date

    @property
    def cite(self) -> Cite:
        return Cite(self.document or self.source)

    def in_force_in(self, month: Month) -> bool:
        """Tell whether it holds on the first day of a month."""
        first = month.first_day
        return (
            self.valid_from is not None
            and self.valid_from <= first
            and (not self.valid_until or first < self.valid_until)
        )


@dataclass(frozen=True)
class ResidentMonth:
    """One resident's month in one home. `stars` 0 is unrated; None is not known, of every fact."""

    month: Month
    hukou: str | None
    facility_region: str
    level: int | None
    stars: int | None
    is_filed: bool | None


@dataclass(frozen=True)
class SchemeAnswer:
    """What one scheme says to one resident's month."""

    scheme: SubsidyScheme
    verdict: Verdict

    @property
    def amount_fen(self) -> int | None:
        """Give what is paid: None where it can't be decided."""
        return None if self.verdict.answer is Answer.CANNOT_DECIDE else self.verdict.amount_fen


@cache
def schemes() -> tuple[SubsidyScheme, ...]:
    """Give every scheme of the data, examples too. Raises ProgrammeProblem naming file and field."""
    return tuple(one for file in sorted(DATA.glob("*.yaml")) if file != SCHEMA for one in read(file))


def read(file: Path) -> list[SubsidyScheme]:
    """Read one file of schemes. Raises ProgrammeProblem naming the field."""
    data = yaml.safe_load(file.read_text("utf-8"))
    problems_in(data, file.name, SCHEMA)
    return [_scheme(row, data) for row in data["schemes"]]


def _scheme(row: dict[str, Any], data: dict[str, Any]) -> SubsidyScheme:
    hukou, levels = row["resident_hukou"], row["levels"]
    told = {
        "name": Sentence(row["name"]),
        "note": Sentence(row["note"]),
        "resident_hukou": None if hukou is None else tuple(hukou),
        "facility_region": tuple(row["facility_region"]),
        "levels": None if levels is None else frozenset(levels),
    }
    return SubsidyScheme(**{**row, **told}, example=data["example"], recorded_on=data["recorded_on"])


def operating(
    resident: ResidentMonth, *, examples: bool = False, among: Iterable[SubsidyScheme] | None = None
) -> list[SchemeAnswer]:
    """Answer who pays what for a resident's month: every scheme in force then; `examples` lets made-up rates answer, too."""
    offered = schemes() if among is None else among
    asked = [one for one in offered if one.in_force_in(resident.month) and (examples or not one.example)]
    return [SchemeAnswer(one, _verdict(one, resident)) for one in asked]


def by_payer(answers: Iterable[SchemeAnswer]) -> dict[str, int]:
    """Add up what each payer owes; what can't be decided is left out."""
    totals: dict[str, int] = {}
    for one in answers:
        if one.verdict.answer is Answer.YES:
            totals[one.scheme.payer_region] = totals.get(one.scheme.payer_region, 0) + one.verdict.amount_fen
    return totals


def _verdict(scheme: SubsidyScheme, resident: ResidentMonth) -> Verdict:
    found = [*_place(scheme, resident), *_home(scheme, resident), _amount(scheme)]
    reasons = tuple(reason for reason, _missing in found)
    answer = judge(reasons)
    missing = tuple(name for _reason, name in found if name) if answer is Answer.CANNOT_DECIDE else ()
    if answer is not Answer.YES or scheme.amount_fen is None:
        return Verdict(answer, reasons, missing=missing)
    return Verdict(answer, reasons, (Line(scheme.name, scheme.amount_fen, scheme.note, scheme.cite),))


def _place(scheme: SubsidyScheme, resident: ResidentMonth) -> list[tuple[Reason, str]]:
    wanted, home = scheme.resident_hukou, resident.facility_region
    here = any(covers(region, home) for region in scheme.facility_region)
    from_there = wanted is None or (resident.hukou and any(covers(region, resident.hukou) for region in wanted))
    unknown = wanted is not None and resident.hukou is None
    return [
        _reason(scheme, "facility", here, say("机构在这项补贴的地区内"), say("机构不在这项补贴的地区内")),
        _reason(
            scheme,
            "hukou",
            None if unknown else bool(from_there),
            say("户籍符合"),
            say("还不知道户籍在哪里") if unknown else say("户籍不在这项补贴的范围内"),
            "hukou",
        ),
    ]


def _home(scheme: SubsidyScheme, resident: ResidentMonth) -> Iterable[tuple[Reason, str]]:
    if scheme.levels is None:
        words = say("没有找到给哪些能力等级的老人")
        yield _reason(scheme, "level", None, words, words, "settings.levels")
    else:
        fits = None if resident.level is None else resident.level in scheme.levels
        words = say("还不知道能力等级") if fits is None else say("能力等级不在范围内")
        yield _reason(scheme, "level", fits, say("能力等级符合"), words, "level")
    if scheme.rating_min is None:
        words = say("没有找到对机构等级的要求")
        yield _reason(scheme, "stars", None, words, words, "settings.rating_min")
    elif scheme.rating_min:
        rated = None if resident.stars is None else resident.stars >= scheme.rating_min
        words = say("还不知道机构等级") if rated is None else say("机构等级没有达到要求")
        yield _reason(scheme, "stars", rated, say("机构等级达到要求"), words, "stars")
    if scheme.filed_only:
        words = say("还不知道机构有没有备案") if resident.is_filed is None else say("机构没有备案")
        yield _reason(scheme, "filed", resident.is_filed, say("机构已备案"), words, "is_filed")


def _amount(scheme: SubsidyScheme) -> tuple[Reason, str]:
    known = True if scheme.amount_fen is not None and scheme.unit == RESIDENT_MONTH else None
    return _reason(scheme, "amount", known, say("金额已收录"), scheme.note, "settings.amount_fen")


def _reason(
    scheme: SubsidyScheme, name: str, holds: bool | None, yes: Sentence, otherwise: Sentence, missing: str = ""
) -> tuple[Reason, str]:
    outcome = {True: Outcome.PASS, False: Outcome.FAIL, None: Outcome.UNKNOWN}[holds]
    reason = Reason(name, outcome, yes if holds else otherwise, scheme.cite)
    return reason, missing if holds is None else ""
