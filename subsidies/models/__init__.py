"""What the subsidy floor keeps, and what it can never keep."""

from subsidies.models.application import Application, PayoutAccount
from subsidies.models.decision import Decision
from subsidies.models.entitlement import Entitlement
from subsidies.models.ledger import LedgerAccount, Transfer
from subsidies.models.payment import BalanceCheck, Break, Payment, Statement, StatementLine
from subsidies.models.redemption import Redemption
from subsidies.models.routing import Routing
from subsidies.models.run import Run, RunLine

__all__ = [
    "Application",
    "BalanceCheck",
    "Break",
    "Decision",
    "Entitlement",
    "LedgerAccount",
    "Payment",
    "PayoutAccount",
    "Redemption",
    "Routing",
    "Run",
    "RunLine",
    "Statement",
    "StatementLine",
    "Transfer",
]
