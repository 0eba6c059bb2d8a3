"""What was paid too much for a month, who paid it and who owes it: by difference, to the fen. Pure; knows no rows.

The elder keeps what the month is worth. Where another district paid that part, the district that should have paid owes it
to the one that did (160号 八); only what exceeds the month is owed by the elder's side (十(四)).
"""

from collections.abc import Mapping


def owing(due_fen: int, payer: str | None, paid: Mapping[str, int]) -> dict[tuple[str, str | None], int]:
    """Give fen by (district that paid, who owes it: None for the elder's side, else a district).

    >>> owing(60000, "110112", {"110105": 60000})
    {('110105', '110112'): 60000}
    >>> owing(0, None, {"110105": 60000})
    {('110105', None): 60000}
    >>> owing(40000, "110105", {"110105": 60000})
    {('110105', None): 20000}
    """
    kept = due_fen
    found: dict[tuple[str, str | None], int] = {}
    for district, fen in sorted(paid.items(), key=lambda one: (one[0] != payer, one[0])):
        part = min(fen, kept)
        kept -= part
        if part and district != payer:
            found[district, payer] = part
        if fen > part:
            found[district, None] = fen - part
    return found
