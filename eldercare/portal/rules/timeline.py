"""Where an elder's case stands, step by step, and what comes next. Reads frozen facts; knows no page and no table."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from eldercare.kernel.sentences import Sentence, say


class Stand(StrEnum):
    """How far one part of the case is."""

    NOTHING = "nothing"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class Door(StrEnum):
    """Where the next step is taken; the web room knows the address."""

    ASSESSMENT = "assessment"
    SUBSIDY = "subsidy"
    HOMES = "homes"
    OFFER = "offer"
    ROUTING = "routing"
    PAYMENTS = "payments"


@dataclass(frozen=True)
class Progress:
    """What has happened so far. `bed` is the application to a home; `offer_lapses_at` is set while an offer waits.

    `routing` None: no benefit the elder has could pay a home. `account_missing`: an application that an assessment
    began by itself waits for the account. `answer_by`: the office asks for more until then. `form_unfinished`: an application
    form was begun and not sent. `left_home`: a benefit still pays this home, which the elder has moved away from.
    """

    assessment: Stand
    subsidy: Stand
    bed: Stand
    stay: Stand
    routing: Stand | None
    payment: Stand
    level_name: Sentence | str = ""
    assessment_valid_until: date | None = None
    home_name: str = ""
    offer_lapses_at: datetime | None = None
    expected_on: date | None = None
    account_missing: bool = False
    answer_by: date | None = None
    form_unfinished: bool = False
    left_home: str = ""


@dataclass(frozen=True)
class Step:
    """One step as `<c-steps>` draws it: done, current, todo or failed."""

    label: Sentence
    state: str
    detail: Sentence | None = None


@dataclass(frozen=True)
class NextStep:
    """The one thing to do now. Without a `door` there is only waiting, and the words say for what."""

    title: Sentence
    why: Sentence
    door: Door | None = None


def steps(progress: Progress) -> tuple[Step, ...]:
    """Give the steps in order; current are the first that is not done and those on which others work."""
    rows = [
        (say("能力评估"), progress.assessment, _assessed(progress)),
        (say("申请补贴"), progress.subsidy, None),
        (say("申请养老院"), progress.bed, say("{home}", home=progress.home_name) if progress.home_name else None),
        (say("入住"), progress.stay, None),
        *([(say("补贴付到养老院"), progress.routing, None)] if progress.routing else []),
        (say("每月付款"), progress.payment, None),
    ]
    first_open = next((i for i, (_, stand, _d) in enumerate(rows) if stand in {Stand.NOTHING, Stand.WAITING}), None)
    return tuple(Step(label, _state(stand, i == first_open), detail) for i, (label, stand, detail) in enumerate(rows))


def next_step(progress: Progress) -> NextStep:
    """Give what the family should do now: a waiting offer first, because it lapses.

    A subsidy that was refused stops nothing: its step says so, and the way to a home goes on without it.
    """
    if progress.offer_lapses_at is not None:
        return NextStep(
            say("答复养老院留给您的床位"),
            say("{home}给您留了一张床，过了时限会自动取消。", home=progress.home_name),
            Door.OFFER,
        )
    if progress.answer_by is not None:
        return NextStep(
            say("补充补贴申请的资料"),
            say("请在 {day} 以前补充。申请还在办，不用重新申请。", day=progress.answer_by),
            Door.SUBSIDY,
        )
    if progress.account_missing:
        return NextStep(
            say("填写补贴的收款账户"),
            say("评估结果达到了标准，补贴申请已经自动送到街道，只差收款账户。"),
            Door.SUBSIDY,
        )
    if progress.left_home:
        return NextStep(
            say("把补贴改到新的养老院"),
            say(
                "老人已经搬到{home}，补贴还写着付给{left}。改过来以前，补贴先留在老人的账户里，新的账单要您自己付。",
                home=progress.home_name,
                left=progress.left_home,
            ),
            Door.ROUTING,
        )
    if progress.form_unfinished:
        return NextStep(say("接着填没填完的补贴申请"), say("填过的内容都在，几分钟就能填完提交。"), Door.SUBSIDY)
    for stand, when_nothing, when_waiting in _ways(progress):
        if stand is Stand.NOTHING:
            return when_nothing
        if stand is Stand.WAITING:
            return when_waiting
    return NextStep(say("看每月的付款"), say("每一笔钱从哪里来、付到哪里、为什么，都写在这里。"), Door.PAYMENTS)


def _ways(progress: Progress) -> list[tuple[Stand | None, NextStep, NextStep]]:
    """Give, step by step, what to do when nothing happened yet and what to do while others work."""
    home = progress.home_name
    route = NextStep(
        say("让补贴直接付养老院的费用"),
        say("您同意以后，每月补贴先付{home}的床位费和护理费，随时可以撤回。", home=home),
        Door.ROUTING,
    )
    settled = NextStep(say("等第一个月结算"), say("月底过后，养老院出账单，补贴自动付床位费和护理费。"), Door.PAYMENTS)
    return [
        (
            progress.assessment,
            NextStep(
                say("申请能力评估"),
                say("评估结果决定能领多少护理补贴，也决定养老院按哪一档收护理费。"),
                Door.ASSESSMENT,
            ),
            NextStep(say("等评估机构上门"), say("两位评估员会联系您约时间。评估期间可以先看看养老院。"), Door.HOMES),
        ),
        (
            progress.subsidy,
            NextStep(say("申请补贴"), say("由户籍所在街道初审，区民政局决定。"), Door.SUBSIDY),
            _while_decided(progress),
        ),
        (
            progress.bed,
            NextStep(say("找一家养老院"), say("每一家都按老人的情况算好了补贴后自付多少。"), Door.HOMES),
            NextStep(say("等养老院答复"), say("{home}收到了申请，答复会发到您的手机或邮箱。", home=home)),
        ),
        (
            progress.stay,
            NextStep(say("等养老院办理入住"), say("请带上老人的身份证和评估报告。")),
            NextStep(say("按约定的日子入住"), _arrive(progress)),
        ),
        (progress.routing, route, route),
        (progress.payment, settled, settled),
    ]


def _while_decided(progress: Progress) -> NextStep:
    """The homes need not wait for the subsidy."""
    calendar = say("街道先初审，再由区民政局决定，每一步都有期限，有结果会通知您。")
    if progress.bed is Stand.NOTHING:
        return NextStep(say("补贴在审批，可以先找养老院"), calendar, Door.HOMES)
    if progress.bed is Stand.WAITING:
        return NextStep(say("等补贴审批和养老院的答复"), calendar)
    return NextStep(say("等补贴审批"), calendar)


def _state(stand: Stand, is_current: bool) -> str:
    if stand is Stand.DONE:
        return "done"
    if stand is Stand.FAILED:
        return "failed"
    return "current" if is_current or stand is Stand.WAITING else "todo"


def _assessed(progress: Progress) -> Sentence | None:
    if progress.assessment is not Stand.DONE or progress.assessment_valid_until is None:
        return None
    return say("{level}，有效到 {day}", level=progress.level_name, day=progress.assessment_valid_until.isoformat())


def _arrive(progress: Progress) -> Sentence:
    if progress.expected_on is None:
        return say("请带上老人的身份证和评估报告。")
    return say(
        "{home}等您在 {day} 入住。请带上老人的身份证和评估报告。",
        home=progress.home_name,
        day=progress.expected_on.isoformat(),
    )
