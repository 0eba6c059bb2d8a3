"""What the subsidy floor keeps, and what it can never keep."""

from subsidies.models.application import Application, PayoutAccount
from subsidies.models.decision import Appeal, Decision, Escalation, Look
from subsidies.models.document import Document, NumberBook
from subsidies.models.entitlement import Entitlement
from subsidies.models.ledger import LedgerAccount, Transfer
from subsidies.models.payment import BalanceCheck, Break, Payment, Statement, StatementLine
from subsidies.models.posting import Objection, Posting
from subsidies.models.redemption import Redemption
from subsidies.models.routing import Routing
from subsidies.models.run import Run, RunLine

__all__ = [
    "Appeal",
    "Application",
    "BalanceCheck",
    "Break",
    "Decision",
    "Document",
    "Entitlement",
    "Escalation",
    "LedgerAccount",
    "Look",
    "NumberBook",
    "Objection",
    "Payment",
    "PayoutAccount",
    "Posting",
    "Redemption",
    "Routing",
    "Run",
    "RunLine",
    "Statement",
    "StatementLine",
    "Transfer",
]
