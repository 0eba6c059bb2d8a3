"""The officers' queue: what waits at the own desk, by its clock, a page by key, with what each case needs at a glance."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from django.db.models import DateField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.viewer import Viewer
from subsidies.access import DISTRICT_OFFICER, STREET_OFFICER, desk_applications
from subsidies.choices import ApplicationState, EscalationLevel
from subsidies.models import Application, CrossCheckFlag, Escalation, Inquiry, Look
from subsidies.models.flag import OPEN_FLAG
from subsidies.models.inquiry import OPEN as OPEN_INQUIRY
from subsidies.rules.transitions import DECIDED, TO_DECIDE
from subsidies.selectors.applications import ApplicationCard, application_cards

PAGE = 30
SOON = timedelta(days=3)
NEVER = date(9999, 12, 31)
CLEAN_STATES = (ApplicationState.SUBMITTED, ApplicationState.STREET_PASSED, ApplicationState.POSTED)


@dataclass(frozen=True)
class Wanted:
    """What of the queue is asked for; an empty word asks for everything. `after` is the key of the last row seen."""

    show: str = "open"
    programme: str = ""
    only: str = ""
    sort: str = "due"
    after: str = ""


@dataclass(frozen=True)
class TimeLeft:
    """How a clock stands today: a kind for its colour and icon, and the words that say the same."""

    kind: str
    words: Sentence


@dataclass(frozen=True)
class QueueRow:
    """One case in the queue. `ready`: looked at and, as far as a list can tell, clean."""

    card: ApplicationCard
    left: TimeLeft
    flags: int
    looked: bool
    asked: bool
    escalated: bool
    key: str

    @property
    def application(self) -> Application:
        return self.card.application

    @property
    def ready(self) -> bool:
        answer_is_yes = self.card.verdict.answer == "yes"
        waits = self.application.state in CLEAN_STATES and self.application.account_id is not None
        return self.looked and waits and answer_is_yes and not self.flags and not self.asked


def queue_page(viewer: Viewer, wanted: Wanted, today: date) -> tuple[list[QueueRow], str]:
    """Give a page of the queue and the key of the next one (empty: there is none), in a constant number of queries."""
    rows = list(_sorted(_filtered(viewer, wanted, today), wanted)[: PAGE + 1])
    shown = queue_rows(viewer, rows[:PAGE], today, wanted.sort)
    return shown, shown[-1].key if len(rows) > PAGE else ""


def queue_rows(viewer: Viewer, rows: list[Application], today: date, sort: str = "due") -> list[QueueRow]:
    """Give cases as the queue shows them to a viewer."""
    ids = [row.pk for row in rows]
    looked = set(Look.objects.filter(application__in=ids, by=viewer.user_id).values_list("application_id", flat=True))
    asked = set(Inquiry.objects.filter(OPEN_INQUIRY, application__in=ids).values_list("application_id", flat=True))
    rung = Escalation.objects.filter(application__in=ids, level=EscalationLevel.OVERDUE)
    escalated = set(rung.values_list("application_id", "due_on"))
    flagged = CrossCheckFlag.objects.filter(OPEN_FLAG, elder__in=[row.elder_id for row in rows])
    flags: dict[tuple[UUID, str], int] = {}
    for found in flagged.values_list("elder_id", "programme"):
        flags[found] = flags.get(found, 0) + 1
    return [
        QueueRow(
            card=card,
            left=time_left(card.application, today),
            flags=flags.get((card.application.elder_id, card.application.programme), 0),
            looked=card.application.pk in looked,
            asked=card.application.pk in asked,
            escalated=(card.application.pk, card.application.due_on) in escalated,
            key=_key(card.application, sort),
        )
        for card in application_cards(rows)
    ]


def ready_rows(viewer: Viewer, today: date, most: int) -> list[QueueRow]:
    """Give the cases the viewer has looked at and may conclude in bulk, those due first."""
    seen = Look.objects.filter(application=OuterRef("pk"), by=viewer.user_id)
    waiting = _sorted(_filtered(viewer, Wanted(), today).filter(Exists(seen)), Wanted())
    return [row for row in queue_rows(viewer, list(waiting[:most]), today) if row.ready]


def open_flags(application: Application) -> QuerySet[CrossCheckFlag]:
    """Give what cross-checks found about a case and nobody cleared."""
    return CrossCheckFlag.objects.filter(OPEN_FLAG, elder=application.elder_id, programme=application.programme)


def time_left(application: Application, today: date) -> TimeLeft:
    """Say how a case's clock stands."""
    if application.state in DECIDED or application.state == ApplicationState.WITHDRAWN:
        return TimeLeft("quiet", say("已办结"))
    due = application.due_on
    if due is None:
        return TimeLeft("quiet", say("没有规定期限"))
    days = (due - today).days
    if days < 0:
        return TimeLeft("bad", say("已过期 {days} 天", days=-days))
    if days == 0:
        return TimeLeft("bad", say("今天到期"))
    return TimeLeft("warn" if due - today <= SOON else "wait", say("还有 {days} 天", days=days))


ONLY = ("", "overdue", "soon", "flagged", "objected", "recheck", "unseen")


def waiting_rows(viewer: Viewer, wanted: Wanted, today: date) -> QuerySet[Application]:
    """Give what waits at the viewer's desk, with the day by which it is sorted (`by_day`), for a door that pages itself."""
    return _by_day(_filtered(viewer, wanted, today))


def _filtered(viewer: Viewer, wanted: Wanted, today: date) -> QuerySet[Application]:
    rows = _of_desk(viewer, wanted.show)
    if wanted.programme:
        rows = rows.filter(programme=wanted.programme)
    flag = CrossCheckFlag.objects.filter(OPEN_FLAG, elder=OuterRef("elder"), programme=OuterRef("programme"))
    only = {
        "overdue": Q(due_on__lt=today),
        "soon": Q(due_on__range=(today, today + SOON)),
        "flagged": Q(Exists(flag)),
        "objected": Q(state=ApplicationState.STREET_OBJECTED),
        "recheck": Q(state=ApplicationState.RECHECK),
        "unseen": ~Q(Exists(Look.objects.filter(application=OuterRef("pk"), by=viewer.user_id))),
    }
    return rows.filter(only[wanted.only]) if wanted.only in only else rows


def _of_desk(viewer: Viewer, show: str) -> QuerySet[Application]:
    """Give what waits for the viewer: at the street what was submitted, at the district what the street passed on."""
    rows = desk_applications(viewer).select_related("account")
    if show == "done":
        return rows.filter(state__in=DECIDED)
    if show == "streets":
        districts = viewer.places("region", DISTRICT_OFFICER)
        reported = Escalation.objects.filter(application=OuterRef("pk"), level=EscalationLevel.OVERDUE)
        return rows.filter(Exists(reported), district__in=districts, state=ApplicationState.SUBMITTED)
    at_street = Q(street__in=viewer.places("region", STREET_OFFICER), state=ApplicationState.SUBMITTED)
    return rows.filter(at_street | Q(district__in=viewer.places("region", DISTRICT_OFFICER), state__in=TO_DECIDE))


def _sorted(rows: QuerySet[Application], wanted: Wanted) -> QuerySet[Application]:
    """Put the rows in order and begin after a key. A key that can't be read begins at the first row."""
    if wanted.show == "done":
        rows = rows.order_by("-pk")
        last = _read_key(wanted.after)
        return rows.filter(pk__lt=last[1]) if last else rows
    column = "applied_on" if wanted.sort == "applied" else "by_day"
    rows = _by_day(rows).order_by(column, "pk")
    last = _read_key(wanted.after)
    if last is None:
        return rows
    day, pk = last
    return rows.filter(Q(**{f"{column}__gt": day}) | Q(**{column: day}, pk__gt=pk))


def _by_day(rows: QuerySet[Application]) -> QuerySet[Application]:
    return rows.annotate(by_day=Coalesce(F("due_on"), Value(NEVER), output_field=DateField()))


def _key(application: Application, sort: str) -> str:
    day = application.applied_on if sort == "applied" else application.due_on or NEVER
    return f"{day:%Y-%m-%d}~{application.pk}"


def _read_key(after: str) -> tuple[date, UUID] | None:
    day, _sign, pk = after.partition("~")
    try:
        return date.fromisoformat(day), UUID(pk)
    except ValueError:
        return None


def narrowed(wanted: Wanted) -> bool:
    """Tell whether the queue is filtered."""
    return replace(wanted, show="open", sort="due", after="") != Wanted()
