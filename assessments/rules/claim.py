"""An assessment as a claim for the recognition engine: issued in the agency's province, used in another."""

from datetime import date

from eldercare.recognition.rules.claims import Claim


def claim_of(
    *, standard: str, level: int | str, concluded_on: date, valid_until: date, issued_in: str, used_in: str
) -> Claim:
    """Give the claim of a concluded assessment; `valid_until` is its last valid day."""
    return Claim(
        kind="assessment",
        issued_in=issued_in,
        used_in=used_in,
        standard=standard,
        level=level,
        issued_on=concluded_on,
        valid_until=valid_until,
    )
