"""The eight steps of the journey, in order, each through the doors people use and each checked."""

from collections.abc import Callable

from tools.tour import deciding, finding, settling, staying
from tools.tour.check import fact, tell
from tools.tour.party import Party

STEPS: tuple[tuple[str, Callable[[Party], None]], ...] = (
    ("访客找养老院，看补贴后自付多少 a visitor finds a home", finding.find_a_home),
    ("家属登录，登记老人 the family registers the elder", deciding.register),
    ("两位评估员评估，天津的结果在北京得到认可 assessed in Tianjin, recognised in Beijing", deciding.assess),
    ("申请补贴：街道初审，区里审定 the subsidy is decided", deciding.decide),
    ("养老院留床，家属接受 a bed is offered and accepted", staying.move_in),
    ("家属把补贴转付给养老院 the subsidy is routed", staying.route),
    ("按月结算：入账、入住、账单、抵扣、付款、对账 a month is settled", settling.settle),
    ("各看各的 each sees their own side", settling.look),
)


def walk(party: Party) -> None:
    """Walk every step; the first Difference ends it."""
    finding.prepare(party)
    for number, (title, step) in enumerate(STEPS, start=1):
        tell(f"\n[{number}] {title}")
        fact("今天 day", party.today())
        step(party)
