"""A payout account's number as it is typed: read, never judged beyond its form. Which card it is the family says."""

import re
import unicodedata

FEWEST, MOST = 10, 25


def read_account_number(text: str) -> str | None:
    """Read an account number: full-width digits, spaces and hyphens are forgiven; None when it can't be one.

    >>> read_account_number("6228 4800-１２３４ 5678")
    '6228480012345678'
    >>> read_account_number("12") is None
    True
    """
    digits = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text))
    return digits if digits.isascii() and digits.isdigit() and FEWEST <= len(digits) <= MOST else None
