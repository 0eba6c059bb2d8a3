"""The refusals the acts around an application share. Decides no rule."""

from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from eldercare.kernel.locks import lock_one
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer
from eldercare.people.access import may_act_for
from eldercare.people.models import Elder

M = TypeVar("M", bound=Model)


def locked(rows: "QuerySet[M]", pk: UUID) -> M:
    """Lock the row, or Refusal `not_found` (404): hidden and absent are told apart for nobody."""
    row = lock_one(rows.filter(pk=pk))
    if row is None:
        raise not_found()
    return row


def not_found() -> Refusal:
    return Refusal("not_found", say("没有找到这一项。"), next_step=say("请从列表重新进入。"), status=404)


def family_only(viewer: Viewer, elder_id: UUID) -> None:
    """Refuse whoever may not act for the elder."""
    if not may_act_for(viewer, elder_id):
        raise Refusal(
            "may_not_act",
            say("您可以查看这位老人的资料，但不能替老人办理。"),
            next_step=say("请让老人本人、代办人或监护人来办。"),
            status=403,
        )


def refuse_for_the_dead(elder: Elder) -> None:
    """Refuse to begin anything for somebody whose death is known."""
    if elder.died_on is not None:
        raise Refusal(
            "elder_died",
            say("资料上写明老人已于 {day} 去世，不能再申请补贴。", day=elder.died_on),
            next_step=say("去世以前应发未发的部分，请家属向户籍所在街道询问；日期写错了，也请街道更正。"),
        )
