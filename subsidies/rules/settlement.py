"""A settlement run: when it may open, what each entitlement is due in it, and which step may follow which.

Pure: the day is an argument. It moves no money and does not know what was paid; that is handed in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from eldercare.kernel.days import Month
from eldercare.kernel.money import yuan
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.verdict import Cite, Line, Outcome, Reason

# Which step may follow which; every door asks here, and the service locks the run first.
RUN_STEPS: dict[str, frozenset[str]] = {
    "open": frozenset({"calculated", "cancelled"}),
    "calculated": frozenset({"open", "proposed", "cancelled"}),
    "proposed": frozenset({"calculated", "approved", "cancelled"}),
    "approved": frozenset({"posted"}),
    "posted": frozenset({"paying"}),
    "paying": frozenset({"reconciled"}),
    "reconciled": frozenset({"paying", "closed"}),
    "closed": frozenset(),
    "cancelled": frozenset(),
}

# A payment's answer may come late or twice, but a known end is never unlearnt, except that a bank may return money.
PAYMENT_STEPS: dict[str, frozenset[str]] = {
    "intent": frozenset({"sent"}),
    "sent": frozenset({"executed", "refused", "unknown"}),
    "unknown": frozenset({"executed", "refused", "sent"}),
    "executed": frozenset({"returned"}),
    "refused": frozenset(),
    "returned": frozenset(),
}


def spoken(month: Month) -> Sentence:
    """Say a month as people do: 2026年7月."""
    return say("{year}年{month}月", year=month.year, month=month.month)


def may_step(steps: dict[str, frozenset[str]], state: str, following: str) -> bool:
    """Tell whether a step may follow."""
    return following in steps[state]


def opens_on(benefit_month: Month, decide_by_day: int) -> date:
    """Give the first day a month's run may open: the decision day of the month before (160号 五(二)、六)."""
    return benefit_month.plus(-1).first_day.replace(day=decide_by_day)


def why_not_open(benefit_month: Month, *, today: date, decide_by_day: int, in_force_from: date) -> Refusal | None:
    """Say why a run may not open today, or None when it may.

    Codes: `benefit_month_too_late` (later than next month), `decisions_not_closed` (before the decision day),
    `programme_not_in_force` (a month before the programme began).
    """
    if benefit_month.last_day < in_force_from:
        return Refusal(
            "programme_not_in_force",
            say("这项补贴从 {day} 起施行，{month}还没有这项补贴。", day=in_force_from, month=spoken(benefit_month)),
            next_step=say("请选择施行之后的月份。"),
        )
    next_month = Month.of(today).next()
    opens = opens_on(benefit_month, decide_by_day)
    words = {"month": spoken(benefit_month), "next": spoken(next_month), "day": opens}
    if benefit_month > next_month:
        return Refusal(
            "benefit_month_too_late",
            say("最晚只能发放下个月（{next}）的补贴，{month}还太早。", **words),
            next_step=say("请选择{next}或更早的月份；{month}的结算从 {day} 起可以开始。", **words),
        )
    if today < opens:
        return Refusal(
            "decisions_not_closed",
            say("{month}的补贴要等 {day} 审定结束后才能结算。", **words),
            next_step=say("请在 {day} 或之后再来。", day=opens),
        )
    return None


@dataclass(frozen=True)
class Due:
    """What an entitlement gives: the months it lasts (both inclusive, `last` None while it stands) and fen a month.

    `rates` are (month from which it counts, fen), oldest first; the first counts from the first month.
    """

    rates: tuple[tuple[Month, int], ...]
    first: Month
    last: Month | None
    cite: Cite

    def fen(self, month: Month) -> int:
        """Give what a month is worth."""
        return next((fen for since, fen in reversed(self.rates) if since <= month), self.rates[0][1])


@dataclass(frozen=True)
class DueLine:
    """One month to be credited, and why."""

    benefit_month: Month
    cause: str
    line: Line


def due_lines(due: Due, run_month: Month, credited: Mapping[Month, int]) -> tuple[DueLine, ...]:
    """List the months a run owes an entitlement: its own month, every earlier one not yet credited (160号 六), and what
    a credited month was short of by the facts now known. `credited` is the fen of each month credited so far."""
    last = run_month if due.last is None else min(due.last, run_month)
    months = (due.first.plus(i) for i in range(last.minus(due.first) + 1))
    return tuple(
        _due_line(due, month, run_month, credited.get(month, 0))
        for month in months
        if due.fen(month) > credited.get(month, 0)
    )


def _due_line(due: Due, month: Month, run_month: Month, credited_fen: int) -> DueLine:
    words, fen = {"month": spoken(month)}, due.fen(month)
    if credited_fen:
        because = say("这个月应发 {due} 元，已发 {paid} 元，补上差额", due=yuan(fen), paid=yuan(credited_fen))
        return DueLine(
            month, "difference", Line(say("补差{month}补贴", **words), fen - credited_fen, because, due.cite)
        )
    if month == run_month:
        because = say("按审定的标准，按月发放")
        return DueLine(month, "regular", Line(say("{month}补贴", **words), fen, because, due.cite))
    because = say("审定的起始月是{first}，这个月当时没有发，现在补上", first=spoken(due.first))
    return DueLine(month, "back_pay", Line(say("补发{month}补贴", **words), fen, because, due.cite))


END_OF_MONTH_BEFORE = "end_of_month_before"


def pay_by(benefit_month: Month, word: str) -> date:
    """Give the last day on which a month's benefit is to be paid, as the programme's calendar words it (160号 六)."""
    if word != END_OF_MONTH_BEFORE:
        raise ValueError(f"not a day a calendar can name: {word!r}")
    return benefit_month.plus(-1).last_day


@dataclass(frozen=True)
class Matched:
    """How many of a run's credits or payouts there should be, how many the bank's statement agrees with, in fen too."""

    wanted: int
    wanted_fen: int
    matched: int
    matched_fen: int

    @property
    def agrees(self) -> bool:
        return (self.wanted, self.wanted_fen) == (self.matched, self.matched_fen)


def matched_reasons(credits: Matched, payouts: Matched, open_breaks: int, unbalanced: int) -> tuple[Reason, ...]:
    """Answer each condition of "our ledger, the bank's statement and the bills agree"."""
    return (
        _reason(
            "credits",
            credits.agrees,
            say("每一笔补贴都已入账，并和银行对账单一致"),
            say("{n} 笔补贴还没有和银行对账单对上", n=credits.wanted - credits.matched),
        ),
        _reason(
            "payouts",
            payouts.agrees,
            say("每一笔付给养老机构的钱都和银行对账单一致"),
            say("{n} 笔付给养老机构的钱还没有和银行对账单对上", n=payouts.wanted - payouts.matched),
        ),
        _reason("breaks", open_breaks == 0, say("没有未处理的差异"), say("还有 {n} 条差异没有处理", n=open_breaks)),
        _reason(
            "balances",
            unbalanced == 0,
            say("每个账户的余额都和银行一分不差"),
            say("有 {n} 个账户的余额和银行不一致", n=unbalanced),
        ),
    )


def closing_reasons(benefit_month: Month, today: date, bills_awaited: int) -> tuple[Reason, ...]:
    """Answer what a matched run still waits for before it is closed."""
    return (
        _reason(
            "month_over",
            today > benefit_month.last_day,
            say("{month}已经过完", month=spoken(benefit_month)),
            say("{month}还没有过完，账单要等月底以后", month=spoken(benefit_month)),
        ),
        _reason(
            "bills",
            bills_awaited == 0,
            say("该抵扣的账单都已出账"),
            say("还有 {n} 份转付机构的账单没有出", n=bills_awaited),
        ),
    )


def _reason(id: str, holds: bool, yes: Sentence, no: Sentence) -> Reason:
    return Reason(id, Outcome.PASS if holds else Outcome.FAIL, yes if holds else no)
