"""The facts a rule looked at, in plain words: for desks, and for the paper a decision is kept on. Judges nothing."""

from eldercare.kernel.days import DayRange
from eldercare.kernel.sentences import Sentence, say
from eldercare.regions.selectors import full_names
from subsidies.rules.conditions import CATEGORY_NAMES, level_name
from subsidies.rules.facts import CIRCUMSTANCES, Certificate, ElderInput, Stated

UNKNOWN = say("不知道")
BIRTH, HUKOU, ASSESSED, HELD = say("出生日期"), say("户籍"), say("能力评估"), say("残疾人证")


def facts_shown(elder: ElderInput) -> list[tuple[Sentence, list[Sentence]]]:
    """Give the facts the rule looked at, name by name; an empty list of values is shown as 没有."""
    places = full_names(one.region for one in elder.hukou or ())
    return [
        (BIRTH, [say("{day}", day=elder.birth_date) if elder.birth_date else UNKNOWN]),
        (
            HUKOU,
            [
                say("{place}，{days}", place=places.get(one.region, one.region), days=_days(one.days))
                for one in elder.hukou
            ]
            if elder.hukou is not None
            else [UNKNOWN],
        ),
        (
            ASSESSED,
            [
                say("{day} {level}（{standard}）", day=one.concluded_on, level=level_name(one), standard=one.standard)
                for one in elder.assessments
            ]
            if elder.assessments is not None
            else [UNKNOWN],
        ),
        (
            HELD,
            [_certificate(one) for one in elder.certificates] if elder.certificates is not None else [UNKNOWN],
        ),
        *((label, _stated(elder.circumstance(name))) for name, label in CIRCUMSTANCES.items()),
        (say("服刑"), _stated(elder.prison if elder.prison is not None else None)),
        *([(say("去世"), [say("{day}", day=elder.died_on)])] if elder.died_on else []),
    ]


def _stated(stated: Stated) -> list[Sentence]:
    if stated is None:
        return [UNKNOWN]
    if isinstance(stated, tuple):
        return [_days(days) for days in stated] or [say("没有")]
    return [say("是") if stated else say("不是")]


def _days(days: DayRange) -> Sentence:
    if days.until is None:
        return say("{start} 起", start=days.start)
    return say("{start} 起，{until} 前", start=days.start, until=days.until)


def _certificate(one: Certificate) -> Sentence:
    parts = (one.own, *(one.components or ()))
    named = [
        say("{category}残疾 {level} 级", category=CATEGORY_NAMES[part.category], level=part.level)
        for part in parts
        if part.category and part.level
    ]
    joined = named[0] if named else UNKNOWN
    for part in named[1:]:
        joined = say("{first}，{second}", first=joined, second=part)
    return joined
