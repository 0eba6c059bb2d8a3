"""Money is whole fen (1 yuan = 100 fen), always an `int`. No float, no half fen, no currency but CNY."""

from collections.abc import Sequence

FEN_IN_YUAN = 100


def yuan(fen: int) -> str:
    """Write fen as yuan with separators.

    >>> yuan(348_000)
    '3,480.00'
    >>> yuan(-5)
    '-0.05'
    """
    sign, whole = ("-" if fen < 0 else ""), abs(fen)
    return f"{sign}{whole // FEN_IN_YUAN:,}.{whole % FEN_IN_YUAN:02d}"


def split(total_fen: int, weights: Sequence[int]) -> list[int]:
    """Share an amount by weights without losing or inventing a fen: the largest remainders get the odd ones.

    >>> split(100, [1, 1, 1])
    [34, 33, 33]
    >>> split(60_000, [12, 19])
    [23226, 36774]
    """
    if total_fen < 0 or not weights or min(weights) < 0 or sum(weights) == 0:
        raise ValueError("split needs an amount of 0 or more and weights of 0 or more, at least one above 0")
    whole = sum(weights)
    shares = [total_fen * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total_fen * weights[i] % whole), i))
    for i in by_remainder[: total_fen - sum(shares)]:
        shares[i] += 1
    return shares
