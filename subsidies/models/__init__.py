"""What the subsidy floor keeps, and what it can never keep."""

from subsidies.models.account_change import AccountChange
from subsidies.models.application import Application, PayoutAccount
from subsidies.models.change import Change, Debt
from subsidies.models.decision import Appeal, Decision, Escalation, Look
from subsidies.models.document import Document, NumberBook
from subsidies.models.entitlement import Entitlement, Rate
from subsidies.models.fact_list import FactList
from subsidies.models.filing import Filing
from subsidies.models.flag import CrossCheckFlag
from subsidies.models.inquiry import Inquiry
from subsidies.models.ledger import LedgerAccount, Transfer
from subsidies.models.paper import Paper, PaperContent
from subsidies.models.payment import BalanceCheck, Break, Payment, Statement, StatementLine
from subsidies.models.posting import Objection, Posting
from subsidies.models.redemption import Redemption
from subsidies.models.routing import Routing
from subsidies.models.run import Run, RunLine
from subsidies.models.version import ProgrammeVersion

__all__ = [
    "AccountChange",
    "Appeal",
    "Application",
    "BalanceCheck",
    "Break",
    "Change",
    "CrossCheckFlag",
    "Debt",
    "Decision",
    "Document",
    "Entitlement",
    "Escalation",
    "FactList",
    "Filing",
    "Inquiry",
    "LedgerAccount",
    "Look",
    "NumberBook",
    "Objection",
    "Paper",
    "PaperContent",
    "Payment",
    "PayoutAccount",
    "Posting",
    "ProgrammeVersion",
    "Rate",
    "Redemption",
    "Routing",
    "Run",
    "RunLine",
    "Statement",
    "StatementLine",
    "Transfer",
]
