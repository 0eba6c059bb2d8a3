"""The number of a care worker's skill certificate (养老护理员职业技能等级证书), and what it says. Looks nothing up.

Document: the numbering rule of skill-level certificates as published with an example; confidence medium to high.
22 characters: one letter (Y an employer, S a social evaluation body), 4 digits of the body's filing number (0000 without
one), 2 of the province, 6 of the body, 2 of the year, 1 of the level (5 the lowest to 1), 6 of the certificate. Older
papers (16 digits) and 特级技师 (two letters, 20 digits) follow other rules: their level is not in the number.
"""

import re
import unicodedata
from dataclasses import dataclass

from eldercare.kernel.sentences import Sentence, say

NUMBER = re.compile(r"(?P<body>[YS])(?P<filing>\d{4})(?P<province>\d{2})\d{6}(?P<year>\d{2})(?P<level>[1-5])\d{6}")
OLDER = re.compile(r"\d{16}|[A-Z]{2}\d{20}")


@dataclass(frozen=True)
class Certificate:
    """What a number says. `level` and `province` (six digits) are None where the number does not tell them."""

    number: str
    level: int | None
    province: str | None
    why: Sentence | None = None

    @property
    def is_readable(self) -> bool:
        return self.why is None


def read_certificate(text: str) -> Certificate:
    """Read a certificate's number.

    >>> one = read_certificate("Ｙ0000 11000001 24 4 000123")
    >>> one.level, one.province, one.is_readable
    (4, '110000', True)
    >>> str(read_certificate("Y000011000001246000123").why)
    '证书号里的等级应为 1 至 5'
    >>> read_certificate("1234567890123456").level is None
    True
    """
    number = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()
    found = NUMBER.fullmatch(number)
    if found:
        return Certificate(number, int(found["level"]), f"{found['province']}0000")
    if OLDER.fullmatch(number):
        return Certificate(number, None, None)
    if re.fullmatch(r"[YS]\d{21}", number):
        return Certificate(number, None, None, say("证书号里的等级应为 1 至 5"))
    return Certificate(number, None, None, say("证书号应为 1 个字母（Y 或 S）加 21 位数字；旧证书为 16 位数字"))
