"""What waits for somebody who works here, role by role: counts capped, with the day they must be done by."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import QuerySet

from assessments.access import assessments_to_work_on
from assessments.choices import State as AssessmentState
from eldercare.kernel import clock
from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.viewer import Viewer
from facilities.access import facilities_of, home_claims_for
from facilities.choices import ApplicationState as BedApplicationState
from facilities.choices import EmploymentState, StayState
from facilities.models import Application as BedApplication
from facilities.models import Facility, Stay
from facilities.rules.freshness import FRESH
from facilities.selectors.beds import Confirmation, confirmations
from facilities.selectors.trust import stale_homes
from subsidies.access import (
    CITY_OFFICER,
    DISTRICT_OFFICER,
    SEES_RUNS,
    STREET_OFFICER,
    desk_applications,
    flags_visible_to,
    runs_visible_to,
    versions_visible_to,
    windows_of,
)
from subsidies.choices import ApplicationState, FilingState, RunState, VersionState
from subsidies.models import Filing
from subsidies.rules.programme import Programme
from subsidies.rules.transitions import TO_DECIDE
from subsidies.selectors.programmes import applicable

MOST = 100


class Door(StrEnum):
    """Where a queue is worked on; the web room knows the address."""

    REVIEW = "review"
    DECIDE = "decide"
    RUNS = "runs"
    CHANGES = "changes"
    VERSIONS = "versions"
    WINDOW = "window"
    HOME_CLAIMS = "home_claims"
    STALE_BEDS = "stale_beds"
    ASSESSMENTS = "assessments"
    HOME = "home"


@dataclass(frozen=True)
class Queue:
    """One kind of work. `count` stops at MOST; `due` is the last day for this month's work, None when there is none."""

    title: Sentence
    why: Sentence
    count: int
    door: Door
    due: date | None = None
    place: object = None

    @property
    def more(self) -> bool:
        return self.count >= MOST

    @property
    def shown(self) -> str:
        return f"{MOST}+" if self.more else str(self.count)


def queues(viewer: Viewer) -> list[Queue]:
    """Give the viewer's queues: those of the street, the district, the runs, an agency, the homes."""
    today = clock.today()
    return [
        *_street(viewer, today),
        *_district(viewer, today),
        *_runs(viewer),
        *_life(viewer),
        *_agency(viewer),
        *_homes(viewer),
    ]


def _street(viewer: Viewer, today: date) -> list[Queue]:
    streets = viewer.places("region", STREET_OFFICER)
    if not streets:
        return []
    waiting = desk_applications(viewer).filter(state=ApplicationState.SUBMITTED, street__in=streets)
    return [
        Queue(
            say("待初审的补贴申请"),
            say("有异议的要在期限前报区民政局。"),
            _count(waiting),
            Door.REVIEW,
            _this_month(today, "objections_by_day"),
        ),
        _window(viewer),
    ]


def _window(viewer: Viewer) -> Queue:
    """The forms begun for families at the window and not sent yet."""
    drafts = Filing.objects.filter(begun_by=viewer.user_id, window__in=windows_of(viewer), state=FilingState.DRAFT)
    return Queue(say("窗口代填申请"), say("替来窗口的家庭填申请表，送到户籍所在街道。"), _count(drafts), Door.WINDOW)


def _district(viewer: Viewer, today: date) -> list[Queue]:
    districts = viewer.places("region", DISTRICT_OFFICER)
    if not districts:
        return []
    waiting = desk_applications(viewer).filter(state__in=TO_DECIDE, district__in=districts)
    claims = home_claims_for(viewer).filter(state=EmploymentState.CLAIMED)
    return [
        Queue(
            say("待审定的补贴申请"),
            say("街道初审过的申请，要在期限前决定。"),
            _count(waiting),
            Door.DECIDE,
            _this_month(today, "decide_by_day"),
        ),
        Queue(say("待核准的机构账号"), say("养老院负责人申请管理本区的机构。"), _count(claims), Door.HOME_CLAIMS),
        Queue(
            say("床位数很久没有核对的机构"),
            say("提醒过机构，还没有核对，请打电话问一问。"),
            _count(stale_homes(viewer)),
            Door.STALE_BEDS,
        ),
    ]


def _runs(viewer: Viewer) -> list[Queue]:
    runs = runs_visible_to(viewer)
    open_states = [RunState.CALCULATED, RunState.PROPOSED, RunState.PAYING, RunState.RECONCILED]
    if not viewer.places("region", DISTRICT_OFFICER, "city_officer", "auditor"):
        return []
    return [
        Queue(
            say("没有结清的补贴结算"),
            say("一人提请，另一人复核；付款以后等对账。"),
            _count(runs.filter(state__in=open_states)),
            Door.RUNS,
        )
    ]


def _life(viewer: Viewer) -> list[Queue]:
    """What became of rights after their decision, and, for a whole region, the figures they are worked out by."""
    found = []
    if viewer.places("region", *SEES_RUNS):
        waiting = flags_visible_to(viewer).filter(cleared_at__isnull=True, gone_at__isnull=True)
        why = say("特困、工伤、两项补贴、重复申领、去世、人不在机构：逐条核实；这里也看补贴变动、转移单和多发应退。")
        found.append(Queue(say("待核实的发现和补贴变动"), why, _count(waiting), Door.CHANGES))
    if viewer.places("region", CITY_OFFICER):
        drafts = versions_visible_to(viewer).filter(state=VersionState.DRAFT)
        why = say("起草、测算影响多少人多少钱，由另一位同事发布。")
        found.append(Queue(say("没有发布的标准调整"), why, _count(drafts), Door.VERSIONS))
    return found


def _agency(viewer: Viewer) -> list[Queue]:
    if not viewer.places("agency"):
        return []
    open_states = [AssessmentState.REQUESTED, AssessmentState.ASSIGNED, AssessmentState.RECORDED]
    waiting = assessments_to_work_on(viewer).filter(state__in=open_states)
    return [Queue(say("待办的能力评估"), say("派人、上门记录、出结论。"), _count(waiting), Door.ASSESSMENTS)]


def _homes(viewer: Viewer) -> list[Queue]:
    """One queue for each home the viewer works for; few people work for more than one."""
    homes = list(facilities_of(viewer).order_by("name"))
    confirmed = confirmations([home.pk for home in homes], clock.now())
    return [_home(home, confirmed.get(home.pk, Confirmation()).level == FRESH) for home in homes]


def _home(home: Facility, is_fresh: bool) -> Queue:
    """A number of beds that grew old waits, too: a desk with nothing on it would be left."""
    applications = BedApplication.objects.filter(facility=home, state=BedApplicationState.SUBMITTED)
    expected = Stay.objects.filter(facility=home, state=StayState.EXPECTED)
    count = min(_count(applications) + _count(expected) + (not is_fresh), MOST)
    why = say("等答复的申请和等办入住的老人。") if is_fresh else say("等答复的申请、等办入住的老人；床位数要核对了。")
    return Queue(say("{home}", home=home.name), why, count, Door.HOME, place=home.pk)


def _count(rows: QuerySet) -> int:
    """Count up to MOST: an exact count grows with the data."""
    return rows.order_by()[:MOST].count()


def _this_month(today: date, name: str) -> date:
    """Give the calendar's day in this month, of the first programme that sets one."""
    calendars = (benefit.programme for benefit in applicable())
    programme: Programme = next(one for one in calendars if name in one.calendar)
    return today.replace(day=programme.calendar[name])
