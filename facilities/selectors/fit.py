"""Does an elder fit a home? Gathers the facts of one or many elders, in a constant number of queries, and asks the rule."""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from assessments.rules.claim import claim_of
from assessments.selectors import AssessmentFact, valid_assessments
from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.verdict import Outcome, Verdict
from eldercare.people.models import Elder
from eldercare.people.selectors import hukou_codes
from eldercare.recognition.rules.claims import AgreementFact, Recognition
from eldercare.recognition.rules.engine import recognise
from eldercare.recognition.selectors import agreements_between
from eldercare.regions.rules.codes import province_of
from facilities.models import Facility
from facilities.rules.fit import HomeFacts, Need, fit
from facilities.rules.settings import setting


def fit_of(home: Facility, elder_id: UUID, care_grade: str, *, on: date) -> Verdict:
    """Judge a home and an elder by what is known on a day."""
    return fits(home, {elder_id: care_grade}, on=on)[elder_id]


def fits(home: Facility, grades: Mapping[UUID, str], *, on: date) -> dict[UUID, Verdict]:
    """Judge a home and many elders; `grades` gives the care grade asked for, by elder."""
    admission, by_level = setting("admission", on), setting("care_grades", on)["levels"]
    facts = HomeFacts(
        home.kind,
        home.accepts_levels,
        home.accepts_hukou,
        home.takes_dementia,
        home.licence_valid_until,
        home.operating,
    )
    needs = _needs(home, grades, on)
    return {elder_id: fit(facts, need, on=on, admission=admission, grades=by_level) for elder_id, need in needs.items()}


def _needs(home: Facility, grades: Mapping[UUID, str], on: date) -> dict[UUID, Need]:
    # Nothing else of the person is opened: a name and a number would cost more than the judgement.
    elders = Elder.objects.filter(pk__in=list(grades)).select_related("person").only("died_on", "person__birth_date")
    hukou = hukou_codes(grades, on)
    assessed = valid_assessments(grades, on)
    recognised = _recognised(assessed.values(), home, on)
    return {
        elder.pk: Need(
            birth_date=date.fromisoformat(elder.person.birth_date) if elder.person.birth_date else None,
            hukou_code=hukou.get(elder.pk),
            level=_level(recognised.get(elder.pk)),
            care_grade=grades[elder.pk],
            died_on=elder.died_on,
            unrecognised=_why_not(recognised.get(elder.pk)),
        )
        for elder in elders
    }


def _recognised(results: Iterable[AssessmentFact], home: Facility, on: date) -> dict[UUID, Recognition]:
    """Ask of each result whether it counts in the home's province: one query for each province the results are from."""
    here = province_of(home.region_id)
    known: dict[str, tuple[AgreementFact, ...]] = {}
    answers = {}
    for fact in results:
        if fact.issued_in not in known:
            known[fact.issued_in] = agreements_between("assessment", fact.issued_in, here)
        claim = claim_of(
            standard=fact.standard,
            level=fact.level,
            concluded_on=fact.concluded_on,
            valid_until=fact.valid_until,
            issued_in=fact.issued_in,
            used_in=here,
        )
        answers[fact.elder_id] = recognise(claim, known[fact.issued_in], on=on)
    return answers


def _level(answer: Recognition | None) -> int | None:
    return answer.counts_as.level if answer and answer.counts_as else None


def _why_not(answer: Recognition | None) -> Sentence | None:
    """Say why a result does not count here: the first condition that is not met, and what to do."""
    if answer is None or answer.is_yes:
        return None
    first = next(reason for reason in answer.verdict.reasons if reason.outcome is not Outcome.PASS)
    return say("{why}{next}", why=first.text, next=answer.next_step or say("请重新评估一次，可以在本站申请能力评估。"))
