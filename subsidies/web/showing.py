"""How applications are shown: their steps, and the facts the rule looked at, in plain words. Decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.verdict import Outcome, Reason
from subsidies.choices import ApplicationState, CheckState, Origin
from subsidies.rules.facts import ElderInput
from subsidies.selectors.applications import ApplicationCard, ApplicationFile
from subsidies.selectors.filings import InquiryCard
from subsidies.selectors.shown_facts import ASSESSED, BIRTH, HELD, HUKOU, UNKNOWN, facts_shown

SAME_ACT = timedelta(minutes=1)
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
    if state == ApplicationState.RECHECK:
        return [Step(say("申请"), "done"), Step(say("区民政局决定"), "done"), Step(say("重新核对"), "current")]
    reviewed = state != ApplicationState.SUBMITTED
    decided = not card.application.is_open
    approved = state == ApplicationState.APPROVED
    by = say("最迟 {day}", day=due) if due else None
    if by and card.because:
        by = say("{by}。{because}", by=by, because=card.because)
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
