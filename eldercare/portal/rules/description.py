"""An elder as a family describes one before anybody is registered: a few plain facts, enough to preview a net price.

It names nobody and is never stored in a table; the session keeps it sealed. What was not said stays unknown.
"""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

STANDARD = "GB/T 42195-2022"
MULTIPLE = 7
HARDSHIPS = ("dibao", "urban_hardship_allowance", "low_income", "special_family_planning")
EXCLUSIONS = (
    "destitute_support",
    "work_injury_nursing",
    "good_samaritan_nursing",
    "returned_youth_nursing",
    "hardship_institution_allowance",
    "disability_nursing_allowance",
    "disability_living_allowance",
    "long_term_care_insurance",
)
TOLD_LEVEL_COUNTS_FOR = timedelta(days=364)


@dataclass(frozen=True)
class Description:
    """What the family said: full years of age, six-digit 户籍 district, assessed level 0–4 (None: not assessed).

    `certificate` is the disability certificate's (category, level), `hardship` one of HARDSHIPS or "none",
    `draws` those of EXCLUSIONS that hold. None always means that the family does not know. The rest is asked of whoever
    wants it more exact: the day of birth, the classes of a 多重 certificate, where the elder lives (province), their own
    monthly income, and an allowance of another kind (living or nursing, fen a month).
    """

    age: int
    hukou: str
    level: int | None = None
    certificate: tuple[int, int] | None = None
    hardship: str | None = None
    draws: tuple[str, ...] | None = None
    birth_date: str | None = None
    components: tuple[tuple[int, int], ...] = ()
    residence: str | None = None
    income_fen: int | None = None
    welfare: tuple[str, int | None] | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def description_from(stored: dict[str, Any]) -> Description:
    """Read back what `to_json` gave, also after a journey through JSON."""
    lists = {name: tuple(stored[name]) for name in ("certificate", "draws", "welfare") if stored.get(name) is not None}
    parts = tuple((category, level) for category, level in stored.get("components", ()))
    return Description(**{**stored, **lists, "components": parts})


def birth_date_of(age: int, on: date) -> date:
    """Give a birth date that makes the described age true on the day; the first of the month, since no day was asked.

    >>> birth_date_of(82, date(2026, 6, 15))
    datetime.date(1944, 6, 1)
    """
    return date(on.year - age, on.month, 1)


def elder_from(description: Description, on: date) -> dict[str, Any]:
    """Give the description as the `elder` of POST /api/v1/subsidies/preview.

    Prison is not asked for in a first look and is supposed absent, as are allowances of other kinds that were not named; the
    page says so beside the answer.
    """
    birth = date.fromisoformat(description.birth_date) if description.birth_date else birth_date_of(description.age, on)
    return {
        "birth_date": birth.isoformat(),
        "hukou": [{"region": description.hukou, "from": birth.isoformat(), "until": None}],
        "assessments": [_assessment(description.level, on)] if description.level is not None else [],
        "certificates": [_certificate(description, *description.certificate, birth)] if description.certificate else [],
        "circumstances": _circumstances(description),
        "prison": [],
        "welfare_allowances": [_welfare(*description.welfare)] if description.welfare else [],
        "own_monthly_income_fen": description.income_fen,
        "residence_region": description.residence,
    }


def _welfare(kind: str, monthly_fen: int | None) -> dict[str, Any]:
    return {"class": kind, "monthly_fen": monthly_fen, "name": ""}


def _assessment(level: int, on: date) -> dict[str, Any]:
    """A level the family was told counts as concluded today; the later case uses the real paper."""
    return {
        "standard": STANDARD,
        "level": level,
        "concluded_on": on.isoformat(),
        "valid_until": (on + TOLD_LEVEL_COUNTS_FOR).isoformat(),
    }


def _certificate(description: Description, category: int, level: int, since: date) -> dict[str, Any]:
    """Of a category-7 certificate the components the family did not name are unknown."""
    parts = [{"category": part, "level": its} for part, its in description.components] if category == MULTIPLE else []
    return {"category": category, "level": level, "components": parts or None, "from": since.isoformat(), "until": None}


def _circumstances(description: Description) -> dict[str, bool | None]:
    def told(names: tuple[str, ...], said: tuple[str, ...] | None) -> dict[str, bool | None]:
        return {name: None if said is None else name in said for name in names}

    hardship = None if description.hardship is None else (description.hardship,)
    return told(HARDSHIPS, hardship) | told(EXCLUSIONS, description.draws)
