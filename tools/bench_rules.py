"""`make bench`: how many verdicts with their reasons one process gives a second, over elders described at random."""

import random
import sys
import time
from datetime import date, timedelta
from typing import Any

from eldercare.kernel.days import Month
from subsidies.rules.eligibility import preview
from subsidies.rules.facts import CIRCUMSTANCES, elder_from
from subsidies.rules.programme import benefits

ELDERS, SEED, MONTH = 2000, 160, Month(2026, 6)
DISTRICTS = ("110105", "110108", "110106", "120114", "130102")


def main() -> int:
    chance = random.Random(SEED)
    elders = [elder_from(described(chance)) for _ in range(ELDERS)]
    applied = [chance.choice([None, None, date(2026, 6, 10)]) for _ in elders]
    preview(elders[0], on=MONTH)  # the programme files are read once a process
    began, worked, verdicts, reasons = time.perf_counter(), time.process_time(), 0, 0
    for elder, day in zip(elders, applied, strict=True):
        for answer in preview(elder, on=MONTH, applied_on=day):
            verdicts, reasons = verdicts + 1, reasons + len(answer.conditions)
    took, worked = time.perf_counter() - began, time.process_time() - worked
    print(
        f"subsidy rules: {verdicts / took:,.0f} verdicts a second in one process, each with {reasons / verdicts:.1f} reasons"
        f" ({ELDERS} elders × {len(benefits())} benefits; {verdicts / worked:,.0f} a second of processor time)"
    )
    return 0


def described(chance: random.Random) -> dict[str, Any]:
    """Describe an elder: every fact sometimes unknown, sometimes changing inside the month."""
    born = date(1925, 1, 1) + timedelta(days=chance.randrange(42 * 365))
    moved = date(2026, 1, 1) + timedelta(days=chance.randrange(365))
    first, second = chance.sample(DISTRICTS, 2)
    hukou = [{"region": first, "from": born, "until": moved}, {"region": second, "from": moved, "until": None}]
    return {
        "birth_date": born,
        "hukou": hukou if chance.random() < 0.2 else [{**hukou[0], "until": None}],
        "died_on": moved if chance.random() < 0.05 else None,
        "prison": [],
        "assessments": chance.choice([None, [], [_assessment(chance)], [_assessment(chance)]]),
        "certificates": chance.choice([None, [], [_certificate(chance)]]),
        "circumstances": {name: chance.choice([False] * 12 + [True, None]) for name in CIRCUMSTANCES},
        "welfare_allowances": [],
        "residence_region": chance.choice([None, "120114", "110105"]),
    }


def _assessment(chance: random.Random) -> dict[str, Any]:
    concluded = date(2025, 7, 1) + timedelta(days=chance.randrange(365))
    return {
        "standard": "GB/T 42195-2022",
        "level": chance.randrange(5),
        "concluded_on": concluded,
        "valid_until": concluded + timedelta(days=364),
    }


def _certificate(chance: random.Random) -> dict[str, Any]:
    return {
        "category": chance.randint(1, 7),
        "level": chance.randint(1, 4),
        "components": None,
        "from": date(2020, 1, 1),
    }


if __name__ == "__main__":
    sys.exit(main())
