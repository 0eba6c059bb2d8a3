"""May this home take in this elder? Every condition answers. Whether a bed is free is another question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from eldercare.kernel.days import age_on
from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.verdict import Cite, Outcome, Reason, Verdict, judge
from eldercare.regions.rules.codes import covers
from facilities.rules.words import GRADES, LEVELS


@dataclass(frozen=True)
class HomeFacts:
    """What a home says about whom it takes. None means it said nothing. `licence_valid_until`: last valid day.

    `operating` as in choices.OperatingState; blank: nothing else is known than that it is open.
    """

    kind: str
    accepts_levels: Sequence[int] | None
    accepts_hukou: Sequence[str] | None
    takes_dementia: bool | None
    licence_valid_until: date | None
    operating: str = ""


@dataclass(frozen=True)
class Need:
    """The elder and what is asked for. None means not known.

    `level` is 0–4 of a valid assessment that counts in the home's province; `unrecognised` says why one does not.
    """

    birth_date: date | None
    hukou_code: str | None
    level: int | None
    care_grade: str
    died_on: date | None = None
    unrecognised: Sentence | None = None


NOT_ASSESSED = say(
    "老人还没有在有效期内的能力评估。请在“我的老人”里申请评估，结果出来后机构就能判断；不影响先申请和轮候。"
)
GRADE_ORDER = ("self_care", "partial", "full")


def fit(home: HomeFacts, need: Need, *, on: date, admission: Mapping[str, Any], grades: Mapping[int, str]) -> Verdict:
    """Answer for one home, one elder, one day. `admission` and `grades` are settings in force on that day."""
    reasons = (
        _is_residential(home),
        _is_alive(need),
        _is_open(home),
        _licence(home, on),
        _age(need, on, admission),
        _hukou(home, need),
        _level(home, need),
        _dementia(home, need),
        _grade(need, grades),
    )
    answered = tuple(reason for reason in reasons if reason)
    missing = tuple(reason.id for reason in answered if reason.outcome is Outcome.UNKNOWN)
    return Verdict(judge(answered), answered, missing=missing)


def _reason(
    id: str, fact: bool | None, yes: Sentence, no: Sentence, unknown: Sentence, cite: Cite | None = None
) -> Reason:
    if fact is None:
        return Reason(id, Outcome.UNKNOWN, unknown, cite)
    return Reason(id, Outcome.PASS, yes, cite) if fact else Reason(id, Outcome.FAIL, no, cite)


def _is_residential(home: HomeFacts) -> Reason | None:
    return None if home.kind == "home" else Reason("kind", Outcome.FAIL, say("这里不提供长期入住。"))


def _is_alive(need: Need) -> Reason | None:
    return Reason("alive", Outcome.FAIL, say("老人已经去世。")) if need.died_on else None


def _is_open(home: HomeFacts) -> Reason | None:
    words = {"closed": say("机构已关停，不再收住。"), "suspended": say("机构暂停运营，暂不能收住。")}
    return Reason("operating", Outcome.FAIL, words[home.operating]) if home.operating in words else None


def _licence(home: HomeFacts, on: date) -> Reason:
    until = home.licence_valid_until
    return _reason(
        "licence",
        None if until is None else on <= until,
        say("机构备案在有效期内（到 {day}）。", day=until),
        say("机构备案已在 {day} 到期，暂不能接收新的老人。", day=until),
        say("机构没有公布备案期限，入住前请向机构核实。"),
    )


def _age(need: Need, on: date, admission: Mapping[str, Any]) -> Reason:
    age = age_on(need.birth_date, on) if need.birth_date else None
    least = admission["min_age"]
    return _reason(
        "age",
        None if age is None else age >= least,
        say("老人 {age} 周岁，满 {least} 周岁。", age=age, least=least),
        say("老人 {age} 周岁，还不满 {least} 周岁。", age=age, least=least),
        say("不知道老人的出生日期。"),
        Cite(admission["document"], admission["article"]),
    )


def _hukou(home: HomeFacts, need: Need) -> Reason:
    known = need.hukou_code is not None and home.accepts_hukou is not None
    inside = known and any(covers(scope, str(need.hukou_code)) for scope in home.accepts_hukou or ())
    return _reason(
        "hukou",
        inside if known else None,
        say("机构接收老人户籍所在地的老人。"),
        say("机构不接收老人户籍所在地的老人。"),
        say("机构没有公布接收哪里户籍的老人，或者不知道老人的户籍。"),
    )


def _level(home: HomeFacts, need: Need) -> Reason:
    if need.unrecognised is not None:
        return Reason("level", Outcome.UNKNOWN, say("老人的能力评估在这里还不能用：{why}", why=need.unrecognised))
    if need.level is None:
        return Reason("level", Outcome.UNKNOWN, NOT_ASSESSED)
    name = LEVELS[need.level]
    return _reason(
        "level",
        None if home.accepts_levels is None else need.level in home.accepts_levels,
        say("机构接收{level}的老人。", level=name),
        say("机构不接收{level}的老人。", level=name),
        say("机构没有公布是否接收{level}的老人。", level=name),
    )


def _dementia(home: HomeFacts, need: Need) -> Reason | None:
    if need.care_grade != "dementia":
        return None
    return _reason(
        "dementia",
        home.takes_dementia,
        say("机构接收认知症老人。"),
        say("机构不接收认知症老人。"),
        say("机构没有公布是否接收认知症老人。"),
    )


def _grade(need: Need, grades: Mapping[int, str]) -> Reason | None:
    """The care asked for must not be less than the assessed level needs; more is the family's choice."""
    if need.level is None or need.care_grade == "dementia":
        return None
    needed = grades[need.level]
    enough = GRADE_ORDER.index(need.care_grade) >= GRADE_ORDER.index(needed)
    words = {"asked": GRADES[need.care_grade], "needed": GRADES[needed]}
    return _reason(
        "care_grade",
        enough,
        say("申请的护理档次“{asked}”够用。", **words),
        say("申请的护理档次“{asked}”不够，按评估结果至少要“{needed}”。", **words),
        say("不知道需要哪一档护理。"),
    )
