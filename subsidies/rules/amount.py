"""The amount of a benefit as one explained line. Which tier holds is the conditions' answer."""

from eldercare.kernel.sentences import say
from eldercare.kernel.verdict import Line
from subsidies.rules.conditions import TierFound
from subsidies.rules.programme import Benefit


def line_of(benefit: Benefit, found: TierFound) -> Line:
    """Write the line of a tier that holds. Raises ValueError when none does, or when its amount is not known."""
    tier = found.tier
    if tier is None or tier.monthly_fen is None:
        raise ValueError(f"{benefit.id}: no known amount")
    label = say("{benefit}（{tier}）", benefit=benefit.name, tier=tier.name)
    return Line(label, tier.monthly_fen, found.found.text, tier.cite)
