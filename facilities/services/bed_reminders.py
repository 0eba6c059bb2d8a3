"""Numbers of beds grow old: the home's staff are reminded before, the district is told after. Each once per number."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from eldercare.accounts.choices import PostRole
from eldercare.accounts.selectors import posts_in_force
from eldercare.audit.services import once
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.viewer import system
from eldercare.people.services.letters import write_letter
from eldercare.regions.rules.codes import covers
from facilities.choices import ReminderStage
from facilities.models import BedReminder, Facility
from facilities.rules.settings import Setting, setting
from facilities.selectors.trust import homes_that_report
from facilities.services.board_link import DONE, USED, WHY, link_text, open_link
from facilities.services.letters import tell_home

NAMED = 10


def remind_of_beds() -> int:
    """Tell whoever must be told by now; gives how many homes. Safe to call twice at once: a row is told once."""
    now = clock.now()
    rule = setting("bed_reminders", now.date())
    return sum(
        (
            _to_homes(_due(ReminderStage.SOON, now, rule["soon_hours"], rule), now, rule, ReminderStage.SOON),
            _to_homes(_due(ReminderStage.AGAIN, now, rule["again_hours"], rule), now, rule, ReminderStage.AGAIN),
            _to_districts(_due(ReminderStage.DISTRICT, now, rule["district_hours"], rule), now),
        )
    )


def _due(stage: str, now: datetime, hours: int, rule: Setting) -> list[Facility]:
    """Give the homes whose number has that age and nobody was told at this stage.

    One that was never confirmed is due at once, once; the district hears of it when the reminder did not help.
    """
    told = BedReminder.objects.filter(facility=OuterRef("pk"))
    this = Q(confirmation=OuterRef("last_id")) | Q(confirmation__isnull=True, facility__in=_never(OuterRef("pk")))
    old = Q(last_at__lte=now - timedelta(hours=hours))
    if stage == ReminderStage.SOON:
        old &= Q(last_at__gt=now - timedelta(hours=rule["again_hours"]))
        old |= Q(last_at__isnull=True)
    if stage == ReminderStage.DISTRICT:
        asked = told.filter(confirmation__isnull=True, sent_at__lte=now - timedelta(hours=hours))
        old |= Q(last_at__isnull=True) & Exists(asked.filter(stage=ReminderStage.SOON))
    return list(
        homes_that_report().filter(old, ~Exists(told.filter(this, stage=stage))).order_by("pk")[: rule["at_once"]]
    )


def _to_homes(homes: Iterable[Facility], now: datetime, rule: Setting, stage: str) -> int:
    return sum(_to_home(home, now, rule, stage) for home in homes)


@transaction.atomic
def _to_home(home: Facility, now: datetime, rule: Setting, stage: str) -> bool:
    reminder = _told(home, stage)
    if reminder is None:
        return False
    hours = int((now - home.last_at).total_seconds() // 3600) if home.last_at else None
    since = say("已经 {hours} 小时没有核对", hours=hours) if hours is not None else say("还没有核对过")
    _write_link(home, since, link_text(reminder), rule)
    return True


@transaction.atomic
def send_link_again(*, text: str) -> bool:
    """Send the home's staff a new link for one that ran out; whoever holds the old one gets nothing. Once an hour.

    Raises Refusal `not_found` (404) for what we never wrote, `link_closed` (409) where no link is needed any more.
    """
    link = open_link(text)
    if link is None:
        raise Refusal("not_found", say("没有这个链接。"), next_step=say("请从提醒信里重新打开。"), status=404)
    if link.state in (USED, DONE):
        raise Refusal("link_closed", WHY[link.state], next_step=say("床位有变化，请登录后在“床位”里改。"), status=409)
    now = clock.now()

    def act() -> dict[str, str]:
        rule = setting("bed_reminders", now.date())
        _write_link(link.home, say("很久没有核对"), link_text(link.reminder, issued_at=now), rule)
        return {"sent": str(now)}

    hour = f"{link.reminder.pk}:{now:%Y%m%d%H}"
    _answer, again = once(system("board_link"), "facilities.board_link", hour, {}, act)
    return not again


def _write_link(home: Facility, since: Sentence, text: str, rule: Setting) -> None:
    address = settings.SITE_URL + reverse("facilities:board_link", args=[text])
    tell_home(
        home.pk,
        kind="beds.remind",
        subject=say("“{home}”的床位数有没有变化？", home=home.name),
        body=say(
            "床位数{since}，再过一阵子家庭看到的就不是新数了。没有变化，打开这个链接点一下就行，不用登录，{link_hours} 小时内有效： "
            "{address} 有变化请登录后在“床位”里改。",
            since=since,
            link_hours=rule["link_hours"],
            address=address,
        ),
    )


def _to_districts(homes: list[Facility], now: datetime) -> int:
    """Write each officer one letter about all homes of the district; the list itself stands on the desk."""
    with transaction.atomic():
        told = [home for home in homes if _told(home, ReminderStage.DISTRICT)]
        officers = posts_in_force(now.date()).filter(role=PostRole.DISTRICT_OFFICER).select_related("user")
        for post in officers if told else ():
            mine = [home for home in told if covers(post.region_id, home.region_id)]
            if mine and post.user.person_id:
                _to_officer(post.user.person_id, mine)
    return len(told)


def _to_officer(person_id: UUID, homes: list[Facility]) -> None:
    write_letter(
        to_person_id=person_id,
        kind="beds.stale",
        subject=say("{count} 家机构的床位数很久没有核对", count=len(homes)),
        body=say(
            "提醒过机构，还没有核对：{names}{more}。请登录“我的待办”查看名单和联系电话。",
            names="、".join(home.name for home in homes[:NAMED]),
            more=say("等") if len(homes) > NAMED else "",
        ),
    )


def _told(home: Facility, stage: str) -> BedReminder | None:
    """Write down that a stage is told; None when somebody else just did."""
    row = BedReminder(facility=home, confirmation_id=home.last_id, stage=stage)
    BedReminder.objects.bulk_create([row], ignore_conflicts=True)
    return BedReminder.objects.filter(pk=row.pk).first()


def _never(facility: OuterRef) -> QuerySet[Facility]:
    return homes_that_report().filter(pk=facility, last_id__isnull=True).values("pk")
