"""Whether a home may take elders in on a day, as far as its papers say. Unknown is not no; nothing is looked up here."""

from dataclasses import dataclass
from datetime import date

from eldercare.kernel.sentences import Sentence, say

NOT_OPEN = ("closed", "suspended")


@dataclass(frozen=True)
class LicenceFacts:
    """What stands in the register: `operating` as in choices.OperatingState; `valid_until` the last valid day, as printed."""

    operating: str = ""
    valid_until: date | None = None


@dataclass(frozen=True)
class LicenceAnswer:
    """`stands` None: nobody published it. A home whose licence does not stand leaves matching and stays visible."""

    stands: bool | None
    because: Sentence


def licence_stands(home: LicenceFacts, on: date) -> LicenceAnswer:
    """Judge a home's licence on a day.

    >>> licence_stands(LicenceFacts(valid_until=date(2026, 5, 31)), date(2026, 5, 31)).stands
    True
    >>> str(licence_stands(LicenceFacts(valid_until=date(2026, 5, 31)), date(2026, 6, 1)).because)
    '备案（许可）已于 2026-05-31 到期，暂不能收住'
    >>> licence_stands(LicenceFacts(), date(2026, 6, 1)).stands is None
    True
    """
    if home.operating == "closed":
        return LicenceAnswer(False, say("已关停，不再收住"))
    if home.operating == "suspended":
        return LicenceAnswer(False, say("暂停运营，暂不能收住"))
    if home.valid_until is None:
        return LicenceAnswer(None, say("没有公布备案（许可）期限"))
    if home.valid_until < on:
        return LicenceAnswer(False, say("备案（许可）已于 {day} 到期，暂不能收住", day=home.valid_until.isoformat()))
    return LicenceAnswer(True, say("备案（许可）有效到 {day}", day=home.valid_until.isoformat()))
