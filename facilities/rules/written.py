"""How else the same can be written by hand or by habit: numbers in digits or in characters, characters that look alike."""

import re
from collections.abc import Iterator
from functools import cache

from facilities.rules.settings import read

WRITING = read("writing.yaml")
DIGITS, TEN = WRITING["digits"], WRITING["ten"]
NUMERAL = re.compile(f"[{WRITING['zero']}{DIGITS}{TEN}]+")


def other_numerals(text: str) -> Iterator[str]:
    """Give the text with its numbers in characters instead of digits, and the other way round.

    >>> list(other_numerals("第12敬老院")), list(other_numerals("二十四孝"))
    (['第十二敬老院', '第一二敬老院'], ['24孝'])
    """
    others = (
        re.sub(r"\d+", lambda run: _counted(run[0]), text),
        re.sub(r"\d", lambda digit: DIGITS[int(digit[0])], text),
        NUMERAL.sub(lambda run: _in_digits(run[0]), text),
    )
    yield from (other for other in dict.fromkeys(others) if other != text)


def _counted(digits: str) -> str:
    """Write a number from 1 to 99 as it is counted; others digit by digit."""
    if len(digits) > 2 or digits.startswith("0"):
        return "".join(DIGITS[int(digit)] for digit in digits)
    *tens, ones = (int(digit) for digit in digits)
    begin = "".join(f"{DIGITS[ten] if ten > 1 else ''}{TEN}" for ten in tens)
    return begin + (DIGITS[ones] if ones or not tens else "")


def _in_digits(characters: str) -> str:
    counted = re.fullmatch(f"([{DIGITS[1:]}]?){TEN}([{DIGITS[1:]}]?)", characters)
    if counted:
        tens, ones = counted.groups()
        return f"{DIGITS.index(tens) if tens else 1}{DIGITS.index(ones) if ones else 0}"
    return "".join("10" if one == TEN else str(max(DIGITS.find(one), 0)) for one in characters)


def lookalikes(character: str) -> str:
    """Give the characters that are easily taken for this one.

    >>> lookalikes("未"), lookalikes("康")
    ('末耒', '')
    """
    return _groups().get(character, "")


@cache
def _groups() -> dict[str, str]:
    return {one: group.replace(one, "") for group in WRITING["lookalikes"] for one in group}
