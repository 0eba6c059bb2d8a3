"""What the tour says while it walks, and how it stops at the first difference."""

from typing import Any


class Difference(Exception):
    """Something was not as it must be; the sentence says what was expected and what was found."""


def must(true: Any, sentence: str) -> None:
    """Stop the tour unless this holds."""
    if not true:
        raise Difference(sentence)


def same(what: str, found: Any, expected: Any) -> None:
    """Stop the tour unless both are equal."""
    must(found == expected, f"{what}：应为 {expected!r}，实为 {found!r} · expected {expected!r}, found {found!r}")


def tell(text: str = "") -> None:
    """Print a line at once."""
    print(text, flush=True)


def fact(name: str, value: Any) -> None:
    """Print one figure under a step."""
    tell(f"      {name}：{value}")


def yuan(fen: int) -> str:
    """Write fen as yuan; money in the tour is whole fen, too.

    >>> yuan(-60000)
    '-600.00'
    """
    sign, whole = ("-" if fen < 0 else ""), abs(fen)
    return f"{sign}{whole // 100:,}.{whole % 100:02d}"
