"""A payout account's number as it is typed: read, never judged beyond its form. Which card it is the family says."""

import re
import unicodedata

FEWEST, MOST = 10, 25
BANK_CARD = range(16, 20)


def read_account_number(text: str) -> str | None:
    """Read an account number: full-width digits, spaces and hyphens are forgiven; None when it can't be one.

    >>> read_account_number("6228 4800-１２３４ 5678")
    '6228480012345678'
    >>> read_account_number("12") is None
    True
    """
    digits = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text))
    return digits if digits.isascii() and digits.isdigit() and FEWEST <= len(digits) <= MOST else None


def looks_mistyped(number: str) -> bool:
    """Tell whether a number as long as a bank card's fails the check digit (Luhn). A hint to look again, never a refusal.

    >>> looks_mistyped("6228480402564890018"), looks_mistyped("6228480402564890019"), looks_mistyped("1234567890")
    (False, True, False)
    """
    if len(number) not in BANK_CARD:
        return False
    digits = [int(digit) for digit in reversed(number)]
    total = sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return total % 10 != 0
