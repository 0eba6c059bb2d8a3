"""Turns the facts of one of the five kinds, as doors read them, into a claim."""

from collections.abc import Mapping
from typing import Any

from eldercare.recognition.rules.claims import Claim
from eldercare.regions.rules.codes import province_of

OWN_FACTS = ("programme", "facility_region", "hukou", "capability_level", "stars", "month", "certificate_no")


def claim_from(facts: Mapping[str, Any]) -> Claim:
    """Make the claim; what is absent is unknown. An assessment's `concluded_on` is the day it was issued."""
    return Claim(
        kind=facts["kind"],
        issued_in=province_of(facts["issued_in"]),
        used_in=province_of(facts["used_in"]),
        standard=facts.get("standard"),
        level=facts.get("level"),
        issued_on=facts.get("concluded_on") or facts.get("issued_on"),
        valid_until=facts.get("valid_until"),
        status=facts.get("status"),
        facts={name: facts[name] for name in OWN_FACTS if facts.get(name) is not None},
    )
