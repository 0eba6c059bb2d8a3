"""What a programme file says, as values: documents, settings, benefits, tiers and amounts. Reads no file and judges nobody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from eldercare.kernel.days import Month
from eldercare.kernel.sentences import Sentence
from eldercare.kernel.verdict import Cite
from eldercare.regions.rules.codes import province_of

SAME_MONTH = "same_month"
NEXT_MONTH = "next_month"


@dataclass(frozen=True)
class Setting:
    """A reading the text leaves open: its value, why it stands so, and how sure we are. None: nobody knows it yet.

    `places` gives a place (its six-digit province code) a value of its own; `label` names the setting where it is missing.
    `options` are the values it may have.
    """

    value: Any
    note: Sentence
    confidence: str
    places: Mapping[str, Any] = field(default_factory=dict)
    label: Sentence | None = None
    options: tuple[Any, ...] = ()

    def at(self, region: str | None) -> Any:
        """Give the value that holds in a place."""
        return self.places.get(province_of(region), self.value) if region else self.value


@dataclass(frozen=True)
class Note:
    """What stands beside every answer of a benefit without deciding it."""

    id: str
    text: Sentence
    cite: Cite


@dataclass(frozen=True)
class Paper:
    """Something to bring; `because` says when it is needed."""

    name: Sentence
    because: Sentence
    cite: Cite

    def to_json(self, translate: Any) -> dict[str, Any]:
        texts = {"name": self.name.in_language(translate), "because": self.because.in_language(translate)}
        return {**texts, "cite": self.cite.to_json()}


@dataclass(frozen=True)
class Procedure:
    """How long each step takes. By days of the month (`calendar`) or by working days; `posted_days` None: no 公示.

    `recheck_days` None: the document sets no deadline for a re-check. `appeal_days` fills a form in, an officer may change it.
    """

    by_working_days: bool = False
    street_days: int = 0
    district_days: int = 0
    posted_days: int | None = None
    remind_before: int = 0
    recheck_days: int | None = None
    appeal_days: int | None = None
    appeal_note: Sentence | None = None
    late_remedy: Sentence | None = None
    remedy_after_recheck: Sentence | None = None


@dataclass(frozen=True, eq=False)
class Programme:
    """One document: what all its benefits share. `valid_until` is the first day it is no longer in force.

    `recorded_on` is the day we learnt it. `region` None: the whole country; `place` is its name as people say it. A programme looks at the 户籍 (`articles`
    has `hukou`) or at the place where the elder lives (`residence`).
    """

    id: str
    document: str
    title: str
    url: str
    source: str
    confidence: str
    region: str | None
    place: Sentence
    valid_from: date
    valid_until: date | None
    recorded_on: date
    age_from: int
    articles: Mapping[str, str]
    calendar: Mapping[str, Any]
    back_pay_months: int | None
    accounts: tuple[str, ...]
    remedy: Sentence | None
    procedure: Procedure
    routing: Mapping[str, Any]
    settings: Mapping[str, Setting]
    documents: tuple[Paper, ...] | None

    def cite(self, article: str) -> Cite:
        return Cite(self.document, article, self.url)

    def setting(self, name: str, region: str | None = None) -> Any:
        return self.settings[name].at(region)

    def note(self, name: str) -> Sentence:
        return self.settings[name].note

    @property
    def follows_hukou(self) -> bool:
        return "hukou" in self.articles

    @property
    def asks_prison(self) -> bool:
        """Tell whether a prison term stops it: where a setting says when it starts again."""
        return "restart_after_prison" in self.settings

    def in_force_in(self, month: Month) -> bool:
        """Tell whether it is in force on a day of the month."""
        return self.valid_from <= month.last_day and (self.valid_until is None or month.first_day < self.valid_until)


@dataclass(frozen=True)
class CertificateTest:
    """Which categories and levels of a disability certificate count. `multiple`: only inside a class-7 certificate."""

    categories: frozenset[int]
    levels: frozenset[int]
    multiple: bool


@dataclass(frozen=True)
class Way:
    """One way into a tier: everything it names must hold together.

    `assessed` and `income_below` name the setting that says which levels count, or which income is too much;
    `ages` gives an age for each sex.
    """

    circumstance: str | None = None
    none_of: tuple[str, ...] = ()
    assessed: str | None = None
    certificate: CertificateTest | None = None
    age_from: int | None = None
    ages: Mapping[str, int] | None = None
    income_below: str | None = None

    @property
    def assessed_severe(self) -> bool:
        """Tell whether an assessed level leads in."""
        return self.assessed is not None


@dataclass(frozen=True)
class Formula:
    """An amount that hangs on a setting and on the elder: `kind` is `standard`, `difference` or `share`.

    standard: the setting itself, or what a reading (a second setting) makes of it; difference: what the elder's own income
    lacks of it; share: that many per cent of a bill, at most `cap_fen`.
    """

    kind: str
    setting: str
    reading: str | None = None
    cap_fen: int | None = None


@dataclass(frozen=True)
class Tier:
    """One amount of a benefit and the ways into it. `monthly_fen` None: `formula` gives the amount."""

    id: str
    name: Sentence
    monthly_fen: int | None
    formula: Formula | None
    cite: Cite
    ways: tuple[Way, ...]


@dataclass(frozen=True, eq=False)
class Exclusion:
    """What can't be drawn beside a benefit. With a `setting`, only where its value is true; None leaves it open."""

    circumstance: str
    cite: Cite
    setting: str | None = None


@dataclass(frozen=True)
class Alternative:
    """The benefit that can only be drawn instead. `drawn_by` is the circumstance that says one of the two is drawn now:
    the other one, or with `drawn_is_this` this one."""

    benefit: str
    drawn_by: str
    drawn_is_this: bool
    cite: Cite


@dataclass(frozen=True)
class Overlap:
    """Another benefit of which no text says whether both may be drawn; the `setting` is where the answer will stand."""

    benefit: str
    setting: str
    cite: Cite


@dataclass(frozen=True, eq=False)
class Benefit:
    """One benefit in one version: `id` is what the API calls a programme. Tiers stand in order of precedence; the first
    that holds counts."""

    id: str
    programme: Programme
    name: Sentence
    gloss: Sentence
    cite: Cite
    kind: str
    age_from: int
    tiers: tuple[Tier, ...]
    exclusions: tuple[Exclusion, ...]
    alternative: Alternative | None
    overlaps: tuple[Overlap, ...]
    notes: tuple[Note, ...]
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

    @cached_property
    def ages(self) -> frozenset[int]:
        """Give every age that one of its conditions asks about."""
        ways = [way for tier in self.tiers for way in tier.ways]
        by_sex = (age for way in ways if way.ages for age in way.ages.values())
        return frozenset({self.age_from, *(way.age_from for way in ways if way.age_from), *by_sex})

    @property
    def upgrade_rule(self) -> str:
        """Tell when a higher tier counts; where tiers are ages, a birthday's rule."""
        return str(self.programme.setting("birthday_counts" if self.birthday_tiers else "upgrade_counts"))

    def tier(self, tier_id: str) -> Tier:
        return next(tier for tier in self.tiers if tier.id == tier_id)
