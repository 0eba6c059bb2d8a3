"""The refusals every act of this floor shares: not yours to see, not yours to do, already answered. Decides no rule."""

from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer
from eldercare.people.access import may_act_for
from facilities.access import manages, works_for
from facilities.models import Facility

M = TypeVar("M", bound=Model)


def found(rows: "QuerySet[M]", pk: UUID | str) -> M:
    """Give the row, or Refusal `not_found` (404): hidden and absent are told apart for nobody."""
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Refusal("not_found", say("没有找到这一项。"), next_step=say("请从列表重新进入。"), status=404)
    return row


def staff_only(viewer: Viewer, facility_id: UUID) -> None:
    """Refuse whoever does not work for the home; for them it is not there."""
    if not works_for(viewer, facility_id):
        found(Facility.objects.none(), facility_id)


def manager_only(viewer: Viewer, facility_id: UUID) -> None:
    """Refuse whoever does not manage the home."""
    staff_only(viewer, facility_id)
    if not manages(viewer, facility_id):
        raise Refusal(
            "manager_only",
            say("这件事要由机构负责人来办。"),
            next_step=say("请联系你们机构的负责人登录后办理。"),
            status=403,
        )


def family_only(viewer: Viewer, elder_id: UUID) -> None:
    """Refuse whoever may not act for the elder: kin may look, staff of a home may not answer for the family."""
    if not may_act_for(viewer, elder_id):
        raise Refusal(
            "not_acting_for_elder",
            say("这件事要由老人本人、监护人或受托的家人来办。"),
            next_step=say("请由他们登录办理，或者请他们先把代办权限交给您。"),
            status=403,
        )


def no_longer(row: Model) -> Refusal:
    """The refusal for an act that came after somebody else's."""
    return Refusal(
        "already_answered",
        say("这一项已经处理过了，现在是“{state}”。", state=STATES.get(row.state, say("已处理"))),
        next_step=say("请刷新页面查看最新情况。"),
        status=409,
    )


STATES = {
    "submitted": say("等机构答复"),
    "offered": say("机构已留床"),
    "accepted": say("已接受床位"),
    "declined": say("家属谢绝"),
    "withdrawn": say("已撤回"),
    "refused": say("机构未能接收"),
    "lapsed": say("过期未答复"),
    "expected": say("等待入住"),
    "in": say("在住"),
    "ended": say("已结束"),
    "no_show": say("未按时入住"),
    "dropped": say("入住前取消"),
    "open": say("正在按轮候名单询问"),
    "taken": say("已有家庭接受"),
    "exhausted": say("名单上没有合适的家庭"),
    "stopped": say("机构停止询问"),
    "booked": say("已预约"),
    "cancelled": say("已取消"),
    "came": say("已参观"),
    "drawn": say("等机构签"),
    "home_signed": say("等家属签"),
    "signed": say("双方已签"),
    "void": say("已作废"),
    "approved": say("已核准"),
}
