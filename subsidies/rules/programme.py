"""The programmes as published: every benefit in every version, read from data/programmes. Judges nobody.

A folder holds one file for each programme (`<region>/<programme>.yaml`) and amendments beside it: a few lines with the day
from which they hold, such as next year's amounts. What is added there answers everywhere at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from eldercare.kernel.days import Month
from eldercare.kernel.sentences import say
from subsidies.rules.programme_file import ProgrammeProblem, amended, benefits_from, check, read_text
from subsidies.rules.terms import (
    NEXT_MONTH,
    SAME_MONTH,
    Alternative,
    Benefit,
    CertificateTest,
    Exclusion,
    Procedure,
    Programme,
    Setting,
    Tier,
    Way,
)

__all__ = [
    "NEXT_MONTH", "SAME_MONTH", "Alternative", "Benefit", "Catalogue", "CertificateTest", "Exclusion", "Procedure", "Programme",
    "ProgrammeProblem", "Setting", "Tier", "Way", "benefit", "benefits", "catalogue", "load",
]  # fmt: skip

DATA = Path(__file__).parent.parent / "data" / "programmes"


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Every benefit by id with its versions, oldest first; each ends where the next begins."""

    versions: Mapping[str, tuple[Benefit, ...]]
    _readings: dict[str, "Catalogue"] = field(default_factory=dict)

    @property
    def current(self) -> Mapping[str, Benefit]:
        """Give the newest version of every benefit."""
        return {name: versions[-1] for name, versions in self.versions.items()}

    def in_month(self, name: str, month: Month) -> Benefit:
        """Give the newest version in force when a month begins, else the first that follows.

        A version ends where the next begins. Raises KeyError for an unknown id.
        """
        versions = self.versions[name]
        if len(versions) == 1:
            return versions[0]
        begun = [one for one in versions if one.programme.valid_from <= month.first_day]
        return begun[-1] if begun else versions[0]

    def boundaries(self, name: str) -> list[date]:
        """Give the days on which one version of a benefit follows another."""
        return [one.programme.valid_from for one in self.versions[name][1:]]

    def as_known_on(self, day: date) -> "Catalogue":
        """Give what had been recorded by a day; a benefit first recorded later is left out."""
        known = {
            name: tuple(one for one in versions if one.programme.recorded_on <= day)
            for name, versions in self.versions.items()
        }
        return Catalogue({name: versions for name, versions in known.items() if versions})

    def replacing(self, benefit: Benefit) -> "Catalogue":
        """Give the same with one version only of one benefit."""
        return Catalogue({**self.versions, benefit.id: (benefit,)})

    def reading(self, programme_id: str, setting: str, value: Any) -> "Catalogue":
        """Give the same with one setting of one programme read otherwise, in every version; remembered."""
        key = f"{programme_id} {setting} {value}"
        if key not in self._readings:
            self._readings[key] = Catalogue(
                {
                    name: tuple(
                        _reading(one, setting, value) if one.programme.id == programme_id else one for one in rows
                    )
                    for name, rows in self.versions.items()
                }
            )
        return self._readings[key]

    def with_amendment(self, change: Mapping[str, Any], source: str) -> "Catalogue":
        """Give the same with an amendment on top, from its `valid_from` on. Raises ProgrammeProblem naming the field."""
        check(change, source)
        latest = [one for one in self.current.values() if one.programme.id == change["amends"]]
        if not latest:
            raise ProgrammeProblem([(source, "amends", say("没有这个办法：{name}", name=change["amends"]))])
        programme, begins = latest[0].programme, change["valid_from"]
        if begins <= programme.valid_from or (programme.valid_until and begins >= programme.valid_until):
            text = say("要晚于现行版本的生效日期 {day}，并且在它有效期内", day=programme.valid_from)
            raise ProgrammeProblem([(source, "valid_from", text)])
        try:
            changed = amended(latest, change)
        except (KeyError, StopIteration) as error:
            text = say("没有这个待遇、档次或设置：{name}", name=str(error) or "tier")
            raise ProgrammeProblem([(source, "amounts", text)]) from error
        return Catalogue({**self.versions, **{one.id: (*self.versions[one.id], one) for one in changed}})


def _reading(benefit: Benefit, setting: str, value: Any) -> Benefit:
    old = benefit.programme
    settings = {**old.settings, setting: replace(old.settings[setting], value=value)}
    return replace(benefit, programme=replace(old, settings=settings))


def load(folder: Path) -> Catalogue:
    """Read a whole folder: programmes first, then amendments by their day. Raises ProgrammeProblem naming file and field."""
    read = {
        str(file.relative_to(folder)): read_text(file.read_text("utf-8"), str(file.relative_to(folder)))
        for file in sorted(folder.glob("*/*.yaml"), reverse=True)
    }
    versions: dict[str, tuple[Benefit, ...]] = {}
    for name, data in read.items():
        for one in benefits_from(data, name.removesuffix(".yaml").partition("@")[0]) if "amends" not in data else ():
            versions[one.id] = (*versions.get(one.id, ()), one)
            _refuse_overlap(versions[one.id], name)
    found = Catalogue(_in_order(versions))
    _refuse_lonely(found)
    amendments = [(name, data) for name, data in read.items() if "amends" in data]
    for name, data in sorted(amendments, key=lambda one: (one[1]["valid_from"], one[0])):
        found = found.with_amendment(data, name)
    return found


def _in_order(versions: dict[str, tuple[Benefit, ...]]) -> dict[str, tuple[Benefit, ...]]:
    """The programmes of a region first, newest document first; those of the whole country last."""
    ordered = {name: tuple(sorted(rows, key=lambda one: one.programme.valid_from)) for name, rows in versions.items()}
    return dict(sorted(ordered.items(), key=lambda one: one[1][0].programme.region is None))


def _refuse_overlap(versions: tuple[Benefit, ...], file: str) -> None:
    rows = sorted((one.programme for one in versions), key=lambda one: one.valid_from)
    for one, following in pairwise(rows):
        if one.valid_until is None or one.valid_until > following.valid_from:
            text = say("{name} 的两个版本同时有效，请给前一个写上失效日期", name=versions[0].id)
            raise ProgrammeProblem([(file, "valid_from", text)])


def _refuse_lonely(found: Catalogue) -> None:
    """An exclusive alternative names its partner, and the partner names it."""
    for one in found.current.values():
        partner = found.current.get(one.alternative.benefit) if one.alternative else None
        if one.alternative and (
            partner is None or partner.alternative is None or partner.alternative.benefit != one.id
        ):
            text = say("二选一的另一项没有指回来：{name}", name=one.alternative.benefit)
            raise ProgrammeProblem([(f"{one.programme.id}.yaml", f"{one.id}.alternative", text)])


@cache
def _loaded(folder: Path) -> Catalogue:
    return load(folder)


def catalogue() -> Catalogue:
    """Give the programmes of the data folder, read once a process."""
    return _loaded(DATA)


def benefits() -> Mapping[str, Benefit]:
    """Give the newest version of every benefit by its id, 160号 first."""
    return _current(catalogue())


@cache
def _current(found: Catalogue) -> Mapping[str, Benefit]:
    return found.current


def benefit(benefit_id: str) -> Benefit:
    """Give one benefit. Raises KeyError when there is none of that id."""
    return benefits()[benefit_id]
