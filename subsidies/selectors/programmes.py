"""What do we know of an elder that the benefit rules ask, and what do they answer? Reads only."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from uuid import UUID

from assessments.rules.claim import claim_of
from assessments.selectors import AssessmentFact, results_of
from eldercare.kernel.days import DayRange, Month
from eldercare.kernel.verdict import Answer
from eldercare.people.selectors import ElderFacts, elder_facts
from eldercare.recognition.selectors import check
from subsidies.rules.eligibility import BenefitAnswer, preview
from subsidies.rules.facts import EARLIEST, AssessedLevel, ElderInput, HukouSpell, elder_from
from subsidies.rules.programme import Benefit, Setting, benefits

RECOGNISED = {Answer.YES: True, Answer.NO: False}


def elder_input(elder_id: UUID, on: date, region: str) -> ElderInput:
    """Gather what is known of one elder on a day, for the programmes of a region (its six-digit code).

    An assessment made elsewhere is put to the recognition engine; its answer travels with the result.
    """
    facts = elder_facts(elder_id, on)
    stated = elder_from(_stated(facts))
    assessments = tuple(_assessed(result, on, region) for result in reversed(results_of(elder_id)))
    hukou = tuple(HukouSpell(code, DayRange(start or EARLIEST, until)) for code, start, until in facts.hukou)
    return replace(stated, hukou=hukou, assessments=assessments)


def answers_for(
    elder_id: UUID, *, on: Month | date, programmes: Iterable[str], applied_on: date | None = None
) -> tuple[ElderInput, list[BenefitAnswer]]:
    """Give what is known of an elder and what each of the benefits answers for the month that holds `on`."""
    wanted = list(programmes)
    region = benefits()[wanted[0]].programme.region
    known_on = on.last_day if isinstance(on, Month) else on
    elder = elder_input(elder_id, known_on, region)
    return elder, preview(elder, on=on, applied_on=applied_on, programmes=wanted)


def applicable() -> list[Benefit]:
    """Give the benefits one can apply for here: those whose programme says where it pays to."""
    return [benefit for benefit in benefits().values() if benefit.programme.accounts]


def open_readings(benefit: Benefit) -> list[Setting]:
    """Give the places the text leaves open, as they are read here."""
    return list(benefit.programme.settings.values())


def _assessed(result: AssessmentFact, on: date, region: str) -> AssessedLevel:
    if result.issued_in == region:
        return AssessedLevel(result.standard, result.level, result.concluded_on, result.valid_until)
    claim = claim_of(
        standard=result.standard,
        level=result.level,
        concluded_on=result.concluded_on,
        valid_until=result.valid_until,
        issued_in=result.issued_in,
        used_in=region,
    )
    found = check(claim, max(on, result.concluded_on))
    return AssessedLevel(
        result.standard,
        result.level,
        result.concluded_on,
        result.valid_until,
        RECOGNISED.get(found.verdict.answer),
        found.verdict.reasons,
    )


def _stated(facts: ElderFacts) -> dict[str, object]:
    """Write the facts of the people floor as api.md's `elder`."""
    return {
        "birth_date": facts.birth_date,
        "sex": facts.sex,
        "own_monthly_income_fen": facts.own_monthly_income_fen,
        "died_on": facts.died_on,
        "declared_missing_on": facts.declared_missing_on,
        "prison": facts.prison,
        "certificates": facts.certificates,
        "circumstances": facts.circumstances,
        "welfare_allowances": facts.welfare_allowances,
        "residence_region": facts.residence_region,
    }
