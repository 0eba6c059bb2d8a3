"""What happens on the subsidy floor: one verb, one function, one transaction."""

from subsidies.services.load_reference import load_reference
from subsidies.services.route import propose_routing

__all__ = ["load_reference", "propose_routing"]
