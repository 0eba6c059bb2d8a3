"""What is on public view: the masked name, the benefit, the place, the amount and the days; nothing else of anybody."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import QuerySet

from eldercare.kernel.sentences import Sentence
from eldercare.regions.selectors import full_names
from subsidies.models import Posting
from subsidies.rules.programme import benefit

PAGE = 50


@dataclass(frozen=True)
class PostingCard:
    """One case on show; `last_day` is the last day on which anybody may object."""

    posting_id: UUID
    shown_name: str
    benefit: Sentence
    place: str
    monthly_fen: int
    from_day: date
    last_day: date


def posting_page(postings: QuerySet[Posting], *, place: str = "", after: str = "") -> tuple[list[PostingCard], str]:
    """Give a page of what is on show, the first to end first, and the key of the next page (empty: there is none)."""
    if place:
        postings = postings.filter(place__code__startswith=place)
    try:
        postings = postings.filter(pk__gt=UUID(after)) if after else postings
    except ValueError:
        pass
    rows = list(postings.select_related("application").order_by("pk")[: PAGE + 1])
    return posting_cards(rows[:PAGE]), str(rows[PAGE - 1].pk) if len(rows) > PAGE else ""


def posting_cards(postings: Iterable[Posting]) -> list[PostingCard]:
    """Give postings as everybody may see them."""
    rows = list(postings)
    places = full_names(row.place_id for row in rows)
    return [
        PostingCard(
            posting_id=row.pk,
            shown_name=row.shown_name,
            benefit=benefit(row.application.programme).name,
            place=places.get(row.place_id, row.place_id),
            monthly_fen=row.monthly_fen,
            from_day=row.from_day,
            last_day=row.until - timedelta(days=1),
        )
        for row in rows
    ]
