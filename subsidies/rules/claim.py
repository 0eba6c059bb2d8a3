"""A programme of Beijing as a claim for the recognition engine: is this benefit usable in another region?"""

from datetime import date

from eldercare.recognition.rules.claims import Claim
from eldercare.regions.rules.codes import province_of
from subsidies.rules.terms import Benefit


def policy_claim(benefit: Benefit, *, used_in: str) -> Claim:
    """Turn a benefit into the claim 养老服务政策: issued in its own region, used where the home is.

    What the whole country pays is issued wherever it is used.
    """
    return Claim(
        kind="policy",
        issued_in=province_of(benefit.programme.region or used_in),
        used_in=province_of(used_in),
        standard=benefit.programme.document,
        issued_on=benefit.programme.valid_from,
        valid_until=_last_day(benefit.programme.valid_until),
        status="active",
        facts={"programme": benefit.id},
    )


def _last_day(until: date | None) -> date | None:
    return date.fromordinal(until.toordinal() - 1) if until else None
