"""Writing a letter and getting it sent: a row first, a bell after commit, a sweeper for what was not heard."""

from datetime import timedelta
from uuid import UUID

import structlog
from celery import signature
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.module_loading import import_string

from eldercare.kernel import clock
from eldercare.kernel.after_commit import ring
from eldercare.kernel.sentences import Sentence, restored, speak
from eldercare.people.choices import Channel, LetterState
from eldercare.people.models import Letter, Person
from eldercare.people.rules.address import parse_address
from eldercare.people.senders import CannotSend, Outgoing

log = structlog.get_logger(__name__)

DELIVER = signature("eldercare.people.tasks.deliver_letter")
MOST_TRIES = 5
HEARD_WITHIN = timedelta(minutes=1)
SWEPT_AT_ONCE = 200


@transaction.atomic
def write_letter(
    *,
    kind: str,
    subject: Sentence,
    body: Sentence,
    to_person_id: UUID | None = None,
    address: str | None = None,
    channel: str | None = None,
) -> Letter:
    """Write a letter to a person or to an address; it leaves after the transaction commits.

    To a person without an address it stays on the site (`in_app`). Every letter to a person can be read there too.
    `kind` is a stable word such as `sign_in.code`; it, never the text, may stand in a log.
    """
    if address is None and channel != Channel.IN_APP:
        address = _address_of(to_person_id)
    found = parse_address(address) if address else None
    letter = Letter.objects.create(
        to_person_id=to_person_id,
        address=found.text if found else None,
        channel=channel or (found.channel if found else Channel.IN_APP),
        kind=kind,
        subject=subject.to_json(),
        body=body.to_json(),
        language=translation.get_language() or settings.LANGUAGE_CODE,
    )
    ring(DELIVER, str(letter.pk))
    return letter


@transaction.atomic
def deliver(letter_id: UUID | str) -> None:
    """Send one letter now, unless that was done. Rung twice, it is sent once: the row is locked while it leaves."""
    letter = Letter.objects.select_for_update(skip_locked=True).filter(pk=letter_id, state=LetterState.QUEUED).first()
    if letter is None:
        return
    letter.tries += 1
    try:
        if letter.channel != Channel.IN_APP:
            import_string(settings.LETTER_SENDER)(_outgoing(letter))
        letter.state, letter.sent_at = LetterState.SENT, clock.now()
    except CannotSend as error:
        log.warning("letter_not_sent", letter=str(letter.pk), kind=letter.kind, tries=letter.tries, reason=error.reason)
        if letter.tries >= MOST_TRIES:
            letter.state = LetterState.FAILED
    letter.save(update_fields=["tries", "state", "sent_at"])


def sweep_letters() -> int:
    """Send what has waited longer than a minute: its bell was lost, or the last try failed. Gives how many were tried."""
    moment = clock.now()
    # A clock set back leaves letters "from the future"; they are as lost as the old ones.
    lost = Q(created_at__lt=moment - HEARD_WITHIN) | Q(created_at__gt=moment + HEARD_WITHIN)
    waiting = Letter.objects.filter(lost, state=LetterState.QUEUED).order_by("created_at")
    ids = list(waiting.values_list("pk", flat=True)[:SWEPT_AT_ONCE])
    for letter_id in ids:
        deliver(letter_id)
    return len(ids)


def _address_of(person_id: UUID | None) -> str | None:
    person = Person.objects.get(pk=person_id)
    return person.phone or person.email


def _outgoing(letter: Letter) -> Outgoing:
    with translation.override(letter.language):
        return Outgoing(
            letter_id=str(letter.pk),
            channel=letter.channel,
            address=letter.address,
            subject=speak(restored(letter.subject), translation.gettext),
            body=speak(restored(letter.body), translation.gettext),
        )
