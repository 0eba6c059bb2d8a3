"""What do we know of an elder that the benefit rules ask, and what do they answer? Reads only."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from eldercare.kernel.days import Month
from subsidies.rules.eligibility import BenefitAnswer, preview
from subsidies.rules.facts import ElderInput
from subsidies.rules.programme import Benefit, Setting, benefits
from subsidies.selectors.facts import inputs_of
from subsidies.selectors.law import law


def elder_input(elder_id: UUID, on: date, region: str) -> ElderInput:
    """Gather what is known of one elder on a day, for the programmes of a region (its six-digit code)."""
    return inputs_of([elder_id], on, region)[elder_id]


def answers_for(
    elder_id: UUID, *, on: Month | date, programmes: Iterable[str], applied_on: date | None = None
) -> tuple[ElderInput, list[BenefitAnswer]]:
    """Give what is known of an elder and what each of the benefits answers for the month that holds `on`."""
    wanted = list(programmes)
    region = benefits()[wanted[0]].programme.region
    known_on = on.last_day if isinstance(on, Month) else on
    elder = elder_input(elder_id, known_on, region)
    return elder, preview(elder, on=on, applied_on=applied_on, programmes=wanted, under=law())


def applicable() -> list[Benefit]:
    """Give the benefits one can apply for here: those whose programme says where it pays to."""
    return [benefit for benefit in benefits().values() if benefit.programme.accounts]


def open_readings(benefit: Benefit) -> list[Setting]:
    """Give the places the text leaves open, as they are read here."""
    return list(benefit.programme.settings.values())
