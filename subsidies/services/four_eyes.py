"""Whoever concludes a case stands outside of it: the sentences before the triggers of `models/decision.py` would speak."""

from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.viewer import Viewer
from eldercare.people.models import Elder, Guardianship
from subsidies.models import Application


def refuse_own_case(viewer: Viewer, application: Application) -> None:
    """Refuse `own_case` (403): the officer is the elder, stands or stood beside them, applied, or filed it at a window."""
    elder_person = Elder.objects.values_list("person_id", flat=True).get(pk=application.elder_id)
    if viewer.person_id and viewer.person_id in (application.applied_by_id, elder_person):
        raise _own_case(say("自己的或自己代办的申请，不能由自己来办。"))
    if Guardianship.objects.filter(elder=application.elder_id, guardian=viewer.person_id).exists():
        raise _own_case(say("您是或曾经是这位老人的家人或代办人，不能由您来办。"))
    if application.entered_by_id and application.entered_by_id == viewer.user_id:
        raise _own_case(say("这份申请是您在窗口录入的，要由另一位工作人员来办。"))


def refuse_who_took_part(viewer: Viewer, application: Application) -> None:
    """Refuse whoever concluded an earlier step: `reviewed_by_you`, or asked for the re-check: `raised_by_you` (403)."""
    if application.decisions.filter(by=viewer.user_id).exists():
        raise Refusal(
            "reviewed_by_you",
            say("您已经办过这份申请的前一步，这一步要由另一位工作人员来办。"),
            next_step=say("请交给同事办理。"),
            status=403,
        )
    if application.decisions.filter(appeal__by=viewer.user_id).exists():
        raise Refusal(
            "raised_by_you",
            say("重新核对是您提起的，要由另一位工作人员来办。"),
            next_step=say("请交给同事办理。"),
            status=403,
        )


def _own_case(sentence: Sentence) -> Refusal:
    return Refusal("own_case", sentence, next_step=say("请交给同事办理。"), status=403)
