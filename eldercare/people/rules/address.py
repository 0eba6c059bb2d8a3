"""The address a letter or a sign-in code goes to: a mainland mobile number or an e-mail address, in one writing each."""

import re
import unicodedata
from dataclasses import dataclass

PHONE = re.compile(r"1[3-9]\d{9}")
EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+")
LONGEST = 254


@dataclass(frozen=True)
class Address:
    """`channel` is `sms` or `email`."""

    channel: str
    text: str


def parse_address(text: str) -> Address | None:
    """Read a phone number or an e-mail address; None when it is neither.

    >>> parse_address("+86 １３８-0000 1234"), parse_address("Li.Na@Example.org ")
    (Address(channel='sms', text='13800001234'), Address(channel='email', text='li.na@example.org'))
    >>> parse_address("12345") is None
    True
    """
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if "@" in plain:
        return Address("email", plain) if len(plain) <= LONGEST and EMAIL.fullmatch(plain) else None
    digits = re.sub(r"^(\+|00)86", "", re.sub(r"[\s\-()]", "", plain))
    return Address("sms", digits) if PHONE.fullmatch(digits) else None
