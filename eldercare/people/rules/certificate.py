"""The disability certificate (残疾人证): what its number says, and which facts of one hold together."""

import re
import unicodedata
from typing import Any

from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.people.rules.id_number import IdNumberProblem, parse_id_number

NUMBER = re.compile(r"(?P<id>\d{17}[\dX])(?P<category>[1-7])(?P<level>[1-4])(B[1-9])?")
MULTIPLE = 7


def normalise_certificate_number(text: str) -> str:
    """Write a number as people mean it.

    >>> normalise_certificate_number(" 11010519491231002x 4 1")
    '11010519491231002X41'
    """
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()


def read_certificate_number(text: str) -> tuple[int, int] | None:
    """Give the category and level a number names (20 characters, 22 when reissued); None when it is no such number.

    >>> read_certificate_number("11010519491231002X41B1")
    (4, 1)
    """
    found = NUMBER.fullmatch(normalise_certificate_number(text))
    return (int(found["category"]), int(found["level"])) if found else None


def check_certificate(certificate: dict[str, Any]) -> None:
    """Refuse facts that cannot be on one certificate.

    `{"number", "category" 1-7, "level" 1-4, "components" [{"category" 1-6, "level" 1-4}] or None, "from"}`; None is
    unknown. Raises Refusal `certificate_number`, `certificate_disagrees`, `certificate_category`, `certificate_components`.
    """
    category: Any = certificate.get("category")
    level: Any = certificate.get("level")
    if category not in range(1, MULTIPLE + 1) or (level is not None and level not in range(1, 5)):
        raise _refused("certificate_category", "category", say("请选择残疾证上的类别和等级。"))
    if certificate.get("number"):
        _check_number(certificate["number"], category, level)
    components = certificate.get("components")
    if components is None:
        return
    if category != MULTIPLE or len({part["category"] for part in components}) < max(2, len(components)):
        raise _refused(
            "certificate_components",
            "components",
            say("只有多重残疾才写明几种残疾，至少两种，每种只写一次。"),
        )


def check_holder(number: str, id_number: str) -> None:
    """Refuse a certificate of somebody else: its number begins with the holder's own identity number.

    Raises Refusal `certificate_birth_date`, `certificate_of_another`. What is not known is not compared.
    """
    own, holders = normalise_certificate_number(number)[:18], id_number.upper()
    if not own or not holders or own == holders:
        return
    if own[6:14] != holders[6:14]:
        raise _refused(
            "certificate_birth_date",
            "number",
            say("证号里的出生日期和老人身份证上的不一样，请对照证件核对。"),
        )
    raise _refused("certificate_of_another", "number", say("证号的前 18 位应当是老人自己的身份证号，请对照证件核对。"))


def _check_number(number: str, category: int, level: int | None) -> None:
    said = read_certificate_number(number)
    try:
        parse_id_number(normalise_certificate_number(number)[:18])
    except IdNumberProblem:
        said = None
    if said is None:
        raise _refused(
            "certificate_number", "number", say("残疾人证号应当是身份证号加两位数字，补发的再加 B 和一位数字。")
        )
    if said != (category, level):
        raise _refused("certificate_disagrees", "number", say("证号最后两位和您选的类别、等级不一致，请对照证件核对。"))


def _refused(code: str, field: str, sentence: Any) -> Refusal:
    return Refusal(code, sentence, next_step=say("请对照残疾人证改正；不确定的可以先不填。"), fields={field: sentence})
