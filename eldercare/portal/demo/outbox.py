"""What a demonstration may show and a real service never would: letters as sent, demo officers' second-factor codes."""

from typing import Any

from eldercare.kernel.sentences import restored
from eldercare.people.models import Letter

SHOWN = 50


def letters() -> list[dict[str, Any]]:
    """Give the last letters, newest first, in Chinese."""
    rows = Letter.objects.select_related("to_person").order_by("-id")[:SHOWN]
    return [
        {
            "id": str(letter.id),
            "address": letter.address or "",
            "channel": letter.channel,
            "channel_name": letter.get_channel_display(),
            "kind": letter.kind,
            "subject": str(restored(letter.subject)),
            "body": str(restored(letter.body)),
            "state": letter.state,
            "at": letter.created_at,
        }
        for letter in rows
    ]
