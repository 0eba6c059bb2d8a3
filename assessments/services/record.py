"""The first assessor writes down the 26 answers and the three conditions: as a draft, then for good."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from assessments.access import works_at
from assessments.choices import State
from assessments.models import Assessment
from assessments.rules.instrument import instrument
from assessments.rules.scoring import ScoreProblem, answer_problems, condition_problems
from assessments.services.opening import not_yours, open_assessment, require_next, wrong_answers
from eldercare.audit.services import record as remember
from eldercare.kernel import clock
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer


@transaction.atomic
def save_draft(
    viewer: Viewer, *, assessment_id: UUID | str, answers: Mapping[str, Any], conditions: Mapping[str, Any]
) -> Assessment:
    """Keep what is filled in so far, over what was there; nothing kept is lost. Raises Refusal `wrong_answers` and `record`'s."""
    assessment = _for_the_first(viewer, assessment_id)
    _refuse_wrong(assessment, answers, conditions, partial=True)
    assessment.answers = {**(assessment.answers or {}), **answers}
    assessment.conditions = {**(assessment.conditions or {}), **conditions}
    assessment.save(update_fields=["answers", "conditions"])
    return assessment


@transaction.atomic
def record(
    viewer: Viewer, *, assessment_id: UUID | str, answers: Mapping[str, Any], conditions: Mapping[str, Any]
) -> Assessment:
    """Hand the complete record to the second assessor.

    Raises Refusal `not_found`, `not_yours_to_do`, `assessment_has_moved_on`, `wrong_answers` (naming each).
    """
    assessment = _for_the_first(viewer, assessment_id)
    _refuse_wrong(assessment, answers, conditions, partial=False)
    assessment.answers, assessment.conditions = dict(answers), dict(conditions)
    assessment.recorded_at, assessment.state = clock.now(), State.RECORDED
    assessment.save(update_fields=["answers", "conditions", "recorded_at", "state"])
    remember(viewer, "assessment.recorded", str(assessment), place=f"agency:{assessment.agency_id}")
    return assessment


def _for_the_first(viewer: Viewer, assessment_id: UUID | str) -> Assessment:
    assessment = open_assessment(viewer, assessment_id)
    if viewer.user_id != assessment.first_assessor_id or not works_at(viewer, assessment.agency_id):
        raise not_yours(say("只有派定的第一位评估员可以填写。"))
    require_next(assessment, State.RECORDED)
    return assessment


def _refuse_wrong(
    assessment: Assessment, answers: Mapping[str, Any], conditions: Mapping[str, Any], *, partial: bool
) -> None:
    scale = instrument(assessment.instrument)
    problems = {
        **answer_problems(scale, answers, partial=partial),
        **condition_problems(scale, conditions, partial=partial),
    }
    if problems:
        raise wrong_answers(ScoreProblem(problems))
