"""The resident identity number (GB 11643-1999): what it says about birth and sex, and whether its check digit fits.

It never judges the first six digits: they are a historical code, newer than many an elder's birth, and no 户籍.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from eldercare.kernel.sentences import Sentence, say

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
DIGITS = 18


@dataclass(frozen=True)
class IdNumber:
    """A number that holds together. `sex` is `male` or `female`."""

    text: str
    birth_date: date
    sex: str


class IdNumberProblem(ValueError):
    """What is wrong with a number, in one plain sentence. `code` is stable."""

    def __init__(self, code: str, sentence: Sentence) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence


def normalise(text: str) -> str:
    """Write a number as people mean it: full-width digits, spaces, dashes and a small x are forgiven.

    >>> normalise(" ４４０５２４ 18800101-0014 ")
    '440524188001010014'
    """
    return re.sub(r"[\s\-‐–—_.·]", "", unicodedata.normalize("NFKC", text)).upper()


def check_digit(first_17: str) -> str:
    """Give the eighteenth character.

    >>> check_digit("11010519491231002")
    'X'
    """
    return CHECK_DIGITS[sum(int(digit) * weight for digit, weight in zip(first_17, WEIGHTS, strict=True)) % 11]


def parse_id_number(text: str) -> IdNumber:
    """Read an identity number.

    Raises IdNumberProblem: `id_number_missing`, `id_number_length`, `id_number_letters`, `id_number_date`,
    `id_number_check_digit`.

    >>> parse_id_number("11010519491231002x").sex
    'female'
    """
    number = normalise(text)
    if not number:
        raise IdNumberProblem("id_number_missing", say("请填写身份证号码。"))
    if len(number) != DIGITS:
        raise IdNumberProblem(
            "id_number_length", say("身份证号码应当是 18 位，您填了 {length} 位，请再数一数。", length=len(number))
        )
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise IdNumberProblem("id_number_letters", say("身份证号码前 17 位都是数字，最后一位是数字或字母 X。"))
    born = _birth_date(number)
    if check_digit(number[:-1]) != number[-1]:
        raise IdNumberProblem("id_number_check_digit", say("这个身份证号码有一位不对，请对照身份证从头核对一遍。"))
    return IdNumber(number, born, "male" if int(number[16]) % 2 else "female")


def _birth_date(number: str) -> date:
    year, month, day = number[6:10], number[10:12], number[12:14]
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise IdNumberProblem(
            "id_number_date",
            say(
                "身份证号码第 7 到 14 位是出生日期，{year} 年 {month} 月 {day} 日不存在。",
                year=year,
                month=month,
                day=day,
            ),
        ) from None
