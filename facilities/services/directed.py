"""The class that follows from the 户籍 is followed while a family waits: gained and lost with the facts, its time untouched."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, Q

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import system
from eldercare.people.selectors import hukou_codes
from facilities.models import Application, DirectedPriority
from facilities.models.admission import OPEN
from facilities.rules.waiting import DIRECTED, class_by_hukou, list_settings
from facilities.selectors.waiting import class_now, directed_to
from facilities.services.letters import tell_family
from facilities.services.lock_order import lock_application, lock_homes


def follow_directed() -> int:
    """Judge anew who is first by the 户籍, at every home it matters to; gives how many classes changed. Twice changes nothing."""
    agreed = DirectedPriority.objects.values("facility")
    waiting = Application.objects.filter(Q(facility__in=agreed) | Q(priority=DIRECTED), state__in=OPEN)
    homes = waiting.order_by("facility").values_list("facility", flat=True).distinct()
    return sum(_follow_at(home_id) for home_id in homes)


@transaction.atomic
def _follow_at(home_id: UUID) -> int:
    lock_homes([home_id])
    return follow_directed_at(home_id)


def follow_directed_at(home_id: UUID) -> int:
    """Judge one home's list anew, its lock held; where nothing is agreed and nobody is first by it, it is one query."""
    waiting = Application.objects.filter(facility=home_id, state__in=OPEN)
    agreed = Exists(DirectedPriority.objects.filter(facility=home_id))
    if not waiting.filter(Q(priority=DIRECTED) | agreed).exists():
        return 0
    today = clock.today()
    scopes, rule = [row.hukou_id for row in directed_to(home_id, today)], list_settings(today)
    rows = list(waiting.order_by("pk").values_list("pk", "elder", "priority"))
    codes = hukou_codes((elder for _pk, elder, _priority in rows), today)
    changed = 0
    for pk, elder, priority in rows:
        entitled = class_by_hukou(codes.get(elder), scopes) == DIRECTED
        gained = entitled and rule.first_of(DIRECTED, priority) != priority
        if gained or (priority == DIRECTED and not entitled):
            _change(pk, today)
            changed += 1
    return changed


def _change(application_id: UUID, today: date) -> None:
    application = lock_application(Application(pk=application_id))
    before, application.priority = application.priority, class_now(application, today)
    application.save(update_fields=["priority"])
    home = application.facility
    facts = {"priority": application.priority, "before": before}
    record(system("clock"), "waiting.priority_followed", str(application), place=home.region_id, facts=facts)
    tell_family(
        application,
        kind="waiting.priority_changed",
        subject=say("“{home}”的轮候类别变了", home=home.name),
        body=say(
            "按老人现在的户籍和这家机构的定向约定，您现在排在“{name}”。申请时间不变，请登录查看现在的位置。",
            name=list_settings(today).named(application.priority).name,
        ),
    )
