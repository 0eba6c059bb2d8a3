"""How far an assessment is, as steps a family understands."""

from dataclasses import dataclass

from assessments.choices import State
from assessments.models import Assessment
from eldercare.kernel.sentences import Sentence, say

COURSE: tuple[tuple[State, Sentence], ...] = (
    (State.REQUESTED, say("机构安排评估员")),
    (State.ASSIGNED, say("第一位评估员上门记录")),
    (State.RECORDED, say("第二位评估员审定")),
)


@dataclass(frozen=True)
class Step:
    label: Sentence
    state: str


def steps_of(assessment: Assessment | None) -> list[Step]:
    """Give the steps of an open assessment; none without one."""
    if assessment is None:
        return []
    reached = [state for state, _label in COURSE].index(State(assessment.state))
    words = ["done"] * reached + ["current"] + ["todo"] * (len(COURSE) - reached - 1)
    course = [Step(label, word) for (_state, label), word in zip(COURSE, words, strict=True)]
    return [Step(say("申请已送到"), "done"), *course]
