"""Who looked at an elder's file, and what was written to a person, page by page. Reads only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from eldercare.audit.models import ViewOfFile
from eldercare.audit.selectors import views_of
from eldercare.kernel.sentences import restored
from eldercare.kernel.viewer import Viewer
from eldercare.people.choices import FILE_PARTS, ROLE_WORDS
from eldercare.people.models import Letter

PAGE = 50


@dataclass(frozen=True)
class Look:
    """One look: when, by whom in the family's words, at what. `own` is the reader's own."""

    at: datetime
    by: list[Any]
    part: Any
    own: bool


@dataclass(frozen=True)
class LetterRow:
    """A letter as its reader sees it; subject and body are sentences."""

    letter_id: UUID
    at: datetime
    subject: Any
    body: Any
    channel_label: str


def looks_at(elder_id: UUID, viewer: Viewer, *, before: UUID | None = None) -> tuple[list[Look], str | None]:
    """Give who looked, newest first, fifty a page, and the key of the next page; in one query."""
    rows, following = _page(views_of(elder_id), before)
    return [_look(row, viewer) for row in rows], following


def letters_to(letters: QuerySet[Letter], *, before: UUID | None = None) -> tuple[list[LetterRow], str | None]:
    """Give letters, newest first, fifty a page, and the key of the next page; in one query."""
    rows, following = _page(letters.order_by("-id"), before)
    shown = [
        LetterRow(row.pk, row.created_at, restored(row.subject), restored(row.body), row.get_channel_display())
        for row in rows
    ]
    return shown, following


def _page(rows: QuerySet[Any], before: UUID | None) -> tuple[list[Any], str | None]:
    found = list((rows.filter(pk__lt=before) if before else rows)[: PAGE + 1])
    return found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else None


def _look(row: ViewOfFile, viewer: Viewer) -> Look:
    roles = [ROLE_WORDS.get(role, role) for role in row.actor_role.split(",") if role]
    return Look(row.at, roles, FILE_PARTS.get(row.part, row.part), row.actor == viewer.reference)
