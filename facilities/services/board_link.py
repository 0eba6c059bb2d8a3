"""The link in a reminder: whoever has it can say, once and for some hours, that nothing changed. It opens nothing else.

It carries the reminder's id and our signature, no name and no person; what it shows is what every visitor can see. One
that was sent again carries the moment from which its hours run.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db import transaction

from eldercare.kernel import clock
from eldercare.kernel.locks import lock_one
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.viewer import Viewer
from facilities.models import BedConfirmation, BedReminder, Facility
from facilities.rules.settings import setting
from facilities.selectors.beds import Vacancy, vacancies
from facilities.services.board import confirm_as_it_is, lock_board

SALT = "facilities.board_link"
OPEN, USED, DONE, LATE = "open", "used", "done", "late"
WHY: dict[str, Sentence] = {
    USED: say("这个链接已经用过了，床位数已经核对。"),
    DONE: say("发出这个链接以后，已经有人核对过床位数，不用再点。"),
    LATE: say("这个链接已经过期。"),
}


@dataclass(frozen=True)
class BoardLink:
    """What a link leads to. `state`: open, or why it can't be used any more."""

    reminder: BedReminder
    home: Facility
    state: str
    beds: Vacancy
    issued_at: datetime

    @property
    def seen(self) -> str:
        """What the page showed, so that only that can be confirmed."""
        return ".".join(str(number) for number in (self.beds.total, self.beds.free, self.beds.not_admittable))


def link_text(reminder: BedReminder, *, issued_at: datetime | None = None) -> str:
    """Write a link; `issued_at` when it is sent again, later than its reminder."""
    again = f".{int(issued_at.timestamp())}" if issued_at else ""
    return Signer(salt=SALT).sign(reminder.pk.hex + again)


def open_link(text: str) -> BoardLink | None:
    """Read a link; None for what we never wrote."""
    try:
        reminder_id, _, again = Signer(salt=SALT).unsign(text).partition(".")
        issued_at = datetime.fromtimestamp(int(again), UTC) if again else None
        reminder = BedReminder.objects.select_related("facility").filter(pk=UUID(reminder_id)).first()
    except (BadSignature, ValueError):
        return None
    return _link(reminder, issued_at or reminder.sent_at) if reminder else None


def _link(reminder: BedReminder, issued_at: datetime) -> BoardLink:
    home = reminder.facility
    beds = vacancies([home.pk], clock.today()).get(home.pk, Vacancy())
    return BoardLink(reminder, home, _state(reminder, issued_at), beds, issued_at)


def _state(reminder: BedReminder, issued_at: datetime) -> str:
    if reminder.used_at:
        return USED
    newer = BedConfirmation.objects.filter(facility=reminder.facility_id, undone_at__isnull=True)
    if newer.filter(at__gt=reminder.sent_at).exists():
        return DONE
    hours = setting("bed_reminders", clock.today())["link_hours"]
    return LATE if clock.now() > issued_at + timedelta(hours=hours) else OPEN


@transaction.atomic
def confirm_by_link(*, text: str, seen: str) -> BedConfirmation:
    """Say by the link that nothing changed; the link is used up.

    Raises Refusal `not_found` (404), `link_closed` (409) with why, `board_changed` (409) when the number is no longer what
    the page showed.
    """
    link = open_link(text)
    if link is None:
        raise Refusal("not_found", say("没有这个链接。"), next_step=say("请从提醒信里重新打开。"), status=404)
    lock_board(link.home)
    reminder = lock_one(BedReminder.objects.select_related("facility").filter(pk=link.reminder.pk))
    link = _link(reminder, link.issued_at)
    if link.state != OPEN:
        raise Refusal("link_closed", WHY[link.state], next_step=say("床位有变化，请登录后在“床位”里改。"), status=409)
    if seen != link.seen:
        raise Refusal(
            "board_changed",
            say("您打开这一页以后，床位数变了，请再看一眼。"),
            next_step=say("数目对，就再点一次“无变化”。"),
            status=409,
        )
    confirmation = confirm_as_it_is(Viewer(name=f"link:{reminder.pk}"), link.home, by="link")
    reminder.used_at = clock.now()
    reminder.save(update_fields=["used_at"])
    return confirmation
