"""What the subsidy floor keeps, and what it can never keep."""

from subsidies.models.application import Application, PayoutAccount
from subsidies.models.decision import Decision
from subsidies.models.entitlement import Entitlement
from subsidies.models.routing import Routing

__all__ = ["Application", "Decision", "Entitlement", "PayoutAccount", "Routing"]
