"""Division codes (GB/T 2260; nine digits for streets) as text: which lies in which. Not whether one exists.

An identity number's first six digits are a historical code and are never checked here.
"""

import re

STREET_DIGITS = 9


def is_code(text: str) -> bool:
    """Tell whether a text has the form of a division's code.

    >>> is_code("110105"), is_code("110105003"), is_code("1101")
    (True, True, False)
    """
    return re.fullmatch(r"\d{6}(\d{3})?", text) is not None


def province_of(code: str) -> str:
    """Give the code of the province or municipality.

    >>> province_of("110105003")
    '110000'
    """
    return code[:2] + "0000"


def district_of(code: str) -> str:
    """Give the code of the district or county a street lies in; a district gives itself.

    >>> district_of("110105003")
    '110105'
    """
    return code[:6]


def scope_prefix(code: str) -> str:
    """Give the digits all codes inside a division begin with.

    >>> scope_prefix("110000"), scope_prefix("131000"), scope_prefix("110105"), scope_prefix("110105003")
    ('11', '1310', '110105', '110105003')
    """
    if len(code) == STREET_DIGITS:
        return code
    if code.endswith("0000"):
        return code[:2]
    return code[:4] if code.endswith("00") else code


def covers(scope: str, code: str) -> bool:
    """Tell whether a division lies in a scope (or is it).

    >>> covers("110000", "110105003"), covers("131000", "130100"), covers("110105003", "110105")
    (True, False, False)
    """
    return code.startswith(scope_prefix(scope))


def ancestors_of(code: str) -> tuple[str, ...]:
    """Give the codes a division lies in, widest first, with itself last.

    >>> ancestors_of("110105003")
    ('110000', '110100', '110105', '110105003')
    """
    steps = (province_of(code), code[:4] + "00", district_of(code), code)
    return tuple(dict.fromkeys(steps))
