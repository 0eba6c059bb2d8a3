"""How much of one month's credit pays a home's bill. Pure; it neither finds the bill nor moves the money."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class BillLine:
    """One line of a bill: its place on it, what it is for (`bed`, `care`, `meal` …) and its fen."""

    number: int
    eligible_key: str
    amount_fen: int


@dataclass(frozen=True)
class Part:
    """What of a bill's line a credit pays."""

    number: int
    eligible_key: str
    amount_fen: int


def share_of_bill(
    credit_fen: int,
    lines: Sequence[BillLine],
    *,
    eligible: Collection[str],
    paid: Mapping[int, int],
    bill_open_fen: int,
) -> tuple[Part, ...]:
    """Spread what is left of one month's credit over the bill's eligible lines, in their order.

    `paid` says how much of each line (by number) other credits already pay; `bill_open_fen` is what is still open of
    the whole bill, which deductions may make smaller than its lines. The parts never exceed credit, line or bill;
    what is not spread stays with the elder.
    """
    left = min(credit_fen, bill_open_fen)
    parts = []
    for line in lines:
        amount = min(left, line.amount_fen - paid.get(line.number, 0))
        if line.eligible_key in eligible and amount > 0:
            parts.append(Part(line.number, line.eligible_key, amount))
            left -= amount
    return tuple(parts)
