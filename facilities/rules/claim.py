"""Turns a star rating into what the recognition engine asks about. Whether it is recognised is the engine's answer."""

from dataclasses import dataclass
from datetime import date

from eldercare.recognition.rules.claims import Claim
from eldercare.regions.rules.codes import province_of


@dataclass(frozen=True)
class RatingFacts:
    """A rating as its paper states it; `valid_until` is the last valid day."""

    standard: str
    level: int
    issuer_code: str
    issued_on: date
    valid_until: date
    status: str


def rating_claim(rating: RatingFacts, used_in: str) -> Claim:
    """Claim a rating in a region (any code inside the province)."""
    return Claim(
        kind="rating",
        issued_in=province_of(rating.issuer_code),
        used_in=province_of(used_in),
        standard=rating.standard,
        level=rating.level,
        issued_on=rating.issued_on,
        valid_until=rating.valid_until,
        status=rating.status,
    )
