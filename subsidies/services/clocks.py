"""The clocks of waiting cases ring: a reminder to the desk before the day, a report to the level above after it.

Each clock rings once per level and day; letters are one an officer and round, with the number of cases, never a name.
"""

from collections import defaultdict
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from eldercare.accounts.selectors import posts_in_force
from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.locks import lock_name
from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.viewer import system
from eldercare.people.services.letters import write_letter
from eldercare.regions.rules.codes import covers
from subsidies.choices import OPEN_STATES, ApplicationState, EscalationLevel
from subsidies.models import Application, Escalation, Posting
from subsidies.rules.programme import benefits
from subsidies.services.steps import clock_for

WAITING = (*OPEN_STATES, ApplicationState.RECHECK)
CITY = "city_officer"
AT_ONCE = 500


def set_clocks_anew() -> int:
    """Count the open clocks again: rows without one, and days that moved with a year's holiday notice. Gives how many."""
    moved = 0
    counted = [one.id for one in benefits().values() if one.programme.procedure.by_working_days]
    open_rows = Application.objects.filter(state__in=OPEN_STATES)
    rows = open_rows.filter(due_on__isnull=True) | open_rows.filter(programme__in=counted)
    postings = dict(Posting.objects.filter(application__in=rows).values_list("application_id", "until"))
    for row in rows.order_by("pk").iterator(AT_ONCE):
        found = clock_for(row, postings.get(row.pk))
        due_on = found.due_on if found else None
        moved += Application.objects.filter(pk=row.pk, state=row.state).exclude(due_on=due_on).update(due_on=due_on)
    return moved


@transaction.atomic
def ring_clocks() -> int:
    """Remind of what is due soon and report what is overdue. Gives how many clocks rang; rung twice, it is silent."""
    lock_name("subsidy.clocks")
    today = clock.today()
    waiting = Application.objects.filter(state__in=WAITING, due_on__isnull=False)
    before = {one.id: timedelta(days=one.programme.procedure.remind_before) for one in benefits().values()}
    soon = _silent(waiting.filter(due_on__range=(today, today + max(before.values()))), EscalationLevel.REMINDER)
    near = [row for row in soon if row.due_on - today <= before[row.programme]]
    late = list(_silent(waiting.filter(due_on__lt=today), EscalationLevel.OVERDUE))
    return _ring(near, EscalationLevel.REMINDER) + _ring(late, EscalationLevel.OVERDUE)


def _silent(rows: QuerySet[Application], level: str) -> QuerySet[Application]:
    """Give the first cases whose clock has not rung at this level for this day."""
    rung = Escalation.objects.filter(application=OuterRef("pk"), level=level, due_on=OuterRef("due_on"))
    return rows.exclude(Exists(rung)).order_by("due_on", "pk")[:AT_ONCE]


def _ring(rows: list[Application], level: str) -> int:
    Escalation.objects.bulk_create([Escalation(application=row, level=level, due_on=row.due_on) for row in rows])
    for row in rows:
        record(
            system("clocks"),
            f"subsidy.clock_{level}",
            f"subsidy_application:{row.pk}",
            place=row.street_id,
            facts={"due_on": str(row.due_on), "step": row.state},
        )
    for person_id, days in _readers(rows, level).items():
        subject, body = _words(level, len(days), min(days))
        write_letter(to_person_id=person_id, kind=f"subsidy.clock_{level}", subject=subject, body=body)
    return len(rows)


def _readers(rows: list[Application], level: str) -> dict[UUID, list[date]]:
    """Give, for each officer to be written to, the days of the cases meant: the own desk, of overdue ones the level above."""
    posts = posts_in_force(clock.today()).filter(role__in=("street_officer", "district_officer", CITY))
    held = list(posts.values_list("user__person_id", "role", "region_id"))
    meant: dict[UUID, list[date]] = defaultdict(list)
    for row in rows:
        at_street = row.state == ApplicationState.SUBMITTED
        desk = ("street_officer", row.street_id) if at_street else ("district_officer", row.district_id)
        above = ("district_officer" if at_street else CITY) if level == EscalationLevel.OVERDUE else None
        for person_id, role, region in held:
            if (role, region) == desk or (role == above and covers(region, row.district_id)):
                meant[person_id].append(row.due_on)
    return meant


def _words(level: str, count: int, first: date) -> tuple[Sentence, Sentence]:
    if level == EscalationLevel.REMINDER:
        return (
            say("有 {count} 份补贴申请快到期", count=count),
            say("最早的一份应在 {day} 以前办完。请登录“补贴审核”，按期限排序办理。", day=first),
        )
    return (
        say("有 {count} 份补贴申请已经过期", count=count),
        say("最早的一份应在 {day} 以前办完，还没有办。请登录“补贴审核”核实；市里请督促有关的区民政局。", day=first),
    )
