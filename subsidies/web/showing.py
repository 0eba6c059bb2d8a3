"""How applications are shown: their steps, and the facts the rule looked at, in plain words. Decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from eldercare.kernel.days import DayRange
from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.verdict import Outcome, Reason
from eldercare.regions.selectors import full_names
from subsidies.choices import ApplicationState, CheckState, Origin
from subsidies.rules.conditions import CATEGORY_NAMES, level_name
from subsidies.rules.facts import CIRCUMSTANCES, Certificate, ElderInput, Stated
from subsidies.selectors.applications import ApplicationCard, ApplicationFile
from subsidies.selectors.filings import InquiryCard

UNKNOWN = say("不知道")
SAME_ACT = timedelta(minutes=1)
BIRTH, HUKOU, ASSESSED, HELD = say("出生日期"), say("户籍"), say("能力评估"), say("残疾人证")
OWN_SOURCE = {BIRTH: "birth", HUKOU: "hukou", ASSESSED: "assessment", HELD: "certificate"}


@dataclass(frozen=True)
class Step:
    """One step of an application, as the steps component draws it."""

    label: Sentence
    state: str
    detail: Sentence | None = None


def steps_of(card: ApplicationCard) -> list[Step]:
    """Give how far an application is."""
    state, due = card.state, card.due_on
    if state == ApplicationState.WITHDRAWN:
        return [Step(say("申请"), "done"), Step(say("已撤回"), "failed")]
    reviewed = state != ApplicationState.SUBMITTED
    decided = not card.application.is_open
    approved = state == ApplicationState.APPROVED
    by = say("最迟 {day}", day=due) if due else None
    return [
        Step(say("申请"), "done", say("{day} 送到{street}", day=card.application.applied_on, street=card.street_name)),
        Step(say("街道初审"), "done" if reviewed else "current", None if reviewed else by),
        Step(
            say("区民政局决定"),
            ("done" if approved else "failed") if decided else ("current" if reviewed else "todo"),
            by if reviewed and not decided else None,
        ),
        Step(say("按月发放"), "current" if approved else "todo"),
    ]


@dataclass(frozen=True)
class Moment:
    """One thing that happened to an application, as the timeline draws it."""

    at: datetime
    title: Sentence


def moments_of(found: ApplicationFile, asked: Sequence[InquiryCard]) -> list[Moment]:
    """Give what happened to an application, the newest first: sent, asked, answered, checked, concluded."""
    application = found.application
    filing, account = application.filing, application.account
    moments = [Moment(application.recorded_at, _begun(found))]
    if filing and filing.sent_at and filing.sent_at > application.recorded_at + SAME_ACT:
        moments.append(Moment(filing.sent_at, say("填写了收款的卡")))
    for card in asked:
        moments.append(Moment(card.inquiry.asked_at, say("请您补充资料")))
        if card.inquiry.answered_at:
            moments.append(Moment(card.inquiry.answered_at, say("您补充了资料")))
    if account and account.checked_at:
        passed = account.check_state == CheckState.VERIFIED
        words = say("银行核对了收款的卡") if passed else say("收款的卡没有通过银行核对")
        moments.append(Moment(account.checked_at, words))
    moments += [
        Moment(one.decision.at, say("{stage}：{outcome}", stage=one.stage.label, outcome=one.outcome.label))
        for one in found.decisions
    ]
    return sorted(moments, key=lambda one: one.at, reverse=True)


def _begun(found: ApplicationFile) -> Sentence:
    if found.application.origin == Origin.ASSESSMENT:
        return say("能力评估达到标准，申请自动送到{street}", street=found.card.street_name)
    if found.application.entered_by_id:
        return say("在窗口代填，送到{street}", street=found.card.street_name)
    return say("提交申请，送到{street}", street=found.card.street_name)


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


def facts_with_sources(
    elder: ElderInput, sources: dict[str, Sentence]
) -> list[tuple[Sentence, list[Sentence], Sentence | None]]:
    """Give the facts the rule looks at, each with where it came from; what nobody ever told has no source."""
    return [
        (name, values, sources.get(OWN_SOURCE.get(name, "declared")) if values != [UNKNOWN] else None)
        for name, values in facts_shown(elder)
    ]


def against(reasons: tuple[Reason, ...]) -> list[Reason]:
    """Give the conditions that stand in the way, those that fail first."""
    return sorted((one for one in reasons if one.outcome is not Outcome.PASS), key=lambda one: one.outcome.value)


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
