"""When a case is clean: nothing in it asks for a second thought, so that after one look it may be concluded in bulk."""

from dataclasses import dataclass

from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.verdict import Outcome, Reason


@dataclass(frozen=True)
class CaseFacts:
    """What is asked of a case: the rule's answer now, and what stands around it."""

    answer: str
    answered_before: str
    state: str
    has_account: bool
    open_flags: int
    is_asked_more: bool
    open_objections: int
    is_publicly_shown: bool


def clean_conditions(case: CaseFacts) -> tuple[Reason, ...]:
    """Answer each condition; the case is clean when all of them pass."""
    return (
        _one("rule_says_yes", case.answer == "yes", say("规则的答复是“可以领”"), say("规则的答复不是明确的“可以领”")),
        _one("unchanged", case.answer == case.answered_before, say("申请以后答复没有变"), say("申请以后答复有变化")),
        _one(
            "no_street_objection",
            case.state in ("submitted", "street_passed", "posted"),
            say("街道没有异议"),
            say("街道有异议，或者正在重新核对"),
        ),
        _one("account_given", case.has_account, say("收款账户已填写"), say("还没有收款账户")),
        _one("no_flags", not case.open_flags, say("交叉核对没有发现"), say("交叉核对有发现，要先由人处理")),
        _one("not_asked", not case.is_asked_more, say("没有等家属补充的资料"), say("正在等家属补充资料")),
        _one("no_objections", not case.open_objections, say("没有未答复的公示异议"), say("有公示异议没有答复")),
        _one("not_posted", not case.is_publicly_shown, say("不在公示期内"), say("公示还没有结束")),
    )


def is_clean(conditions: tuple[Reason, ...]) -> bool:
    """Tell whether every condition passes."""
    return all(one.outcome is Outcome.PASS for one in conditions)


def _one(name: str, holds: bool, yes: Sentence, no: Sentence) -> Reason:
    return Reason(name, Outcome.PASS if holds else Outcome.FAIL, yes if holds else no)
