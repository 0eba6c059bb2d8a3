"""The facts about an elder that the benefit rules look at. Unknown is None and is never read as no.

`elder_from` reads the JSON of api.md (and of the worked cases); `elder_to` writes what is kept beside a decision.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from eldercare.kernel.days import DayRange
from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.verdict import Reason, reason_from

EARLIEST = date(1850, 1, 1)
LATEST = date(2199, 12, 31)
MULTIPLE = 7

_levels = yaml.safe_load((Path(__file__).parent.parent / "data" / "assessed_levels.yaml").read_text("utf-8"))
NUMBERED_STANDARD: str = _levels["numbered"]["standard"]
LEVEL_NAMES: tuple[str, ...] = tuple(level["name"] for level in _levels["numbered"]["levels"])
LEGACY_STANDARD: str = _levels["worded"]["legacy"]
WORDED_STANDARDS = (LEGACY_STANDARD, _levels["worded"]["beijing"])
LEVEL_WORDS: tuple[str, ...] = tuple(_levels["worded"]["levels"])

CIRCUMSTANCES: dict[str, Sentence] = {
    "dibao": say("低保"),
    "urban_hardship_allowance": say("城市居民生活困难补助"),
    "low_income": say("低收入家庭"),
    "special_family_planning": say("计划生育特殊家庭"),
    "destitute_support": say("特困人员供养"),
    "work_injury_nursing": say("工伤保险生活护理费"),
    "good_samaritan_nursing": say("见义勇为致残护理补贴"),
    "returned_youth_nursing": say("因公致残返城知青护理费"),
    "hardship_institution_allowance": say("困境家庭服务对象入住社会福利机构补贴"),
    "disability_nursing_allowance": say("重度残疾人护理补贴"),
    "disability_living_allowance": say("困难残疾人生活补贴"),
    "long_term_care_insurance": say("长期护理保险待遇"),
}

FACT_NAMES: dict[str, Sentence] = {
    "birth_date": say("出生日期"),
    "hukou": say("户籍所在地"),
    "prison": say("是否在服刑"),
    "assessments": say("老年人能力评估结果"),
    "certificates": say("残疾人证"),
    "certificates.components": say("多重残疾的具体类别和等级"),
    "welfare_allowances": say("因公致残、离休等待遇"),
    "own_monthly_income_fen": say("本人每月收入"),
    "residence_region": say("现在住在哪里"),
    "sex": say("性别"),
    "bill_fen": say("当月账单"),
    **{f"circumstances.{name}": label for name, label in CIRCUMSTANCES.items()},
}

Spells = tuple[DayRange, ...]
Stated = bool | None | Spells


class FactProblem(ValueError):
    """Facts that can't be: `fields` names each wrong one with a sentence."""

    def __init__(self, fields: dict[str, Sentence]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


@dataclass(frozen=True)
class HukouSpell:
    """Where the 户籍 was, and when. A 6-digit district or a 9-digit street."""

    region: str
    days: DayRange


@dataclass(frozen=True)
class AssessedLevel:
    """One concluded assessment; `valid_until` is the last valid day as printed.

    `recognised` is False or None only for a result of another region whose recognition failed or is undecided;
    `grounds` are the recognition's own reasons.
    """

    standard: str
    level: int | str | None
    concluded_on: date
    valid_until: date | None
    recognised: bool | None = True
    grounds: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Disability:
    """One category (1–7) and level (1–4) of a disability; None is unknown."""

    category: int | None
    level: int | None


@dataclass(frozen=True)
class Certificate:
    """A disability certificate. Of category 7 the components decide; None means they are not known."""

    own: Disability
    components: tuple[Disability, ...] | None
    days: DayRange

    @property
    def is_multiple(self) -> bool:
        return self.own.category == MULTIPLE


@dataclass(frozen=True)
class WelfareAllowance:
    """A living or nursing allowance of another kind (因公致残, 离休 …), of which only the higher is drawn."""

    kind: str
    monthly_fen: int | None
    name: str


@dataclass(frozen=True)
class ElderInput:
    """Everything the rules may ask about one elder."""

    birth_date: date | None = None
    sex: str | None = None
    own_monthly_income_fen: int | None = None
    hukou: tuple[HukouSpell, ...] | None = None
    died_on: date | None = None
    declared_missing_on: date | None = None
    prison: Spells | None = None
    assessments: tuple[AssessedLevel, ...] | None = None
    certificates: tuple[Certificate, ...] | None = None
    circumstances: Mapping[str, Stated] = field(default_factory=dict)
    welfare_allowances: tuple[WelfareAllowance, ...] | None = None
    residence_region: str | None = None

    def circumstance(self, name: str) -> Stated:
        return self.circumstances.get(name)


def nothing_else(elder: ElderInput) -> ElderInput:
    """Suppose that what was not asked does not exist, for a first look before anybody has registered.

    Only circumstances, prison, certificates, assessments and other allowances are supposed absent; age and 户籍 never.
    Whoever shows an answer on these facts says so beside it.
    """
    stated = {name: False if elder.circumstance(name) is None else elder.circumstance(name) for name in CIRCUMSTANCES}
    return replace(
        elder,
        circumstances=stated,
        prison=elder.prison or (),
        assessments=elder.assessments or (),
        certificates=elder.certificates or (),
        welfare_allowances=elder.welfare_allowances or (),
    )


def elder_from(data: Mapping[str, Any]) -> ElderInput:
    """Read the facts as JSON. Raises FactProblem naming every wrong field; unknown names are the door's to refuse."""
    return _Reader(data).elder()


def elder_to(elder: ElderInput) -> dict[str, Any]:
    """Write the facts as JSON, so that `elder_from` reads the same again."""
    return {
        "birth_date": _day(elder.birth_date),
        "sex": elder.sex,
        "own_monthly_income_fen": elder.own_monthly_income_fen,
        "hukou": _each(elder.hukou, lambda one: {"region": one.region, **_days(one.days)}),
        "died_on": _day(elder.died_on),
        "declared_missing_on": _day(elder.declared_missing_on),
        "prison": _each(elder.prison, _days),
        "assessments": _each(elder.assessments, _assessment),
        "certificates": _each(elder.certificates, _certificate),
        "circumstances": {
            name: [_days(days) for days in stated] if isinstance(stated, tuple) else stated
            for name, stated in elder.circumstances.items()
        },
        "welfare_allowances": _each(
            elder.welfare_allowances, lambda one: {"class": one.kind, "monthly_fen": one.monthly_fen, "name": one.name}
        ),
        "residence_region": elder.residence_region,
    }


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _days(days: DayRange) -> dict[str, str | None]:
    return {"from": _day(days.start), "until": _day(days.until)}


def _each(rows: tuple[Any, ...] | None, write: Callable[[Any], Any]) -> list[Any] | None:
    return None if rows is None else [write(row) for row in rows]


def _assessment(one: AssessedLevel) -> dict[str, Any]:
    return {
        "standard": one.standard,
        "level": one.level,
        "concluded_on": _day(one.concluded_on),
        "valid_until": _day(one.valid_until),
        "recognised": one.recognised,
        "grounds": [reason.to_json() for reason in one.grounds],
    }


def _certificate(one: Certificate) -> dict[str, Any]:
    return {
        "category": one.own.category,
        "level": one.own.level,
        "components": _each(one.components, lambda part: {"category": part.category, "level": part.level}),
        **_days(one.days),
    }


def assessed_problem(standard: Any, level: Any) -> dict[str, Sentence]:
    """Say what is wrong with a stated level: a standard nobody knows, or a level it doesn't have. Unknown (None) is fine."""
    if standard == NUMBERED_STANDARD:
        right = level is None or (isinstance(level, int) and not isinstance(level, bool) and 0 <= level <= 4)
        return {} if right else {"level": say("国家标准的等级是 0 到 4 的整数。")}
    if standard in WORDED_STANDARDS:
        right = level is None or level in LEVEL_WORDS
        return {} if right else {"level": say("这个标准的等级请填评估报告上的文字，例如“重度失能”。")}
    return {"standard": say("不认识这个评估标准。")}


class _Reader:
    """Reads one elder and collects what is wrong, field by field."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        self.problems: dict[str, Sentence] = {}

    def elder(self) -> ElderInput:
        read = ElderInput(
            birth_date=self.day("birth_date", self.data.get("birth_date")),
            sex=self.data.get("sex"),
            own_monthly_income_fen=self.data.get("own_monthly_income_fen"),
            hukou=self.rows("hukou", self.hukou),
            died_on=self.day("died_on", self.data.get("died_on")),
            declared_missing_on=self.day("declared_missing_on", self.data.get("declared_missing_on")),
            prison=self.rows("prison", self.days),
            assessments=self.rows("assessments", self.assessment),
            certificates=self.rows("certificates", self.certificate),
            circumstances=self.circumstances(),
            welfare_allowances=self.rows("welfare_allowances", self.welfare),
            residence_region=self.data.get("residence_region"),
        )
        if read.birth_date and read.died_on and read.died_on < read.birth_date:
            self.problems["died_on"] = say("去世日期早于出生日期。")
        if self.problems:
            raise FactProblem(self.problems)
        return read

    def rows(self, name: str, read: Callable[[str, Mapping[str, Any]], Any]) -> tuple[Any, ...] | None:
        rows = self.data.get(name)
        if rows is None:
            return None
        found = [read(f"{name}.{index}", row) for index, row in enumerate(rows)]
        return tuple(row for row in found if row is not None)

    def day(self, where: str, value: Any) -> date | None:
        if value is None:
            return None
        try:
            day = value if isinstance(value, date) else date.fromisoformat(value)
        except (TypeError, ValueError):
            self.problems[where] = say("请写成 2026-06-15 这样的日期。")
            return None
        if not EARLIEST <= day <= LATEST:
            self.problems[where] = say("日期应在 {first} 至 {last} 之间。", first=EARLIEST, last=LATEST)
            return None
        return day

    def days(self, where: str, row: Mapping[str, Any]) -> DayRange | None:
        start = self.day(f"{where}.from", row.get("from"))
        until = self.day(f"{where}.until", row.get("until"))
        if start is None:
            self.problems.setdefault(f"{where}.from", say("请写明从哪一天开始。"))
            return None
        if until is not None and until < start:
            self.problems[f"{where}.until"] = say("结束日期早于开始日期。")
            return None
        return DayRange(start, until)

    def hukou(self, where: str, row: Mapping[str, Any]) -> HukouSpell | None:
        days = self.days(where, row)
        return HukouSpell(row["region"], days) if days else None

    def assessment(self, where: str, row: Mapping[str, Any]) -> AssessedLevel | None:
        standard, level = row.get("standard") or "", row.get("level")
        problem = assessed_problem(standard, level)
        self.problems.update({f"{where}.{name}": text for name, text in problem.items()})
        if "standard" in problem:
            return None
        concluded_on = self.day(f"{where}.concluded_on", row.get("concluded_on"))
        valid_until = self.day(f"{where}.valid_until", row.get("valid_until"))
        if concluded_on is None:
            self.problems.setdefault(f"{where}.concluded_on", say("请写明评估结论的日期。"))
            return None
        if valid_until and valid_until < concluded_on:
            self.problems[f"{where}.valid_until"] = say("有效期早于评估日期。")
        grounds = tuple(reason_from(reason) for reason in row.get("grounds", ()))
        return AssessedLevel(standard, level, concluded_on, valid_until, row.get("recognised", True), grounds)

    def certificate(self, where: str, row: Mapping[str, Any]) -> Certificate | None:
        own = self.disability(where, row, MULTIPLE)
        parts = row.get("components")
        components = (
            tuple(
                self.disability(f"{where}.components.{index}", part, MULTIPLE - 1) for index, part in enumerate(parts)
            )
            if parts and own.category == MULTIPLE
            else None
        )
        if parts and own.category not in (MULTIPLE, None):
            self.problems[f"{where}.components"] = say("只有多重残疾（第 7 类）才填写具体类别。")
        days = self.days(where, row)
        return Certificate(own, components, days) if days else None

    def disability(self, where: str, row: Mapping[str, Any], most: int) -> Disability:
        category, level = row.get("category"), row.get("level")
        if category is not None and not 1 <= category <= most:
            self.problems[f"{where}.category"] = say("残疾类别是 1 到 {most} 的整数。", most=most)
        if level is not None and not 1 <= level <= 4:
            self.problems[f"{where}.level"] = say("残疾等级是 1 到 4 的整数。")
        return Disability(category, level)

    def circumstances(self) -> dict[str, Stated]:
        stated = self.data.get("circumstances") or {}
        return {name: self.stated(f"circumstances.{name}", value) for name, value in stated.items()}

    def stated(self, where: str, value: Any) -> Stated:
        if not isinstance(value, list | tuple):
            return None if value is None else bool(value)
        spells = [self.days(f"{where}.{index}", row) for index, row in enumerate(value)]
        return tuple(days for days in spells if days is not None)

    def welfare(self, where: str, row: Mapping[str, Any]) -> WelfareAllowance | None:
        if row.get("class") not in ("living", "nursing"):
            self.problems[f"{where}.class"] = say("待遇类别是 living（生活）或 nursing（护理）。")
            return None
        return WelfareAllowance(row["class"], row.get("monthly_fen"), row.get("name") or "")
