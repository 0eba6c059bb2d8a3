"""What do we know of many elders that the benefit rules ask, now or as it was known at a moment? Reads only."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from assessments.rules.claim import claim_of
from assessments.selectors import AssessmentFact, results_of_many
from eldercare.kernel.days import DayRange
from eldercare.kernel.verdict import Answer
from eldercare.people.selectors import ElderFacts, facts_of
from eldercare.recognition.rules.claims import AgreementFact
from eldercare.recognition.rules.engine import recognise
from eldercare.recognition.selectors import agreements_between
from subsidies.rules.facts import EARLIEST, AssessedLevel, ElderInput, HukouSpell, elder_from

Agreements = tuple[AgreementFact, ...]

RECOGNISED = {Answer.YES: True, Answer.NO: False}


def inputs_of(
    elder_ids: Iterable[UUID], on: date, region: str, *, known_at: datetime | None = None
) -> dict[UUID, ElderInput]:
    """Gather what is known of many elders on a day, for the programmes of a region (its six-digit code).

    An assessment made elsewhere is put to the recognition engine; its answer travels with the result.
    """
    known = facts_of(elder_ids, on, known_at=known_at)
    results: dict[UUID, list[AssessmentFact]] = defaultdict(list)
    for result in results_of_many(known, known_at=known_at):
        results[result.elder_id].append(result)
    abroad = {one.issued_in for found in results.values() for one in found if one.issued_in != region}
    agreed = {province: agreements_between("assessment", province, region) for province in abroad}
    return {elder_id: _input(facts, results[elder_id], on, region, agreed) for elder_id, facts in known.items()}


def _input(
    facts: ElderFacts, results: list[AssessmentFact], on: date, region: str, agreed: Mapping[str, Agreements]
) -> ElderInput:
    stated = elder_from(_stated(facts))
    hukou = tuple(HukouSpell(code, DayRange(start or EARLIEST, until)) for code, start, until in facts.hukou)
    assessments = tuple(_assessed(result, on, region, agreed.get(result.issued_in, ())) for result in results)
    return replace(stated, hukou=hukou, assessments=assessments)


def _assessed(result: AssessmentFact, on: date, region: str, agreed: Agreements) -> AssessedLevel:
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
    found = recognise(claim, agreed, on=max(on, result.concluded_on))
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
