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


# What each of the 26 items of GB/T 42195-2022 gives at most, dimension by dimension; 90 points in all.
MOST_POINTS = {
    "B.1": (4, 4, 4, 4, 4, 4, 4, 4),
    "B.2": (4, 4, 4, 3),
    "B.3": (4, 4, 4, 4, 4, 4, 1, 1, 2),
    "B.4": (2, 2, 4, 3, 4),
}


def answers_scoring(total: int) -> dict[str, int]:
    """Answer the 26 items so that their points add up to a total: the first items full, the rest nothing.

    >>> sum(answers_scoring(40).values()), len(answers_scoring(40))
    (40, 26)
    """
    left, answers = total, {}
    for dimension, items in MOST_POINTS.items():
        for number, most in enumerate(items, start=1):
            answers[f"{dimension}.{number}"] = min(most, left)
            left -= min(most, left)
    return answers
