"""The programmes as published: benefits, tiers, exclusions and settings, read from data/programmes. Judges nobody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from eldercare.kernel.sentences import Sentence
from eldercare.kernel.verdict import Cite

DATA = Path(__file__).parent.parent / "data" / "programmes"
SAME_MONTH = "same_month"
NEXT_MONTH = "next_month"


@dataclass(frozen=True)
class Setting:
    """A reading the text leaves open: its value, why it stands so, and how sure we are."""

    value: Any
    note: Sentence
    confidence: str


@dataclass(frozen=True)
class Procedure:
    """How long each step takes. By days of the month (`calendar`) or by working days; `posted_days` None: no 公示.

    `recheck_days` None: the document sets no deadline for a re-check. `appeal_days` fills a form in, an officer may change it.
    """

    by_working_days: bool
    street_days: int
    district_days: int
    posted_days: int | None
    remind_before: int
    recheck_days: int | None
    appeal_days: int | None
    appeal_note: Sentence | None
    late_remedy: Sentence | None


@dataclass(frozen=True)
class Programme:
    """One document: what all its benefits share. `valid_until` is the first day it is no longer in force."""

    document: str
    title: str
    url: str
    region: str
    valid_from: date
    valid_until: date | None
    age_from: int
    articles: Mapping[str, str]
    calendar: Mapping[str, Any]
    back_pay_months: int | None
    accounts: tuple[str, ...]
    remedy: Sentence | None
    procedure: Procedure
    routing: Mapping[str, Any]
    settings: Mapping[str, Setting]

    def cite(self, article: str) -> Cite:
        return Cite(self.document, article, self.url)

    def setting(self, name: str) -> Any:
        return self.settings[name].value

    def note(self, name: str) -> Sentence:
        return self.settings[name].note


@dataclass(frozen=True)
class CertificateTest:
    """Which categories and levels of a disability certificate count. `multiple`: only inside a class-7 certificate."""

    categories: frozenset[int]
    levels: frozenset[int]
    multiple: bool


@dataclass(frozen=True)
class Way:
    """One way into a tier: everything it names must hold together."""

    circumstance: str | None = None
    assessed_severe: bool = False
    certificate: CertificateTest | None = None
    age_from: int | None = None
    income_below: str | None = None


@dataclass(frozen=True)
class Tier:
    """One amount of a benefit and the ways into it. `monthly_fen` None: the amount hangs on a setting that is not known."""

    id: str
    name: Sentence
    monthly_fen: int | None
    cite: Cite
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Exclusion:
    """What can't be drawn beside a benefit."""

    circumstance: str
    cite: Cite


@dataclass(frozen=True)
class Alternative:
    """The benefit that can only be drawn instead. `drawn_by` is the circumstance that says one of the two is drawn now:
    the other one, or with `drawn_is_this` this one."""

    benefit: str
    drawn_by: str
    drawn_is_this: bool
    cite: Cite


@dataclass(frozen=True)
class Benefit:
    """One benefit: `id` is what the API calls a programme. Tiers stand in order of precedence; the first that holds counts."""

    id: str
    programme: Programme
    name: Sentence
    gloss: Sentence
    cite: Cite
    kind: str
    tiers: tuple[Tier, ...]
    exclusions: tuple[Exclusion, ...]
    alternative: Alternative | None
    welfare: Cite | None
    insurance: Cite | None
    if_not: Sentence
    birthday_tiers: bool
    spendable_at_home: bool
    spendable_note: Sentence

    @property
    def eligible_lines(self) -> frozenset[str]:
        """Give the lines of a home's bill this benefit may pay."""
        return frozenset(self.programme.setting("eligible_lines")) if self.spendable_at_home else frozenset()

    @property
    def upgrade_rule(self) -> str:
        """Tell when a higher tier counts; where tiers are ages, a birthday's rule."""
        return str(self.programme.setting("birthday_counts" if self.birthday_tiers else "upgrade_counts"))

    def tier(self, tier_id: str) -> Tier:
        return next(tier for tier in self.tiers if tier.id == tier_id)


@cache
def benefits() -> Mapping[str, Benefit]:
    """Give every benefit by its id, 160号 first."""
    files = sorted(DATA.glob("*/*.yaml"), reverse=True)
    return {benefit.id: benefit for file in files for benefit in _benefits(yaml.safe_load(file.read_text("utf-8")))}


def benefit(benefit_id: str) -> Benefit:
    """Give one benefit. Raises KeyError when there is none of that id."""
    return benefits()[benefit_id]


def _benefits(data: dict[str, Any]) -> list[Benefit]:
    programme = _programme(data)
    return [_benefit(row, programme) for row in data["benefits"]]


def _programme(data: dict[str, Any]) -> Programme:
    articles = {name: data[name]["article"] for name in ("age", "hukou", "changes")}
    for name in ("calendar", "procedure", "back_pay", "accounts", "remedy", "routing"):
        articles[name] = (data[name] or {}).get("article", "")
    articles["payer"] = data["hukou"]["payer_article"]
    return Programme(
        document=data["document"],
        title=data["title"],
        url=data["url"],
        region=data["region"],
        valid_from=data["valid_from"],
        valid_until=data["valid_until"],
        age_from=data["age"]["from"],
        articles=articles,
        calendar=data["calendar"] or {},
        back_pay_months=(data["back_pay"] or {}).get("within_months"),
        accounts=tuple((data["accounts"] or {}).get("kinds", ())),
        remedy=Sentence(data["remedy"]["text"]) if data["remedy"] else None,
        procedure=_procedure(data["procedure"], data["remedy"] or {}),
        routing=data["routing"] or {},
        settings={
            name: Setting(row["value"], Sentence(row["note"]), row["confidence"])
            for name, row in data["settings"].items()
        },
    )


def _procedure(row: dict[str, Any], remedy: dict[str, Any]) -> Procedure:
    days, late = remedy.get("days"), remedy.get("late")
    return Procedure(
        by_working_days=row["counted"] == "working_days",
        street_days=sum(row.get("street_days", ())),
        district_days=sum(row.get("district_days", ())),
        posted_days=(row["publicity"] or {}).get("days"),
        remind_before=row["remind_days_before"]["value"],
        recheck_days=row["recheck"]["working_days"],
        appeal_days=days and days["value"],
        appeal_note=Sentence(days["note"]) if days else None,
        late_remedy=Sentence(late) if late else None,
    )


def _benefit(row: dict[str, Any], programme: Programme) -> Benefit:
    return Benefit(
        id=row["id"],
        programme=programme,
        name=Sentence(row["name"]),
        gloss=Sentence(row["gloss"]),
        cite=programme.cite(row["article"]),
        kind=row["class"],
        tiers=tuple(
            Tier(
                id=tier["id"],
                name=Sentence(tier["name"]),
                monthly_fen=tier["monthly_fen"],
                cite=programme.cite(tier["article"]),
                ways=tuple(_way(way) for way in tier["when"]),
            )
            for tier in row["tiers"]
        ),
        exclusions=tuple(Exclusion(one["circumstance"], programme.cite(one["article"])) for one in row["exclusions"]),
        alternative=_alternative(row["alternative"], programme) if "alternative" in row else None,
        welfare=programme.cite(row["welfare_article"]) if "welfare_article" in row else None,
        insurance=programme.cite(row["insurance_article"]) if "insurance_article" in row else None,
        if_not=Sentence(row["would_change"]),
        birthday_tiers=row["birthday_tiers"],
        spendable_at_home=row["spendable_at_home"],
        spendable_note=Sentence(row["spendable_note"]),
    )


def _alternative(row: dict[str, Any], programme: Programme) -> Alternative:
    return Alternative(row["benefit"], row["drawn_by"], row["drawn_is"] == "this", programme.cite(row["article"]))


def _way(row: dict[str, Any]) -> Way:
    test = row.get("certificate")
    return Way(
        circumstance=row.get("circumstance"),
        assessed_severe=row.get("assessment") == "severe",
        certificate=(
            CertificateTest(frozenset(test["categories"]), frozenset(test["levels"]), test.get("multiple", False))
            if test
            else None
        ),
        age_from=row.get("age_from"),
        income_below=row.get("income_below"),
    )
