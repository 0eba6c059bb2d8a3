"""A settlement month as a world to act in: one elder of 朝阳 in a home in Wuqing, 600.00 a month, two officers."""

from datetime import date

from eldercare.kernel.days import Month
from subsidies.choices import LedgerKind
from subsidies.models import Run
from subsidies.selectors.ledger import balance
from subsidies.services import close, pay, post, reconcile, redeem, settle
from tests.builders.facilities import make_bill, make_home, make_stay
from tests.builders.people import make_elder, make_person
from tests.builders.regions import CHAOYANG
from tests.builders.settlement import NURSING, district_pair, make_entitlement, make_routing, set_day

JULY = Month(2026, 7)
DECIDED, CREDITED, BILLED, SEEN = date(2026, 6, 26), date(2026, 6, 30), date(2026, 8, 3), date(2026, 8, 5)


class World:
    """The people and papers a month needs, with the month's steps as its methods."""

    def __init__(self, **routing) -> None:
        set_day(DECIDED)
        self.proposer, self.approver = district_pair()
        self.family = make_person()
        self.elder = make_elder(guardian=self.family)
        self.home = make_home()
        self.stay = make_stay(self.home, self.elder, self.family, since=date(2026, 6, 1))
        self.entitlement = make_entitlement(self.elder)
        self.routing = make_routing(self.entitlement, self.home, **routing)

    def calculated_july(self) -> Run:
        run = settle.open_run(self.proposer, programme=NURSING, region_code=CHAOYANG, benefit_month=JULY)
        settle.calculate_run(run.pk)
        return run

    def credit_july(self) -> Run:
        """Open, calculate, propose, approve, post and pay July's run; the bank is asked on the last day of June."""
        run = self.calculated_july()
        settle.propose_run(self.proposer, run_id=run.pk)
        settle.approve_run(self.approver, run_id=run.pk)
        set_day(CREDITED)
        post.post_run(run.pk)
        pay.order_credits(run.pk)
        pay.send_waiting("sandbox")
        return run

    def bill_july(self, **amounts) -> None:
        set_day(BILLED)
        make_bill(self.stay, JULY.first_day, **amounts)
        redeem.redeem_due()
        pay.send_waiting("sandbox")

    def reconcile(self, on: date = SEEN) -> None:
        set_day(on)
        reconcile.collect_statements("sandbox", until=date.fromordinal(on.toordinal() - 1))
        close.advance_runs()

    def balances(self) -> dict[str, int]:
        return {
            "fund": balance(LedgerKind.DISTRICT_FUND, f"region:{CHAOYANG}"),
            "elder": balance(LedgerKind.ELDER_RESTRICTED, f"elder:{self.elder.pk}"),
            "home": balance(LedgerKind.HOME_PAYABLE, f"facility:{self.home.pk}"),
            "paid": balance(LedgerKind.CHANNEL_PAID, "channel:sandbox"),
        }

    def at_the_bank(self, bank) -> tuple[int, int]:
        account = self.entitlement.decision.application.account
        return bank.balance(account.number), bank.balance(f"HOME-{self.home.pk}")
