"""Homes' star ratings with the engine's answer whether another region honours them. Gives no rating itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from eldercare.recognition.rules.claims import Recognition
from eldercare.recognition.rules.engine import recognise
from eldercare.recognition.selectors import agreements_between
from eldercare.regions.rules.codes import province_of
from facilities.models import Rating
from facilities.rules.claim import RatingFacts, rating_claim

BEIJING = "110000"


@dataclass(frozen=True)
class StarsShown:
    """A rating as shown: what the paper says, and whether it counts in `used_in`, with the engine's reasons."""

    level: int
    standard: str
    issuer_code: str
    issuer_name: str
    issued_on: date
    valid_until: date
    status: str
    used_in: str
    recognition: Recognition

    @property
    def recognised(self) -> bool:
        return self.recognition.is_yes


def stars_shown(facility_ids: Iterable[UUID], on: date, used_in: str = BEIJING) -> dict[UUID, tuple[StarsShown, ...]]:
    """Give the ratings of many homes, those that count first, then the higher ones. Two queries and one per province."""
    rows = list(
        Rating.objects.filter(facility__in=list(facility_ids), issued_on__lte=on)
        .select_related("issuer")
        .order_by("-level", "-valid_until")
    )
    issuers = {province_of(row.issuer_id) for row in rows}
    agreements = [
        agreement
        for issuer in sorted(issuers)
        for agreement in agreements_between("rating", issuer, province_of(used_in))
    ]
    found: dict[UUID, list[StarsShown]] = {}
    for row in rows:
        facts = RatingFacts(row.standard, row.level, row.issuer_id, row.issued_on, row.valid_until, row.status)
        answer = recognise(rating_claim(facts, used_in), agreements, on=on)
        found.setdefault(row.facility_id, []).append(
            StarsShown(
                level=row.level,
                standard=row.standard,
                issuer_code=row.issuer_id,
                issuer_name=row.issuer.name,
                issued_on=row.issued_on,
                valid_until=row.valid_until,
                status=row.status,
                used_in=used_in,
                recognition=answer,
            )
        )
    return {home: tuple(sorted(stars, key=lambda star: not star.recognised)) for home, stars in found.items()}
