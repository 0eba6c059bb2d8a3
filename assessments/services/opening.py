"""Opening an assessment to act on it: locked, and only for who may see it; and the refusals all acts share."""

from uuid import UUID

from assessments.access import assessments_visible_to
from assessments.choices import State
from assessments.models import Assessment
from assessments.rules.scoring import ScoreProblem
from assessments.rules.transitions import may_become
from eldercare.kernel.locks import lock_one
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.viewer import Viewer


def open_assessment(viewer: Viewer, assessment_id: UUID | str) -> Assessment:
    """Lock an assessment the viewer may see. Raises Refusal `not_found` (404)."""
    assessment = lock_one(assessments_visible_to(viewer).filter(pk=assessment_id))
    if assessment is None:
        raise Refusal("not_found", say("没有找到这次评估。"), next_step=say("请从列表重新进入。"), status=404)
    return assessment


def require_next(assessment: Assessment, next_state: State) -> None:
    """Make sure the assessment may go on to a state. Raises Refusal `assessment_has_moved_on` (409)."""
    if not may_become(assessment.state, next_state):
        raise Refusal(
            "assessment_has_moved_on",
            say("这次评估现在是“{state}”，这一步已经办过或还不能办。", state=say(str(State(assessment.state).label))),
            next_step=say("请刷新页面，按页面上的下一步办理。"),
            status=409,
        )


def not_yours(sentence: Sentence) -> Refusal:
    """Say that somebody else does this act."""
    return Refusal("not_yours_to_do", sentence, next_step=say("请联系机构负责人调整评估员。"), status=403)


def wrong_answers(problem: ScoreProblem) -> Refusal:
    """Name every wrong answer at once."""
    return Refusal(
        "wrong_answers",
        say("有 {count} 处需要填写或修改。", count=len(problem.fields)),
        next_step=say("请按说明逐项修改；已经填好的内容都还在。"),
        fields=problem.fields,
    )
