"""The papers an invented elder needs: an identity number with a true check digit, a phone number."""

import random
from datetime import date

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
AREA = "110105"


def identity_number(birth: date, seed: random.Random) -> str:
    """Make a GB 11643 number for a birth date; the sequence is drawn, so that every tour has its own elder.

    >>> len(identity_number(date(1944, 6, 1), random.Random(1)))
    18
    """
    body = f"{AREA}{birth:%Y%m%d}{seed.randrange(1000):03d}"
    return body + CHECK_DIGITS[sum(int(d) * w for d, w in zip(body, WEIGHTS, strict=True)) % 11]


def with_wrong_check_digit(number: str) -> str:
    """Spoil the last character."""
    return number[:-1] + ("0" if number[-1] != "0" else "1")


def phone_number(seed: random.Random) -> str:
    """Make a mobile number for the tour's family; the demo sends nothing to real phones."""
    return f"199{seed.randrange(10**8):08d}"
