"""What a home may take beforehand (预收费): the deposit against its limit. The limit is a dated setting with its source."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eldercare.kernel.money import yuan
from eldercare.kernel.sentences import say
from eldercare.kernel.verdict import Cite, Outcome, Reason


@dataclass(frozen=True)
class DepositLimit:
    """The most a home may take as a deposit, in fen; `fen` None: no limit is known on that day."""

    fen: int | None
    times: int | None
    cite: Cite | None
    example: bool


def deposit_limit(bed_monthly_fen: int, setting: Mapping[str, Any] | None) -> DepositLimit:
    """Work the limit out from the monthly bed fee."""
    if setting is None:
        return DepositLimit(None, None, None, example=False)
    times = setting["deposit_times_bed_fee"]
    return DepositLimit(
        bed_monthly_fen * times, times, Cite(setting["document"], setting["article"]), example=setting["example"]
    )


def deposit_reason(deposit_fen: int, limit: DepositLimit) -> Reason:
    """Answer for one deposit. Without a limit it can't be judged, and the reason says so."""
    if limit.fen is None:
        return Reason("deposit", Outcome.UNKNOWN, say("没有查到这一天押金的上限规定，请向当地民政部门核实。"))
    words = {"deposit": yuan(deposit_fen), "limit": yuan(limit.fen), "times": limit.times}
    if deposit_fen <= limit.fen:
        text = say("押金 {deposit} 元，不超过月床位费的 {times} 倍（{limit} 元）。", **words)
        return Reason("deposit", Outcome.PASS, text, limit.cite)
    text = say("押金 {deposit} 元，超过月床位费的 {times} 倍（{limit} 元）。", **words)
    return Reason("deposit", Outcome.FAIL, text, limit.cite)
