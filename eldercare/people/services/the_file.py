"""Opening an elder's file to act or to write in it: who may not see it finds nothing, who may only look is told so."""

from uuid import UUID

from eldercare.kernel.locks import lock_one
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer
from eldercare.people.access import elders_beside, elders_visible_to, may_act_for, may_declare_for
from eldercare.people.models import Elder


def elder_to_act_for(viewer: Viewer, elder_id: UUID) -> Elder:
    """Lock the file of an elder the viewer may act for. Raises Refusal `not_found` (404), `may_not_act` (403)."""
    elder = lock_one(elders_beside(viewer).filter(pk=elder_id))
    if elder is None:
        raise not_found()
    if not may_act_for(viewer, elder):
        raise may_not_act()
    return elder


def elder_to_write(viewer: Viewer, elder_id: UUID) -> Elder:
    """Lock the file of an elder about whom the viewer may write facts. Raises Refusal `not_found` (404), `may_not_act`."""
    elder = lock_one(elders_visible_to(viewer).filter(pk=elder_id))
    if elder is None:
        raise not_found()
    writer_only(viewer, elder)
    return elder


def writer_only(viewer: Viewer, elder: Elder) -> None:
    """Refuse (`may_not_act`, 403) whoever may see an elder's file and not write in it."""
    if not may_declare_for(viewer, elder):
        raise may_not_act()


def not_found() -> Refusal:
    """Say that there is nothing here, for somebody else's row and for none alike."""
    return Refusal("not_found", say("没有找到这一项。"), next_step=say("请从“我的老人”重新进入。"), status=404)


def may_not_act() -> Refusal:
    """Say that looking is allowed and acting is not."""
    return Refusal(
        "may_not_act",
        say("您可以查看这位老人的资料，但不能替老人办理。"),
        next_step=say("请让老人本人、代办人或监护人来办。"),
        status=403,
    )
